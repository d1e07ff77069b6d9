//! `sha256sum FILE…`: the digest of a content; the host's own program.

use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Sha256sum, "sha256sum", "sha256sum FILE…", []
}

//! `readlink [-f] FILE…`: what a symbolic link holds; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Readlink, "readlink", "readlink [-f] FILE…", [Flag::both('f', "canonicalize")]
}

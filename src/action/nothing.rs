//! `true`: does nothing, and succeeds; the host's own program.

use crate::action::host_program::host_verb;

host_verb! {
    /// The word alone.
    True, "true", "true", []
}

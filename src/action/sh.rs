//! `sh -c SCRIPT`: a short script in a shell of its own; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Sh, "sh", "sh -c SCRIPT", [Flag::short('c').value()]
}

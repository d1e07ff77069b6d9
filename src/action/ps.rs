//! `ps [-e] [-p PID] [-o COLUMNS]`: which processes there are; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Ps, "ps", "ps [-e] [-p PID] [-o COLUMNS]", [Flag::short('e'), Flag::short('p').value(), Flag::short('o').value()]
}

//! `chown [-R] USER[:GROUP] FILE…`: gives files to a user; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Chown, "chown", "chown [-R] USER[:GROUP] FILE…", [Flag::both('R', "recursive")]
}

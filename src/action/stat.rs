//! `stat -c FORMAT FILE…`: what the inode of a file says; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Stat, "stat", "stat -c FORMAT FILE…", [Flag::both('c', "format").value()]
}

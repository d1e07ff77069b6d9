//! `stat [-f] -c FORMAT FILE…`: what the inode of a file says, or with -f its file system; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Stat, "stat", "stat [-f] -c FORMAT FILE…", [Flag::both('f', "file-system"), Flag::both('c', "format").value()]
}

//! `ls [-l] [-a] [-A] [-1] [-R] [-i] [-d] [FILE…]`: what is in a directory; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Ls, "ls", "ls [-l] [-a] [-A] [-1] [-R] [-i] [-d] [FILE…]", [Flag::short('l'), Flag::both('a', "all"), Flag::both('A', "almost-all"), Flag::short('1'), Flag::both('R', "recursive"), Flag::both('i', "inode"), Flag::both('d', "directory")]
}

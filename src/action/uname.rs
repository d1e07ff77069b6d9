//! `uname [-r] [-s] [-n]`: the kernel that runs; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Uname, "uname", "uname [-r] [-s] [-n]", [Flag::both('r', "kernel-release"), Flag::both('s', "kernel-name"), Flag::both('n', "nodename")]
}

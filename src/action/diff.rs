//! `diff [-r] [-u] [-q] FILE FILE`: how two files differ; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Diff, "diff", "diff [-r] [-u] [-q] FILE FILE", [Flag::both('r', "recursive"), Flag::short('u'), Flag::both('q', "brief")]
}

//! `grep [-c] [-q] [-h] [-r] [-E] [-A LINES] PATTERN FILE…`: lines that a pattern fits; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Grep, "grep", "grep [-c] [-q] [-h] [-r] [-E] [-A LINES] PATTERN FILE…", [
        Flag::both('c', "count"),
        Flag::both('q', "quiet"),
        Flag::both('h', "no-filename"),
        Flag::both('r', "recursive"),
        Flag::both('E', "extended-regexp"),
        Flag::both('A', "after-context").value(),
    ]
}

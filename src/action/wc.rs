//! `wc [-c] [-l] FILE…`: how many lines, words and bytes a file has; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Wc, "wc", "wc [-c] [-l] FILE…", [Flag::both('c', "bytes"), Flag::both('l', "lines")]
}

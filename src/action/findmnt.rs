//! `findmnt [-n] [-o COLUMNS] [MOUNTPOINT]`: what is mounted; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Findmnt, "findmnt", "findmnt [-n] [-o COLUMNS] [MOUNTPOINT]", [Flag::both('n', "noheadings"), Flag::both('o', "output").value()]
}

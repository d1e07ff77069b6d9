//! `id [-u] [-g] [-n]`: which user one is; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Id, "id", "id [-u] [-g] [-n]", [Flag::both('u', "user"), Flag::both('g', "group"), Flag::both('n', "name")]
}

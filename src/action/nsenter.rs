//! `nsenter --root=DIR --wd=DIR PROGRAM…`: the host's own program, found in the root that the shell has.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Nsenter, "nsenter", "nsenter [--root=DIR] [--wd=DIR] PROGRAM [ARGUMENT…]", [Flag::long("root").value(), Flag::long("wd").value()]
}

//! `ip [-br] [-4] OBJECT [COMMAND …]`: interfaces, addresses and routes; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them. Its flags have several letters behind one dash (`-br`).
    Ip, "ip", "ip [-br] [-4] [-6] [-s] OBJECT [COMMAND …]", [Flag::short('b'), Flag::short('r'), Flag::short('4'), Flag::short('6'), Flag::short('s')]
}

//! `ping [-c COUNT] [-W SECONDS] [-q] [-n] ADDRESS`: is anybody there? The host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Ping, "ping", "ping [-c COUNT] [-W SECONDS] [-q] [-n] ADDRESS", [Flag::short('c').value(), Flag::short('W').value(), Flag::short('q'), Flag::short('n')]
}

//! `ipcs [-q] [-m] [-s]`: which message queues, shared memory and semaphores there are; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Ipcs, "ipcs", "ipcs [-q] [-m] [-s]", [Flag::both('q', "queues"), Flag::both('m', "shmems"), Flag::both('s', "semaphores")]
}

//! `ipcmk -Q | -M SIZE | -S COUNT`: makes a message queue, shared memory or semaphores; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Ipcmk, "ipcmk", "ipcmk -Q | -M SIZE | -S COUNT", [Flag::both('Q', "queue"), Flag::both('M', "shmem").value(), Flag::both('S', "semaphore").value()]
}

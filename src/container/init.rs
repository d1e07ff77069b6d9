//! A PID 1 of ours (`--init`): starts the command, passes signals on to it, buries the dead. Many a program does neither,
//! because it never thought it would be PID 1.

use crate::kernel::{PassedOn, is_sent_by_keys, reap_and_find, send_signal};
use std::process::Command;

/// The whole life of this PID 1, once everything is built and given up; the exit code is the command's.
pub(super) fn run(mut command: Command, terminal: bool) -> Result<u8, std::io::Error> {
    // Before there is a child: a signal that PID 1 does not catch is thrown away.
    let mut signals = PassedOn::catch()?;
    let child = command.spawn()?.id();
    loop {
        if let Some(code) = reap_and_find(child) {
            return Ok(code);
        }
        match signals.wait() {
            // The terminal sends these to the command itself.
            Some(signal) if terminal && is_sent_by_keys(signal) => {}
            Some(signal) => send_signal(child, signal),
            None => {}
        }
    }
}

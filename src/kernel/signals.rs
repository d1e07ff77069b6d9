//! Signals that are waited for, by a process with a single thread: sigprocmask(2), sigwait(3), kill(2).

use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;

/// SIGCHLD, SIGINT and SIGTERM, blocked until they are asked for.
#[derive(Debug)]
pub struct Signals(SigSet);

impl Signals {
    /// From now on they wait until they are asked for.
    pub fn block() -> std::io::Result<Signals> {
        let mut set = SigSet::empty();
        for signal in [Signal::SIGCHLD, Signal::SIGINT, Signal::SIGTERM] {
            set.add(signal);
        }
        set.thread_block()?;
        Ok(Signals(set))
    }

    /// Waits for the next one: the number of a signal that wants us to end, nothing where a child may have ended.
    pub fn next(&self) -> Option<u8> {
        match self.0.wait() {
            Ok(Signal::SIGCHLD) | Err(_) => None,
            Ok(signal) => Some(signal as u8),
        }
    }

    /// Passes a signal on to PID 1 of a namespace. One that it does not handle would be lost (pid_namespaces(7)): then it is
    /// killed, and with it all the others.
    pub fn pass_on(&self, pid: u32, signal: u8) {
        let number = i32::from(signal);
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        let handled = caught >> (number - 1) & 1 == 1;
        let signal = Signal::try_from(number).ok().filter(|_| handled).unwrap_or(Signal::SIGKILL);
        let _ = kill(Pid::from_raw(pid as i32), signal);
    }
}

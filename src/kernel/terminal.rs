//! The terminal of a shell that we start: termios(3), tcsetpgrp(3). What was set before is set again afterwards, however
//! the shell ended.

use nix::sys::signal::{SigSet, Signal};
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use std::io::stdin;

/// How the terminal was, and whose it was.
#[derive(Debug)]
pub struct TerminalState {
    modes: Termios,
    group: nix::unistd::Pid,
}

/// Keeps how the terminal of the standard input is; nothing where that is no terminal.
pub fn keep_terminal() -> Option<TerminalState> {
    let modes = tcgetattr(stdin()).ok()?;
    Some(TerminalState { modes, group: nix::unistd::tcgetpgrp(stdin()).ok()? })
}

impl TerminalState {
    /// Sets it as it was. Without SIGTTOU blocked a process in the background would be stopped by asking.
    pub fn restore(&self) {
        let mut blocked = SigSet::empty();
        blocked.add(Signal::SIGTTOU);
        let _ = blocked.thread_block();
        let _ = nix::unistd::tcsetpgrp(stdin(), self.group);
        let _ = tcsetattr(stdin(), SetArg::TCSADRAIN, &self.modes);
        let _ = blocked.thread_unblock();
    }
}

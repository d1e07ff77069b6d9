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

/// setpgid(2), tcsetpgrp(3): this process in a group of its own, which has the terminal of the standard input.
pub fn take_terminal() -> nix::Result<()> {
    let own = nix::unistd::getpid();
    nix::unistd::setpgid(own, own)?;
    quietly(|| nix::unistd::tcsetpgrp(stdin(), own))
}

/// Without SIGTTOU blocked a process in the background would be stopped by asking.
fn quietly<T>(asks: impl FnOnce() -> T) -> T {
    let mut blocked = SigSet::empty();
    blocked.add(Signal::SIGTTOU);
    let _ = blocked.thread_block();
    let answer = asks();
    let _ = blocked.thread_unblock();
    answer
}

impl TerminalState {
    /// Sets it as it was.
    pub fn restore(&self) {
        quietly(|| {
            let _ = nix::unistd::tcsetpgrp(stdin(), self.group);
            let _ = tcsetattr(stdin(), SetArg::TCSADRAIN, &self.modes);
        });
    }
}

//! The terminal of a shell that we start, and of a screen of our own: termios(3), tcsetpgrp(3), poll(2). What was set
//! before is set again afterwards, however it ended.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use std::io::stdin;
use std::os::fd::AsFd;
use std::time::Duration;

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

    /// From now on every key comes as it is typed, unseen: no line is waited for, and Ctrl-C is a key as any other.
    pub fn make_raw(&self) -> std::io::Result<()> {
        let mut modes = self.modes.clone();
        cfmakeraw(&mut modes);
        Ok(tcsetattr(stdin(), SetArg::TCSADRAIN, &modes)?)
    }
}

/// The bytes of a key that was typed within this time; none where nothing was. An error says that the terminal is gone:
/// whoever asks again would be told the same at once, for ever.
pub fn typed_within(time: Duration) -> std::io::Result<Vec<u8>> {
    let input = stdin();
    let timeout = PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX);
    match poll(&mut [PollFd::new(input.as_fd(), PollFlags::POLLIN)], timeout) {
        Ok(0) | Err(Errno::EINTR) => return Ok(Vec::new()),
        Ok(_) => {}
        Err(errno) => return Err(errno.into()),
    }
    let mut bytes = [0; 64];
    match nix::unistd::read(input.as_fd(), &mut bytes) {
        Ok(0) => Err(std::io::ErrorKind::UnexpectedEof.into()),
        Ok(length) => Ok(bytes[..length].to_vec()),
        Err(Errno::EINTR | Errno::EAGAIN) => Ok(Vec::new()),
        Err(errno) => Err(errno.into()),
    }
}

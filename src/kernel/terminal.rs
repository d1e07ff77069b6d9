//! The terminal that somebody sits at: how it is set, whose it is, how large it is; termios(3), tcsetpgrp(3), poll(2). What
//! was set before is set again afterwards, however it ended.

use crate::ground::{Shown, Stream};
use crate::kernel::signals::not_stopped_by_terminal;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::process::Pid;
use rustix::stdio::{stderr, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr, tcsetpgrp};
use std::io::{Result, stdin};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// How a terminal is set, to set it so again.
#[derive(Debug)]
pub struct TerminalState {
    terminal: OwnedFd,
    modes: Termios,
    /// The process group that has it, where that is to have it again.
    group: Option<Pid>,
}

impl TerminalState {
    /// That of the standard input, and whose it is; nothing where it is no terminal.
    pub fn of_input() -> Option<TerminalState> {
        TerminalState::of(stdin().as_fd(), tcgetpgrp(stdin()).ok())
    }

    /// That of the standard output; nothing where it is no terminal.
    pub fn of_output() -> Option<TerminalState> {
        TerminalState::of(stdout().as_fd(), None)
    }

    fn of(terminal: BorrowedFd<'_>, group: Option<Pid>) -> Option<TerminalState> {
        let modes = tcgetattr(terminal).ok()?;
        Some(TerminalState { terminal: terminal.try_clone_to_owned().ok()?, modes, group })
    }

    /// Sets it as it was; not stopped by being in the background, where whoever had the terminal was killed.
    pub fn restore(&self) {
        not_stopped_by_terminal(|| {
            let _ = self.group.map(|group| tcsetpgrp(&self.terminal, group));
            let _ = tcsetattr(&self.terminal, OptionalActions::Drain, &self.modes);
        });
    }

    /// From now on every key comes as it is typed, unseen: no line is waited for, and Ctrl-C is a key as any other. `begin`
    /// is written to the standard output now, and `end` before the terminal is set as it was.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn make_raw(self, begin: &'static str, end: &'static str) -> Result<RawTerminal> {
        let mut raw = self.modes.clone();
        raw.make_raw();
        tcsetattr(&self.terminal, OptionalActions::Drain, &raw)?;
        let raw = RawTerminal { state: Arc::new(self), end };
        write(begin)?;
        // A panic aborts the program, and what it says would be lost on a screen of our own.
        let (state, told) = (raw.state.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            let _ = write(end);
            state.restore();
            told(panic);
        }));
        Ok(raw)
    }
}

/// A terminal of which every key is ours; when this is dropped, and before a panic is told, it is as it was.
#[derive(Debug)]
pub struct RawTerminal {
    state: Arc<TerminalState>,
    end: &'static str,
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        let _ = write(self.end);
        self.state.restore();
        if !std::thread::panicking() {
            drop(std::panic::take_hook());
        }
    }
}

fn write(text: &'static str) -> Result<()> {
    Stream::Output.show(Shown::steering(text))
}

/// Columns and lines of the terminal that the standard output is, or the error output, or the input; each at least one.
pub fn window_size() -> Option<(usize, usize)> {
    let size = tcgetwinsize(stdout()).or_else(|_| tcgetwinsize(stderr())).or_else(|_| tcgetwinsize(stdin())).ok()?;
    (size.ws_col > 0).then(|| (size.ws_col.into(), size.ws_row.max(1).into()))
}

/// setpgid(2), tcsetpgrp(3): this process in a group of its own, which has the terminal of the standard input.
pub fn take_terminal() -> Result<()> {
    rustix::process::setpgid(None, None)?;
    Ok(not_stopped_by_terminal(|| tcsetpgrp(stdin(), rustix::process::getpid()))?)
}

/// tcgetpgrp(3): the process group that has our terminal; none where this is no terminal, or not ours.
pub fn foreground_group(terminal: impl AsFd) -> Option<u32> {
    Some(tcgetpgrp(terminal).ok()?.as_raw_nonzero().get().unsigned_abs())
}

/// tcsetpgrp(3): gives our terminal to a process group.
pub fn hand_terminal(terminal: impl AsFd, group: u32) -> Result<()> {
    let group = i32::try_from(group).ok().and_then(Pid::from_raw).ok_or(Errno::INVAL)?;
    Ok(not_stopped_by_terminal(|| tcsetpgrp(terminal, group))?)
}

/// What somebody typed, or why there is none.
#[derive(Debug)]
pub struct Typed {
    /// The bytes; none where nothing was typed.
    pub bytes: Vec<u8>,
    /// Which of the other descriptors has something to read, or was closed at its other end.
    pub ready: Vec<bool>,
}

/// poll(2): waits until something is typed, or until one of the other descriptors has something to read; for ever, where no
/// time is given. An error says that the terminal is gone: whoever asks again would be told the same at once, for ever.
pub fn typed_or_ready(others: &[BorrowedFd<'_>], time: Option<Duration>) -> Result<Typed> {
    let input = stdin();
    let mut wanted = vec![PollFd::new(&input, PollFlags::IN)];
    wanted.extend(others.iter().map(|other| PollFd::new(other, PollFlags::IN)));
    let timeout = time.and_then(|time| Timespec::try_from(time).ok());
    match rustix::event::poll(&mut wanted, timeout.as_ref()) {
        Ok(0) | Err(Errno::INTR) => return Ok(Typed { bytes: Vec::new(), ready: vec![false; others.len()] }),
        other => other?,
    };
    let mut happened = wanted.iter().map(|fd| !fd.revents().is_empty());
    let typed = happened.next().unwrap_or(false);
    let ready = happened.collect();
    // As much as a terminal keeps (N_TTY_BUF_SIZE), so that no key is cut in two.
    let mut bytes = [0; 4096];
    let length = match typed.then(|| rustix::io::read(&input, &mut bytes)) {
        Some(Ok(0)) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
        Some(Ok(length)) => length,
        None | Some(Err(Errno::INTR | Errno::AGAIN)) => 0,
        Some(Err(errno)) => return Err(errno.into()),
    };
    Ok(Typed { bytes: bytes[..length].to_vec(), ready })
}

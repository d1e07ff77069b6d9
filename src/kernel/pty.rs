//! Terminals of programs that we start: the one of a container, what is carried between it and ours, and one that we show
//! ourselves: pty(7), ioctl_tty(2), signalfd(2).

use crate::kernel::signals::{RESIZED, TerminalSignals};
use rustix::event::{PollFd, PollFlags};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::pty::OpenptFlags;
use std::io::Result;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// Opens a new terminal of a devpts file system: its master, and its slave.
pub fn open_terminal(multiplexer: &Path) -> Result<(OwnedFd, OwnedFd)> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let master = rustix::fs::openat(rustix::fs::CWD, multiplexer, flags, Mode::empty())?;
    rustix::pty::unlockpt(&master)?;
    // Not by its path: whatever may lie there.
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let slave = rustix::pty::ioctl_tiocgptpeer(&master, flags)?;
    Ok((master, slave))
}

/// A terminal that we show ourselves: what is written to it is read here, and what somebody types is written here.
#[derive(Debug)]
pub struct Pty {
    master: OwnedFd,
    /// Open until a program has it, because reading the master fails as long as nobody has the other end.
    slave: Option<OwnedFd>,
    path: PathBuf,
}

impl Pty {
    /// A new one of this size, in columns and lines; for a program of another user and group, where these are named.
    pub fn open(size: (usize, usize), owner: Option<(u32, u32)>) -> Result<Pty> {
        let (master, slave) = open_terminal(Path::new("/dev/ptmx"))?;
        rustix::io::ioctl_fionbio(&master, true)?;
        let path = std::fs::read_link(crate::kernel::path_of(&slave))?;
        if let Some((user, group)) = owner {
            std::os::unix::fs::fchown(&slave, Some(user), Some(group))?;
        }
        let pty = Pty { master, slave: Some(slave), path };
        pty.resize(size);
        Ok(pty)
    }

    /// Where a program opens it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A program has it now.
    pub fn is_taken(&mut self) {
        self.slave = None;
    }

    /// Makes it as large as this, in columns and lines.
    pub fn resize(&self, (columns, lines): (usize, usize)) {
        let most = |size: usize| u16::try_from(size.max(1)).unwrap_or(u16::MAX);
        let size = rustix::termios::Winsize { ws_row: most(lines), ws_col: most(columns), ws_xpixel: 0, ws_ypixel: 0 };
        let _ = rustix::termios::tcsetwinsize(&self.master, size);
    }

    /// What was written to it; nothing where no program has it any more.
    pub fn read(&self, buffer: &mut [u8]) -> Result<Option<usize>> {
        read_master(&self.master, buffer)
    }

    /// Types this, as much as it takes.
    pub fn write(&self, bytes: &[u8]) -> usize {
        rustix::io::write(&self.master, bytes).unwrap_or(0)
    }
}

impl AsFd for Pty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }
}

fn read_master(master: &OwnedFd, buffer: &mut [u8]) -> Result<Option<usize>> {
    match rustix::io::read(master, buffer) {
        Ok(0) | Err(Errno::IO) => Ok(None),
        Ok(length) => Ok(Some(length)),
        Err(Errno::AGAIN | Errno::INTR) => Ok(Some(0)),
        Err(error) => Err(error.into()),
    }
}

/// setsid(2): out of reach of the terminal that we were started from, and of what is typed there.
pub fn new_session() -> Result<()> {
    match rustix::process::setsid() {
        // Whoever leads a session already has one.
        Ok(_) | Err(Errno::PERM) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// TIOCSCTTY, dup2(2): this terminal is the session's own, and the standard input and output; the error output too, where
/// that is a terminal.
pub fn use_terminal(terminal: &OwnedFd) -> Result<()> {
    rustix::process::ioctl_tiocsctty(terminal)?;
    let talks = rustix::termios::isatty(rustix::stdio::stderr());
    rustix::stdio::dup2_stdin(terminal)?;
    rustix::stdio::dup2_stdout(terminal)?;
    if talks {
        rustix::stdio::dup2_stderr(terminal)?;
    }
    Ok(())
}

/// What happened at one of both terminals.
#[derive(Clone, Copy, Debug, Default)]
pub struct Happened {
    /// Something was typed.
    pub typed: bool,
    /// The terminal that somebody types at is gone.
    pub gone: bool,
    /// The container has something to show, or has closed its terminal.
    pub shown: bool,
    /// The container's terminal takes more.
    pub takes: bool,
    /// A signal wants us to end.
    pub asked: Option<u8>,
}

/// Both terminals, seen from the one that carries between them.
#[derive(Debug)]
pub struct Relay {
    master: OwnedFd,
    signals: TerminalSignals,
}

impl Relay {
    /// Between the terminal that we are at and the container's.
    pub fn new(master: OwnedFd) -> Result<Relay> {
        let signals = TerminalSignals::block()?;
        rustix::io::ioctl_fionbio(&master, true)?;
        Ok(Relay { master, signals })
    }

    /// Makes the container's terminal as large as ours.
    pub fn resize(&self) {
        if let Ok(size) = rustix::termios::tcgetwinsize(rustix::stdio::stdout()) {
            let _ = rustix::termios::tcsetwinsize(&self.master, size);
        }
    }

    /// poll(2) until something happens; `waiting` says that something typed was not taken yet.
    pub fn wait(&self, waiting: bool) -> Result<Happened> {
        let input = std::io::stdin();
        let typed = if waiting { PollFlags::empty() } else { PollFlags::IN };
        let both = if waiting { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
        let signals = self.signals.as_fd();
        let mut wanted =
            [PollFd::new(&input, typed), PollFd::new(&self.master, both), PollFd::new(&signals, PollFlags::IN)];
        match rustix::event::poll(&mut wanted, None) {
            Err(Errno::INTR) => return Ok(Happened::default()),
            other => other?,
        };
        let [ours, theirs, signal] = wanted.map(|fd| fd.revents());
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        let mut happened = Happened {
            typed: ours.contains(PollFlags::IN),
            gone: ours.intersects(gone),
            shown: theirs.intersects(PollFlags::IN | gone),
            takes: theirs.contains(PollFlags::OUT),
            asked: None,
        };
        if signal.contains(PollFlags::IN) {
            while let Some(signal) = self.signals.next() {
                match signal {
                    RESIZED => self.resize(),
                    signal => happened.asked = Some(signal),
                }
            }
        }
        Ok(happened)
    }

    /// What the container shows; nothing where it has closed its terminal.
    pub fn read(&self, buffer: &mut [u8]) -> Result<Option<usize>> {
        read_master(&self.master, buffer)
    }

    /// Gives it what was typed, as much as it takes.
    pub fn write(&self, bytes: &[u8]) -> usize {
        rustix::io::write(&self.master, bytes).unwrap_or(0)
    }
}

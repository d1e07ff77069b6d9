//! The terminals of one hour: whoever presents listens on a socket in the user's own directory, others connect and are told
//! everything, from the beginning on; so who comes late is in step at once. What is said is a JSON object a line.
//!
//! Nobody who listens can hold up the one who presents: what is not taken waits, and who takes nothing for too long is left.

use crate::event::Event;
use crate::ground::{CgroupVersion, Role};
use crate::kernel::{path_of, try_lock};
use crate::present::hour::{Hour, View};
use crate::present::keys::Command;
use crate::session::{Home, SessionError, meeting_place, presenter_lock};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Who has not taken so many bytes is left.
const MOST_PENDING: usize = 32 << 20;
/// No line that comes in is longer.
const LONGEST_HEARD: usize = 4096;

/// What the presenter tells.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Told {
    /// The hour has begun, and for what the lesson was settled. Whatever was told before is void.
    Begin { version: Option<CgroupVersion>, role: Option<Role>, since: u64 },
    /// The recording that is taken along, as it stands in its file.
    Recording(String),
    /// What came of a beat's commands, more of it.
    Came { beat: usize, events: Vec<Event> },
    /// What is shown.
    View(View),
}

/// What the others tell.
#[derive(Debug, Serialize, Deserialize)]
enum Heard {
    Lead(Command),
}

/// Where the terminals of a lesson meet.
#[derive(Debug)]
pub struct Address {
    /// Held open: the path of a socket has at most 107 bytes, and this one is short wherever the directory is.
    directory: OwnedFd,
    name: String,
}

impl Address {
    /// That of a lesson, by the name of its folder.
    ///
    /// # Errors
    /// When there is no place for it.
    pub fn of(home: &Home, lesson: &str) -> std::result::Result<Address, SessionError> {
        let directory = meeting_place(home)?;
        let opened = File::open(&directory).map_err(|error| {
            let fix = "set LAYERLAB_HOME to a directory of yours";
            SessionError::disk("cannot find other terminals", "openat", &directory, &error, "it may not be read", fix)
        })?;
        Ok(Address { directory: opened.into(), name: format!("{lesson}.sock") })
    }

    fn path(&self) -> PathBuf {
        path_of(&self.directory).join(&self.name)
    }
}

/// The presenter's end.
#[derive(Debug)]
pub struct Presented {
    listener: UnixListener,
    others: Vec<Other>,
    since: u64,
    address: Address,
    _lock: File,
}

/// Another terminal.
#[derive(Debug)]
struct Other {
    socket: UnixStream,
    heard: Vec<u8>,
    pending: Vec<u8>,
    /// For what the lesson was settled when it was told, and how much of each beat it knows.
    settled: Option<(Option<CgroupVersion>, Option<Role>)>,
    known: Vec<usize>,
    shown: Option<View>,
}

impl Presented {
    /// Begins to listen; none where somebody presents this lesson already.
    ///
    /// # Errors
    /// When there is no place for it.
    pub fn open(home: &Home, lesson: &str) -> std::result::Result<Option<Presented>, SessionError> {
        let address = Address::of(home, lesson)?;
        let lock = presenter_lock(home, lesson)?;
        if !try_lock(&lock).unwrap_or(false) {
            return Ok(None);
        }
        let path = address.path();
        // One that was killed has left it; it is ours now, by the lock.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
        let listener = listener.map_err(|error| {
            let fix = "make room, or set LAYERLAB_HOME to a directory of yours";
            SessionError::disk(
                "cannot listen for other terminals",
                "bind",
                &path,
                &error,
                "no socket can be made there",
                fix,
            )
        })?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Ok(Some(Presented { listener, others: Vec::new(), since, address, _lock: lock }))
    }

    /// What poll(2) waits for.
    pub fn fds(&self) -> Vec<BorrowedFd<'_>> {
        [self.listener.as_fd()].into_iter().chain(self.others.iter().map(|other| other.socket.as_fd())).collect()
    }

    /// Lets those in who want to look on; what the others ask for.
    pub(super) fn heard(&mut self) -> Vec<Command> {
        while let Ok((socket, _)) = self.listener.accept() {
            if socket.set_nonblocking(true).is_ok() {
                let (heard, pending, known) = (Vec::new(), Vec::new(), Vec::new());
                self.others.push(Other { socket, heard, pending, settled: None, known, shown: None });
            }
        }
        let mut commands = Vec::new();
        self.others.retain_mut(|other| other.listen(&mut commands).is_ok());
        commands
    }

    /// Tells everybody what is new to them.
    pub(super) fn tell(&mut self, hour: &Hour) {
        let since = self.since;
        self.others.retain_mut(|other| other.tell(hour, since).is_ok());
    }

    /// Whether something waits until somebody takes it.
    pub fn is_pending(&self) -> bool {
        self.others.iter().any(|other| !other.pending.is_empty())
    }
}

impl Drop for Presented {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.address.path());
    }
}

impl Other {
    fn listen(&mut self, commands: &mut Vec<Command>) -> Result<()> {
        for line in lines(&mut self.socket, &mut self.heard)? {
            if let Ok(Heard::Lead(command)) = serde_json::from_slice(&line)
                && command.leads()
            {
                commands.push(command);
            }
        }
        if self.heard.len() > LONGEST_HEARD { Err(ErrorKind::InvalidData.into()) } else { Ok(()) }
    }

    fn tell(&mut self, hour: &Hour, since: u64) -> Result<()> {
        let (version, role) = hour.settled();
        if self.settled != Some((version, role)) {
            self.say(&Told::Begin { version, role, since })?;
            if let Some(text) = hour.recording() {
                self.say(&Told::Recording(text.to_string()))?;
            }
            (self.settled, self.shown) = (Some((version, role)), None);
            self.known = vec![0; hour.beats_of_this_machine()];
        }
        for (beat, known) in self.known.clone().into_iter().enumerate() {
            let all = hour.came_of(beat);
            if all.len() > known {
                self.say(&Told::Came { beat, events: all[known..].to_vec() })?;
                self.known[beat] = all.len();
            }
        }
        if self.shown.as_ref() != Some(&hour.shown) {
            self.say(&Told::View(hour.shown.clone()))?;
            self.shown = Some(hour.shown.clone());
        }
        self.flush()
    }

    fn say(&mut self, told: &Told) -> Result<()> {
        serde_json::to_writer(&mut self.pending, told)?;
        self.pending.push(b'\n');
        if self.pending.len() > MOST_PENDING { Err(ErrorKind::TimedOut.into()) } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        while !self.pending.is_empty() {
            match self.socket.write(&self.pending) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(length) => drop(self.pending.drain(..length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Another terminal's end.
#[derive(Debug)]
pub(super) struct Listening {
    socket: UnixStream,
    heard: Vec<u8>,
}

impl Listening {
    /// Connects to whoever presents.
    pub fn to(address: &Address) -> Result<Listening> {
        let socket = UnixStream::connect(address.path())?;
        socket.set_nonblocking(true)?;
        Ok(Listening { socket, heard: Vec::new() })
    }

    /// What poll(2) waits for.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// What was told; an error where nobody presents any more.
    pub fn heard(&mut self) -> Result<Vec<Told>> {
        let lines = lines(&mut self.socket, &mut self.heard)?;
        lines.iter().map(|line| serde_json::from_slice(line).map_err(Error::from)).collect()
    }

    /// Asks the presenter to do something.
    pub fn lead(&mut self, command: Command) -> Result<()> {
        let mut line = serde_json::to_vec(&Heard::Lead(command))?;
        line.push(b'\n');
        self.socket.write_all(&line)
    }
}

/// The whole lines that have come; an error where the other end was closed and nothing is left to be read.
fn lines(socket: &mut UnixStream, heard: &mut Vec<u8>) -> Result<Vec<Vec<u8>>> {
    let mut buffer = [0; 16 * 1024];
    let mut closed = false;
    loop {
        match socket.read(&mut buffer) {
            Ok(0) => {
                closed = true;
                break;
            }
            Ok(length) => heard.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut lines = Vec::new();
    if let Some(end) = heard.iter().rposition(|byte| *byte == b'\n') {
        let whole: Vec<u8> = heard.drain(..=end).collect();
        lines.extend(whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec));
    }
    if closed && lines.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(lines) }
}

//! The standard streams of a container, where they are files of the host: pipe(7), signalfd(2), poll(2).
//!
//! Who holds a descriptor of a file can open the file anew by /proc/self/fd, with other rights (proc_pid_fd(5)): write to what was
//! opened to be read, overwrite a log that was opened to be added to. As root that works with every file. So such a file stays
//! with us, the container gets a pipe, and we carry what is read and written.

use crate::kernel::signals::{SignalFile, Signals};
use crate::kernel::sys::CallError;
use rustix::event::{PollFd, PollFlags};
use rustix::fs::{FileType, SeekFrom};
use rustix::io::Errno;
use std::io::{PipeReader, PipeWriter, Read, Result, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// How much is carried at once.
const CHUNK: usize = 64 * 1024;

/// What the container gets in the place of files of the host; nothing where it gets what we have.
#[derive(Debug, Default)]
pub struct Theirs {
    /// For its standard input.
    pub input: Option<OwnedFd>,
    /// For its standard output.
    pub output: Option<OwnedFd>,
    /// For its standard error.
    pub errors: Option<OwnedFd>,
}

/// Our ends of the pipes, the files, and the signals that are waited for meanwhile.
#[derive(Debug)]
pub struct Carried {
    input: Option<Feed>,
    outputs: Vec<Drain>,
    signals: SignalFile,
    refused: Option<Errno>,
}

#[derive(Debug)]
struct Feed {
    file: std::fs::File,
    /// Nothing once the file has ended.
    pipe: Option<PipeWriter>,
    /// The other end: what was not read from it at the end is given back.
    other: PipeReader,
    waiting: Vec<u8>,
}

#[derive(Debug)]
struct Drain {
    file: std::fs::File,
    /// Nothing once nobody can write to it any more, or the file takes nothing more.
    pipe: Option<PipeReader>,
}

impl Carried {
    /// Pipes for those of our standard streams that are files of the host; nothing where none is. `signals` are those that
    /// [`Carried::wait`] waits for.
    pub fn new(signals: &Signals) -> Result<Option<(Carried, Theirs)>> {
        let [input, output, errors] = [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()];
        if ![input, output, errors].into_iter().any(is_of_host) {
            return Ok(None);
        }
        let mut carried = Carried { input: None, outputs: Vec::new(), signals: signals.as_file()?, refused: None };
        let mut theirs = Theirs::default();
        if is_of_host(input) {
            let (reader, writer) = std::io::pipe()?;
            rustix::io::ioctl_fionbio(&writer, true)?;
            theirs.input = Some(reader.try_clone()?.into());
            let file = input.try_clone_to_owned()?.into();
            carried.input = Some(Feed { file, pipe: Some(writer), other: reader, waiting: Vec::new() });
        }
        if is_of_host(output) {
            theirs.output = Some(carried.drain(output)?);
        }
        if is_of_host(errors) {
            // What goes to one file stays in its order.
            theirs.errors = Some(match &theirs.output {
                Some(same) if is_same(output, errors) => same.try_clone()?,
                _ => carried.drain(errors)?,
            });
        }
        Ok(Some((carried, theirs)))
    }

    fn drain(&mut self, file: BorrowedFd<'_>) -> Result<OwnedFd> {
        let (reader, writer) = std::io::pipe()?;
        rustix::io::ioctl_fionbio(&reader, true)?;
        self.outputs.push(Drain { file: file.try_clone_to_owned()?.into(), pipe: Some(reader) });
        Ok(writer.into())
    }

    /// Carries, and returns the next signal; nothing where a child may have ended.
    pub fn wait(&mut self) -> Option<u8> {
        loop {
            let signals = self.signals.as_fd();
            let mut wanted = vec![PollFd::new(&signals, PollFlags::IN)];
            let feed = self.input.as_ref().and_then(|feed| feed.pipe.as_ref());
            wanted.extend(feed.map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
            let pipes = self.outputs.iter().filter_map(|drain| drain.pipe.as_ref());
            wanted.extend(pipes.map(|pipe| PollFd::new(pipe, PollFlags::IN)));
            match rustix::event::poll(&mut wanted, None) {
                Err(Errno::INTR) => continue,
                Err(_) => return None,
                Ok(_) => {}
            }
            let signalled = !wanted[0].revents().is_empty();
            self.carry();
            if signalled {
                return self.signals.next();
            }
        }
    }

    fn carry(&mut self) {
        if let Some(feed) = &mut self.input {
            feed.carry();
        }
        for drain in &mut self.outputs {
            self.refused = self.refused.or(drain.carry());
        }
    }

    /// Carries what is left when everybody in the container has ended, and gives back what nobody has read: the next command
    /// of a script reads on there.
    ///
    /// # Errors
    /// When a file did not take what was written.
    pub fn finish(mut self) -> std::result::Result<(), CallError> {
        self.carry();
        if let Some(feed) = &mut self.input {
            feed.give_back();
        }
        match self.refused {
            Some(errno) => Err(CallError::of("write", "1, …", errno)),
            None => Ok(()),
        }
    }
}

impl Feed {
    /// As much as the pipe takes.
    fn carry(&mut self) {
        while let Some(pipe) = &mut self.pipe {
            if self.waiting.is_empty() {
                let mut bytes = vec![0; CHUNK];
                let length = self.file.read(&mut bytes).unwrap_or(0);
                bytes.truncate(length);
                self.waiting = bytes;
            }
            if self.waiting.is_empty() {
                self.pipe = None;
                return;
            }
            match pipe.write(&self.waiting) {
                Ok(written) => drop(self.waiting.drain(..written)),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return,
                Err(_) => self.pipe = None,
            }
        }
    }

    fn give_back(&self) {
        let unread = rustix::io::ioctl_fionread(&self.other).unwrap_or(0) + self.waiting.len() as u64;
        let _ = i64::try_from(unread).map(|unread| rustix::fs::seek(&self.file, SeekFrom::Current(-unread)));
    }
}

impl Drain {
    /// All that is there now. The error of a file that takes it not: then nobody writes to it any more.
    fn carry(&mut self) -> Option<Errno> {
        let mut bytes = vec![0; CHUNK];
        while let Some(pipe) = &mut self.pipe {
            match pipe.read(&mut bytes) {
                Ok(length @ 1..) => {
                    if let Err(error) = self.file.write_all(&bytes[..length]) {
                        self.pipe = None;
                        return Some(Errno::from_io_error(&error).unwrap_or(Errno::IO));
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return None,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                _ => self.pipe = None,
            }
        }
        None
    }
}

/// Whether what is open there has a name on the host by which it could be opened anew and harmed: a file, a disk, a device that
/// is no terminal and that a container does not have itself.
fn is_of_host(descriptor: BorrowedFd<'_>) -> bool {
    let Ok(found) = rustix::fs::fstat(descriptor) else { return false };
    match FileType::from_raw_mode(found.st_mode) {
        FileType::RegularFile | FileType::BlockDevice => true,
        FileType::CharacterDevice => own_device(found.st_rdev).is_none() && !rustix::termios::isatty(descriptor),
        _ => false,
    }
}

fn is_same(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> bool {
    let identity = |fd| rustix::fs::fstat(fd).map(|found| (found.st_dev, found.st_ino));
    identity(one).is_ok_and(|one| identity(other) == Ok(one))
}

/// The devices that every container has: name, major, minor.
pub const OWN_DEVICES: &[(&str, u32, u32)] =
    &[("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9)];

fn own_device(device: u64) -> Option<&'static str> {
    let numbers = (rustix::fs::major(device), rustix::fs::minor(device));
    OWN_DEVICES.iter().find(|(_, major, minor)| numbers == (*major, *minor)).map(|(name, ..)| *name)
}

/// In the container: the standard streams that are such a device of the host's become the container's own one. Root could
/// change the mode of the host's by its descriptor.
pub fn use_own_devices() -> Result<()> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout, stderr, stdin, stdout};
    let own = |descriptor: BorrowedFd<'_>| {
        let found = rustix::fs::fstat(descriptor).ok()?;
        let is_device = FileType::from_raw_mode(found.st_mode) == FileType::CharacterDevice;
        let name = own_device(found.st_rdev).filter(|_| is_device)?;
        openat(CWD, format!("/dev/{name}"), OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty()).ok()
    };
    if let Some(own) = own(stdin()) {
        dup2_stdin(own)?;
    }
    if let Some(own) = own(stdout()) {
        dup2_stdout(own)?;
    }
    if let Some(own) = own(stderr()) {
        dup2_stderr(own)?;
    }
    Ok(())
}

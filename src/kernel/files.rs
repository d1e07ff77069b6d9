//! Files and directories: mkdirat(2), openat(2), read(2), write(2), unlinkat(2), renameat(2), linkat(2), symlinkat(2),
//! mknodat(2), fchmodat(2), truncate(2), utimensat(2), chdir(2).
//!
//! The `*at` forms with `AT_FDCWD` are used throughout: they exist on every architecture, and strace prints them for
//! the GNU programs too.

use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::sys::stat::{FchmodatFlags, Mode, SFlag, UtimensatFlags};
use nix::sys::time::TimeSpec;
use nix::unistd::UnlinkatFlags;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read.
    Read,
    /// To write at its start; made where it is missing, not emptied (`touch`).
    Create,
    /// To write; made where it is missing, emptied where not (`>`).
    Overwrite,
    /// To write at its end; made where it is missing (`>>`).
    Append,
}

/// The times that utimensat(2) sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Both to now.
    Now,
    /// Access and modification time, in seconds and nanoseconds since 1970.
    At {
        /// Last access.
        accessed: (i64, i64),
        /// Last modification.
        modified: (i64, i64),
    },
}

impl Sys {
    /// mkdirat(2): a directory, with `mode` less the umask.
    pub fn mkdir(&mut self, path: &Path, mode: u32) -> Result<(), CallError> {
        let outcome = nix::sys::stat::mkdirat(AT_FDCWD, path, Mode::from_bits_truncate(mode));
        self.zero("mkdirat", format!("AT_FDCWD, {}, {}", strace::path(path), strace::mode(mode)), outcome)
    }

    /// openat(2), close-on-exec; a new file gets the mode 0666 less the umask.
    pub fn open(&mut self, path: &Path, access: Access) -> Result<OwnedFd, CallError> {
        let (flags, shown) = match access {
            Access::Read => (OFlag::O_RDONLY, "O_RDONLY|O_CLOEXEC"),
            Access::Create => (OFlag::O_WRONLY | OFlag::O_CREAT, "O_WRONLY|O_CREAT|O_CLOEXEC, 0666"),
            Access::Overwrite => {
                (OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_TRUNC, "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666")
            }
            Access::Append => {
                (OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_APPEND, "O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC, 0666")
            }
        };
        let outcome = nix::fcntl::openat(AT_FDCWD, path, flags | OFlag::O_CLOEXEC, Mode::from_bits_truncate(0o666));
        self.record("openat", format!("AT_FDCWD, {}, {shown}", strace::path(path)), outcome, |fd| fd.as_raw_fd().into())
    }

    /// read(2) until the end of the file.
    pub fn read_all(&mut self, file: &OwnedFd) -> Result<Vec<u8>, CallError> {
        let mut all = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let outcome = nix::unistd::read(file, &mut buffer);
            let got = outcome.unwrap_or(0);
            let args = format!("{}, {}, {}", file.as_raw_fd(), strace::buffer(&buffer[..got]), buffer.len());
            if self.record("read", args, outcome, |got| *got as i64)? == 0 {
                return Ok(all);
            }
            all.extend_from_slice(&buffer[..got]);
        }
    }

    /// write(2) until all bytes are written.
    pub fn write_all(&mut self, file: &OwnedFd, mut bytes: &[u8]) -> Result<(), CallError> {
        while !bytes.is_empty() {
            let outcome = nix::unistd::write(file, bytes);
            let args = format!("{}, {}, {}", file.as_raw_fd(), strace::buffer(bytes), bytes.len());
            let written = self.record("write", args, outcome, |written| *written as i64)?;
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// unlinkat(2): removes a name that is not a directory.
    pub fn unlink(&mut self, path: &Path) -> Result<(), CallError> {
        let outcome = nix::unistd::unlinkat(AT_FDCWD, path, UnlinkatFlags::NoRemoveDir);
        self.zero("unlinkat", format!("AT_FDCWD, {}, 0", strace::path(path)), outcome)
    }

    /// unlinkat(2) with AT_REMOVEDIR: removes an empty directory.
    pub fn rmdir(&mut self, path: &Path) -> Result<(), CallError> {
        let outcome = nix::unistd::unlinkat(AT_FDCWD, path, UnlinkatFlags::RemoveDir);
        self.zero("unlinkat", format!("AT_FDCWD, {}, AT_REMOVEDIR", strace::path(path)), outcome)
    }

    /// renameat(2).
    pub fn rename(&mut self, from: &Path, to: &Path) -> Result<(), CallError> {
        let outcome = nix::fcntl::renameat(AT_FDCWD, from, AT_FDCWD, to);
        let args = format!("AT_FDCWD, {}, AT_FDCWD, {}", strace::path(from), strace::path(to));
        self.zero("renameat", args, outcome)
    }

    /// linkat(2): a second name for the same file.
    pub fn link(&mut self, existing: &Path, new: &Path) -> Result<(), CallError> {
        let outcome = nix::unistd::linkat(AT_FDCWD, existing, AT_FDCWD, new, AtFlags::empty());
        let args = format!("AT_FDCWD, {}, AT_FDCWD, {}, 0", strace::path(existing), strace::path(new));
        self.zero("linkat", args, outcome)
    }

    /// symlinkat(2): a link that holds the text `target`.
    pub fn symlink(&mut self, target: &Path, new: &Path) -> Result<(), CallError> {
        let outcome = nix::unistd::symlinkat(target, AT_FDCWD, new);
        self.zero("symlinkat", format!("{}, AT_FDCWD, {}", strace::path(target), strace::path(new)), outcome)
    }

    /// mknodat(2) of a character device. In a user namespace only 0:0, the whiteout, is allowed.
    pub fn make_character_device(&mut self, path: &Path, mode: u32, major: u32, minor: u32) -> Result<(), CallError> {
        let device = nix::sys::stat::makedev(major.into(), minor.into());
        let outcome = nix::sys::stat::mknodat(AT_FDCWD, path, SFlag::S_IFCHR, Mode::from_bits_truncate(mode), device);
        let args = format!(
            "AT_FDCWD, {}, S_IFCHR|{}, makedev({major:#x}, {minor:#x})",
            strace::path(path),
            strace::mode(mode)
        );
        self.zero("mknodat", args.replace("0x0", "0"), outcome)
    }

    /// fchmodat(2), following a symbolic link.
    pub fn chmod(&mut self, path: &Path, mode: u32) -> Result<(), CallError> {
        let flags = FchmodatFlags::FollowSymlink;
        let outcome = nix::sys::stat::fchmodat(AT_FDCWD, path, Mode::from_bits_truncate(mode), flags);
        self.zero("fchmodat", format!("AT_FDCWD, {}, {}", strace::path(path), strace::mode(mode)), outcome)
    }

    /// truncate(2): cuts or extends a file to `size` bytes.
    pub fn truncate(&mut self, path: &Path, size: i64) -> Result<(), CallError> {
        let outcome = nix::unistd::truncate(path, size);
        self.zero("truncate", format!("{}, {size}", strace::path(path)), outcome)
    }

    /// utimensat(2), following a symbolic link.
    pub fn set_times(&mut self, path: &Path, times: Times) -> Result<(), CallError> {
        let (accessed, modified, shown) = match times {
            Times::Now => (TimeSpec::UTIME_NOW, TimeSpec::UTIME_NOW, "[UTIME_NOW, UTIME_NOW]".to_string()),
            Times::At { accessed, modified } => {
                let shown = [accessed, modified].map(|(s, ns)| format!("{{tv_sec={s}, tv_nsec={ns}}}")).join(", ");
                (TimeSpec::new(accessed.0, accessed.1), TimeSpec::new(modified.0, modified.1), format!("[{shown}]"))
            }
        };
        let outcome = nix::sys::stat::utimensat(AT_FDCWD, path, &accessed, &modified, UtimensatFlags::FollowSymlink);
        self.zero("utimensat", format!("AT_FDCWD, {}, {shown}, 0", strace::path(path)), outcome)
    }

    /// chdir(2).
    pub fn chdir(&mut self, path: &Path) -> Result<(), CallError> {
        let outcome = nix::unistd::chdir(path);
        self.zero("chdir", strace::path(path), outcome)
    }
}

//! Files and directories: mkdirat(2), openat(2), read(2), write(2), unlinkat(2), renameat(2), linkat(2), symlinkat(2),
//! mknodat(2), fchmodat(2), ftruncate(2), utimensat(2), chdir(2).
//!
//! The `*at` forms with `AT_FDCWD` are used throughout: they exist on every architecture, and strace prints them for
//! the GNU programs too.

use crate::ground::Errno;
use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use rustix::fs::{AtFlags, CWD, FileType, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, Uid};
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read.
    Read,
    /// To write; it is there.
    Write,
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
        let outcome = rustix::fs::mkdirat(CWD, path, Mode::from_raw_mode(mode));
        self.note_zero("mkdirat", || format!("AT_FDCWD, {}, {}", strace::path(path), strace::mode(mode)), outcome)
    }

    /// openat(2), close-on-exec; a new file gets the mode 0666 less the umask.
    pub fn open(&mut self, path: &Path, access: Access) -> Result<OwnedFd, CallError> {
        let (flags, shown) = match access {
            Access::Read => (OFlags::RDONLY, "O_RDONLY|O_CLOEXEC"),
            Access::Write => (OFlags::WRONLY, "O_WRONLY|O_CLOEXEC"),
            Access::Create => (OFlags::WRONLY | OFlags::CREATE, "O_WRONLY|O_CREAT|O_CLOEXEC, 0666"),
            Access::Overwrite => {
                (OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC, "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666")
            }
            Access::Append => {
                (OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND, "O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC, 0666")
            }
        };
        let outcome = open_at(None, path, flags | OFlags::CLOEXEC, 0o666);
        self.record("openat", format!("AT_FDCWD, {}, {shown}", strace::path(path)), outcome, |fd| fd.as_raw_fd().into())
    }

    /// read(2) until the end of the file.
    pub fn read_all(&mut self, file: &OwnedFd) -> Result<Vec<u8>, CallError> {
        let mut all = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let outcome = rustix::io::read(file, &mut buffer);
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
            let outcome = rustix::io::write(file, bytes);
            let args = format!("{}, {}, {}", file.as_raw_fd(), strace::buffer(bytes), bytes.len());
            let written = self.record("write", args, outcome, |written| *written as i64)?;
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// unlinkat(2): removes a name that is not a directory.
    pub fn unlink(&mut self, path: &Path) -> Result<(), CallError> {
        let outcome = rustix::fs::unlinkat(CWD, path, AtFlags::empty());
        self.zero("unlinkat", format!("AT_FDCWD, {}, 0", strace::path(path)), outcome)
    }

    /// unlinkat(2) with AT_REMOVEDIR: removes an empty directory.
    pub fn rmdir(&mut self, path: &Path) -> Result<(), CallError> {
        let outcome = rustix::fs::unlinkat(CWD, path, AtFlags::REMOVEDIR);
        self.zero("unlinkat", format!("AT_FDCWD, {}, AT_REMOVEDIR", strace::path(path)), outcome)
    }

    /// renameat(2).
    pub fn rename(&mut self, from: &Path, to: &Path) -> Result<(), CallError> {
        let outcome = rustix::fs::renameat(CWD, from, CWD, to);
        let args = format!("AT_FDCWD, {}, AT_FDCWD, {}", strace::path(from), strace::path(to));
        self.zero("renameat", args, outcome)
    }

    /// linkat(2): a second name for the same file.
    pub fn link(&mut self, existing: &Path, new: &Path) -> Result<(), CallError> {
        let outcome = rustix::fs::linkat(CWD, existing, CWD, new, AtFlags::empty());
        let args = format!("AT_FDCWD, {}, AT_FDCWD, {}, 0", strace::path(existing), strace::path(new));
        self.zero("linkat", args, outcome)
    }

    /// symlinkat(2): a link that holds the text `target`.
    pub fn symlink(&mut self, target: &Path, new: &Path) -> Result<(), CallError> {
        let outcome = rustix::fs::symlinkat(target, CWD, new);
        let args = || format!("{}, AT_FDCWD, {}", strace::path(target), strace::path(new));
        self.note_zero("symlinkat", args, outcome)
    }

    /// mknodat(2) of a character device. In a user namespace only 0:0, the whiteout, is allowed.
    pub fn make_character_device(&mut self, path: &Path, mode: u32, major: u32, minor: u32) -> Result<(), CallError> {
        let device = rustix::fs::makedev(major, minor);
        self.make_node(path, FileType::CharacterDevice.as_raw_mode() | (mode & 0o7777), device)
    }

    /// fchmodat(2), following a symbolic link.
    pub fn chmod(&mut self, path: &Path, mode: u32) -> Result<(), CallError> {
        let outcome = rustix::fs::chmodat(CWD, path, Mode::from_raw_mode(mode), AtFlags::empty());
        self.zero("fchmodat", format!("AT_FDCWD, {}, {}", strace::path(path), strace::mode(mode)), outcome)
    }

    /// utimensat(2), following a symbolic link.
    pub fn set_times(&mut self, path: &Path, times: Times) -> Result<(), CallError> {
        let (times, shown) = match times {
            Times::Now => (NOW, "UTIME_NOW, UTIME_NOW".to_string()),
            Times::At { accessed, modified } => both(accessed, modified),
        };
        let outcome = rustix::fs::utimensat(CWD, path, &times, AtFlags::empty());
        self.zero("utimensat", format!("AT_FDCWD, {}, [{shown}], 0", strace::path(path)), outcome)
    }

    /// openat(2) of a directory, to work on what is in it: relative to `parent` where one is given, never through a
    /// symbolic link.
    pub fn open_directory(&mut self, parent: Option<&OwnedFd>, name: &Path) -> Result<OwnedFd, CallError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::DIRECTORY;
        let outcome = open_at(parent, name, flags, 0);
        let args = format!("{}, {}, O_RDONLY|O_NOFOLLOW|O_CLOEXEC|O_DIRECTORY", at(parent), strace::path(name));
        self.record("openat", args, outcome, |fd| fd.as_raw_fd().into())
    }

    /// openat(2) of a file that must not exist yet, to write to it.
    pub fn open_new(&mut self, path: &Path, mode: u32) -> Result<OwnedFd, CallError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let outcome = open_at(None, path, flags, mode);
        let shown = format!("O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, {}", strace::mode(mode));
        self.record("openat", format!("AT_FDCWD, {}, {shown}", strace::path(path)), outcome, |fd| fd.as_raw_fd().into())
    }

    /// openat(2) of a file that exists, emptying it (`cp` onto a file).
    pub fn open_emptied(&mut self, path: &Path) -> Result<OwnedFd, CallError> {
        let flags = OFlags::WRONLY | OFlags::TRUNC | OFlags::CLOEXEC;
        let outcome = open_at(None, path, flags, 0);
        let args = format!("AT_FDCWD, {}, O_WRONLY|O_TRUNC|O_CLOEXEC", strace::path(path));
        self.record("openat", args, outcome, |fd| fd.as_raw_fd().into())
    }

    /// copy_file_range(2) to the end of the file; read(2) and write(2) where the two files do not allow that.
    pub fn copy_data(&mut self, from: &OwnedFd, to: &OwnedFd) -> Result<(), CallError> {
        // As much as fits a signed size, less a page: what the GNU programs ask for.
        const ALL: usize = 0x7fff_ffff_c000_0000;
        let mut copied = 0;
        loop {
            let outcome = rustix::fs::copy_file_range(from, None, to, None, ALL);
            let args = format!("{}, NULL, {}, NULL, {ALL}, 0", from.as_raw_fd(), to.as_raw_fd());
            match self.record("copy_file_range", args, outcome, |got| *got as i64) {
                Ok(0) if copied > 0 => return Ok(()),
                // Nothing at all: an empty file, or one of a kind that only read(2) can empty (/proc).
                Ok(0) | Err(_) => break,
                Ok(got) => copied += got,
            }
        }
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let outcome = rustix::io::read(from, &mut buffer);
            let got = outcome.unwrap_or(0);
            let args = format!("{}, {}, {}", from.as_raw_fd(), strace::buffer(&buffer[..got]), buffer.len());
            if self.record("read", args, outcome, |got| *got as i64)? == 0 {
                return Ok(());
            }
            self.write_all(to, &buffer[..got])?;
        }
    }

    /// unlinkat(2) of an entry of an open directory: nothing on the way to it can be swapped for a symbolic link.
    pub fn unlink_in(&mut self, parent: &OwnedFd, name: &Path, directory: bool) -> Result<(), CallError> {
        let (flag, shown) = match directory {
            true => (AtFlags::REMOVEDIR, "AT_REMOVEDIR"),
            false => (AtFlags::empty(), "0"),
        };
        let outcome = rustix::fs::unlinkat(parent, name, flag);
        self.zero("unlinkat", format!("{}, {}, {shown}", at(Some(parent)), strace::path(name)), outcome)
    }

    /// ftruncate(2): cuts or extends an open file to `size` bytes.
    pub fn truncate_open(&mut self, file: &OwnedFd, size: u64) -> Result<(), CallError> {
        let outcome = rustix::fs::ftruncate(file, size);
        self.zero("ftruncate", format!("{}, {size}", file.as_raw_fd()), outcome)
    }

    /// utimensat(2) of an open file: both times to now.
    pub fn touch_open(&mut self, file: &OwnedFd) -> Result<(), CallError> {
        let outcome = rustix::fs::futimens(file, &NOW);
        self.zero("utimensat", format!("{}, NULL, [UTIME_NOW, UTIME_NOW], 0", file.as_raw_fd()), outcome)
    }

    /// utimensat(2) of the entry itself, also where it is a symbolic link.
    pub fn set_own_times(&mut self, path: &Path, accessed: (i64, i64), modified: (i64, i64)) -> Result<(), CallError> {
        let (times, shown) = both(accessed, modified);
        let outcome = rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW);
        self.zero("utimensat", format!("AT_FDCWD, {}, [{shown}], AT_SYMLINK_NOFOLLOW", strace::path(path)), outcome)
    }

    /// fchownat(2) of the entry itself, also where it is a symbolic link.
    pub fn change_owner(&mut self, path: &Path, user: u32, group: u32) -> Result<(), CallError> {
        let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(group));
        let outcome = rustix::fs::chownat(CWD, path, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW);
        let args = format!("AT_FDCWD, {}, {user}, {group}, AT_SYMLINK_NOFOLLOW", strace::path(path));
        self.zero("fchownat", args, outcome)
    }

    /// mknodat(2) of a named pipe or a device; `mode` holds the type bits, as stat(2) gives them.
    pub fn make_node(&mut self, path: &Path, mode: u32, device: u64) -> Result<(), CallError> {
        let kind = FileType::from_raw_mode(mode);
        let (shown, numbers) = match kind {
            FileType::Fifo => ("S_IFIFO", String::new()),
            FileType::BlockDevice => ("S_IFBLK", strace::device(device)),
            FileType::Socket => ("S_IFSOCK", String::new()),
            _ => ("S_IFCHR", strace::device(device)),
        };
        let outcome = rustix::fs::mknodat(CWD, path, kind, Mode::from_raw_mode(mode), device);
        let mode = mode & 0o7777;
        let args = || format!("AT_FDCWD, {}, {shown}|{}{numbers}", strace::path(path), strace::mode(mode));
        self.note_zero("mknodat", args, outcome)
    }

    /// mknodat(2) of an empty file, to mount something over it.
    pub fn make_file(&mut self, path: &Path, mode: u32) -> Result<(), CallError> {
        let outcome = rustix::fs::mknodat(CWD, path, FileType::RegularFile, Mode::from_raw_mode(mode), 0);
        let args = || format!("AT_FDCWD, {}, S_IFREG|{}", strace::path(path), strace::mode(mode));
        self.note_zero("mknodat", args, outcome)
    }

    /// chdir(2).
    pub fn chdir(&mut self, path: &Path) -> Result<(), CallError> {
        let outcome = rustix::process::chdir(path);
        self.note_zero("chdir", || strace::path(path), outcome)
    }
}

/// openat(2) as the C library makes it: rustix adds O_LARGEFILE, which nobody sees of the GNU programs.
pub(super) fn open_at(parent: Option<&OwnedFd>, path: &Path, flags: OFlags, mode: u32) -> Result<OwnedFd, Errno> {
    let flags = nix::fcntl::OFlag::from_bits_retain(flags.bits() as i32);
    let mode = nix::sys::stat::Mode::from_bits_retain(mode);
    Ok(match parent {
        Some(parent) => nix::fcntl::openat(parent, path, flags, mode)?,
        None => nix::fcntl::openat(nix::fcntl::AT_FDCWD, path, flags, mode)?,
    })
}

/// The mode bits that new files do not get (umask(2)).
pub fn umask() -> u32 {
    // There is no call that only reads it; the stage has a single thread, so nobody sees the moment in between.
    let umask = rustix::process::umask(Mode::empty());
    rustix::process::umask(umask);
    umask.as_raw_mode()
}

/// statx(2) of an open directory: another file system, or another part of one, is mounted here. Before kernel 5.8 only
/// another file system can be told.
pub fn is_mount_root(directory: &OwnedFd) -> bool {
    use rustix::fs::{AtFlags, StatxAttributes, StatxFlags, fstat, statat};
    match rustix::fs::statx(directory, "", AtFlags::EMPTY_PATH, StatxFlags::TYPE) {
        Ok(found) if found.stx_attributes_mask.contains(StatxAttributes::MOUNT_ROOT) => {
            found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)
        }
        _ => {
            let device = |found: rustix::fs::Stat| found.st_dev;
            let above = statat(directory, "..", AtFlags::empty()).map(device);
            above.is_ok() && above != fstat(directory).map(device)
        }
    }
}

/// faccessat(2) with AT_EACCESS: whether we may make and delete entries in a directory.
pub fn may_write(directory: &Path) -> Result<(), CallError> {
    use rustix::fs::Access;
    rustix::fs::accessat(CWD, directory, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS).map_err(|errno| {
        CallError::of("faccessat2", format!("AT_FDCWD, {}, W_OK|X_OK, AT_EACCESS", strace::path(directory)), errno)
    })
}

/// The names in an open directory, sorted by their bytes, without `.` and `..`.
pub fn names_in(directory: &OwnedFd) -> std::io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in rustix::fs::Dir::read_from(directory)? {
        let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_os_string();
        if name != "." && name != ".." {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// fstatat(2): whether an entry of an open directory is a directory itself, not following a link.
pub fn is_directory_in(directory: &OwnedFd, name: &Path) -> bool {
    rustix::fs::statat(directory, name, rustix::fs::AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|found| rustix::fs::FileType::from_raw_mode(found.st_mode).is_dir())
}

/// Access and modification both to now.
const NOW: Timestamps = Timestamps {
    last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_NOW as _ },
    last_modification: Timespec { tv_sec: 0, tv_nsec: UTIME_NOW as _ },
};

/// Two times in seconds and nanoseconds, and how strace prints them.
fn both(accessed: (i64, i64), modified: (i64, i64)) -> (Timestamps, String) {
    let [last_access, last_modification] =
        [accessed, modified].map(|(tv_sec, part)| Timespec { tv_sec, tv_nsec: part as _ });
    let shown = [accessed, modified].map(|(s, ns)| format!("{{tv_sec={s}, tv_nsec={ns}}}")).join(", ");
    (Timestamps { last_access, last_modification }, shown)
}

fn at(parent: Option<&OwnedFd>) -> String {
    parent.map_or("AT_FDCWD".to_string(), |parent| parent.as_raw_fd().to_string())
}

//! Entries below an open directory, and nowhere else: openat(2), mkdirat(2), symlinkat(2), linkat(2), mknodat(2),
//! unlinkat(2), renameat(2), and what is set on the open file: fchown(2), fchmod(2), futimens(3), fsetxattr(2).
//!
//! Every name is a single component, which is checked here, and no symbolic link is ever followed. Whatever names a
//! hostile archive thinks of, they lead nowhere but into the directory that was opened first.

use crate::kernel::directory::{Stat, look};
use crate::kernel::enter::kept_proc;
use crate::kernel::strace;
use crate::kernel::sys::CallError;
use rustix::fs::{AtFlags, CWD, FileType, Gid, Mode, OFlags, SeekFrom, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

type Outcome<T> = Result<T, CallError>;

/// A directory or a file that is open.
#[derive(Debug)]
pub struct Within(OwnedFd);

impl AsFd for Within {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Within {
    /// The directory at a path that a person named: here, and only here, links are followed.
    pub fn open(path: &Path) -> Outcome<Within> {
        let opened = rustix::fs::openat(CWD, path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        opened.map(Within).map_err(|errno| {
            let args = format!("AT_FDCWD, {}, O_RDONLY|O_CLOEXEC|O_DIRECTORY", strace::path(path));
            CallError::of("openat", args, errno)
        })
    }

    /// The descriptor, for what only looks.
    pub fn fd(&self) -> &OwnedFd {
        &self.0
    }

    /// Which directory it is: its file system and its inode there.
    pub fn identity(&self) -> Outcome<(u64, u64)> {
        let found = rustix::fs::fstat(&self.0).map(|found| (found.st_dev, found.st_ino));
        found.map_err(|errno| of_open("fstat", &self.0, "…".to_string(), errno))
    }

    /// A directory in this one.
    pub fn directory(&self, name: &OsStr) -> Outcome<Within> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let shown = "O_RDONLY|O_NOFOLLOW|O_CLOEXEC|O_DIRECTORY";
        let opened = single(name).and_then(|()| rustix::fs::openat(&self.0, name, flags, Mode::empty()));
        opened.map(Within).map_err(|errno| self.error("openat", name, shown, errno))
    }

    /// The directory once more, by a descriptor of its own.
    pub fn again(&self) -> Outcome<Within> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.0, ".", flags, Mode::empty());
        opened.map(Within).map_err(|errno| self.error("openat", ".".as_ref(), "O_RDONLY|O_CLOEXEC|O_DIRECTORY", errno))
    }

    /// A regular file in it, to read; a pipe that stands there instead is not waited for.
    pub fn file(&self, name: &OsStr) -> Outcome<File> {
        let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let opened = single(name).and_then(|()| rustix::fs::openat(&self.0, name, flags, Mode::empty()));
        opened.map(File::from).map_err(|errno| self.error("openat", name, "O_RDONLY|O_NOFOLLOW|O_CLOEXEC", errno))
    }

    /// A new directory that only we may enter.
    pub fn make_directory(&self, name: &OsStr) -> Outcome<()> {
        let made = single(name).and_then(|()| rustix::fs::mkdirat(&self.0, name, Mode::RWXU));
        made.map_err(|errno| self.error("mkdirat", name, "0700", errno))
    }

    /// A new file with this mode, less what the umask takes away.
    pub fn make_file(&self, name: &OsStr, mode: u32) -> Outcome<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let shown = || format!("O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, {}", strace::mode(mode));
        let made = single(name).and_then(|()| rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(mode)));
        made.map(File::from).map_err(|errno| self.error("openat", name, &shown(), errno))
    }

    /// A file that is there to be locked; it is made where it is missing. On a disk that has become read-only it can still be
    /// had. A pipe of that name is not waited for.
    pub fn lock_file(&self, name: &OsStr) -> Outcome<File> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let open = |flags| rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o666));
        let opened = single(name)
            .and_then(|()| open(flags | OFlags::RDWR | OFlags::CREATE).or_else(|errno| open(flags).map_err(|_| errno)));
        let shown = "O_RDWR|O_CREAT|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC, 0666";
        opened.map(File::from).map_err(|errno| self.error("openat", name, shown, errno))
    }

    /// A new symbolic link; its text may be anything.
    pub fn make_symlink(&self, name: &OsStr, target: &OsStr) -> Outcome<()> {
        let made = single(name).and_then(|()| rustix::fs::symlinkat(target, &self.0, name));
        made.map_err(|errno| {
            let args = format!("{}, {}, {}", strace::path(target.as_ref()), self.shown(), strace::path(name.as_ref()));
            CallError::of("symlinkat", args, errno)
        })
    }

    /// A further name for an entry; of a symbolic link, for the link itself.
    pub fn make_link(&self, name: &OsStr, directory: &Within, existing: &OsStr) -> Outcome<()> {
        let link = || rustix::fs::linkat(&directory.0, existing, &self.0, name, AtFlags::empty());
        single(name).and_then(|()| single(existing)).and_then(|()| link()).map_err(|errno| {
            let old = format!("{}, {}", directory.shown(), strace::path(existing.as_ref()));
            let args = format!("{old}, {}, {}, 0", self.shown(), strace::path(name.as_ref()));
            CallError::of("linkat", args, errno)
        })
    }

    /// A new named pipe, opened.
    pub fn make_pipe(&self, name: &OsStr) -> Outcome<File> {
        let make = || rustix::fs::mknodat(&self.0, name, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0);
        single(name).and_then(|()| make()).map_err(|errno| self.error("mknodat", name, "S_IFIFO|0600", errno))?;
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.0, name, flags, Mode::empty());
        opened.map(File::from).map_err(|errno| self.error("openat", name, "O_RDWR|O_NONBLOCK|O_NOFOLLOW", errno))
    }

    /// A new character device 0, 0, by which an overlay says that a name is deleted. Since kernel 5.8 everybody may make one.
    pub fn make_whiteout(&self, name: &OsStr) -> Outcome<()> {
        let make = || rustix::fs::mknodat(&self.0, name, FileType::CharacterDevice, Mode::empty(), 0);
        single(name)
            .and_then(|()| make())
            .map_err(|errno| self.error("mknodat", name, "S_IFCHR|000, makedev(0, 0)", errno))
    }

    /// What there is of this name.
    pub fn look(&self, name: &OsStr) -> Outcome<Stat> {
        single(name).map_err(std::io::Error::from).and_then(|()| look(Some(&self.0), name.as_ref())).map_err(|error| {
            let args = format!("{}, {}, …, AT_SYMLINK_NOFOLLOW", self.shown(), strace::path(name.as_ref()));
            CallError::of("newfstatat", args, &error)
        })
    }

    /// The text of a symbolic link.
    pub fn read_link(&self, name: &OsStr) -> Outcome<OsString> {
        use std::os::unix::ffi::OsStringExt;
        let read = single(name).and_then(|()| rustix::fs::readlinkat(&self.0, name, Vec::new()));
        read.map(|text| OsString::from_vec(text.into_bytes()))
            .map_err(|errno| self.error("readlinkat", name, "…, 4096", errno))
    }

    /// Removes a name: of an empty directory, or of anything else.
    pub fn remove(&self, name: &OsStr, directory: bool) -> Outcome<()> {
        let (flags, shown) = if directory { (AtFlags::REMOVEDIR, "AT_REMOVEDIR") } else { (AtFlags::empty(), "0") };
        let removed = single(name).and_then(|()| rustix::fs::unlinkat(&self.0, name, flags));
        removed.map_err(|errno| self.error("unlinkat", name, shown, errno))
    }

    /// Gives an entry another name, in the place of an empty directory perhaps.
    pub fn rename(&self, from: &OsStr, to: &OsStr) -> Outcome<()> {
        let renamed = single(from).and_then(|()| single(to));
        renamed.and_then(|()| rustix::fs::renameat(&self.0, from, &self.0, to)).map_err(|errno| {
            let (at, from) = (self.shown(), strace::path(from.as_ref()));
            CallError::of("renameat", format!("{at}, {from}, {at}, {}", strace::path(to.as_ref())), errno)
        })
    }

    /// A directory in this one by a descriptor that needs no permission to be had, and permits nothing but to be asked for
    /// more.
    pub fn hold(&self, name: &OsStr) -> Outcome<Within> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let shown = "O_RDONLY|O_NOFOLLOW|O_CLOEXEC|O_PATH|O_DIRECTORY";
        let held = single(name).and_then(|()| rustix::fs::openat(&self.0, name, flags, Mode::empty()));
        held.map(Within).map_err(|errno| self.error("openat", name, shown, errno))
    }

    /// Lets us into a directory of ours that is held and locked. What has taken its name meanwhile stays as it is.
    pub fn unlock(&self) -> Outcome<()> {
        let mode =
            rustix::fs::fstat(&self.0).map_err(|errno| of_open("fstat", &self.0, "…".to_string(), errno))?.st_mode;
        if mode & 0o700 == 0o700 {
            return Ok(());
        }
        // fchmod(2) does not take such a descriptor. The /proc of a session does not know us.
        let unlock =
            |proc| rustix::fs::chmodat(proc, format!("self/fd/{}", self.0.as_raw_fd()), Mode::RWXU, AtFlags::empty());
        let unlocked = kept_proc().map_err(|_| Errno::NOSYS).and_then(unlock);
        unlocked.map_err(|errno| of_open("fchmod", &self.0, "0700".to_string(), errno))
    }

    /// The directory that holds this one, which must be the one that we came from.
    pub fn parent(&self, identity: (u64, u64)) -> Outcome<Within> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.0, "..", flags, Mode::empty()).map(Within);
        let error = |errno| self.error("openat", "..".as_ref(), "O_RDONLY|O_CLOEXEC|O_DIRECTORY", errno);
        let parent = opened.map_err(error)?;
        // It was moved meanwhile.
        if parent.identity()? == identity { Ok(parent) } else { Err(error(Errno::STALE)) }
    }

    /// The owner of the entry itself.
    pub fn set_owner(&self, name: &OsStr, (user, group): (u32, u32)) -> Outcome<()> {
        let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(group));
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        let set = single(name).and_then(|()| rustix::fs::chownat(&self.0, name, Some(uid), Some(gid), flags));
        set.map_err(|errno| self.error("fchownat", name, &format!("{user}, {group}, AT_SYMLINK_NOFOLLOW"), errno))
    }

    /// When the entry itself was last changed, in seconds and nanoseconds since 1970.
    pub fn set_modified(&self, name: &OsStr, modified: (i64, i64)) -> Outcome<()> {
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        let set = single(name).and_then(|()| rustix::fs::utimensat(&self.0, name, &only_modified(modified), flags));
        set.map_err(|errno| self.error("utimensat", name, "…, AT_SYMLINK_NOFOLLOW", errno))
    }

    /// The owner of an open file.
    pub fn set_owner_of(file: impl AsFd, (user, group): (u32, u32)) -> Outcome<()> {
        let set = rustix::fs::fchown(&file, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)));
        set.map_err(|errno| of_open("fchown", file, format!("{user}, {group}"), errno))
    }

    /// The permissions of an open file, whatever the umask.
    pub fn set_mode_of(file: impl AsFd, mode: u32) -> Outcome<()> {
        let set = rustix::fs::fchmod(&file, Mode::from_raw_mode(mode));
        set.map_err(|errno| of_open("fchmod", file, strace::mode(mode), errno))
    }

    /// When an open file was last changed, in seconds and nanoseconds since 1970.
    pub fn set_modified_of(file: impl AsFd, modified: (i64, i64)) -> Outcome<()> {
        let set = rustix::fs::futimens(&file, &only_modified(modified));
        set.map_err(|errno| of_open("utimensat", file, "NULL, …, 0".to_string(), errno))
    }

    /// An attribute of an open file.
    pub fn set_attribute_of(file: impl AsFd, name: &OsStr, value: &[u8]) -> Outcome<()> {
        let set = rustix::fs::fsetxattr(&file, name, value, XattrFlags::empty());
        let args = || format!("{}, {}, {}, 0", strace::path(name.as_ref()), strace::buffer(value), value.len());
        set.map_err(|errno| of_open("fsetxattr", file, args(), errno))
    }

    /// The attributes of an open file that we may read.
    pub fn attributes_of(file: impl AsFd) -> Vec<(OsString, Vec<u8>)> {
        use std::os::unix::ffi::OsStrExt;
        let mut list = Vec::with_capacity(64 * 1024);
        if rustix::fs::flistxattr(&file, rustix::buffer::spare_capacity(&mut list)).is_err() {
            return Vec::new();
        }
        let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(OsStr::from_bytes);
        let value = |name: &OsStr| {
            let mut value = Vec::with_capacity(64 * 1024);
            rustix::fs::fgetxattr(&file, name, rustix::buffer::spare_capacity(&mut value)).ok()?;
            Some((name.to_os_string(), value))
        };
        names.filter_map(value).collect()
    }

    fn error(&self, call: &str, name: &OsStr, rest: &str, errno: Errno) -> CallError {
        let args = format!("{}, {}, {rest}", self.shown(), strace::path(name.as_ref()));
        CallError::of(call, args, errno)
    }

    fn shown(&self) -> String {
        shown(&self.0)
    }
}

/// Copies at most `most` bytes from where the one file is read to where the other is written, inside the kernel where it
/// can: on btrfs and xfs no byte moves, the two files share their blocks until one is changed. 0 at the end.
pub fn copy_chunk(from: &File, to: &File, most: usize) -> Outcome<usize> {
    // Nothing, where something may be left: some file systems say so instead of refusing, and read(2) knows better.
    match rustix::fs::copy_file_range(from, None, to, None, most) {
        Ok(copied) if copied > 0 => return Ok(copied),
        Err(errno @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG | Errno::IO)) => {
            let args = format!("{}, NULL, {}, NULL, {most}, 0", shown(from), shown(to));
            return Err(CallError::of("copy_file_range", args, errno));
        }
        _ => {}
    }
    let mut buffer = vec![0; most.min(128 * 1024)];
    let got = rustix::io::read(from, &mut buffer)
        .map_err(|errno| of_open("read", from, format!("…, {}", buffer.len()), errno))?;
    let mut written = 0;
    while written < got {
        let part = &buffer[written..got];
        let args = |errno| of_open("write", to, format!("{}, {}", strace::buffer(part), part.len()), errno);
        written += rustix::io::write(to, part).map_err(args)?;
    }
    Ok(got)
}

/// Where the next bytes of a file are that take room on the disk, from a place on; nothing where only a hole follows.
pub fn next_data(file: &File, from: u64) -> Outcome<Option<(u64, u64)>> {
    let seek = |to| rustix::fs::seek(file, to);
    let start = match seek(SeekFrom::Data(from)) {
        Ok(start) => start,
        Err(Errno::NXIO) => return Ok(None),
        // A file system that does not know: all of it, once.
        Err(_) => return Ok((from == 0).then_some((0, u64::MAX))),
    };
    let end = seek(SeekFrom::Hole(start));
    let args = || format!("{start}, SEEK_HOLE");
    end.map(|end| Some((start, end))).map_err(|errno| of_open("lseek", file, args(), errno))
}

/// The place from which an open file is read or written next.
pub fn seek_to(file: &File, at: u64) -> Outcome<()> {
    let sought = rustix::fs::seek(file, SeekFrom::Start(at));
    sought.map(|_| ()).map_err(|errno| of_open("lseek", file, format!("{at}, SEEK_SET"), errno))
}

/// A name that leads to an entry of the directory itself, and not elsewhere.
fn single(name: &OsStr) -> Result<(), Errno> {
    let bytes = name.as_encoded_bytes();
    let leads_away = bytes.is_empty() || bytes == b"." || bytes == b".." || bytes.contains(&b'/');
    if leads_away { Err(Errno::INVAL) } else { Ok(()) }
}

fn only_modified((seconds, nanoseconds): (i64, i64)) -> Timestamps {
    Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW as _ },
        last_modification: Timespec { tv_sec: seconds, tv_nsec: nanoseconds as _ },
    }
}

fn of_open(call: &str, file: impl AsFd, rest: String, errno: Errno) -> CallError {
    CallError::of(call, format!("{}, {rest}", shown(file)), errno)
}

/// A descriptor with the path behind it, as `strace -y` prints it.
pub(super) fn shown(file: impl AsFd) -> String {
    let number = file.as_fd().as_raw_fd();
    let path = std::fs::read_link(format!("/proc/self/fd/{number}"));
    path.map_or_else(|_| number.to_string(), |path| format!("{number}<{}>", strace::path(&path).trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::Within;
    use crate::ground::Errno;
    use std::ffi::OsStr;

    #[test]
    fn what_takes_the_place_of_a_directory_that_is_held_stays_as_it_is() {
        use std::fs::{Permissions, create_dir, metadata, rename, set_permissions};
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["locked", "others"] {
            create_dir(at(name)).unwrap();
            set_permissions(at(name), Permissions::from_mode(0o500)).unwrap();
        }
        let held = Within::open(folder.path()).unwrap().hold(OsStr::new("locked")).unwrap();
        rename(at("locked"), at("moved")).unwrap();
        std::os::unix::fs::symlink(at("others"), at("locked")).unwrap();
        held.unlock().unwrap();
        let mode = |name| metadata(at(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("moved"), mode("others")), (0o700, 0o500));
    }

    #[test]
    fn no_name_leads_out_of_the_directory() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("in/link")).unwrap();
        let within = Within::open(&folder.path().join("in")).unwrap();
        for name in ["", ".", "..", "../x", "/x", "a/b", "link/x"] {
            assert!(within.make_file(OsStr::new(name), 0o600).unwrap_err().errno == Errno::EINVAL, "{name}");
        }
        assert!(within.directory(OsStr::new("link")).is_err());
        assert!(within.file(OsStr::new("link")).unwrap_err().errno == Errno::ELOOP);
        let error = within.make_file(OsStr::new("link"), 0o600).unwrap_err();
        assert!(error.errno == Errno::EEXIST && error.to_string().contains("in>, \"link\", O_WRONLY"), "{error}");
    }
}

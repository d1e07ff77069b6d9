//! Looking at directories without following links and without leaving the file system: openat(2), getdents64(2), fstatat(2).
//!
//! Everything goes through descriptors, never through long paths, so a directory that is moved while we look can't lead
//! us elsewhere.

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir};
use std::fs::File;
use std::io::{Read, Result};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// What kind of entry a directory names, as its d_type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryType {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link.
    Symlink,
    /// A character device: a whiteout, if its numbers are 0, 0.
    CharacterDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// The file system doesn't say; ask [`look`].
    Unknown,
}

/// What fstatat(2) says of an entry itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its type.
    pub kind: EntryType,
    /// The file system it is on.
    pub device: u64,
    /// Its inode there.
    pub inode: u64,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes.
    pub size: u64,
    /// How many names it has.
    pub links: u64,
    /// The numbers of a device: major, minor.
    pub numbers: (u32, u32),
    /// Last change of the content, in nanoseconds since 1970.
    pub modified: i64,
    /// Last change of content or metadata, in nanoseconds since 1970.
    pub changed: i64,
}

/// Opens a directory below `parent` (or at a path), not following a symbolic link at its end.
pub fn open_directory(parent: Option<&OwnedFd>, path: &Path) -> Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let parent = parent.map_or(CWD, AsFd::as_fd);
    Ok(without_access_time(|more| rustix::fs::openat(parent, path, flags | more, Mode::empty()))?)
}

/// Opens so that reading leaves the access time alone (O_NOATIME), where we may ask for that: of our own files, or as root.
pub(super) fn without_access_time<T>(open: impl Fn(OFlags) -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    match open(OFlags::NOATIME) {
        Err(rustix::io::Errno::PERM) => open(OFlags::empty()),
        opened => opened,
    }
}

/// Calls `each` with every entry but `.` and `..`, in the order of the file system.
pub fn read_directory(directory: impl AsFd, mut each: impl FnMut(&[u8], EntryType)) -> Result<()> {
    let mut buffer = vec![MaybeUninit::uninit(); 32 * 1024];
    let mut entries = RawDir::new(directory, &mut buffer);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            each(name, entry_type(entry.file_type()));
        }
    }
    Ok(())
}

/// fstatat(2) with AT_SYMLINK_NOFOLLOW, relative to an open directory or (without one) to the working directory.
pub fn look(directory: Option<&OwnedFd>, path: &Path) -> Result<Stat> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
    let stat = match directory {
        Some(directory) => rustix::fs::statat(directory, path, flags),
        None => rustix::fs::statat(CWD, path, flags),
    }?;
    let nanoseconds = |seconds: i64, part: u64| seconds.saturating_mul(1_000_000_000).saturating_add(part as i64);
    #[allow(clippy::useless_conversion, reason = "it has 32 bits on other architectures")]
    let links = u64::from(stat.st_nlink);
    Ok(Stat {
        kind: entry_type(FileType::from_raw_mode(stat.st_mode)),
        device: stat.st_dev,
        inode: stat.st_ino,
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        size: stat.st_size as u64,
        links,
        numbers: (rustix::fs::major(stat.st_rdev), rustix::fs::minor(stat.st_rdev)),
        modified: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
        changed: nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
    })
}

/// Opens a regular file below `directory` to read it, not following a link and not waiting for the writer of a pipe.
pub fn open_file(directory: &OwnedFd, name: &Path) -> Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(without_access_time(|more| rustix::fs::openat(directory, name, flags | more, Mode::empty()))?)
}

/// PIPEFS_MAGIC of statfs(2): where pipes lie that have no name.
const PIPE_FILE_SYSTEM: rustix::fs::FsWord = 0x5049_5045;

/// Opens a file at a path to read it, not waiting for the writer of a pipe.
pub fn open_at_once(path: &Path) -> Result<std::fs::File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(rustix::fs::openat(CWD, path, flags, Mode::empty())?.into())
}

/// Opens what a person named, to read it: a file, a terminal, or a pipe that a shell hands on. Nothing where it is a pipe with
/// a name: nobody may ever write to it, and who opens it would wait for ever.
pub fn open_to_read(path: &Path) -> Result<Option<std::fs::File>> {
    let file = open_at_once(path)?;
    let named = rustix::fs::fstatfs(&file).is_ok_and(|system| system.f_type != PIPE_FILE_SYSTEM);
    let found = rustix::fs::fstat(&file)?;
    if named && FileType::from_raw_mode(found.st_mode) == FileType::Fifo {
        return Ok(None);
    }
    let flags = rustix::fs::fcntl_getfl(&file)?;
    rustix::fs::fcntl_setfl(&file, flags.difference(OFlags::NONBLOCK))?;
    Ok(Some(file))
}

/// Reads a small file below `directory`; of a larger one, the beginning.
pub fn read_in(directory: &OwnedFd, name: &Path) -> Result<String> {
    const MOST: u64 = 1 << 20;
    let mut text = String::new();
    File::from(open_file(directory, name)?).take(MOST).read_to_string(&mut text)?;
    Ok(text)
}

/// The text of a symbolic link.
pub fn read_link(directory: &OwnedFd, name: &Path) -> Result<Vec<u8>> {
    Ok(rustix::fs::readlinkat(directory, name, Vec::new())?.into_bytes())
}

fn entry_type(kind: FileType) -> EntryType {
    match kind {
        FileType::Directory => EntryType::Directory,
        FileType::RegularFile => EntryType::File,
        FileType::Symlink => EntryType::Symlink,
        FileType::CharacterDevice => EntryType::CharacterDevice,
        FileType::BlockDevice => EntryType::BlockDevice,
        FileType::Fifo => EntryType::Fifo,
        FileType::Socket => EntryType::Socket,
        FileType::Unknown => EntryType::Unknown,
    }
}

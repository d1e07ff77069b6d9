//! Extended attributes and file systems: lgetxattr(2), llistxattr(2), lsetxattr(2), statfs(2).

use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use std::path::Path;

/// What kind of file system holds a path, as far as overlayfs cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// An overlay itself: it can be a lower, but not an upper.
    Overlay,
    /// A tmpfs.
    Tmpfs,
    /// Any other, by its magic number (statfs(2)).
    Other(u64),
}

/// The value of an extended attribute of the entry itself (links are not followed); `None` where it has none.
pub fn get_attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = Vec::with_capacity(1024);
    match rustix::fs::lgetxattr(path, name, rustix::buffer::spare_capacity(&mut value)) {
        Ok(_) => Some(value),
        Err(rustix::io::Errno::RANGE) => {
            let mut large = Vec::with_capacity(64 * 1024);
            rustix::fs::lgetxattr(path, name, rustix::buffer::spare_capacity(&mut large)).ok()?;
            Some(large)
        }
        Err(_) => None,
    }
}

/// The names of all extended attributes of the entry itself.
pub fn list_attributes(path: &Path) -> Vec<String> {
    let mut list = Vec::with_capacity(64 * 1024);
    if rustix::fs::llistxattr(path, rustix::buffer::spare_capacity(&mut list)).is_err() {
        return Vec::new();
    }
    let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// Whether the file system of a path has attributes of this name's kind at all (`user.`, `trusted.`).
pub fn supports_attribute(path: &Path, name: &str) -> bool {
    let mut value = Vec::with_capacity(1024);
    let outcome = rustix::fs::lgetxattr(path, name, rustix::buffer::spare_capacity(&mut value));
    !matches!(outcome, Err(rustix::io::Errno::OPNOTSUPP))
}

/// statfs(2): which file system holds a path.
pub fn filesystem(path: &Path) -> std::io::Result<FileSystem> {
    let magic = rustix::fs::statfs(path)?.f_type as u64 & 0xffff_ffff;
    Ok(match magic {
        0x794c_7630 => FileSystem::Overlay,
        0x0102_1994 => FileSystem::Tmpfs,
        other => FileSystem::Other(other),
    })
}

impl Sys {
    /// lsetxattr(2).
    pub fn set_attribute(&mut self, path: &Path, name: &str, value: &[u8]) -> Result<(), CallError> {
        let outcome = rustix::fs::lsetxattr(path, name, value, rustix::fs::XattrFlags::empty());
        let args = format!("{}, \"{name}\", {}, {}, 0", strace::path(path), strace::buffer(value), value.len());
        self.zero("lsetxattr", args, outcome)
    }

    /// lgetxattr(2): the value of one attribute.
    pub fn attribute(&mut self, path: &Path, name: &str) -> Result<Vec<u8>, CallError> {
        let mut value = Vec::with_capacity(64 * 1024);
        let outcome = rustix::fs::lgetxattr(path, name, rustix::buffer::spare_capacity(&mut value));
        let shown = if outcome.is_ok() { strace::buffer(&value) } else { strace::UNREAD.into() };
        let args = format!("{}, \"{name}\", {shown}, {}", strace::path(path), 64 * 1024);
        self.record("lgetxattr", args, outcome, |length| *length as i64)?;
        Ok(value)
    }

    /// lremovexattr(2).
    pub fn remove_attribute(&mut self, path: &Path, name: &str) -> Result<(), CallError> {
        let outcome = rustix::fs::lremovexattr(path, name);
        self.zero("lremovexattr", format!("{}, \"{name}\"", strace::path(path)), outcome)
    }

    /// setxattr(2): as `set_attribute`, but of the file that a symbolic link points to.
    pub fn set_attribute_through(&mut self, path: &Path, name: &str, value: &[u8]) -> Result<(), CallError> {
        let outcome = rustix::fs::setxattr(path, name, value, rustix::fs::XattrFlags::empty());
        let args = format!("{}, \"{name}\", {}, {}, 0", strace::path(path), strace::buffer(value), value.len());
        self.zero("setxattr", args, outcome)
    }

    /// getxattr(2): as `attribute`, but of the file that a symbolic link points to.
    pub fn attribute_through(&mut self, path: &Path, name: &str) -> Result<Vec<u8>, CallError> {
        let mut value = Vec::with_capacity(64 * 1024);
        let outcome = rustix::fs::getxattr(path, name, rustix::buffer::spare_capacity(&mut value));
        let shown = if outcome.is_ok() { strace::buffer(&value) } else { strace::UNREAD.into() };
        let args = format!("{}, \"{name}\", {shown}, {}", strace::path(path), 64 * 1024);
        self.record("getxattr", args, outcome, |length| *length as i64)?;
        Ok(value)
    }

    /// removexattr(2): as `remove_attribute`, but of the file that a symbolic link points to.
    pub fn remove_attribute_through(&mut self, path: &Path, name: &str) -> Result<(), CallError> {
        let outcome = rustix::fs::removexattr(path, name);
        self.zero("removexattr", format!("{}, \"{name}\"", strace::path(path)), outcome)
    }

    /// listxattr(2), or llistxattr(2) where links are not to be followed: the names, sorted.
    pub fn attribute_names(&mut self, path: &Path, follow: bool) -> Result<Vec<String>, CallError> {
        let mut list = Vec::with_capacity(64 * 1024);
        let (call, outcome) = match follow {
            true => ("listxattr", rustix::fs::listxattr(path, rustix::buffer::spare_capacity(&mut list))),
            false => ("llistxattr", rustix::fs::llistxattr(path, rustix::buffer::spare_capacity(&mut list))),
        };
        let shown = if outcome.is_ok() { strace::buffer(&list) } else { strace::UNREAD.into() };
        self.record(call, format!("{}, {shown}, {}", strace::path(path), 64 * 1024), outcome, |length| *length as i64)?;
        let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        let mut names: Vec<String> = names.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        names.sort();
        Ok(names)
    }
}

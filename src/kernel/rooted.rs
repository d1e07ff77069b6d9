//! Paths of a container, looked up from outside of it: openat2(2) with RESOLVE_IN_ROOT. A symbolic link of the image, an
//! absolute one too, leads to where it would lead inside; `..` ends at the container's root; and the links of /proc that
//! lead anywhere (`/proc/self/fd/3`) lead nowhere.

use crate::ground::Errno;
use crate::kernel::files::open_at;
use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

/// A directory that is, or will be, the root of a container.
#[derive(Debug)]
pub struct Root(OwnedFd);

impl Sys {
    /// openat(2) with O_PATH.
    pub fn open_root(&mut self, path: &Path) -> Result<Root, CallError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let outcome = open_at(None, path, flags, 0);
        let args = || format!("AT_FDCWD, {}, O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY", strace::path(path));
        self.note("openat", args, outcome, |fd| fd.as_raw_fd().into()).map(Root)
    }

    /// openat2(2) with O_PATH, not leaving the root: a handle on whatever is there, and only that.
    pub fn open_within(&mut self, root: &Root, path: &Path) -> Result<OwnedFd, CallError> {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let outcome = rustix::fs::openat2(&root.0, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty(), resolve);
        let args = || {
            let how = "{flags=O_RDONLY|O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24";
            format!("{}, {}, {how}", root.0.as_raw_fd(), strace::path(path))
        };
        self.note("openat2", args, outcome, |fd| fd.as_raw_fd().into())
    }

    /// mkdirat(2) or mknodat(2) in an open directory: a place to mount something on.
    pub fn make_place_in(&mut self, parent: &OwnedFd, name: &Path, directory: bool) -> Result<(), CallError> {
        let mode = |mode| Mode::from_raw_mode(mode);
        if directory {
            let outcome = rustix::fs::mkdirat(parent, name, mode(0o755));
            return self.note_zero(
                "mkdirat",
                || format!("{}, {}, 0755", parent.as_raw_fd(), strace::path(name)),
                outcome,
            );
        }
        let outcome = rustix::fs::mknodat(parent, name, rustix::fs::FileType::RegularFile, mode(0o644), 0);
        let args = || format!("{}, {}, S_IFREG|0644", parent.as_raw_fd(), strace::path(name));
        self.note_zero("mknodat", args, outcome)
    }

    /// openat2(2) and fchdir(2): the working directory, which must lie below `/` and be reached by no link of /proc
    /// (CVE-2024-21626).
    pub fn work_in(&mut self, path: &Path) -> Result<(), CallError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let outcome = rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_MAGICLINKS);
        let args = || {
            let how = "{flags=O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS}, 24";
            format!("AT_FDCWD, {}, {how}", strace::path(path))
        };
        let directory = self.note("openat2", args, outcome, |fd| fd.as_raw_fd().into())?;
        let outcome = rustix::process::fchdir(&directory);
        self.note_zero("fchdir", || directory.as_raw_fd().to_string(), outcome)?;
        // The kernel calls a directory that cannot be reached from the root `(unreachable)`.
        match rustix::process::getcwd(Vec::new()) {
            Ok(found) if found.to_bytes().starts_with(b"/") => Ok(()),
            _ => Err(CallError::of("getcwd", "…", Errno::ENOENT)),
        }
    }
}

/// The path by which mount(2) takes an open descriptor.
pub fn path_of(descriptor: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", descriptor.as_raw_fd()))
}

/// Where an open descriptor leads.
pub fn leads_to(descriptor: &OwnedFd) -> std::io::Result<PathBuf> {
    std::fs::read_link(path_of(descriptor))
}

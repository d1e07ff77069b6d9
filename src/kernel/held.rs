//! Directories of any mount namespace, held open so that looking at them changes nothing and leads nowhere else:
//! setns(2), openat2(2), open_tree(2), mount_setattr(2) by way of mount(2).
//!
//! A thread of its own enters the mount namespace and makes a copy of it that nobody else sees. There each directory is
//! mounted once more, read-only and without access times, and opened; then the thread ends, and the copy with it. The
//! open descriptors stay. Without the right to do so (an ordinary user has it only where the namespace is that user's), the
//! directories themselves are held, by way of `/proc/PID/root`.
//!
//! A directory is looked up in two parts. On the way to the *store* (an engine's data directory) a symbolic link is
//! followed if root or we ourselves made it. Below the store the kernel follows links, and refuses those that lead out
//! of it (RESOLVE_BENEATH). The links of /proc that lead anywhere are followed nowhere.

use crate::kernel::enter::Process;
use crate::kernel::namespaces::{Namespaces, unshare_directories};
use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use crate::kernel::within::shown;
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use rustix::mount::{MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

/// A directory that is to be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryToHold {
    /// The directory that must not be left on the way, absolute.
    pub store: PathBuf,
    /// The way from there.
    pub path: PathBuf,
}

/// A directory that is open.
#[derive(Debug)]
pub struct HeldDirectory {
    /// It itself, to be read.
    pub directory: OwnedFd,
    /// Where it really lies, in its mount namespace: behind all links.
    pub path: PathBuf,
    /// The device number of its file system, as the mount table writes it: `0:40`.
    pub device: String,
    /// Nothing that is read through it gets a new access time.
    pub unchanged_by_reading: bool,
}

/// Why a directory could not be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotHeld {
    /// The kernel refused.
    Refused(CallError),
    /// A link on the way leads out of the store, to elsewhere in the machine.
    LeadsOut(CallError),
    /// A link on the way to the store belongs to another user.
    OthersLink(PathBuf),
    /// Something else is mounted there by now.
    AnotherMount(PathBuf),
}

/// Holds directories as a process sees them; `None` is the calling process.
pub fn hold_directories(process: Option<&Process>, wanted: &[DirectoryToHold]) -> Vec<Result<HeldDirectory, NotHeld>> {
    let hold = |root: &Path, in_copy| {
        let view = View { root: open_root(root)?, in_copy };
        Ok(wanted.iter().map(|wanted| view.hold(wanted)).collect())
    };
    let in_copy = || enter_copy(process).and_then(|()| hold(Path::new("/"), true));
    let in_thread =
        std::thread::scope(|scope| std::thread::Builder::new().spawn_scoped(scope, in_copy).ok()?.join().ok()?.ok());
    let root = process.map_or_else(|| PathBuf::from("/"), |process| process.path().join("root"));
    let held = in_thread.map_or_else(|| hold(&root, false), Ok);
    held.unwrap_or_else(|error| wanted.iter().map(|_| Err(error.clone())).collect())
}

/// Opens a directory below an open one, following no link at all.
pub fn open_path_below(directory: &OwnedFd, path: &Path) -> std::io::Result<OwnedFd> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    Ok(beneath(|| rustix::fs::openat2(directory, path, flags, Mode::empty(), resolve))?)
}

/// A copy of a mount namespace, for this thread alone; what is mounted in it from now on is seen nowhere else.
fn enter_copy(process: Option<&Process>) -> Result<(), NotHeld> {
    if let Some(process) = process {
        let namespace = process.mount_namespace().map_err(|error| {
            NotHeld::Refused(CallError::of("openat", "AT_FDCWD, …/ns/mnt, O_RDONLY|O_CLOEXEC", &error))
        })?;
        unshare_directories().map_err(NotHeld::Refused)?;
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Mount))
            .map_err(|errno| NotHeld::Refused(CallError::of("setns", "…/ns/mnt, CLONE_NEWNS", errno)))?;
    }
    Sys::default().unshare(Namespaces { mount: true, ..Namespaces::default() }).map_err(NotHeld::Refused)?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", private)
        .map_err(|errno| NotHeld::Refused(CallError::of("mount", "NULL, \"/\", NULL, MS_REC|MS_PRIVATE, NULL", errno)))
}

/// The root directory below which paths are looked up.
struct View {
    root: OwnedFd,
    /// We stand in a copy of the namespace, so that mounting is no change.
    in_copy: bool,
}

impl View {
    fn hold(&self, wanted: &DirectoryToHold) -> Result<HeldDirectory, NotHeld> {
        let found = self.look_up(wanted)?;
        let path = self.path_of(&found).unwrap_or_else(|| wanted.store.join(&wanted.path));
        let unchanging = if self.in_copy { mount_again(&found).ok() } else { None };
        let unchanged_by_reading = unchanging.is_some();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let found = unchanging.unwrap_or(found);
        let directory = crate::kernel::directory::without_access_time(|more| {
            rustix::fs::openat(&found, ".", flags | more, Mode::empty())
        });
        let refused = |call: &str, errno: Errno| {
            let args = format!("…, {}, O_RDONLY|O_CLOEXEC|O_DIRECTORY", strace::path(&path));
            NotHeld::Refused(CallError::of(call, args, errno))
        };
        let directory = directory.map_err(|errno| refused("openat", errno))?;
        let device = rustix::fs::fstat(&directory).map_err(|errno| refused("fstat", errno))?.st_dev;
        let device = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
        Ok(HeldDirectory { directory, path, device, unchanged_by_reading })
    }

    fn look_up(&self, wanted: &DirectoryToHold) -> Result<OwnedFd, NotHeld> {
        let store = self.store(&wanted.store)?;
        let path = if wanted.path.as_os_str().is_empty() { Path::new(".") } else { &wanted.path };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        beneath(|| rustix::fs::openat2(&store, path, flags, Mode::empty(), resolve)).map_err(|errno| {
            let how =
                "{flags=O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_BENEATH}, 24";
            let args = format!("{}, {}, {how}", shown(&store), strace::path(path));
            let error = CallError::of("openat2", args, errno);
            if errno == Errno::XDEV { NotHeld::LeadsOut(error) } else { NotHeld::Refused(error) }
        })
    }

    /// Goes to the store one name at a time.
    fn store(&self, store: &Path) -> Result<OwnedFd, NotHeld> {
        let refused = |call: &str, from: &OwnedFd, name: &Path, errno: Errno| {
            let args = format!("{}, {}, O_RDONLY|O_NOFOLLOW|O_CLOEXEC|O_PATH", shown(from), strace::path(name));
            NotHeld::Refused(CallError::of(call, args, errno))
        };
        let root = self.root.try_clone().map_err(|_| refused("dup", &self.root, store, Errno::MFILE))?;
        let mut way: Vec<OwnedFd> = vec![root];
        let mut left: VecDeque<PathBuf> = names_of(store);
        // As many links as the kernel itself follows.
        let mut links = 0;
        while let Some(name) = left.pop_front() {
            if name == Path::new("..") {
                way.truncate(way.len().saturating_sub(1).max(1));
                continue;
            }
            let parent = way.last().expect("the root is never left");
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let opened = rustix::fs::openat(parent, &name, flags, Mode::empty());
            let opened = opened.map_err(|errno| refused("openat", parent, &name, errno))?;
            let stat = rustix::fs::fstat(&opened).map_err(|errno| refused("fstat", parent, &name, errno))?;
            if rustix::fs::FileType::from_raw_mode(stat.st_mode) != rustix::fs::FileType::Symlink {
                way.push(opened);
                continue;
            }
            links += 1;
            if links > 40 {
                return Err(refused("openat", parent, &name, Errno::LOOP));
            }
            if stat.st_uid != 0 && stat.st_uid != rustix::process::geteuid().as_raw() {
                return Err(NotHeld::OthersLink(store.to_path_buf()));
            }
            let text = rustix::fs::readlinkat(&opened, "", Vec::new());
            let target = PathBuf::from(OsString::from_vec(
                text.map_err(|errno| refused("readlinkat", parent, &name, errno))?.into_bytes(),
            ));
            if target.is_absolute() {
                way.truncate(1);
            }
            for name in names_of(&target).into_iter().rev() {
                left.push_front(name);
            }
        }
        Ok(way.pop().expect("the root is never left"))
    }

    /// Where an open directory lies.
    fn path_of(&self, directory: &OwnedFd) -> Option<PathBuf> {
        // By getcwd(2), because the /proc of another namespace does not know us; it is the thread's own directory.
        if !self.in_copy {
            return crate::kernel::leads_to(directory).ok().filter(|path| path.is_absolute());
        }
        rustix::process::fchdir(directory).ok()?;
        let here = rustix::process::getcwd(Vec::new()).ok()?;
        Some(PathBuf::from(OsString::from_vec(here.into_bytes()))).filter(|path| path.is_absolute())
    }
}

fn open_root(path: &Path) -> Result<OwnedFd, NotHeld> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(CWD, path, flags, Mode::empty()).map_err(|errno| {
        let args = format!("AT_FDCWD, {}, O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY", strace::path(path));
        NotHeld::Refused(CallError::of("openat", args, errno))
    })
}

/// Mounts a directory once more, over the root of this thread's own copy of the namespace: read-only, without access
/// times, and without what is mounted below it.
fn mount_again(directory: &OwnedFd) -> rustix::io::Result<OwnedFd> {
    let empty = OpenTreeFlags::AT_EMPTY_PATH;
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | empty;
    let again = rustix::mount::open_tree(directory, "", flags)?;
    rustix::mount::move_mount(&again, "", CWD, "/", MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?;
    rustix::process::fchdir(&again)?;
    let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOATIME;
    let harmless = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    rustix::mount::mount_remount(".", flags | harmless, "")?;
    Ok(again)
}

/// The names on the way to a path; `.` and the first slash are none.
fn names_of(path: &Path) -> VecDeque<PathBuf> {
    let names = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    names.map(|part| PathBuf::from(part.as_os_str())).collect()
}

/// openat2(2) gives up with EAGAIN where something on the way was renamed meanwhile.
fn beneath(mut open: impl FnMut() -> rustix::io::Result<OwnedFd>) -> rustix::io::Result<OwnedFd> {
    let mut tries = (0..16).map(|_| open());
    tries.find(|tried| !matches!(tried, Err(Errno::AGAIN))).unwrap_or(Err(Errno::AGAIN))
}

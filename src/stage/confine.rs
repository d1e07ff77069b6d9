//! What a stage leaves of the machine: everything of it is read-only, but for the directories that are handed over, and few
//! devices are there.
//!
//! Each mount of our mount namespace is made read-only by a remount of its own; what another one covers is out of reach.
//! `/dev` and `/run` are small ones of our own: disks, and the sockets of the machine's services, are not in them.
//! Where root of the machine runs a lesson, the settings in `/proc` are read-only too, but for those of the network, which is
//! the stage's own; an ordinary user could not write them anyway.
//!
//! A session has a directory for temporary files of its own: a tmpfs lies over `/tmp`. What is needed and lies below `/tmp` on
//! the machine, this program and the benches for example, is bound into that first.
//!
//! In a user namespace that is made after this (`holder.rs`), none of it can be undone: mounts that come from the mount
//! namespace of another user namespace keep their flags, and can't be unmounted (mount_namespaces(7)). Real root can undo it;
//! then it is a protection against accidents.

use crate::ground::Errno;
use crate::kernel::proc::{Mount, mounts};
use crate::kernel::{CallError, Capabilities, MountFlags, Sys};
use crate::reason::Tried;
use crate::stage::StageError;
use crate::stage::wire::SessionFiles;
use std::path::{Path, PathBuf};

/// Devices that lessons and programs need.
const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom", "tty", "ptmx", "fuse"];
/// Links that programs expect.
const LINKS: &[(&str, &str)] = &[
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
];
/// Settings of the machine in /proc, below which root may write.
const SETTINGS: &[&str] = &["sys", "sysrq-trigger", "bus", "fs", "irq"];
/// Where our small directories are put together. The first is preferred, because it is covered by that.
const PLACES: &[&str] = &["/run", "/mnt", "/media", "/srv", "/opt"];
/// The directory for temporary files of a session, as tmpfs(5) is told. What lies in it takes memory as long as the session
/// lasts.
const TEMPORARY: &str = "mode=1777,size=256m";
/// What no lesson needs of what root may do.
const GIVEN_UP: [Capabilities; 5] = [
    Capabilities::MKNOD,
    Capabilities::SYS_MODULE,
    Capabilities::SYS_RAWIO,
    Capabilities::SYS_TIME,
    Capabilities::SYS_BOOT,
];

/// How the machine is confined.
#[derive(Clone, Copy, Default)]
pub(super) struct Confinement<'a> {
    /// Directories that may be written all the same, with all below them.
    pub writable: &'a [PathBuf],
    /// Directories that may not, although one above them may.
    pub sealed: &'a [PathBuf],
    /// The directory for temporary files is a new one; of the machine's own only this is seen in it, and the directories above.
    pub temporary: Option<&'a [PathBuf]>,
    /// It is root of the machine who runs there, not root of a user namespace.
    pub real_root: bool,
}

impl<'a> Confinement<'a> {
    /// That of a session.
    pub fn of_session(files: &'a SessionFiles) -> Confinement<'a> {
        let SessionFiles { writable, sealed, needed } = files;
        Confinement { writable, sealed, temporary: Some(needed), real_root: false }
    }
}

impl Confinement<'_> {
    /// Makes it so in our own mount namespace, which is private.
    pub fn begin(&self) -> Result<(), StageError> {
        self.try_to_begin().map_err(|error| {
            StageError::refused("cannot make the machine's files read-only for a lesson", Tried::Other, error)
        })
    }

    fn try_to_begin(&self) -> Result<(), CallError> {
        let mut sys = Sys { unseen: true, ..Sys::default() };
        let program = std::env::current_exe().unwrap_or_default();
        let is_free = |place: &&&str| {
            let is_needed = |path: &&PathBuf| path.starts_with(place);
            Path::new(place).is_dir() && !program.starts_with(place) && !self.directories().any(|path| is_needed(&path))
        };
        let place = PLACES.iter().find(is_free).map(Path::new);
        if let Some(place) = place {
            sys.mount_tmpfs("layerlab", place, "mode=755")?;
            make_devices(&mut sys, place)?;
            if self.real_root {
                // A /proc of which nothing is covered: without one that it sees, a user namespace gets no other /proc.
                sys.mkdir(&place.join("proc"), 0o555)?;
                sys.bind_mount(Path::new("/proc"), &place.join("proc"), false)?;
            }
        }
        let table = || mounts().map_err(|error| CallError::of("read", "\"/proc/self/mountinfo\"", &error));
        let temporary = place.filter(|_| self.temporary.is_some()).map(|place| place.join("tmp"));
        if let Some(temporary) = &temporary {
            sys.mkdir(temporary, 0o755)?;
            sys.mount_tmpfs("layerlab", temporary, TEMPORARY)?;
        }
        // Those above come first: with one that is bound comes what is below it.
        let mut directories: Vec<&PathBuf> = self.directories().collect();
        directories.sort_by_key(|directory| directory.components().count());
        let before = table()?;
        for directory in directories {
            match (&temporary, directory.strip_prefix("/tmp")) {
                (Some(temporary), Ok(below)) => bind_within(&mut sys, directory, temporary, below)?,
                // What is needed besides stays where it is.
                _ if !self.writable.contains(directory) && !self.sealed.contains(directory) => {}
                _ if before.iter().any(|mount| mount.mountpoint == *directory) => {}
                _ => sys.bind_mount(directory, directory, true)?,
            }
        }
        for mount in table()?.iter().filter(|mount| !self.stays(mount, place, temporary.as_deref())) {
            let is_ours = place.is_some_and(|place| mount.is_below(place))
                && temporary.as_ref().is_none_or(|temporary| !mount.is_below(temporary));
            unless_out_of_sight(sys.restrict_listed(
                mount,
                MountFlags { read_only: true, no_devices: !is_ours, ..MountFlags::default() },
            ))?;
        }
        if let Some(temporary) = &temporary {
            sys.bind_mount(temporary, Path::new("/tmp"), true)?;
        }
        if self.real_root {
            protect_settings(&mut sys)?;
        }
        if let Some(place) = place {
            sys.bind_mount(&place.join("dev"), Path::new("/dev"), true)?;
            let run = place.join("run");
            sys.mkdir(&run, 0o755)?;
            sys.bind_mount(&run, place, false)?;
        }
        Ok(())
    }

    /// All that is named, whether it may be written or not.
    fn directories(&self) -> impl Iterator<Item = &PathBuf> {
        self.writable.iter().chain(self.sealed).chain(self.temporary.into_iter().flatten())
    }

    /// What is handed over, our own, every /proc, and what would mount something as soon as somebody looks. The new directory for
    /// temporary files still lies elsewhere; what lies in the machine's own is about to be covered.
    fn stays(&self, mount: &Mount, place: Option<&Path>, temporary: Option<&Path>) -> bool {
        let mut seen = mount.mountpoint.clone();
        if let Some(temporary) = temporary {
            match seen.strip_prefix(temporary) {
                Ok(below) if below.as_os_str().is_empty() => return true,
                Ok(below) => seen = Path::new("/tmp").join(below),
                Err(_) if seen.starts_with("/tmp") => return false,
                Err(_) => {}
            }
        }
        let nearest = |directories: &[PathBuf]| {
            let around = directories.iter().filter(|directory| seen.starts_with(directory));
            around.map(|directory| directory.components().count()).max()
        };
        place.is_some_and(|place| seen == place)
            || matches!(mount.kind.as_str(), "proc" | "autofs")
            || nearest(self.writable).is_some_and(|writable| Some(writable) >= nearest(self.sealed))
    }
}

/// Binds what is at a path to the same place below another directory.
fn bind_within(sys: &mut Sys, path: &Path, within: &Path, below: &Path) -> Result<(), CallError> {
    let target = within.join(below);
    let made = |error: std::io::Error| CallError::of("mkdir", crate::kernel::quoted(&target), &error);
    if path.is_dir() {
        std::fs::create_dir_all(&target).map_err(made)?;
    } else if !target.exists() {
        target.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(made)?;
        sys.make_file(&target, 0o644)?;
    }
    sys.bind_mount(path, &target, true)
}

/// Gives up what no lesson needs, for good. A whiteout can be made without CAP_MKNOD since Linux 5.8.
pub(super) fn give_up_capabilities() -> Result<(), StageError> {
    let given_up = GIVEN_UP.into_iter().collect();
    Sys { unseen: true, ..Sys::default() }
        .give_up_capabilities(given_up)
        .map_err(|error| StageError::refused("cannot give up what no lesson needs", Tried::Other, error))
}

/// A mount that another one covers is not found by its path, or something else is.
fn unless_out_of_sight(outcome: Result<(), CallError>) -> Result<(), CallError> {
    match outcome {
        Err(error) if matches!(error.errno, Errno::ENOENT | Errno::ENOTDIR | Errno::EINVAL | Errno::EACCES) => Ok(()),
        other => other,
    }
}

fn make_devices(sys: &mut Sys, place: &Path) -> Result<(), CallError> {
    let (dev, host) = (place.join("dev"), Path::new("/dev"));
    sys.mkdir(&dev, 0o755)?;
    for name in DEVICES.iter().filter(|name| host.join(name).exists()) {
        sys.make_file(&dev.join(name), 0o666)?;
        sys.bind_mount(&host.join(name), &dev.join(name), false)?;
    }
    sys.mkdir(&dev.join("pts"), 0o755)?;
    if host.join("pts").is_dir() {
        sys.bind_mount(&host.join("pts"), &dev.join("pts"), true)?;
    }
    sys.mkdir(&dev.join("shm"), 0o755)?;
    sys.chmod(&dev.join("shm"), 0o1777)?;
    LINKS.iter().try_for_each(|(name, target)| sys.symlink(target.as_ref(), &dev.join(name)))
}

fn protect_settings(sys: &mut Sys) -> Result<(), CallError> {
    for name in SETTINGS {
        let path = Path::new("/proc").join(name);
        if path.exists() {
            sys.bind_mount(&path, &path, false)?;
            sys.remount_read_only(&path)?;
        }
    }
    let net = Path::new("/proc/sys/net");
    if net.exists() {
        sys.bind_mount(net, net, false)?;
        sys.remount_with(net, MountFlags::default())?;
    }
    Ok(())
}

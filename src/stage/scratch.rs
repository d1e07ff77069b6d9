//! Where the files of a run live.
//!
//! On a tmpfs where the kernel's tmpfs can carry the overlay's attributes (`user.*` since 6.6, `trusted.*` long before):
//! it is mounted over a directory that exists, inside our own mount namespace, so the host never sees it and nothing can
//! be left behind. Elsewhere on disk, in a directory of our own under the user's cache directory.

use crate::ground::{Errno, Failure, Name, Role, path_bytes};
use crate::kernel::proc::{Mount, mounts};
use crate::kernel::{CallError, FileSystem, Sys, filesystem, try_lock};
use crate::reason::{Tried, refused};
use crate::stage::error::StageError;
use crate::tree::remove_tree;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where the files of a run should go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScratchChoice {
    /// Try a tmpfs first.
    pub tmpfs: bool,
    /// How large the tmpfs may grow, as in tmpfs(5): `64m`.
    pub size: String,
    /// The directory for scratch directories on disk.
    #[serde(with = "path_bytes")]
    pub disk: PathBuf,
}

impl ScratchChoice {
    /// What the environment asks for: `LAYERLAB_SCRATCH` is a directory on disk to use instead of a tmpfs,
    /// `LAYERLAB_SCRATCH_SIZE` the most that a tmpfs may hold.
    pub fn from_environment() -> ScratchChoice {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let chosen = variable("LAYERLAB_SCRATCH").map(PathBuf::from);
        let cache = || {
            let cache = variable("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
            let home = || variable("HOME").map(|home| PathBuf::from(home).join(".cache"));
            let fallback = || PathBuf::from(format!("/var/tmp/layerlab-{}", crate::kernel::effective_ids().0));
            cache.or_else(home).map_or_else(fallback, |cache| cache.join("layerlab"))
        };
        ScratchChoice {
            tmpfs: chosen.is_none(),
            size: variable("LAYERLAB_SCRATCH_SIZE").and_then(|size| size.into_string().ok()).unwrap_or("64m".into()),
            disk: chosen.unwrap_or_else(cache),
        }
    }
}

/// The scratch space of one run.
#[derive(Debug)]
pub(super) struct Scratch {
    root: PathBuf,
    role: Role,
    /// Where it is on disk, if it is.
    disk: Option<OnDisk>,
}

/// A scratch directory on disk. It is bound to where a tmpfs would be, so that all else on the disk can be read-only.
#[derive(Debug)]
struct OnDisk {
    directory: PathBuf,
    /// The same by the mounts of the machine, in which it can be removed.
    outside: PathBuf,
    /// The directory itself, locked as long as it is in use.
    _lock: File,
}

/// Directories over which a tmpfs may be mounted: they exist everywhere, and no program of a distribution lies in them. The
/// first one is taken in which this program does not lie.
const MOUNT_POINTS: &[&str] = &["/tmp", "/var/tmp", "/mnt", "/media", "/srv"];
/// The same for what is on disk: the layers that somebody wants to look at may lie in a directory for temporary files.
pub(super) const MOUNT_POINTS_OF_DISK: &[&str] = &["/mnt", "/media", "/srv", "/opt", "/var/tmp", "/tmp"];
/// How a scratch directory on disk is called, so that a later run knows it as ours.
const PREFIX: &str = "scratch-";

impl Scratch {
    /// Makes it; called in the mount namespace of the run, before the machine is confined. `machine` is the root directory,
    /// opened before there was that namespace. It is given to `owner`, where the lesson runs as somebody else than we do.
    pub fn make(choice: &ScratchChoice, machine: &OwnedFd, owner: Option<(u32, u32)>) -> Result<Scratch, StageError> {
        if choice.tmpfs
            && let Some(scratch) = on_tmpfs(choice, owner).map_err(StageError::Scratch)?
        {
            return Ok(scratch);
        }
        on_disk(choice, machine, owner).map_err(StageError::Scratch)
    }

    /// By whose attributes overlays live here.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The directory in which everything happens.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `tmpfs`, or the directory.
    pub fn described(&self) -> PathBuf {
        self.disk.as_ref().map_or_else(|| "tmpfs".into(), |disk| disk.directory.clone())
    }

    /// Leaves nothing behind. A tmpfs goes with its mount namespace; a directory is emptied once nothing is mounted in it.
    pub fn clean_up(&self) {
        let Some(OnDisk { outside, .. }) = &self.disk else { return };
        for mount in mounts_within(&self.root).iter().rev() {
            let _ = Sys::default().detach(&mount.mountpoint);
        }
        // Deleting never goes through a mount: should one have stayed, the next run's sweep (outside of this mount
        // namespace, where it does not exist) removes the directory.
        if mounts_within(&self.root).is_empty() {
            let _ = remove_tree(outside);
        }
    }
}

/// Looks whether overlays can live in the directory of a session; where its file system cannot carry them (in a
/// container, say), covers it with a tmpfs that only the session sees. Called in the namespaces of the session; returns
/// by whose attributes overlays live there, and where the files are.
pub(super) fn of_session(root: &Path) -> Result<(Role, PathBuf), StageError> {
    let on_overlay = filesystem(root).is_ok_and(|kind| kind == FileSystem::Overlay);
    if !on_overlay && let Ok(role) = carries_attributes(root, false) {
        return Ok((role, root.to_path_buf()));
    }
    let wanted = "cannot make the bench";
    let why =
        format!("the file system of {} cannot carry overlays, and a tmpfs could not take its place", Name::of(root));
    let fix = "set LAYERLAB_HOME to a directory of yours on ext4, xfs or btrfs";
    Sys::default()
        .mount_tmpfs("layerlab", root, "mode=755")
        .and_then(|()| carries_attributes(root, false))
        .map(|role| (role, "tmpfs".into()))
        .map_err(|error| StageError::Scratch(Failure::kernel(wanted, error, why, fix)))
}

/// Makes a directory anew: what is mounted in it is unmounted first, so that deleting goes through no mount.
pub(super) fn make_fresh(directory: &Path) -> Result<(), StageError> {
    let failed = |error: CallError, why: &str| {
        StageError::host("cannot make the bench anew", error, why, "close what is still at work in it, and try again")
    };
    for mount in mounts_below(directory).iter().rev() {
        if let Err(error) = Sys::default().detach(&mount.mountpoint) {
            let why = format!(
                "something is mounted on {}, and does not let itself be unmounted",
                Name::of(&mount.mountpoint)
            );
            return Err(StageError::host("cannot make the bench anew", error, why, "umount it, or layerlab stop"));
        }
    }
    match remove_tree(directory) {
        Err(error) if error.errno != Errno::ENOENT => return Err(failed(error, "what is in it cannot be deleted")),
        _ => {}
    }
    std::fs::create_dir_all(directory).map_err(|error| {
        failed(CallError::of("mkdir", crate::kernel::quoted(directory), &error), "nothing can be made there")
    })
}

fn mounts_below(directory: &Path) -> Vec<Mount> {
    mounts().unwrap_or_default().into_iter().filter(|mount| mount.is_below(directory)).collect()
}

/// What is mounted in the file system that was mounted on a directory last; what that one covers is none of it.
fn mounts_within(directory: &Path) -> Vec<Mount> {
    let all = mounts_below(directory);
    let Some(last) = all.iter().rfind(|mount| mount.mountpoint == directory) else { return all };
    let mut ids = vec![last.id];
    let mut within = Vec::new();
    // In the table each stands behind the one that it is mounted on.
    for mount in all {
        if ids.contains(&mount.parent) {
            ids.push(mount.id);
            within.push(mount);
        }
    }
    within
}

/// The first of the places that is free.
fn mount_point(places: &'static [&'static str]) -> Option<&'static Path> {
    // `layerlab container run` in a lesson looks for its own program by its path.
    let program = std::env::current_exe().unwrap_or_default();
    let is_free = |place: &&Path| place.canonicalize().is_ok_and(|place| place.is_dir() && !program.starts_with(place));
    places.iter().map(Path::new).find(is_free)
}

fn on_tmpfs(choice: &ScratchChoice, owner: Option<(u32, u32)>) -> Result<Option<Scratch>, Failure> {
    let Some(root) = mount_point(MOUNT_POINTS) else { return Ok(None) };
    let mut sys = Sys::default();
    let mut options = format!("mode=755,size={}", choice.size);
    if let Some((user, group)) = owner {
        options.push_str(&format!(",uid={user},gid={group}"));
    }
    if let Err(error) = sys.mount_tmpfs("layerlab", root, &options) {
        if error.errno == Errno::EINVAL {
            let why = format!("LAYERLAB_SCRATCH_SIZE is {:?}, which tmpfs does not understand", choice.size);
            return Err(Failure::kernel(WANTED, error, why, "give a size such as 64m"));
        }
        return Ok(None);
    }
    match carries_attributes(root, owner.is_some()) {
        Ok(role) => Ok(Some(Scratch { root: root.to_path_buf(), role, disk: None })),
        Err(_) => {
            let _ = sys.detach(root);
            Ok(None)
        }
    }
}

/// What helps where a directory on disk does not do. A tmpfs is not named: where one would do, it was taken.
const ELSEWHERE: &str = "set LAYERLAB_SCRATCH to a directory of yours on ext4, xfs or btrfs";
const WANTED: &str = "cannot make the scratch space";

fn on_disk(choice: &ScratchChoice, machine: &OwnedFd, owner: Option<(u32, u32)>) -> Result<Scratch, Failure> {
    let io = |call: &str, error: std::io::Error| {
        let error = CallError::of(call, crate::kernel::quoted(&choice.disk), &error);
        let failure = refused(WANTED, Tried::Files(&choice.disk), error);
        Failure { fix: ELSEWHERE.into(), ..failure }
    };
    std::fs::create_dir_all(&choice.disk).map_err(|error| io("mkdir", error))?;
    let disk_path = choice.disk.canonicalize().map_err(|error| io("readlink", error))?;
    sweep(&disk_path);
    let (root, lock) = make_locked(&disk_path).map_err(|error| io("mkdir", error))?;
    let failed = |failure: Failure| {
        let _ = std::fs::remove_dir(&root);
        failure
    };
    if let Some((user, group)) = owner {
        std::os::unix::fs::fchown(&lock, Some(user), Some(group)).map_err(|error| failed(io("fchown", error)))?;
    }
    let disk = Name::of(&choice.disk);
    if filesystem(&root).is_ok_and(|kind| kind == FileSystem::Overlay) {
        let why = format!(
            "{disk} is itself on an overlay (are we in a container?), and an overlay cannot hold an upper layer"
        );
        let call = CallError::of("statfs", crate::kernel::quoted(&choice.disk), Errno::EINVAL);
        return Err(failed(Failure::kernel(WANTED, call, why, ELSEWHERE)));
    }
    let role = carries_attributes(&root, owner.is_some()).map_err(|error| {
        let why = format!("the file system of {disk} cannot carry the attributes that an upper layer needs");
        failed(Failure::kernel(WANTED, error, why, ELSEWHERE))
    })?;
    let place = mount_point(MOUNT_POINTS_OF_DISK).unwrap_or(&root).to_path_buf();
    Sys::default().bind_mount(&root, &place, false).map_err(|error| failed(refused(WANTED, Tried::Other, error)))?;
    let outside =
        Path::new("/proc/self/fd").join(machine.as_raw_fd().to_string()).join(root.strip_prefix("/").unwrap_or(&root));
    Ok(Scratch { root: place, role, disk: Some(OnDisk { directory: root, outside, _lock: lock }) })
}

/// Really sets an attribute of the kind that overlayfs will set: versions and build options tell less. Only root of the
/// machine may write `trusted.*`; root of a user namespace (a rootless container, say) is an ordinary user here.
/// Who `gives_up` that right is one as well.
fn carries_attributes(directory: &Path, gives_up: bool) -> Result<Role, CallError> {
    let mut sys = Sys::default();
    let all = [(Role::Root, "trusted.overlay.layerlab"), (Role::User, "user.overlay.layerlab")];
    for (role, name) in all.into_iter().skip(usize::from(gives_up)) {
        match sys.set_attribute(directory, name, b"y") {
            Ok(()) => return sys.remove_attribute(directory, name).map(|()| role),
            Err(error) if role == Role::Root && error.errno == Errno::EPERM => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("the last attempt returned")
}

/// Makes a scratch directory that is locked. Another run may sweep meanwhile, and take it for a dead one until it is: then
/// there is another. Nobody is waited for: the directory above may be everybody's, and whoever may read it can lock it.
fn make_locked(disk: &Path) -> std::io::Result<(PathBuf, File)> {
    loop {
        let root = tempfile::Builder::new().prefix(PREFIX).tempdir_in(disk)?.keep();
        let lock = match File::open(&root) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            opened => opened?,
        };
        // Where the file system knows no locks, nobody sweeps.
        if try_lock(&lock).unwrap_or(true) && lock.metadata()?.nlink() > 0 {
            return Ok((root, lock));
        }
    }
}

/// Removes scratch directories whose run was killed together with its holder: ours by name, and locked by nobody.
fn sweep(disk: &Path) {
    let Ok(entries) = std::fs::read_dir(disk) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let Ok(directory) = File::open(entry.path()) else { continue };
        if try_lock(&directory).unwrap_or(false) {
            let _ = remove_tree(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{make_locked, sweep};
    use crate::kernel::try_lock;
    use std::fs::File;
    use std::os::unix::fs::MetadataExt;
    use std::time::{Duration, Instant};

    #[test]
    fn nobody_is_waited_for_and_nobody_is_swept() {
        let shared = tempfile::tempdir().unwrap();
        // Held by somebody else, who may be another user.
        let held = File::open(shared.path()).unwrap();
        assert!(try_lock(&held).unwrap());
        let begun = Instant::now();
        let make = || {
            let made: Vec<_> = (0..50)
                .map(|_| {
                    sweep(shared.path());
                    make_locked(shared.path()).unwrap()
                })
                .collect();
            for (root, lock) in &made {
                let found = std::fs::metadata(root).unwrap();
                assert_eq!(found.ino(), lock.metadata().unwrap().ino(), "{root:?}");
            }
        };
        std::thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(make))));
        // It took five seconds for each.
        assert!(begun.elapsed() < Duration::from_secs(100));
        // A process that another test starts just now holds the locks until it is another program.
        let is_empty = || {
            sweep(shared.path());
            std::fs::read_dir(shared.path()).unwrap().next().is_none()
        };
        while !is_empty() && begun.elapsed() < Duration::from_secs(100) {}
        assert!(is_empty());
    }
}

//! Cgroups of our own: made beside those of the machine, which stay as they are, and removed with all that is in them.
//!
//! A cgroup outlives its processes, and no namespace takes it along; so whoever makes one removes it. Each is called
//! `layerlab-PID-STARTED` by the process that it belongs to: should that one be killed, the next run that makes a cgroup
//! in the same place sees that it is gone, and removes what it left.
//!
//! What a run or an exercise sees is a part of its own: the first process goes into the new cgroups, and makes a cgroup
//! namespace there (cgroup_namespaces(7)), for which this is the root. In version 2 a cgroup that hands controllers down
//! must hold no process itself; there all processes go on into a leaf called `stage`, and what the learner makes stands
//! beside it. A session holds such a part for each exercise that was begun:
//!
//! ```text
//! layerlab-PID-STARTED/     the root for a run; in it, in version 2, stage/
//!     keeper/               a session's first process (version 2)
//!     hide/                 the root for an exercise; in it, in version 2, stage/
//! ```

use crate::ground::{CgroupVersion, Errno};
use crate::kernel::proc::{CONTROLLERS, CgroupTree, Cgroups, LEAF, Membership, cgroup_trees, controllers_in, mounts};
use crate::kernel::{CallError, Namespaces, Process, Sys, names_in, open_directory, own_pid_outside};
use crate::stage::StageError;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How our cgroups begin.
const PREFIX: &str = "layerlab-";
/// In which cgroup the first process of a session is.
const KEEPER: &str = "keeper";
const WANTED: &str = "cannot make cgroups of our own";
/// How long the kernel may take to let go of a cgroup whose processes have ended.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where the calling process may make cgroups with all the controllers that lessons are about.
///
/// # Errors
/// Why it cannot: no tree has them, or some are here and some there.
pub fn places() -> Result<Vec<CgroupTree>, StageError> {
    let table = mounts().map_err(|error| StageError::Broken(format!("cannot read the mount table: {error}")))?;
    let trees = cgroup_trees(&table, &Membership::own(), CONTROLLERS).map_err(|lacking| {
        let (error, why, fix) = lacks(&lacking);
        StageError::host(WANTED, error, why, fix)
    })?;
    let mixed = trees.iter().any(|tree| tree.version != trees[0].version);
    if mixed {
        let error = CallError::of("openat", "…", Errno::ENOENT);
        let why = "some controllers are in trees of version 1 and some in that of version 2";
        return Err(StageError::host(WANTED, error, why, "boot with cgroup_no_v1=all, so that all are in version 2"));
    }
    Ok(trees)
}

/// No tree has these controllers: the call that shows it, why, and what to do.
pub fn lacks(controllers: &[String]) -> (CallError, String, &'static str) {
    let error =
        CallError::of("openat", format!("AT_FDCWD, \"/sys/fs/cgroup/{}\", O_RDONLY", controllers[0]), Errno::ENOENT);
    let why = format!("no cgroup tree of this host has the controller {}", controllers.join(" and "));
    let fix = "do it on a host that mounts cgroups (mount -t cgroup2 none /sys/fs/cgroup); in a user session, where \
               systemd did not hand the controller down: systemd-run --user --scope -p Delegate=yes layerlab …";
    (error, why, fix)
}

/// The kernel refused a call that makes cgroups in a directory: why, and what to do.
pub fn why_no_cgroup(error: &CallError, parent: &Path) -> (String, &'static str) {
    let one = parent.join("tasks").exists();
    let parent = parent.display();
    match error.errno {
        Errno::EROFS => (
            format!("{parent} is read-only: we are in a container ourselves"),
            "run layerlab outside of it, or let the container have cgroups of its own: docker run --privileged --cgroupns=private",
        ),
        // Nobody gives away trees of version 1; they have a file `tasks`.
        Errno::EACCES | Errno::EPERM if one => (format!("{parent} belongs to root"), "sudo layerlab …"),
        Errno::EACCES | Errno::EPERM => (
            format!("{parent} was not given to this user"),
            "sudo layerlab …, or where systemd runs: systemd-run --user --scope -p Delegate=yes layerlab …",
        ),
        Errno::EBUSY => (
            format!("there are processes in {parent}, and then it can have no cgroups with limits"),
            "systemd-run --scope -p Delegate=yes layerlab …, or run layerlab outside of this container",
        ),
        Errno::EINVAL | Errno::ERANGE => ("the kernel does not take this value".to_string(), "give another limit"),
        _ => (format!("the kernel refuses it in {parent}"), "run layerlab outside of this container, or with sudo"),
    }
}

/// The name of cgroups that belong to the calling process.
fn own_name() -> PathBuf {
    let pid = own_pid_outside();
    let started = Process::open(pid).and_then(|process| process.started()).unwrap_or(0);
    PathBuf::from(format!("{PREFIX}{pid}-{started}"))
}

/// Cgroups that were made, one in each tree. Nobody is in them yet.
#[derive(Debug, Default)]
pub struct OwnCgroups {
    made: Vec<OwnCgroup>,
}

/// One of them.
#[derive(Debug)]
pub struct OwnCgroup {
    /// Open, because our root may be another one when it is removed.
    parent: OwnedFd,
    name: PathBuf,
    /// The cgroup itself, open for the same reason.
    pub open: OwnedFd,
    /// Its directory.
    pub directory: PathBuf,
    /// Which interface it has.
    pub version: CgroupVersion,
}

impl OwnCgroups {
    /// Makes one in a tree, where all its controllers can be had.
    ///
    /// # Errors
    /// The call that was refused; [`why_no_cgroup`] says why.
    pub fn make(&mut self, sys: &mut Sys, tree: &CgroupTree) -> Result<&OwnCgroup, CallError> {
        if tree.version == CgroupVersion::Two {
            hand_down(sys, &tree.directory, &tree.controllers)?;
        }
        let name = self.made.first().map_or_else(own_name, |made| made.name.clone());
        let directory = tree.directory.join(&name);
        sys.make_directory(&directory, 0o755)?;
        let open = |path: &Path| {
            open_directory(None, path).map_err(|error| CallError::of("openat", crate::kernel::quoted(path), &error))
        };
        let (parent, open) = (open(&tree.directory)?, open(&directory)?);
        self.made.push(OwnCgroup { parent, name, open, directory, version: tree.version });
        Ok(&self.made[self.made.len() - 1])
    }

    /// All of them.
    pub fn all(&self) -> &[OwnCgroup] {
        &self.made
    }

    /// Removes those beside them that belonged to processes which were killed before they could; `lives` tells whether a
    /// process with this number, started then, is there.
    pub fn sweep(&self, lives: impl Fn(u32, u64) -> bool) {
        self.made.iter().for_each(|made| sweep(&made.parent, &lives));
    }

    /// Removes them with all that are in them. Their processes have ended; the kernel may need a moment to notice.
    pub fn remove(&mut self) {
        let until = Instant::now() + PATIENCE;
        for made in self.made.drain(..) {
            remove_in(&made.parent, &made.name, until);
        }
    }

    /// Makes those of a run or a session in all these places.
    pub(super) fn for_stage(places: &[CgroupTree]) -> Result<(OwnCgroups, Cgroups), StageError> {
        let mut own = OwnCgroups::default();
        let mut trees = Vec::new();
        for place in places {
            match own.make(&mut Sys::default(), place) {
                Ok(made) => trees.push(CgroupTree { directory: made.directory.clone(), ..place.clone() }),
                Err(error) => {
                    own.remove();
                    return Err(refused(error, &place.directory));
                }
            }
        }
        own.sweep(|pid, started| {
            Process::open(pid).and_then(|process| process.started()).is_ok_and(|begun| begun == started)
        });
        let version = places.first().map_or(CgroupVersion::Two, |place| place.version);
        Ok((own, Cgroups { version, trees, path: "/".into() }))
    }
}

fn refused(error: CallError, parent: &Path) -> StageError {
    let (why, fix) = why_no_cgroup(&error, parent);
    StageError::host(WANTED, error, why, fix)
}

/// Version 2: has a cgroup hand its controllers down to those that are made in it.
fn hand_down(sys: &mut Sys, directory: &Path, controllers: &[String]) -> Result<(), CallError> {
    let file = directory.join("cgroup.subtree_control");
    let has = controllers_in(&file);
    for controller in controllers {
        if !has.contains(controller) {
            sys.write_once(&file.to_string_lossy(), &format!("+{controller}"))?;
        }
    }
    Ok(())
}

/// Moves the calling process; `0` is whoever writes it.
pub(super) fn move_into(directory: &Path) -> Result<(), StageError> {
    let file = directory.join("cgroup.procs");
    Sys::default().write_once(&file.to_string_lossy(), "0").map_err(|error| refused(error, directory))
}

/// A cgroup namespace of which the root is where the calling process is now.
fn make_root_here() -> Result<(), StageError> {
    Sys::default().unshare(Namespaces { cgroup: true, ..Namespaces::default() }).map_err(|error| {
        StageError::host(
            "cannot make a cgroup namespace",
            error,
            "a container's seccomp filter or a missing capability forbids it",
            "run layerlab outside of this container, or with sudo",
        )
    })
}

fn make_directory(directory: &Path) -> Result<(), StageError> {
    match Sys::default().make_directory(directory, 0o755) {
        Err(error) if error.errno != Errno::EEXIST => Err(refused(error, directory.parent().unwrap_or(directory))),
        _ => Ok(()),
    }
}

/// What the first process of a run does: these cgroups become the root that it and its children see.
pub(super) fn stand_in(cgroups: &Cgroups) -> Result<(), StageError> {
    cgroups.trees.iter().try_for_each(|tree| move_into(&tree.directory))?;
    begin(cgroups)
}

/// What the keeper of a session does: the same, and it makes room for exercises.
pub(super) fn keep(cgroups: &Cgroups) -> Result<(), StageError> {
    cgroups.trees.iter().try_for_each(|tree| move_into(&tree.directory))?;
    make_root_here()?;
    step_aside(cgroups, KEEPER)?;
    for tree in cgroups.trees.iter().filter(|tree| tree.version == CgroupVersion::Two) {
        hand_down(&mut Sys::default(), &tree.directory, &tree.controllers)
            .map_err(|error| refused(error, &tree.directory))?;
    }
    Ok(())
}

/// Version 2: into a leaf, so that controllers can be handed down.
fn step_aside(cgroups: &Cgroups, leaf: &str) -> Result<(), StageError> {
    for tree in cgroups.trees.iter().filter(|tree| tree.version == CgroupVersion::Two) {
        let leaf = tree.directory.join(leaf);
        make_directory(&leaf)?;
        move_into(&leaf)?;
    }
    Ok(())
}

/// Goes to where the processes of an exercise are.
pub(super) fn go_to(exercise: &Cgroups) -> Result<(), StageError> {
    for tree in &exercise.trees {
        let mut directory = tree.directory.clone();
        make_directory(&directory)?;
        if tree.version == CgroupVersion::Two {
            directory.push(LEAF);
            make_directory(&directory)?;
        }
        move_into(&directory)?;
    }
    Ok(())
}

/// An exercise begins anew: nothing is left of what was made in its cgroups, and the calling process stands in their
/// root. [`begin`] is what it does when it has entered the session.
pub(super) fn make_fresh(exercise: &Cgroups) -> Result<(), StageError> {
    let until = Instant::now() + PATIENCE;
    for tree in &exercise.trees {
        make_directory(&tree.directory)?;
        // Processes that the learner's cgroups hold go where they began.
        let mut home = tree.directory.clone();
        if tree.version == CgroupVersion::Two {
            for controller in &tree.controllers {
                let _ = take_back(&tree.directory, controller);
            }
            home.push(LEAF);
            make_directory(&home)?;
        }
        for name in subdirectories(&tree.directory) {
            let directory = tree.directory.join(&name);
            if directory != home {
                empty_into(&directory, &home);
                if let Ok(parent) = open_directory(None, &tree.directory) {
                    remove_in(&parent, Path::new(&name), until);
                }
            }
        }
        move_into(&tree.directory)?;
    }
    Ok(())
}

/// Whoever stands in these cgroups makes them the root that it sees: the first steps of an exercise that was made fresh.
pub(super) fn begin(exercise: &Cgroups) -> Result<(), StageError> {
    make_root_here()?;
    step_aside(exercise, LEAF)
}

/// Version 2: a controller is handed down no more, from the leaves upwards.
fn take_back(directory: &Path, controller: &str) -> Result<(), CallError> {
    for name in subdirectories(directory) {
        let _ = take_back(&directory.join(name), controller);
    }
    let file = directory.join("cgroup.subtree_control");
    Sys::default().write_once(&file.to_string_lossy(), &format!("-{controller}"))
}

/// Moves all processes below a cgroup into another one.
fn empty_into(directory: &Path, home: &Path) {
    for name in subdirectories(directory) {
        empty_into(&directory.join(name), home);
    }
    let door = home.join("cgroup.procs");
    let list = std::fs::read_to_string(directory.join("cgroup.procs")).unwrap_or_default();
    for pid in list.lines() {
        // It may just have ended.
        let _ = Sys::default().write_once(&door.to_string_lossy(), pid);
    }
}

fn subdirectories(directory: &Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.file_name()).collect()
}

/// Removes the cgroups of a run or a session that has ended, whoever made them.
pub fn remove(cgroups: &Cgroups) {
    let until = Instant::now() + PATIENCE;
    for tree in &cgroups.trees {
        let (Some(parent), Some(name)) = (tree.directory.parent(), tree.directory.file_name()) else { continue };
        if name.to_string_lossy().starts_with(PREFIX)
            && let Ok(parent) = open_directory(None, parent)
        {
            remove_in(&parent, Path::new(name), until);
        }
    }
}

/// Removes a cgroup and all that are in it, the innermost first. Its files go with it.
fn remove_in(parent: &OwnedFd, name: &Path, until: Instant) {
    let mut again = true;
    loop {
        match Sys::default().unlink_in(parent, name, true) {
            Err(error) if error.errno == Errno::EBUSY && again => {}
            _ => return,
        }
        // There are others in it, or the kernel has not noticed yet that its processes are gone.
        let Ok(own) = open_directory(Some(parent), name) else { return };
        let inner = names_in(&own).unwrap_or_default().into_iter();
        let inner: Vec<_> = inner.filter(|name| crate::kernel::is_directory_in(&own, Path::new(name))).collect();
        inner.iter().for_each(|name| remove_in(&own, Path::new(name), until));
        if inner.is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
        again = Instant::now() < until;
    }
}

/// Removes the cgroups of processes that live no more. One that is in use stays: its process may live where we cannot see
/// it.
fn sweep(parent: &OwnedFd, lives: &impl Fn(u32, u64) -> bool) {
    for name in names_in(parent).unwrap_or_default() {
        let Some((pid, started)) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-')) else {
            continue;
        };
        let (Ok(pid), Ok(started)) = (pid.parse::<u32>(), started.parse::<u64>()) else { continue };
        if !lives(pid, started) && open_directory(Some(parent), Path::new(&name)).is_ok_and(|open| !is_used(&open)) {
            remove_in(parent, Path::new(&name), Instant::now());
        }
    }
}

/// Whether there is a process in a cgroup, or in one within.
fn is_used(directory: &OwnedFd) -> bool {
    let has = crate::kernel::read_in(directory, Path::new("cgroup.procs")).is_ok_and(|list| !list.is_empty());
    let inner = || names_in(directory).unwrap_or_default();
    has || inner().iter().any(|name| {
        crate::kernel::is_directory_in(directory, Path::new(name))
            && open_directory(Some(directory), Path::new(name)).is_ok_and(|open| is_used(&open))
    })
}

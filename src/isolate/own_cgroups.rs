//! Cgroups of our own: made beside those of the machine, which stay as they are, and removed with all that is in them.
//!
//! A cgroup outlives its processes, and no namespace takes it along; so whoever makes one removes it. Each is called
//! `layerlab-PID-STARTED` by the process that it belongs to: should that one be killed, the next run that makes a cgroup
//! in the same place sees that it is gone, and removes what it left.

use crate::ground::{CgroupVersion, Errno, Failure};
use crate::isolate::places::WANTED;
use crate::kernel::proc::{CgroupTree, Cgroups, controllers_in};
use crate::kernel::{CallError, Process, Sys, names_in, open_directory, own_pid_outside};
use crate::reason::{Tried, refused};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How our cgroups begin.
const PREFIX: &str = "layerlab-";
/// How long the kernel may take to let go of a cgroup whose processes have ended.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

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
    /// What was refused, and why; `wanted` is what they are for.
    pub fn make(&mut self, sys: &mut Sys, tree: &CgroupTree, wanted: &str) -> Result<&OwnCgroup, Failure> {
        self.try_to_make(sys, tree).map_err(|error| refused(wanted, Tried::Cgroup(&tree.directory), error))?;
        Ok(&self.made[self.made.len() - 1])
    }

    fn try_to_make(&mut self, sys: &mut Sys, tree: &CgroupTree) -> Result<(), CallError> {
        if tree.version == CgroupVersion::Two {
            hand_down(sys, &tree.directory, &tree.controllers)?;
        }
        let name = self.made.first().map_or_else(own_name, |made| made.name.clone());
        let directory = tree.directory.join(&name);
        sys.mkdir(&directory, 0o755)?;
        let open = |path: &Path| {
            open_directory(None, path).map_err(|error| CallError::of("openat", crate::kernel::quoted(path), &error))
        };
        let (parent, open) = (open(&tree.directory)?, open(&directory)?);
        self.made.push(OwnCgroup { parent, name, open, directory, version: tree.version });
        Ok(())
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
    ///
    /// # Errors
    /// What was refused, and why.
    pub fn make_all(places: &[CgroupTree]) -> Result<(OwnCgroups, Cgroups), Failure> {
        let mut own = OwnCgroups::default();
        let mut trees = Vec::new();
        for place in places {
            match own.make(&mut Sys::default(), place, WANTED) {
                Ok(made) => trees.push(CgroupTree { directory: made.directory.clone(), ..place.clone() }),
                Err(failure) => {
                    own.remove();
                    return Err(failure);
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

/// The name of cgroups that belong to the calling process.
fn own_name() -> PathBuf {
    let pid = own_pid_outside();
    let started = Process::open(pid).and_then(|process| process.started()).unwrap_or(0);
    PathBuf::from(format!("{PREFIX}{pid}-{started}"))
}

/// Version 2: has a cgroup hand its controllers down to those that are made in it.
pub(super) fn hand_down(sys: &mut Sys, directory: &Path, controllers: &[String]) -> Result<(), CallError> {
    let file = directory.join("cgroup.subtree_control");
    let has = controllers_in(&file);
    for controller in controllers {
        if !has.contains(controller) {
            sys.write_proc(&file, &format!("+{controller}"))?;
        }
    }
    Ok(())
}

/// Removes the cgroups of a run or a session that has ended, whoever made them.
pub fn remove_cgroups(cgroups: &Cgroups) {
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
pub(super) fn remove_in(parent: &OwnedFd, name: &Path, until: Instant) {
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

//! What a run or an exercise sees of the cgroups is a part of its own: the first process goes into the new cgroups, and makes
//! a cgroup namespace there (cgroup_namespaces(7)), for which this is the root.
//!
//! In version 2 a cgroup that hands controllers down must hold no process itself; there all processes go on into a leaf
//! called `stage`, and what the learner makes stands beside it. A session holds such a part for each exercise that was
//! begun:
//!
//! ```text
//! layerlab-PID-STARTED/     the root for a run; in it, in version 2, stage/
//!     keeper/               a session's first process (version 2)
//!     hide/                 the root for an exercise; in it, in version 2, stage/
//! ```

use crate::ground::{CgroupVersion, Errno, Failure};
use crate::isolate::own_cgroups::{PATIENCE, hand_down, remove_in};
use crate::isolate::places::WANTED;
use crate::isolate::unshare;
use crate::kernel::proc::{Cgroups, LEAF};
use crate::kernel::{CallError, Namespaces, Sys, open_directory};
use crate::reason::{Before, Tried, refused};
use std::path::Path;
use std::time::Instant;

/// In which cgroup the first process of a session is.
const KEEPER: &str = "keeper";

/// Moves the calling process; `0` is whoever writes it.
pub fn move_into(directory: &Path) -> Result<(), Failure> {
    let file = directory.join("cgroup.procs");
    Sys::default().write_proc(&file, "0").map_err(|error| refused(WANTED, Tried::Cgroup(directory), error))
}

/// A cgroup namespace of which the root is where the calling process is now.
fn make_root_here() -> Result<(), Failure> {
    let own = Namespaces { cgroup: true, ..Namespaces::default() };
    unshare(&mut Sys::default(), own, "cannot make a cgroup namespace", &Before::now())
}

fn make_directory(directory: &Path) -> Result<(), Failure> {
    match Sys::default().mkdir(directory, 0o755) {
        Err(error) if error.errno != Errno::EEXIST => {
            Err(refused(WANTED, Tried::Cgroup(directory.parent().unwrap_or(directory)), error))
        }
        _ => Ok(()),
    }
}

/// What the first process of a run does: these cgroups become the root that it and its children see.
pub fn make_root(cgroups: &Cgroups) -> Result<(), Failure> {
    cgroups.trees.iter().try_for_each(|tree| move_into(&tree.directory))?;
    begin(cgroups)
}

/// What the keeper of a session does: the same, and it makes room for exercises.
pub fn make_session_root(cgroups: &Cgroups) -> Result<(), Failure> {
    cgroups.trees.iter().try_for_each(|tree| move_into(&tree.directory))?;
    make_root_here()?;
    step_aside(cgroups, KEEPER)?;
    for tree in cgroups.trees.iter().filter(|tree| tree.version == CgroupVersion::Two) {
        hand_down(&mut Sys::default(), &tree.directory, &tree.controllers)
            .map_err(|error| refused(WANTED, Tried::Cgroup(&tree.directory), error))?;
    }
    Ok(())
}

/// Version 2: into a leaf, so that controllers can be handed down.
fn step_aside(cgroups: &Cgroups, leaf: &str) -> Result<(), Failure> {
    for tree in cgroups.trees.iter().filter(|tree| tree.version == CgroupVersion::Two) {
        let leaf = tree.directory.join(leaf);
        make_directory(&leaf)?;
        move_into(&leaf)?;
    }
    Ok(())
}

/// Goes to where the processes of an exercise are.
pub fn enter(exercise: &Cgroups) -> Result<(), Failure> {
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
pub fn make_fresh(exercise: &Cgroups) -> Result<(), Failure> {
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
pub fn begin(exercise: &Cgroups) -> Result<(), Failure> {
    make_root_here()?;
    step_aside(exercise, LEAF)
}

/// Version 2: a controller is handed down no more, from the leaves upwards.
fn take_back(directory: &Path, controller: &str) -> Result<(), CallError> {
    for name in subdirectories(directory) {
        let _ = take_back(&directory.join(name), controller);
    }
    let file = directory.join("cgroup.subtree_control");
    Sys::default().write_proc(&file, &format!("-{controller}"))
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
        let _ = Sys::default().write_proc(&door, pid);
    }
}

fn subdirectories(directory: &Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.file_name()).collect()
}

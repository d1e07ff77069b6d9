//! An exercise begins again: what it has started ends, and what it has changed of the session itself is put back. The
//! bench is made anew elsewhere (`scratch`).
//!
//! Whose a process is, its environment says, or that of the nearest process above it (`observe`), else the directory that
//! it is in. The shells of the session stay, as long as they are in the session's own namespaces: all else that they have
//! opened shows an exercise as solved that was just begun.

use crate::ground::Name;
use crate::kernel::proc::Mount;
use crate::kernel::{Process, Sys, domain_name, hostname, remove_posix_queues, set_domain_name};
use crate::observe::{NAMESPACES, Processes, Running};
use crate::stage::StageError;
use crate::stage::wire::{Fresh, Keeper};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Processes that were killed may take so long to be gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// So often it is looked for processes that were started meanwhile.
const ROUNDS: usize = 20;

/// What was undone, but for what comes last.
pub(super) struct Undone {
    /// What may be another exercise's, as people call it: `sleep (41)`.
    pub stays: Vec<String>,
    /// Shells from which we were called, in namespaces of their own.
    last: Vec<Running>,
}

impl Undone {
    /// Ends the shells that wait for us; the session's own takes their place.
    pub(super) fn finish(self) {
        self.last.iter().for_each(|running| drop(running.process.kill()));
    }
}

/// Undoes what was done in an exercise. The calling process has entered the session; `caller` is the process in it that asked
/// for it, by its number outside.
pub(super) fn undo(keeper: &Keeper, bench: &Path, fresh: Fresh, caller: Option<u32>) -> Result<Undone, StageError> {
    let mut stays = unmount(keeper, bench, fresh);
    damage(keeper, bench)?;
    let mut last = Vec::new();
    for _ in 0..ROUNDS {
        let sorted = sort(bench, fresh, caller)?;
        last = sorted.last;
        let ends = sorted.ends;
        if ends.is_empty() {
            stays.extend(sorted.stays);
            break;
        }
        ends.iter().for_each(|running| drop(running.process.kill()));
        let until = Instant::now() + PATIENCE;
        while ends.iter().any(|running| running.process.started().is_ok()) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    if !keeper.host.is_empty() && hostname() != keeper.host {
        let _ = Sys::default().set_hostname(&keeper.host);
    }
    if !keeper.domain.is_empty() && domain_name() != keeper.domain {
        let _ = set_domain_name(&keeper.domain);
    }
    // Message queues and their like live in the IPC namespace, which is the whole session's; no exercise wants them there.
    let _ = Command::new("ipcrm").arg("--all").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let _ = remove_posix_queues();
    Ok(Undone { stays, last })
}

/// The processes of a session, as an exercise begins again.
#[derive(Default)]
struct Sorted {
    /// They end.
    ends: Vec<Running>,
    /// They end last.
    last: Vec<Running>,
    /// They stay, because nobody can tell whose they are.
    stays: Vec<String>,
}

fn sort(bench: &Path, fresh: Fresh, caller: Option<u32>) -> Result<Sorted, StageError> {
    let broken = |error| StageError::broken(format!("the processes of the session cannot be seen: {error}"));
    let processes = Processes::seen_from(caller).map_err(broken)?;
    let exercise = bench.file_name().unwrap_or_default();
    let is_container = |running: &Running| {
        let words = running.process.arguments().unwrap_or_default();
        words.iter().skip(1).any(|word| word == "container" || word.starts_with("__container"))
    };
    let Processes { first, others, ours, above } = processes;
    let mut sorted = Sorted::default();
    for running in others.into_iter().chain(ours.into_iter().filter(is_container)) {
        let number = running.numbers.first().copied().unwrap_or(0);
        let is_at_home = is_like(&running, &first);
        if (running.came_in || above.contains(&number)) && is_at_home {
            continue;
        }
        let is_meant = match &running.exercise {
            Some(theirs) => theirs.as_str() == exercise,
            None => {
                let is_here = running.process.here().is_ok_and(|here| here.starts_with(bench));
                if !is_here && fresh == Fresh::Alone {
                    sorted.stays.push(format!("{} ({})", running.name, running.pid()));
                }
                is_here || fresh == Fresh::WithUnclaimed
            }
        };
        match is_meant {
            true if above.contains(&number) => sorted.last.push(running),
            true => sorted.ends.push(running),
            false => {}
        }
    }
    Ok(sorted)
}

/// Whether a process has the namespaces and the root that the session has, and its children will have them.
fn is_like(running: &Running, first: &Running) -> bool {
    let kinds = NAMESPACES.iter().all(|kind| running.namespaces.get(kind) == first.namespaces.get(kind));
    let children = running.process.namespace("pid_for_children").ok();
    kinds && children.is_none_or(|space| Some(&space) == first.namespaces.get("pid")) && has_root_of(running, first)
}

fn has_root_of(running: &Running, first: &Running) -> bool {
    match (running.process.root(), first.process.root()) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        _ => true,
    }
}

/// Whether the session still stands on what it began with.
///
/// # Errors
/// What is different: then nothing can be put back in it, and it takes another one.
pub(super) fn damage(keeper: &Keeper, bench: &Path) -> Result<(), StageError> {
    let Some(mounts) = own_mounts().filter(|_| !keeper.mounts.is_empty()) else { return Ok(()) };
    let is_there = |id: &u32| mounts.iter().any(|mount| mount.id == *id);
    let root = mounts.iter().rfind(|mount| mount.mountpoint == Path::new("/"));
    if root.is_none_or(|root| !keeper.mounts.contains(&root.id)) {
        return Err(StageError::damaged("another file system than at the start is its root"));
    }
    if !keeper.mounts.iter().all(is_there) {
        return Err(StageError::damaged("something was unmounted that it had from the start"));
    }
    let covers = |mount: &&Mount| {
        is_new(keeper, mount) && bench.parent().is_some_and(|benches| benches.starts_with(&mount.mountpoint))
    };
    match mounts.iter().find(covers) {
        Some(mount) => {
            Err(StageError::damaged(&format!("what is mounted on {} covers the benches", Name::of(&mount.mountpoint))))
        }
        None => Ok(()),
    }
}

/// Unmounts what was mounted outside of all benches: all of it, or only what covers something that was there at the start.
/// What stays is told.
fn unmount(keeper: &Keeper, bench: &Path, fresh: Fresh) -> Vec<String> {
    let mounts = own_mounts().filter(|_| !keeper.mounts.is_empty()).unwrap_or_default();
    let old: Vec<PathBuf> =
        mounts.iter().filter(|mount| !is_new(keeper, mount)).map(|mount| mount.mountpoint.clone()).collect();
    let benches = bench.parent().unwrap_or(bench);
    let mut stays = Vec::new();
    for mount in mounts.iter().rev().filter(|mount| is_new(keeper, mount) && !mount.is_below(benches)) {
        let covers = old.contains(&mount.mountpoint) || benches.starts_with(&mount.mountpoint);
        if mount.mountpoint == Path::new("/") {
            continue;
        }
        if (fresh == Fresh::Alone && !covers) || Sys::default().detach(&mount.mountpoint).is_err() {
            stays.push(format!("what is mounted on {}", Name::of(&mount.mountpoint)));
        }
    }
    stays
}

fn is_new(keeper: &Keeper, mount: &Mount) -> bool {
    !keeper.mounts.contains(&mount.id)
}

/// Our mount table, by the /proc from which we came.
fn own_mounts() -> Option<Vec<Mount>> {
    Process::own().ok()?.mounts().ok()
}

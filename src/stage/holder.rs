//! The holder: makes the namespaces and the scratch space, starts the worker, waits, cleans up.
//!
//! Order matters (user_namespaces(7), mount_namespaces(7), pid_namespaces(7)): first a mount namespace, in which `/` becomes
//! private, the scratch space is mounted and the machine confined (`confine.rs`). Then the user namespace of the lesson, first and
//! alone, its maps, and all other namespaces in one call; mounts that come into it cannot be changed there. The PID
//! namespace begins with the child, so the worker is a process of its own.
//!
//! An ordinary user needs a user namespace for the first step already. Root needs none for the second, unless the lesson was not
//! built in: then it becomes `nobody` before, and what it has made is locked from there.

use crate::ground::{EXERCISE_VARIABLE, Failure};
use crate::isolate::{
    OwnCgroups, lesson_cgroup_places, map_nobody_to_root, map_to_root, map_to_same, unshare, unshare_as_root,
};
use crate::kernel::proc::Cgroups;
use crate::kernel::{
    CallError, Namespaces, Ready, Spread, Sys, close_inherited, effective_ids, kill, open_directory, open_pidfd,
    wait_for_end,
};
use crate::reason::{Before, Tried, is_machines_user_namespace};
use crate::stage::confine::Confinement;
use crate::stage::error::StageError;
use crate::stage::link::send;
use crate::stage::scratch::{self, Scratch};
use crate::stage::wire::{KeeperSetup, Reply, SessionFiles, Setup, StageNeeds, WorkerSetup};
use crate::stage::{PROGRAM, ScratchChoice, is_real_root};
use serde::Serialize;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

/// The whole life of the holder; its standard input is the socket to the CLI.
pub(super) fn run(setup: &str) -> ExitCode {
    // A file that the CLI's caller had open would stay open, and locked, as long as a session lasts. Done here, where /proc
    // still knows us, for the keeper too.
    let _ = close_inherited();
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(5) };
    let done = match serde_json::from_str::<Setup>(setup) {
        Ok(Setup::Run(choice, needs)) => run_for(&choice, needs, &socket),
        // The keeper has no death signal: it outlives us, as soon as the CLI has written down that it is there.
        Ok(Setup::Session { root, files, needs }) => keep(root, files, needs, &socket),
        Err(error) => Err(StageError::broken(format!("setup is unreadable: {error}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If the CLI is gone there is nobody to tell.
            let _ = send(&socket, &Reply::Failed(error));
            ExitCode::FAILURE
        }
    }
}

/// Builds a stage, waits for its end, and cleans up.
fn run_for(choice: &ScratchChoice, needs: StageNeeds, socket: &OwnedFd) -> Result<(), StageError> {
    if needs.cgroups && needs.user_namespace && is_real_root() {
        return Err(StageError::Host(Failure::ours(
            "cannot run this lesson without the rights of root",
            "it needs cgroups; and because it was not built in, it runs in a user namespace, for root too",
            "read it first, then run it with --as-real-root",
        )));
    }
    // As long as we are in the namespaces of the host: the cgroups stand beside the machine's own.
    let mut cgroups = match needs.cgroups {
        true => Some(OwnCgroups::make_all(&lesson_cgroup_places()?)?),
        false => None,
    };
    let theirs = cgroups.as_ref().map(|(_, cgroups)| cgroups.clone());
    let outcome = build(choice, theirs, needs, socket).map(|(mut worker, scratch, _machine)| {
        wait(&mut worker, socket);
        scratch.clean_up();
    });
    if let Some((own, cgroups)) = &mut cgroups {
        // What something is mounted on cannot be removed.
        cgroups.trees.iter().for_each(|tree| drop(Sys::default().detach(&tree.directory)));
        own.remove();
    }
    outcome
}

/// Makes the namespaces of a session and starts their keeper.
fn keep(root: PathBuf, files: SessionFiles, needs: StageNeeds, socket: &OwnedFd) -> Result<(), StageError> {
    let places = if needs.cgroups { lesson_cgroup_places()? } else { Vec::new() };
    let before = Before::now();
    let rights = Rights::to_mount(needs, &before)?;
    make_private()?;
    let (role, scratch) = scratch::of_session(&root)?;
    if rights != Rights::Root {
        // The keeper makes its cgroups in what was given to this user.
        let given = places.iter().map(|place| place.directory.clone());
        let writable: Vec<PathBuf> = files.writable.iter().cloned().chain(given).collect();
        Confinement { writable: &writable, ..Confinement::of_session(&files) }.begin()?;
    }
    rights.enter_namespaces(&before)?;
    // Whatever directory we were called from can be unmounted and deleted while the session lasts.
    let _ = std::env::set_current_dir("/");
    start(crate::stage::KEEPER, &KeeperSetup { root, role, scratch, places, files }, socket).map(drop)
}

fn build(
    choice: &ScratchChoice,
    cgroups: Option<Cgroups>,
    needs: StageNeeds,
    socket: &OwnedFd,
) -> Result<(Child, Scratch, OwnedFd), StageError> {
    // What it leads to stays as it was: by it we clean up.
    let machine = open_directory(None, Path::new("/")).map_err(|error| StageError::lacking("openat", &error))?;
    let before = Before::now();
    let rights = Rights::to_mount(needs, &before)?;
    make_private()?;
    let scratch = Scratch::make(choice, &machine, rights.nobody())?;
    let failed = |error| {
        scratch.clean_up();
        error
    };
    let directories = cgroups.iter().flat_map(|cgroups| &cgroups.trees).map(|tree| tree.directory.clone());
    let writable: Vec<PathBuf> = directories.chain([scratch.root().to_path_buf()]).collect();
    Confinement { writable: &writable, real_root: rights == Rights::Root, ..Confinement::default() }
        .begin()
        .and_then(|()| rights.enter_namespaces(&before))
        .map_err(failed)?;
    let setup =
        WorkerSetup { role: scratch.role(), root: scratch.root().to_path_buf(), scratch: scratch.described(), cgroups };
    let worker = start(crate::stage::WORKER, &setup, socket).map_err(failed)?;
    Ok((worker, scratch, machine))
}

/// Starts PID 1 of the namespaces: this program once more, with the socket to the CLI as its input.
fn start(mode: &str, setup: &impl Serialize, socket: &OwnedFd) -> Result<Child, StageError> {
    let broken = |error: &dyn std::fmt::Display| StageError::broken(format!("cannot start {mode}: {error}"));
    Command::new(PROGRAM)
        .arg(mode)
        .arg(serde_json::to_string(setup).map_err(|error| broken(&error))?)
        .stdin(Stdio::from(socket.try_clone().map_err(|error| broken(&error))?))
        .stdout(Stdio::null())
        // A run that is started in the shell of a session is no part of that session's exercise.
        .env_remove(EXERCISE_VARIABLE)
        .spawn()
        .map_err(|error| StageError::lacking("fork", &error))
}

fn make_private() -> Result<(), StageError> {
    Sys::default()
        .make_spread(Path::new("/"), Spread::Private, true)
        .map_err(|error| StageError::refused("cannot keep our mounts to ourselves", Tried::Spread, error))
}

const WANTED: &str = "cannot make namespaces of our own";

/// As whom a lesson runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rights {
    /// Root of the machine.
    Root,
    /// Root of a user namespace, who is `nobody` outside, although root of the machine runs it.
    Nobody,
    /// Root of a user namespace, who is the same user outside.
    User,
}

/// The ids of `nobody` and `nogroup`; nothing belongs to them.
const NOBODY: (u32, u32) = (65534, 65534);

/// Whose files and terminals of a run must be, where a stage that needs this runs as somebody else than we.
pub fn runs_as(needs: StageNeeds) -> Option<(u32, u32)> {
    (needs.user_namespace && effective_ids().0 == 0 && is_machines_user_namespace()).then_some(NOBODY)
}

impl Rights {
    /// A mount namespace of our own; without the right to have it directly, a user namespace comes first.
    fn to_mount(needs: StageNeeds, before: &Before) -> Result<Rights, StageError> {
        let mut sys = Sys::default();
        let own = Namespaces { mount: true, ..Namespaces::default() };
        if unshare_as_root(&mut sys, own, WANTED, before)? {
            return Ok(match needs.user_namespace {
                false => Rights::Root,
                true if is_machines_user_namespace() => Rights::Nobody,
                // Root of a container has no other ids.
                true => Rights::User,
            });
        }
        unshare(&mut sys, Namespaces { user: true, ..Namespaces::default() }, WANTED, before)?;
        map_to_same(&mut sys, before)?;
        unshare(&mut sys, own, WANTED, before)?;
        Ok(Rights::User)
    }

    /// To whom the files of the run must be given, where it is not us.
    fn nobody(self) -> Option<(u32, u32)> {
        (self == Rights::Nobody).then_some(NOBODY)
    }

    /// All other namespaces. A host name that a lesson sets, a message queue that it makes and a network that it changes are so
    /// never those of the machine.
    fn enter_namespaces(self, before: &Before) -> Result<(), StageError> {
        let mut sys = Sys::default();
        let own = Namespaces { uts: true, ipc: true, pid: true, net: true, ..Namespaces::default() };
        if self == Rights::Root {
            return Ok(unshare(&mut sys, own, WANTED, before)?);
        }
        if self == Rights::Nobody {
            become_nobody(&mut sys).map_err(|error| {
                StageError::refused("cannot run a lesson without the rights of root", Tried::Other, error)
            })?;
        }
        unshare(&mut sys, Namespaces { user: true, ..Namespaces::default() }, WANTED, before)?;
        match self {
            Rights::Nobody => map_nobody_to_root(&mut sys, NOBODY, before)?,
            _ => map_to_root(&mut sys, before)?,
        }
        unshare(&mut sys, Namespaces { mount: true, ..own }, WANTED, before)?;
        // A lesson has our rights now, and finds us in the /proc of the machine. What we hold is not for it.
        let _ = sys.hide_from_proc();
        Ok(())
    }
}

fn become_nobody(sys: &mut Sys) -> Result<(), CallError> {
    sys.drop_groups()?;
    sys.become_user(NOBODY.0, NOBODY.1)?;
    sys.show_in_proc()
}

/// Waits until the worker has ended, or the CLI is gone: then ends it.
fn wait(worker: &mut Child, socket: &OwnedFd) {
    if let Ok(pidfd) = open_pidfd(worker.id())
        && wait_for_end(&pidfd, Some(socket), -1).is_ok_and(|ready| ready == Ready::HungUp)
    {
        kill(&pidfd);
    }
    // Without a pidfd (kernel before 5.3) the worker itself sees the end of its input.
    let _ = worker.wait();
}

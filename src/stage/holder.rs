//! The holder: makes the namespaces and the scratch space, starts the worker, waits, cleans up.
//!
//! Order matters (user_namespaces(7), mount_namespaces(7), pid_namespaces(7)): the user namespace first and alone, its
//! maps, then mount, UTS, IPC and PID namespaces in one call; `/` private before anything is mounted; the PID namespace begins with
//! the child, so the worker is a process of its own.

use crate::ground::EXERCISE_VARIABLE;
use crate::isolate::{OwnCgroups, lesson_cgroup_places, map_to_root, unshare, unshare_as_root};
use crate::kernel::proc::Cgroups;
use crate::kernel::{Namespaces, Ready, Spread, Sys, close_inherited, kill, open_pidfd, wait_for_end};
use crate::reason::{Before, Tried};
use crate::stage::error::StageError;
use crate::stage::link::send;
use crate::stage::scratch::{self, Scratch};
use crate::stage::wire::{KeeperSetup, Reply, Setup, StageNeeds, WorkerSetup};
use crate::stage::{PROGRAM, ScratchChoice};
use serde::Serialize;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
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
        Ok(Setup::Session(root, needs)) => keep(&root, needs, &socket),
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
    // As long as we are in the namespaces of the host: the cgroups stand beside the machine's own.
    let mut cgroups = match needs.cgroups {
        true => Some(OwnCgroups::make_all(&lesson_cgroup_places()?)?),
        false => None,
    };
    let theirs = cgroups.as_ref().map(|(_, cgroups)| cgroups.clone());
    let outcome = build(choice, theirs, socket).map(|(mut worker, scratch)| {
        wait(&mut worker, socket);
        scratch.clean_up();
    });
    if let Some((own, _)) = &mut cgroups {
        own.remove();
    }
    outcome
}

/// Makes the namespaces of a session and starts their keeper.
fn keep(root: &Path, needs: StageNeeds, socket: &OwnedFd) -> Result<(), StageError> {
    let places = if needs.cgroups { lesson_cgroup_places()? } else { Vec::new() };
    enter_namespaces()?;
    make_private()?;
    let (role, scratch) = scratch::of_session(root)?;
    // Whatever directory we were called from can be unmounted and deleted while the session lasts.
    let _ = std::env::set_current_dir("/");
    start(crate::stage::KEEPER, &KeeperSetup { root: root.to_path_buf(), role, scratch, places }, socket).map(drop)
}

fn build(choice: &ScratchChoice, cgroups: Option<Cgroups>, socket: &OwnedFd) -> Result<(Child, Scratch), StageError> {
    enter_namespaces()?;
    make_private()?;
    let scratch = Scratch::make(choice)?;
    let setup =
        WorkerSetup { role: scratch.role(), root: scratch.root().to_path_buf(), scratch: scratch.described(), cgroups };
    match start(crate::stage::WORKER, &setup, socket) {
        Ok(worker) => Ok((worker, scratch)),
        Err(error) => {
            scratch.clean_up();
            Err(error)
        }
    }
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

/// New namespaces; without the rights to have them directly, a user namespace comes first. A host name that a lesson sets and
/// a message queue that it makes are so never those of the machine.
fn enter_namespaces() -> Result<(), StageError> {
    const WANTED: &str = "cannot make namespaces of our own";
    let own = Namespaces { mount: true, uts: true, ipc: true, pid: true, ..Namespaces::default() };
    let (before, mut sys) = (Before::now(), Sys::default());
    if unshare_as_root(&mut sys, own, WANTED, &before)? {
        return Ok(());
    }
    unshare(&mut sys, Namespaces { user: true, ..Namespaces::default() }, WANTED, &before)?;
    map_to_root(&mut sys, &before)?;
    Ok(unshare(&mut sys, own, WANTED, &before)?)
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

//! A visitor of a session: enters its namespaces, does what it is asked, and goes. The keeper stays as it is, so a
//! visitor that hangs or is killed harms nobody.

use crate::ground::{CALLER_VARIABLE, EXERCISE_VARIABLE, Role};
use crate::isolate;
use crate::kernel::{die_with_parent, keep_proc};
use crate::reason::{Before, Tried};
use crate::stage::confine::give_up_capabilities;
use crate::stage::keeper::KeeperState;
use crate::stage::link::{Link, send, unexpected};
use crate::stage::undo::{self, Undone};
use crate::stage::wire::{Fresh, Keeper, Reply, VisitorSetup, WorkerSetup};
use crate::stage::worker::Worker;
use crate::stage::{PROGRAM, Stage, StageError, VISITOR, WORKER, scratch};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// The whole life of a visitor; its standard input is the socket to the CLI.
pub(super) fn run(setup: &str) -> ExitCode {
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(5) };
    // Nobody reads our standard error.
    if let Ok(socket) = socket.try_clone() {
        std::panic::set_hook(Box::new(move |panic| {
            let _ = send(&socket, &Reply::Failed(StageError::broken(panic)));
        }));
    }
    let arrived = arrive(setup).and_then(|(undone, worker)| match undone {
        Some(undone) => begin_anew(undone, worker, &socket),
        None => Ok(Worker::of(worker).serve(&socket)),
    });
    match arrived {
        Ok(code) => code,
        Err(error) => {
            let _ = send(&socket, &Reply::Failed(error));
            ExitCode::FAILURE
        }
    }
}

/// Enters, and where the bench is to be made anew undoes what was done; with what the worker begins.
fn arrive(setup: &str) -> Result<(Option<Undone>, WorkerSetup), StageError> {
    let setup: VisitorSetup = serde_json::from_str(setup).map_err(StageError::broken)?;
    // The mounts of the session may hide the processes of the session.
    keep_proc();
    let cgroups = setup.root.file_name().and_then(|exercise| setup.keeper.cgroups_of(exercise.to_str()?));
    if let Some(cgroups) = &cgroups {
        match setup.fresh {
            Some(_) => isolate::make_fresh(cgroups)?,
            // To look, one needs not be there: somebody who came by another way, and may not, can look all the same.
            None => drop(isolate::enter(cgroups)),
        }
    }
    setup.keeper.enter()?;
    if let Some(cgroups) = cgroups.as_ref().filter(|_| setup.fresh.is_some()) {
        isolate::begin(cgroups)?;
    }
    if setup.keeper.role == Role::Root {
        give_up_capabilities()?;
    }
    // After setns(2), which takes the death signal away together with the old credentials.
    let _ = die_with_parent();
    let undone = match setup.fresh {
        Some(fresh) => {
            let undone = undo::undo(&setup.keeper, &setup.root, fresh, setup.caller)?;
            scratch::make_fresh(&setup.root)?;
            Some(undone)
        }
        None => None,
    };
    // Who cannot stand there says why it is so.
    stand(&setup.here).map_err(|error| undo::damage(&setup.keeper, &setup.root).err().unwrap_or(error))?;
    let Keeper { role, scratch, .. } = setup.keeper;
    Ok((undone, WorkerSetup { role, root: setup.root, scratch, cgroups }))
}

/// Has the lesson's lines run by a child: it is in the PID namespace of the session, as whoever types them is, and we are
/// not.
fn begin_anew(undone: Undone, worker: WorkerSetup, socket: &OwnedFd) -> Result<ExitCode, StageError> {
    let broken = |error: &dyn std::fmt::Display| StageError::broken(format!("a visitor's child: {error}"));
    let setup = serde_json::to_string(&worker).map_err(|error| broken(&error))?;
    let input = socket.try_clone().map_err(|error| broken(&error))?;
    // Where nobody hears it, the child will notice.
    let _ = send(socket, &Reply::Stays(undone.stays.clone()));
    let mut child = Command::new(PROGRAM);
    child.env(EXERCISE_VARIABLE, worker.root.file_name().unwrap_or_default());
    // The one in which it lies is not the session's.
    child.env_remove("TMPDIR").env_remove(CALLER_VARIABLE);
    child.args([WORKER, &setup]).stdin(input).status().map_err(|error| broken(&error))?;
    undone.finish();
    Ok(ExitCode::SUCCESS)
}

/// Goes where the learner works.
pub(super) fn stand(here: &Path) -> Result<(), StageError> {
    std::env::set_current_dir(here).map_err(|error| {
        let error = crate::kernel::CallError::of("chdir", crate::kernel::quoted(here), &error);
        let why = "the directory of the exercise is not there any more";
        StageError::host("cannot look at the exercise", error, why, "begin it again: layerlab reset")
    })
}

impl Keeper {
    /// Enters the session; the calling process must have a single thread.
    pub(super) fn enter(&self) -> Result<(), StageError> {
        let gone = || StageError::gone(self.state());
        let process = self.process().ok_or_else(gone)?;
        if !self.is(&process) {
            return Err(StageError::not_the_keeper());
        }
        process.enter().map_err(|error| {
            if self.state() != KeeperState::Alive {
                return gone();
            }
            let wanted = "cannot enter the session";
            match Before::now().found(Tried::Entering, &error) {
                Some(reason) => StageError::host(wanted, error, reason.why, reason.fix),
                None => StageError::host(
                    wanted,
                    error,
                    "the session was begun with other rights than you have here",
                    "try it in another terminal, or leave what you have entered with unshare or su",
                ),
            }
        })
    }
}

/// How to visit a session.
#[derive(Clone, Debug)]
pub struct Visit<'a> {
    /// The keeper of the session.
    pub keeper: &'a Keeper,
    /// The bench: the directory below which everything of an exercise lies.
    pub root: PathBuf,
    /// Where the learner works.
    pub here: PathBuf,
    /// Make the bench anew first.
    pub fresh: Option<Fresh>,
}

impl Visit<'_> {
    /// Enters. Answers may take up to `patience`.
    ///
    /// # Errors
    /// When the session has ended, or may not be entered.
    pub fn enter(self, patience: Duration) -> Result<Stage, StageError> {
        let Visit { keeper, root, here, fresh } = self;
        let caller = std::env::var(CALLER_VARIABLE).ok().and_then(|pid| pid.parse().ok());
        let setup = VisitorSetup { keeper: keeper.clone(), root, here, fresh, caller };
        let mut link = Link::start(Path::new(PROGRAM), VISITOR, &setup, false)?;
        link.be_patient_for(patience);
        let mut stays = Vec::new();
        loop {
            match link.reply()? {
                Reply::Stays(left) => stays = left,
                Reply::Ready(facts) => return Ok(Stage::standing(link, facts, stays)),
                other => return Err(unexpected(&other)),
            }
        }
    }
}

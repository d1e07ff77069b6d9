//! Why a stage could not be built: what we wanted, what the kernel was asked, what to do.

use crate::ground::{Errno, Failure};
use crate::kernel::{CallError, quoted};
use crate::reason::{Before, Tried, refused};
use crate::stage::{KeeperState, PROGRAM};
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// A stage that does not stand. Plain data: it crosses a process boundary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[error(transparent)]
pub enum StageError {
    /// This host refuses something that we need, and here is how to allow it.
    Host(Failure),
    /// There is no place for the files of a run.
    Scratch(Failure),
    /// A fault of ours: a process died, or said something that makes no sense.
    Broken(Failure),
    /// The session has ended.
    Gone(Failure),
    /// The session was broken by what was typed in it, so that its benches cannot be had in it any more.
    Damaged(Failure),
    /// The kernel does not answer: a file system below us hangs.
    Hangs(Failure),
}

impl From<Failure> for StageError {
    fn from(failure: Failure) -> StageError {
        StageError::Host(failure)
    }
}

impl StageError {
    /// Says which check could not be brought to its end.
    pub fn while_checking(self, check: &str) -> StageError {
        match self {
            StageError::Hangs(_) => StageError::hangs(check),
            other => other,
        }
    }

    /// What there is to tell of it.
    pub fn into_failure(self) -> Failure {
        match self {
            StageError::Host(failure)
            | StageError::Scratch(failure)
            | StageError::Broken(failure)
            | StageError::Gone(failure)
            | StageError::Damaged(failure)
            | StageError::Hangs(failure) => failure,
        }
    }

    /// The host refused a call.
    pub(super) fn host(wanted: &str, error: CallError, why: impl Into<String>, fix: impl Into<String>) -> StageError {
        StageError::Host(Failure::kernel(wanted, error, why, fix))
    }

    /// A fault of ours, and what happened.
    pub(super) fn broken(what: impl Display) -> StageError {
        StageError::Broken(Failure::ours(
            format!("the sandbox broke: {what}"),
            "this is a fault of layerlab, or somebody ended its process",
            "run the command again",
        ))
    }

    /// The host refused a call; why, the table of reasons knows.
    pub(super) fn refused(wanted: &str, tried: Tried, error: CallError) -> StageError {
        StageError::Host(refused(wanted, tried, error))
    }

    /// A process of ours could not be started, or what it needs for that. What it lacks is the host's to give.
    pub(super) fn lacking(call: &str, error: &std::io::Error) -> StageError {
        let call = match Errno::from(error) {
            // So it is where no process could become this program.
            errno @ (Errno::ENOENT | Errno::EACCES) => {
                CallError::of("execve", format!("{}, …", quoted(PROGRAM.as_ref())), errno)
            }
            errno => CallError::of(call, "", errno),
        };
        match Before::now().found(Tried::Process, &call) {
            Some(reason) => StageError::host("cannot start a process of our own", call, reason.why, reason.fix),
            None => StageError::broken(error),
        }
    }

    /// The session has ended, and how it is with its keeper.
    pub(super) fn gone(keeper: KeeperState) -> StageError {
        let why = match keeper {
            KeeperState::Rebooted => "this machine was started anew since",
            KeeperState::Ended | KeeperState::OutOfSight | KeeperState::Alive => {
                "its keeper, PID 1 of its namespaces, was ended"
            }
        };
        StageError::Gone(Failure::ours("the session has ended", why, "begin a new one: layerlab shell"))
    }

    /// The process that is noted is none that we have made.
    pub(super) fn not_the_keeper() -> StageError {
        StageError::Host(Failure::ours(
            "cannot enter the session",
            "the process that is noted as its keeper is not the one that was made for it: another program, or in other namespaces",
            "layerlab stop throws the session away; the process stays",
        ))
    }

    /// The session was broken from within, and how.
    pub(super) fn damaged(why: &str) -> StageError {
        StageError::Damaged(Failure::ours(
            "the session was broken by what was typed in it",
            why,
            "leave it with exit, then: layerlab reset",
        ))
    }

    /// There is no answer to what was asked of the kernel.
    pub(super) fn hangs(asked: &str) -> StageError {
        StageError::Hangs(Failure::ours(
            format!("no answer: {asked}"),
            "a file system that it looks at does not answer: a FUSE program that was stopped, a network drive that is away",
            "umount -l what hangs, or begin again: layerlab reset",
        ))
    }
}

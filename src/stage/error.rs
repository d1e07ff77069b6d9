//! Why a stage could not be built: what we wanted, what the kernel was asked, what to do.

use crate::ground::Failure;
use crate::kernel::CallError;
use crate::stage::KeeperState;
use serde::{Deserialize, Serialize};

/// A stage that does not stand. Plain data: it crosses a process boundary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum StageError {
    /// This host refuses something that we need, and here is how to allow it.
    #[error("{0}")]
    Host(Box<Failure>),
    /// A fault of ours: a process died, or said something that makes no sense.
    #[error(
        "the sandbox broke: {0}\n  why   this is a fault of layerlab, or somebody ended its process\n  fix   run the command again"
    )]
    Broken(String),
    /// The session has ended.
    #[error(
        "the session has ended\n  why   {}\n  fix   begin a new one: layerlab shell",
        match .0 {
            KeeperState::Rebooted => "this machine was started anew since",
            KeeperState::Ended | KeeperState::OutOfSight | KeeperState::Alive => "its keeper, PID 1 of its namespaces, was ended",
        }
    )]
    Gone(KeeperState),
    /// The kernel does not answer: a file system below us hangs. What was asked of it.
    #[error(
        "no answer: {0}\n  why   a file system that it looks at does not answer: a FUSE program that was stopped, a network drive that is away\n  fix   umount -l what hangs, or begin again: layerlab reset"
    )]
    Hangs(String),
}

impl From<Box<Failure>> for StageError {
    fn from(failure: Box<Failure>) -> StageError {
        StageError::Host(failure)
    }
}

impl StageError {
    /// Says which check could not be brought to its end.
    pub fn while_checking(self, check: &str) -> StageError {
        match self {
            StageError::Hangs(_) => StageError::Hangs(check.to_string()),
            other => other,
        }
    }

    /// The host refused a call.
    pub(super) fn host(wanted: &str, error: CallError, why: impl Into<String>, fix: impl Into<String>) -> StageError {
        let (wanted, why, fix) = (wanted.into(), why.into(), fix.into());
        StageError::Host(Box::new(Failure { wanted, call: error.call, why, fix }))
    }
}

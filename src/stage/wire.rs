//! What CLI and stage say to each other: plain data, a JSON object a line.

use crate::action::CommandLine;
use crate::check::{Outcome, Start};
use crate::event::{Call, Failure, Found, Observation, Role};
use crate::stage::{ScratchChoice, StageError};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What the holder is started with (its second argument).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    /// Where the files of the run go.
    pub scratch: ScratchChoice,
}

/// What the worker is started with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WorkerSetup {
    pub role: Role,
    /// The directory in which everything happens.
    pub root: PathBuf,
    /// `tmpfs`, or the directory on disk.
    pub scratch: String,
}

/// What the CLI asks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    /// Run this line.
    Run(CommandLine),
    /// Look at the trees and compare with the last look.
    Observe {
        /// Fold nothing.
        full: bool,
    },
    /// Say what stands at these paths.
    Find(Vec<String>),
    /// Run this text with bash, as a learner might have typed it.
    Script(String),
    /// Look at how things stand, because an exercise begins here and now.
    Begin {
        /// How it is called: `3.hide`.
        exercise: String,
        /// What must stay as it is.
        untouched: Vec<String>,
    },
    /// The checks that come are about an exercise that began so.
    Began(Start),
    /// Run this check.
    Check(String),
}

/// What the stage answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    /// The stage stands. Sent once, without being asked.
    Ready(Ready),
    /// The stage could not be built, or broke.
    Failed(StageError),
    /// A line was run.
    Ran {
        calls: Vec<Call>,
        /// What a terminal would show.
        shown: Vec<u8>,
        status: i32,
        failure: Option<Failure>,
        warning: Option<String>,
    },
    /// What was seen.
    Observed(Observation),
    /// What stands where, in the order of the paths.
    Found(Vec<Found>),
    /// How an exercise began.
    Start(Start),
    /// What a check found.
    Outcome(Outcome),
}

/// What kind of stage it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Root of the machine, or root in a user namespace of ours.
    pub role: Role,
    /// The kernel's release.
    pub kernel: String,
    /// `tmpfs`, or the directory on disk.
    pub scratch: String,
    /// The worker's process as the holder sees it: what nsenter(1) would be given.
    pub pid: u32,
}

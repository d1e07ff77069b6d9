//! What CLI and stage say to each other: plain data, a JSON object a line.

use crate::action::{CommandLine, Opening};
use crate::check::{Outcome, Start, Trial, Tried};
use crate::event::{Observation, PanelKind, PathContent};
use crate::ground::{Call, CgroupVersion, Failure, Need, Role, path_bytes};
use crate::kernel::proc::{CgroupTree, Cgroups};
use crate::stage::{ScratchChoice, StageError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// What the holder is started with (its second argument).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Setup {
    /// It holds a worker until the CLI is gone; where the files of the run go.
    Run(ScratchChoice, StageNeeds),
    /// It makes the namespaces of a session, starts their keeper and goes.
    Session {
        /// The directory of the session's files.
        #[serde(with = "path_bytes")]
        root: PathBuf,
        files: SessionFiles,
        needs: StageNeeds,
    },
}

/// What a session leaves of the machine's files: the benches can be written, all else is read-only.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct SessionFiles {
    /// Directories that can be written, with all below them.
    #[serde(with = "path_bytes")]
    pub writable: Vec<PathBuf>,
    /// Directories that can't, although one above them can.
    #[serde(with = "path_bytes")]
    pub sealed: Vec<PathBuf>,
    /// What is needed as well, should it lie in the directory for temporary files, which is the session's own.
    #[serde(with = "path_bytes")]
    pub needed: Vec<PathBuf>,
}

/// What a run or a session has of its own beyond what all have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageNeeds {
    /// Cgroups, in which limits can be set.
    pub cgroups: bool,
    /// A user namespace for root too: the lesson was not built in.
    pub user_namespace: bool,
}

impl StageNeeds {
    /// What a lesson with these needs gets.
    pub fn of(needs: &[Need]) -> StageNeeds {
        StageNeeds { cgroups: needs.contains(&Need::Cgroup), ..StageNeeds::default() }
    }
}

/// What the keeper of a session is started with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeeperSetup {
    /// The directory of the session's files, by which the keeper is found where the note of it was lost.
    #[serde(with = "path_bytes")]
    pub root: PathBuf,
    pub role: Role,
    /// `tmpfs`, or the directory on disk.
    #[serde(with = "path_bytes")]
    pub scratch: PathBuf,
    /// Where it makes the cgroups of the session; none where it has none.
    pub places: Vec<CgroupTree>,
    /// It confines the machine, because it is real root; an ordinary user's holder has done that.
    pub files: SessionFiles,
}

/// What a visitor of a session is started with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct VisitorSetup {
    pub keeper: Keeper,
    /// The bench: the directory below which everything of an exercise lies.
    #[serde(with = "path_bytes")]
    pub root: PathBuf,
    /// Where the learner works.
    #[serde(with = "path_bytes")]
    pub here: PathBuf,
    /// The bench is made anew: nothing is mounted in it, and it is empty.
    pub fresh: Option<Fresh>,
    /// The process in the session that asks for it, by its number outside; none where it was typed outside.
    pub caller: Option<u32>,
}

/// How a bench is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fresh {
    /// What the exercise has started and mounted ends; what belongs to another one stays, and what may.
    Alone,
    /// What belongs to no exercise that one could name ends, too.
    WithUnclaimed,
}

/// What the shell of a session is started with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ShellSetup {
    pub keeper: Keeper,
    /// The exercise that it is for.
    pub exercise: String,
    /// Where it begins.
    #[serde(with = "path_bytes")]
    pub here: PathBuf,
    /// The program and its arguments.
    pub words: Vec<OsString>,
    /// What it finds in its environment besides what we have ourselves.
    pub variables: Vec<(String, OsString)>,
    /// Somebody types at a terminal what it runs.
    pub talks: bool,
    /// What is said when the session ended under it.
    pub ended: String,
}

/// What a shell that a line opens is started with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct InnerSetup {
    pub worker: WorkerSetup,
    /// The shell in which it is opened, as the worker numbers processes; none for the worker itself.
    pub within: Option<u32>,
    pub opening: Opening,
    /// How far it has come.
    pub stage: InnerStage,
    /// The process that becomes the shell, as the worker numbers processes, as soon as it is known.
    pub pid: u32,
    /// The calls that were made on the way here.
    pub calls: Vec<Call>,
}

/// A shell begins in up to three processes, each the child of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum InnerStage {
    /// It enters the PID namespace in which it is opened, which holds for children only.
    Enters,
    /// It enters the other namespaces and the root, and does what the line asks for.
    Begins,
    /// It is the child of the line's own fork.
    Forked,
    /// All is done; it was started once more to give up the rights that a shell does not have.
    Serves,
}

/// What the processes of a command that a check tries out are started with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TrialSetup {
    pub trial: Trial,
    pub stage: TrialStage,
}

/// Such a command has two processes, the second a child of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum TrialStage {
    /// It makes the namespaces, starts the other, and ends it in time.
    Builds,
    /// It becomes the command.
    Becomes,
}

/// What a shell on a terminal is started with, in which somebody types beside a lesson.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TypedShellSetup {
    /// The shell of the lesson whose place it takes, as the worker numbers processes; none for the worker itself.
    pub within: Option<u32>,
    /// It has entered the PID namespace of that shell.
    pub entered: bool,
    pub role: Role,
    /// The store of images.
    #[serde(with = "path_bytes")]
    pub images: PathBuf,
}

/// The process that keeps the namespaces of a session, known so that no other can be taken for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeper {
    /// Its number, as the host counts.
    pub pid: u32,
    /// The device number of the /proc that counts so.
    #[serde(default)]
    pub proc: u64,
    /// When it was started, in clock ticks since the machine was.
    pub started: u64,
    /// Which run of the machine that was.
    pub boot: String,
    /// By whose attributes overlays live in the session.
    pub role: Role,
    /// The host name with which the session began.
    #[serde(default)]
    pub host: String,
    /// The NIS domain name with which it began, which belongs to the same namespace.
    #[serde(default)]
    pub domain: String,
    /// Its program: device and inode.
    #[serde(default)]
    pub program: (u64, u64),
    /// Its namespaces, by kind.
    #[serde(default)]
    pub namespaces: BTreeMap<String, u64>,
    /// The mounts with which it began, by their numbers; none where they are not known.
    #[serde(default)]
    pub mounts: Vec<u32>,
    /// `tmpfs`, or the directory on disk.
    #[serde(with = "path_bytes")]
    pub scratch: PathBuf,
    /// The cgroups of the session, where it has some of its own; in them is one for each exercise that was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroups: Option<Cgroups>,
}

/// What the worker is started with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct WorkerSetup {
    pub role: Role,
    /// The directory in which everything happens.
    #[serde(with = "path_bytes")]
    pub root: PathBuf,
    /// `tmpfs`, or the directory on disk.
    #[serde(with = "path_bytes")]
    pub scratch: PathBuf,
    /// Those that are of this run or this exercise alone.
    pub cgroups: Option<Cgroups>,
}

/// The layers of a container that has ended, and how they are to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// Topmost first, absolute.
    #[serde(with = "path_bytes")]
    pub lowers: Vec<PathBuf>,
    /// What the container changed, absolute.
    #[serde(with = "path_bytes")]
    pub upper: PathBuf,
    /// From where paths are told.
    #[serde(with = "path_bytes")]
    pub here: PathBuf,
    /// Fold nothing.
    pub full: bool,
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
        /// The tables beside the trees.
        panels: Vec<PanelKind>,
    },
    /// Look at the layers of a container that has ended.
    Layers(Layers),
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
    Began {
        start: Start,
        /// All checks of the exercise: those about processes are held by one and the same.
        checks: Vec<String>,
    },
    /// Run this check.
    Check(String),
    /// Tell all that can be told of how things stand.
    State,
    /// Start a shell on this terminal, in the state as it is.
    TypedShell(#[serde(with = "path_bytes")] PathBuf),
}

/// What the stage answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    /// A bench is being made anew, and these things of the session stay: they may be another exercise's.
    Stays(Vec<String>),
    /// The stage stands. Sent once, without being asked.
    Ready(StageFacts),
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
        /// It ends with a shell; only the worker hears of it, and opens it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opens: Option<Box<Opening>>,
        /// The shell that answers has ended.
        #[serde(default)]
        closes: bool,
    },
    /// A shell has begun, and these calls were made for it.
    Opened { facts: StageFacts, calls: Vec<Call> },
    /// What was seen.
    Observed(Observation),
    /// What stands where, in the order of the paths.
    Found(Vec<PathContent>),
    /// How an exercise began.
    Start(Start),
    /// What a check found.
    Outcome(Outcome),
    /// All that can be told of how things stand.
    State(Vec<String>),
    /// What came of a command that a check tried out.
    Tried(Tried),
    /// A shell has the terminal.
    TypedShell,
}

/// What is known of a stage once it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageFacts {
    /// Root of the machine, or root in a user namespace of ours.
    pub role: Role,
    /// The kernel's release.
    pub kernel: String,
    /// `tmpfs`, or the directory on disk.
    #[serde(with = "path_bytes")]
    pub scratch: PathBuf,
    /// The worker's process as the holder sees it: what nsenter(1) would be given.
    pub pid: u32,
    /// The cgroups that it has of its own, where the lesson needs them.
    #[serde(default)]
    pub cgroups: Option<Cgroups>,
}

impl StageFacts {
    /// Which version of cgroups a lesson on them is about here.
    pub fn cgroup_version(&self) -> Option<CgroupVersion> {
        self.cgroups.as_ref().map(|cgroups| cgroups.version)
    }
}

//! The CLI's end of a stage.

//! The CLI's end of a stage.

use crate::action::CommandLine;
use crate::check::{Outcome, Start};
use crate::event::{Observation, PanelKind, PathContent};
use crate::ground::{Call, Failure};
use crate::isolate::remove_cgroups;
use crate::kernel::{Ready as Readiness, kill, open_pidfd, wait_for_child, wait_for_end};
use crate::stage::PROGRAM;
use crate::stage::link::{Link, unexpected};
use crate::stage::wire::{Layers, Reply, Request, Setup, StageFacts};
use crate::stage::{HOLDER, ScratchChoice, StageError, StageNeeds};
use crate::tree::remove_tree;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long the holder may take to clean up before it is ended, in milliseconds.
const PATIENCE: i32 = 5_000;
/// The same for a visitor, which has nothing to clean up: if it takes long, it hangs.
const PATIENCE_WITH_VISITORS: i32 = 200;

/// A stage that stands. When it is dropped everything in it ends, and we wait until it has.
#[derive(Debug)]
pub struct Stage {
    link: Link,
    facts: StageFacts,
    /// Everything that it left on disk goes with it; not so for a visit to a session.
    cleans: bool,
    /// See [`Stage::stays`].
    stays: Vec<String>,
}

/// A stage that is being built.
#[derive(Debug)]
pub struct StartingStage(Stage);

impl StartingStage {
    /// Waits until it stands, or tells why it does not.
    pub fn wait(self) -> Result<Stage, StageError> {
        let StartingStage(mut stage) = self;
        match stage.link.reply()? {
            Reply::Ready(facts) => stage.facts = facts,
            other => return Err(unexpected(&other)),
        }
        Ok(stage)
    }
}

/// What came of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The system calls, in order.
    pub calls: Vec<Call>,
    /// What a terminal would show.
    pub shown: Vec<u8>,
    /// Exit status; 0 is success.
    pub status: i32,
    /// Why the kernel refused, where we can say it.
    pub failure: Option<Failure>,
    /// What one should know although it worked.
    pub warning: Option<String>,
}

/// Ends a stage from another thread: for signals.
#[derive(Debug)]
pub struct Stopper {
    socket: UnixStream,
    holder: OwnedFd,
}

impl Stage {
    /// Builds a stage, and waits until it stands. `program` is this program (`/proc/self/exe`), which becomes holder and
    /// worker.
    pub fn start(program: &Path, scratch: ScratchChoice) -> Result<Stage, StageError> {
        Stage::spawn(program, scratch, StageNeeds::default())?.wait()
    }

    /// Begins to build one of this program, with its scratch space where the environment asks for it.
    pub fn starting(needs: StageNeeds) -> Result<StartingStage, StageError> {
        Stage::spawn(Path::new(PROGRAM), ScratchChoice::from_environment(), needs)
    }

    /// Begins to build a stage: there is time for something else until it stands.
    pub fn spawn(program: &Path, scratch: ScratchChoice, needs: StageNeeds) -> Result<StartingStage, StageError> {
        Ok(StartingStage(Stage::of(Link::start(program, HOLDER, &Setup::Run(scratch, needs), false)?, true)))
    }

    /// A visit to a session, which has begun.
    pub(super) fn standing(link: Link, facts: StageFacts, stays: Vec<String>) -> Stage {
        Stage { link, facts, cleans: false, stays }
    }

    fn of(link: Link, cleans: bool) -> Stage {
        let facts = StageFacts {
            role: crate::ground::Role::User,
            kernel: String::new(),
            scratch: PathBuf::new(),
            pid: 0,
            cgroups: None,
        };
        Stage { link, facts, cleans, stays: Vec::new() }
    }

    /// What a bench that was made anew has left in the session, because it may be another exercise's.
    pub fn stays(&self) -> &[String] {
        &self.stays
    }

    /// What kind of stage it is.
    pub fn facts(&self) -> &StageFacts {
        &self.facts
    }

    /// The process that holds the namespaces.
    pub fn holder_pid(&self) -> u32 {
        self.link.child.id()
    }

    // Requests are answered in their order. A caller that needs no answer before it asks the next thing begins several,
    // then collects: the stage works on while the answers are shown.

    /// Runs a line.
    pub fn run(&mut self, line: &CommandLine) -> Result<Ran, StageError> {
        self.begin(line)?;
        self.ran()
    }

    /// Has a line run; [`Stage::ran`] collects what came of it.
    pub fn begin(&mut self, line: &CommandLine) -> Result<(), StageError> {
        self.link.request(&Request::Run(line.clone()))
    }

    /// What came of the line that is next to be collected.
    pub fn ran(&mut self) -> Result<Ran, StageError> {
        match self.link.reply()? {
            Reply::Ran { calls, shown, status, failure, warning, .. } => {
                Ok(Ran { calls, shown, status, failure, warning })
            }
            other => Err(unexpected(&other)),
        }
    }

    /// Looks at the trees, and compares with the last look.
    pub fn observe(&mut self, full: bool) -> Result<Observation, StageError> {
        self.begin_observing(full, &[])?;
        self.observed()
    }

    /// Has the trees looked at, and what the tables show that are asked for; [`Stage::observed`] collects what was seen.
    pub fn begin_observing(&mut self, full: bool, panels: &[PanelKind]) -> Result<(), StageError> {
        self.link.request(&Request::Observe { full, panels: panels.to_vec() })
    }

    /// What was seen.
    pub fn observed(&mut self) -> Result<Observation, StageError> {
        match self.link.reply()? {
            Reply::Observed(observation) => Ok(observation),
            other => Err(unexpected(&other)),
        }
    }

    /// Mounts these layers once more, read-only, and looks at them: what the container that changed the upper one saw.
    pub fn look_at(&mut self, layers: Layers) -> Result<Observation, StageError> {
        self.link.request(&Request::Layers(layers))?;
        self.observed()
    }

    /// What stands at these paths, relative to where the commands are.
    pub fn find(&mut self, paths: Vec<String>) -> Result<Vec<PathContent>, StageError> {
        self.begin_finding(paths)?;
        self.found()
    }

    /// Has these paths looked at; [`Stage::found`] collects what stands there.
    pub fn begin_finding(&mut self, paths: Vec<String>) -> Result<(), StageError> {
        self.link.request(&Request::Find(paths))
    }

    /// What stands at the paths.
    pub fn found(&mut self) -> Result<Vec<PathContent>, StageError> {
        match self.link.reply()? {
            Reply::Found(found) => Ok(found),
            other => Err(unexpected(&other)),
        }
    }

    /// Runs a text with bash, as a learner might have typed it.
    pub fn script(&mut self, script: &str) -> Result<Ran, StageError> {
        self.link.request(&Request::Script(script.to_string()))?;
        self.ran()
    }

    /// Looks at how things stand, because an exercise begins; `untouched` are the paths that must stay as they are.
    pub fn begin_exercise(&mut self, exercise: &str, untouched: Vec<String>) -> Result<Start, StageError> {
        self.link.request(&Request::Begin { exercise: exercise.to_string(), untouched })?;
        match self.link.reply()? {
            Reply::Start(start) => Ok(start),
            other => Err(unexpected(&other)),
        }
    }

    /// Says how the exercise began that the next checks are about.
    pub fn began(&mut self, start: &Start, checks: &[&str]) -> Result<(), StageError> {
        let checks = checks.iter().map(|check| check.to_string()).collect();
        self.link.request(&Request::Began { start: start.clone(), checks })
    }

    /// Has a check run; [`Stage::checked`] collects what it found.
    pub fn begin_check(&mut self, line: &str) -> Result<(), StageError> {
        self.link.request(&Request::Check(line.to_string()))
    }

    /// What the check found that is next to be collected.
    pub fn checked(&mut self) -> Result<Outcome, StageError> {
        match self.link.reply()? {
            Reply::Outcome(outcome) => Ok(outcome),
            other => Err(unexpected(&other)),
        }
    }

    /// All that can be told of how things stand, a line each: the same lines are the same state.
    pub fn state(&mut self) -> Result<Vec<String>, StageError> {
        self.link.request(&Request::State)?;
        match self.link.reply()? {
            Reply::State(lines) => Ok(lines),
            other => Err(unexpected(&other)),
        }
    }

    /// Starts a shell on this terminal for somebody who types: where the commands are, with their root and namespaces. It ends
    /// with the stage at the latest, and the stage answers meanwhile. Where there is no shell, the terminal is closed again
    /// without a word.
    pub fn start_typed_shell(&mut self, terminal: &Path) -> Result<(), StageError> {
        self.link.request(&Request::TypedShell(terminal.to_path_buf()))?;
        match self.link.reply()? {
            Reply::TypedShell => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// From now on an answer that takes longer is an error: whatever the stage looks at may hang.
    pub fn be_patient_for(&mut self, time: Duration) {
        self.link.be_patient_for(time);
    }

    /// A way to end this stage from another thread.
    pub fn stopper(&self) -> std::io::Result<Stopper> {
        Ok(Stopper { socket: self.link.socket.try_clone()?, holder: open_pidfd(self.link.child.id())? })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.link.socket.shutdown(Shutdown::Both);
        let patience = if self.cleans { PATIENCE } else { PATIENCE_WITH_VISITORS };
        if let Ok(holder) = open_pidfd(self.link.child.id())
            && wait_for_end(&holder, None, patience).is_ok_and(|ready| ready == Readiness::TimedOut)
        {
            kill(&holder);
            // Who waits for the answer to a request that a FUSE program has taken, and keeps, can't even be killed. It
            // changes nothing, and goes when that program or its mount does.
            let stays = || wait_for_end(&holder, None, patience).is_ok_and(|ready| ready == Readiness::TimedOut);
            if !self.cleans && stays() {
                let child = self.link.child.id();
                std::thread::spawn(move || wait_for_child(child));
                return;
            }
        }
        let _ = self.link.child.wait();
        if !self.cleans {
            return;
        }
        // A holder that was killed could not clean up.
        self.facts.cgroups.iter().for_each(remove_cgroups);
        // None of its mounts exist in our mount namespace, so nothing here
        // leads anywhere else; the worker may be writing its last file.
        let scratch = &self.facts.scratch;
        for _ in 0..20 {
            if !scratch.is_absolute() || !scratch.exists() || remove_tree(scratch).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Stopper {
    /// Ends the stage and waits until nothing of it is left.
    pub fn stop(&self) {
        let _ = self.socket.shutdown(Shutdown::Both);
        let _ = wait_for_end(&self.holder, None, PATIENCE);
    }
}

//! The run of this hour, in a thread: it runs one block of commands after the other, each when it is told to.

use crate::engine::{Answer, Item, Question, Run, RunOptions};
use crate::lesson::Lesson;
use crate::present::inbox::{LiveTold, Message, Notifier};
use crate::stage::{PROGRAM, ScratchChoice, Stage, StageError, StageNeeds, Stopper};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// The run. When it is dropped its stage ends, and we wait until it has.
#[derive(Debug)]
pub struct Live {
    go_on: Option<Sender<()>>,
    stopper: Arc<Mutex<Option<Stopper>>>,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    /// Begins to run a lesson.
    pub fn begin(lesson: Lesson, notifier: Notifier) -> Live {
        let (go_on, told_to) = channel();
        let stopper = Arc::new(Mutex::new(None));
        let thread = std::thread::spawn({
            let stopper = stopper.clone();
            move || {
                let tell = |told| notifier.tell(Message::Live(told));
                if let Err(error) = run(&lesson, &told_to, &stopper, &tell) {
                    tell(LiveTold::Failed(error));
                }
            }
        });
        Live { go_on: Some(go_on), stopper, thread: Some(thread) }
    }

    /// Runs the next block.
    pub fn go_on(&self) {
        if let Some(go_on) = &self.go_on {
            // One that has failed has said so.
            let _ = go_on.send(());
        }
    }
}

/// Until there is nothing more to run, or nobody wants it.
fn run(
    lesson: &Lesson,
    told_to: &Receiver<()>,
    stopper: &Mutex<Option<Stopper>>,
    tell: &dyn Fn(LiveTold) -> bool,
) -> Result<(), StageError> {
    let stage = start(lesson)?;
    *stopper.lock().unwrap_or_else(PoisonError::into_inner) = stage.stopper().ok();
    tell(LiveTold::Stands(stage.facts().clone()));
    let options = RunOptions { syscalls: true, every_block: true, ..RunOptions::default() };
    let mut run = Run::begin(lesson, stage, options);
    while let Some(item) = run.next(Answer::GoOn)? {
        let heard = match item {
            Item::Event(told) => tell(LiveTold::Event(told.event)),
            Item::Question(Question::NextStep { .. }) => true,
            Item::Question(Question::Commands { .. }) => tell(LiveTold::Waits) && told_to.recv().is_ok(),
        };
        if !heard {
            return Ok(());
        }
    }
    tell(LiveTold::Over);
    // Its stage stays until the hour ends: nothing is lost by looking at it.
    let _ = told_to.recv();
    Ok(())
}

/// A stage for this lesson.
pub(super) fn start(lesson: &Lesson) -> Result<Stage, StageError> {
    let needs = StageNeeds::of(&lesson.meta.needs);
    Stage::spawn(Path::new(PROGRAM), ScratchChoice::from_environment(), needs)?.wait()
}

impl Drop for Live {
    fn drop(&mut self) {
        self.go_on = None;
        // A command may wait for what never comes.
        if let Some(stopper) = self.stopper.lock().unwrap_or_else(PoisonError::into_inner).take() {
            stopper.stop();
        }
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

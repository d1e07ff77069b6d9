//! The run of this hour, in a thread: it runs one block of commands after the other, each when it is told to.

use crate::engine::{Answer, Item, Question, Run, RunOptions};
use crate::lesson::Lesson;
use crate::present::inbox::{LiveTold, Message, Notifier};
use crate::present::stage_thread::StageThread;
use crate::stage::{Stage, StageError, StageNeeds};
use std::sync::mpsc::Receiver;

/// The run. When it is dropped its stage ends, and we wait until it has.
#[derive(Debug)]
pub struct Live(StageThread<()>);

impl Live {
    /// Begins to run a lesson.
    pub fn begin(lesson: Lesson, needs: StageNeeds, notifier: Notifier) -> Live {
        let failed = notifier.clone();
        Live(StageThread::begin(
            lesson,
            needs,
            move |lesson, stage, told_to| run(lesson, stage, told_to, &|told| notifier.tell(Message::Live(told))),
            move |error| _ = failed.tell(Message::Live(LiveTold::Failed(error))),
        ))
    }

    /// Runs the next block.
    pub fn go_on(&self) {
        self.0.ask(());
    }
}

/// Until there is nothing more to run, or nobody wants it.
fn run(
    lesson: &Lesson,
    stage: Stage,
    told_to: &Receiver<()>,
    tell: &dyn Fn(LiveTold) -> bool,
) -> Result<(), StageError> {
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

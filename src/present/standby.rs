//! Stages that stand by: each was led to some point of the lesson without a word. One stands where the class is, for a detour;
//! another one block before it, so that going back needs no new one. Going on, the second overtakes the first.

use crate::action::CommandLine;
use crate::engine::Reached;
use crate::lesson::Lesson;
use crate::present::inbox::{Message, Notifier, StandbyTold};
use crate::present::stage_thread::StageThread;
use crate::stage::{Stage, StageError, StageNeeds, runs_as};
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;

/// A stage that stands by, in a thread. When it is dropped it ends; nobody waits for that but [`Standbys`].
#[derive(Debug)]
pub struct Standby {
    /// By which its messages are told from others'.
    pub id: u64,
    /// So many blocks were run on it, or will be.
    pub blocks: usize,
    /// They were run.
    pub stands: bool,
    /// Why it is of no use.
    pub failed: Option<StageError>,
    thread: StageThread<Ask>,
}

#[derive(Debug)]
enum Ask {
    GoTo(usize),
    Look,
    Shell(PathBuf),
    Line(CommandLine),
}

impl Standby {
    fn begin(id: u64, lesson: Lesson, needs: StageNeeds, blocks: usize, notifier: Notifier) -> Standby {
        let failed = notifier.clone();
        let thread = StageThread::begin(
            lesson,
            needs,
            move |lesson, stage, asked| serve(lesson, stage, asked, &|told| notifier.tell(Message::Standby(id, told))),
            move |error| _ = failed.tell(Message::Standby(id, StandbyTold::Failed(error))),
        );
        let mut standby = Standby { id, blocks: 0, stands: false, failed: None, thread };
        standby.go_to(blocks);
        standby
    }

    fn go_to(&mut self, blocks: usize) {
        (self.blocks, self.stands) = (blocks, false);
        self.thread.ask(Ask::GoTo(blocks));
    }

    /// Has it look at trees and tables.
    pub fn look(&self) {
        self.thread.ask(Ask::Look);
    }

    /// Has a shell started on this terminal.
    pub fn start_shell(&self, terminal: PathBuf) {
        self.thread.ask(Ask::Shell(terminal));
    }

    /// Has a line run by the lesson's own verbs.
    pub fn run(&self, line: CommandLine) {
        self.thread.ask(Ask::Line(line));
    }
}

fn serve(
    lesson: &Lesson,
    stage: Stage,
    asked: &Receiver<Ask>,
    tell: &dyn Fn(StandbyTold) -> bool,
) -> Result<(), StageError> {
    let mut reached = Reached::begin(lesson, stage);
    while let Ok(ask) = asked.recv() {
        let told = match ask {
            Ask::GoTo(blocks) => {
                let wrong = reached.go_on_to(blocks)?;
                StandbyTold::At(blocks, wrong.map(|wrong| wrong.line))
            }
            Ask::Look => StandbyTold::Looked(reached.look()?),
            Ask::Shell(terminal) => {
                reached.stage().start_typed_shell(&terminal)?;
                StandbyTold::Shell
            }
            Ask::Line(line) => StandbyTold::Ran(reached.stage().run(&line)?),
        };
        if !tell(told) {
            break;
        }
    }
    Ok(())
}

/// All of them.
#[derive(Debug)]
pub struct Standbys {
    lesson: Lesson,
    needs: StageNeeds,
    notifier: Notifier,
    next_id: u64,
    /// Where the class is.
    here: Option<Standby>,
    /// One block before.
    before: Option<Standby>,
    /// This machine can have none.
    refused: bool,
    /// Stages that are ending, each in a thread of its own: nobody who talks waits for that.
    ending: Vec<JoinHandle<()>>,
}

impl Standbys {
    /// None yet.
    pub fn new(lesson: Lesson, needs: StageNeeds, notifier: Notifier) -> Standbys {
        Standbys { lesson, needs, notifier, next_id: 0, here: None, before: None, refused: false, ending: Vec::new() }
    }

    /// Whose the terminal of a shell on one must be, where it runs as somebody else than we.
    pub fn owner(&self) -> Option<(u32, u32)> {
        runs_as(self.needs)
    }

    /// The one where the class is, where one was led there.
    pub fn here(&self) -> Option<&Standby> {
        self.here.as_ref()
    }

    /// Has one be where so many blocks were run, and another one block before. What stands already is used.
    pub fn aim(&mut self, blocks: usize) {
        if self.refused || self.here.as_ref().is_some_and(|here| here.blocks == blocks && here.failed.is_none()) {
            return;
        }
        let (here, before) = (self.here.take(), self.before.take());
        // Whatever has not gone too far can be led on; the one that is furthest is quickest.
        let mut usable: Vec<Standby> = Vec::new();
        for one in [here, before].into_iter().flatten() {
            match one.blocks <= blocks && one.failed.is_none() {
                true => usable.push(one),
                false => self.end(one),
            }
        }
        usable.sort_by_key(|one| one.blocks);
        // With two of them, the one that is further stays behind if it is where one is wanted.
        let further = usable.pop();
        let (mut here, mut before) = match (further, usable.pop()) {
            (Some(further), Some(other)) if blocks > 0 && further.blocks < blocks => (Some(other), Some(further)),
            (further, other) => (further, other),
        };
        for (place, wanted) in [(&mut here, Some(blocks)), (&mut before, blocks.checked_sub(1))] {
            match (place.as_mut(), wanted) {
                (Some(one), Some(wanted)) if one.blocks < wanted => one.go_to(wanted),
                (Some(_), Some(_)) => {}
                (None, Some(wanted)) => {
                    self.next_id += 1;
                    *place = Some(Standby::begin(
                        self.next_id,
                        self.lesson.clone(),
                        self.needs,
                        wanted,
                        self.notifier.clone(),
                    ));
                }
                (_, None) => place.take().into_iter().for_each(|one| self.end(one)),
            }
        }
        (self.here, self.before) = (here, before);
    }

    /// Takes the one where the class is out of here, for a detour. Another one is led there.
    pub fn take(&mut self) -> Option<Standby> {
        let taken = self.here.take()?;
        self.aim(taken.blocks);
        Some(taken)
    }

    /// Ends one without waiting for it.
    pub fn end(&mut self, one: Standby) {
        self.ending.retain(|ending| !ending.is_finished());
        self.ending.push(std::thread::spawn(move || drop(one)));
    }

    /// Notes what one of them has told.
    pub fn heard(&mut self, id: u64, told: &StandbyTold) {
        let both = [&mut self.here, &mut self.before];
        let Some(one) = both.into_iter().flatten().find(|one| one.id == id) else { return };
        match told {
            StandbyTold::At(blocks, _) => one.stands = *blocks == one.blocks,
            StandbyTold::Failed(error) => {
                one.failed = Some(error.clone());
                self.refused |= matches!(error, StageError::Host(_));
            }
            _ => {}
        }
    }
}

impl Drop for Standbys {
    fn drop(&mut self) {
        let both = [self.here.take(), self.before.take()];
        both.into_iter().flatten().for_each(|one| self.end(one));
        self.ending.drain(..).for_each(|ending| drop(ending.join()));
    }
}

//! Runs a lesson for its author: does the text say what the kernel does?

use crate::engine::{Answer, Item, Run, RunOptions};
use crate::event::{Event, Observation};
use crate::lesson::Lesson;
use crate::stage::{Stage, StageError};

/// A command whose outcome is not the lesson's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which command of the lesson, counted from 0 through all its steps.
    pub command: usize,
    /// What was printed.
    pub found: String,
    /// Its exit status, where that is what differs: it should have failed and did not, or the other way round.
    pub status: Option<i32>,
}

/// What a run for the author found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Commands that did something else.
    pub differences: Vec<Difference>,
    /// Steps, by number, after which the layers do not explain what the merged view shows.
    pub unexplained: Vec<(u32, String)>,
}

/// Runs every command of a lesson and gathers where text and kernel differ.
///
/// # Errors
/// When the stage breaks.
pub fn check(lesson: &Lesson, stage: Stage) -> Result<Checked, StageError> {
    let mut checked = Checked::default();
    let (mut command, mut step) = (0, 0);
    let mut run = Run::begin(lesson, stage, RunOptions::default());
    while let Some(item) = run.next(Answer::GoOn)? {
        let Item::Event(told) = item else { continue };
        match told.event {
            Event::Step { number, .. } => step = number,
            Event::Command { .. } => command += 1,
            Event::Mismatch { found, status, .. } => {
                checked.differences.push(Difference { command: command - 1, found, status });
            }
            Event::Observation(Observation { overlays, .. }) => {
                let troubles = overlays.into_iter().flat_map(|overlay| overlay.troubles);
                checked.unexplained.extend(troubles.map(|trouble| (step, trouble)));
            }
            _ => {}
        }
    }
    Ok(checked)
}

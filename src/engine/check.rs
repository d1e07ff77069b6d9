//! Runs a lesson for its author: does the text say what the kernel does?

use crate::engine::{Answer, Item, Run, RunOptions};
use crate::event::{Event, Observation};
use crate::ground::Failure;
use crate::lesson::Lesson;
use crate::stage::{Stage, StageError};
use std::time::Duration;

/// So long a command of a lesson may take.
const PATIENCE: Duration = Duration::from_secs(60);

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
/// When the stage breaks, or a command does not come to its end.
pub fn check(lesson: &Lesson, mut stage: Stage) -> Result<Checked, StageError> {
    let mut checked = Checked::default();
    let (mut command, mut step) = (0, 0);
    stage.be_patient_for(PATIENCE);
    let mut last = String::new();
    let mut run = Run::begin(lesson, stage, RunOptions::default());
    while let Some(item) = run.next(Answer::GoOn).map_err(|error| without_an_end(error, step, &last))? {
        let Item::Event(told) = item else { continue };
        match told.event {
            Event::Step { number, .. } => step = number,
            Event::Command { line, .. } => {
                command += 1;
                last = line;
            }
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

/// Says which command it was that did not end.
fn without_an_end(error: StageError, step: u32, command: &str) -> StageError {
    match error {
        StageError::Hangs(_) => StageError::Hangs(Failure::ours(
            format!("step {step} does not come to its end"),
            format!("`{command}` has not ended after {} seconds", PATIENCE.as_secs()),
            "let it end by itself, or start it in the background: sh -c 'COMMAND > /dev/null 2>&1 &'",
        )),
        other => other,
    }
}

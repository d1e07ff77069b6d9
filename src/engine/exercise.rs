//! An exercise: how it is prepared, and how it is checked.

use crate::check::{Start, conclude};
use crate::engine::run::run_silently;
use crate::event::Verdict;
use crate::lesson::{Exercise, Lesson};
use crate::stage::{Stage, StageError};

/// How people call an exercise: `3.hide`.
pub fn name(lesson: &Lesson, exercise: &Exercise) -> String {
    format!("{}.{}", lesson.meta.number, exercise.id)
}

/// A command that did not do what the lesson says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// As the lesson has it.
    pub line: String,
    /// What it printed.
    pub shown: String,
}

/// Runs all steps of a lesson without a word, and looks at how things stand then. The second is the first command that
/// went wrong, where there is one: then the exercise does not begin as it should.
///
/// # Errors
/// When the stage breaks.
pub fn prepare(lesson: &Lesson, exercise: &Exercise, stage: &mut Stage) -> Result<(Start, Option<Wrong>), StageError> {
    let here = lesson.on(stage.facts().cgroup_version());
    let commands: Vec<_> = here.steps().flat_map(|(_, step)| step.commands().cloned()).collect();
    let wrong = run_silently(&commands, stage)?;
    let untouched = exercise.checks.iter().flat_map(|check| check.keeps().iter().cloned()).collect();
    Ok((stage.begin_exercise(&name(lesson, exercise), untouched)?, wrong))
}

/// Runs the checks of an exercise that began so.
///
/// # Errors
/// When the stage breaks, or a check does not come to an end.
pub fn verify(exercise: &Exercise, start: &Start, stage: &mut Stage) -> Result<Vec<Verdict>, StageError> {
    let lines: Vec<&str> = exercise.checks.iter().map(|check| check.source.as_str()).collect();
    stage.began(start, &lines)?;
    for check in &exercise.checks {
        stage.begin_check(&check.source)?;
    }
    let mut outcomes = Vec::with_capacity(exercise.checks.len());
    for check in &exercise.checks {
        outcomes.push((check, stage.checked().map_err(|error| error.while_checking(&check.source))?));
    }
    Ok(conclude(outcomes))
}

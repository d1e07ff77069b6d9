//! Checking exercises, and noting it in the progress.

use crate::course::{CourseError, ExerciseLook, Target};
use crate::event::Verified;
use crate::lesson::Exercise;
use crate::session::{Progress, Session, SessionError, now};
use serde::Serialize;

/// What was checked, and what could not be checked because it was not begun.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version of this form.
    version: u32,
    /// All that were asked for are solved.
    pub solved: bool,
    /// What was checked.
    pub exercises: Vec<Verified>,
    /// The names and headings of exercises without a bench.
    pub not_begun: Vec<(String, String)>,
    /// Whether each could be noted in the progress, with a sentence if that was damaged. The verdict holds in any case.
    #[serde(skip)]
    pub noted: Vec<Result<Option<String>, SessionError>>,
}

/// Checks the exercises that are meant; of a lesson all that have a bench.
///
/// # Errors
/// When there is no living session, or it breaks.
pub fn verify(targets: &[Target]) -> Result<Report, CourseError> {
    let (exercises, not_begun, noted) = Default::default();
    let mut report = Report { version: 1, solved: false, exercises, not_begun, noted };
    for target in targets {
        match &target.exercise {
            Some(id) => report.add(target, target.exercise_called(id)?)?,
            None => report.add_lesson(target)?,
        }
    }
    report.solved = report.not_begun.is_empty() && report.exercises.iter().all(|verified| verified.solved);
    Ok(report)
}

impl Report {
    fn add_lesson(&mut self, target: &Target) -> Result<(), CourseError> {
        let session = target.session()?.filter(Session::is_alive);
        let begun = session.map(|session| session.begun()).unwrap_or_default();
        if begun.is_empty() {
            // Says why there is none.
            target.living(target.exercise()?)?;
        }
        for exercise in target.lesson.exercises() {
            match begun.contains(&exercise.id) {
                true => self.add(target, exercise)?,
                false => self.not_begun.push((target.called(exercise), exercise.task())),
            }
        }
        Ok(())
    }

    /// Checks one exercise, and notes it in the progress.
    fn add(&mut self, target: &Target, exercise: &Exercise) -> Result<(), CourseError> {
        let mut verified = ExerciseLook::at(target, exercise, &mut None)?.verify()?;
        let key = target.key(exercise);
        let mut progress = Progress::default();
        self.noted.push(Progress::change(&target.home, |all| {
            let done = all.entry(&key);
            if done.solved.is_none() {
                done.tries += 1;
                done.solved = verified.solved.then(now);
            }
            progress = all.clone();
        }));
        if verified.solved {
            verified.next = target.after(exercise, &progress);
        }
        self.exercises.push(verified);
        Ok(())
    }
}

//! A look at an exercise that somebody works on: its trees, and what holds of it.

use crate::check::Start;
use crate::course::{CourseError, Target, word};
use crate::engine;
use crate::event::{Next, Observation, Verified};
use crate::lesson::Exercise;
use crate::stage::{Keeper, Stage};
use std::fs::File;

/// A visit to the session of an exercise. It serves for more than one look, as long as the exercise is not begun anew.
pub struct ExerciseVisit {
    keeper: Keeper,
    /// How the exercise began. It differs if the exercise was begun anew, because its files are others.
    start: Start,
    stage: Stage,
    /// The trees as the last look returned them.
    told: Option<Observation>,
}

/// One look. As long as it lasts, nobody can begin the exercise anew.
pub struct ExerciseLook<'a> {
    target: &'a Target,
    exercise: &'a Exercise,
    visit: &'a mut ExerciseVisit,
    _lock: File,
}

impl<'a> ExerciseLook<'a> {
    /// Looks at an exercise. The visit of an earlier look is used again; if there is none, one begins.
    ///
    /// # Errors
    /// When the exercise has no living session, or the session may not be entered.
    pub fn at(
        target: &'a Target,
        exercise: &'a Exercise,
        visit: &'a mut Option<ExerciseVisit>,
    ) -> Result<ExerciseLook<'a>, CourseError> {
        let session = target.living(exercise)?;
        let lock = session.look()?;
        let Some(start) = session.start(&exercise.id) else { return target.living(exercise).map(|_| unreachable!()) };
        let keeper = &session.record.keeper;
        let visit = match visit.take().filter(|visit| visit.keeper == *keeper && visit.start == start) {
            Some(earlier) => visit.insert(earlier),
            None => {
                let stage = session.visit(&exercise.id, Some(&start.here))?;
                visit.insert(ExerciseVisit { keeper: keeper.clone(), start, stage, told: None })
            }
        };
        Ok(ExerciseLook { target, exercise, visit, _lock: lock })
    }

    /// The trees, with what has changed since the last look of this visit.
    ///
    /// # Errors
    /// When the session breaks.
    pub fn trees(&mut self) -> Result<Observation, CourseError> {
        let ExerciseVisit { stage, told, .. } = &mut *self.visit;
        let seen = stage.observe(false)?;
        let trees = match told.take() {
            // What was there before we came did not just change.
            None => seen.still(),
            Some(told) if !seen.tells_of_changes() && seen.still() == told.still() => told,
            Some(_) => seen,
        };
        Ok(told.insert(trees).clone())
    }

    /// What holds, and what does not.
    ///
    /// # Errors
    /// When the session breaks, or a check does not come to an end.
    pub fn verify(&mut self) -> Result<Verified, CourseError> {
        let ExerciseLook { target, exercise, visit, .. } = self;
        let verdicts = engine::verify(exercise, &visit.start, &mut visit.stage)?;
        let solved = verdicts.iter().all(|verdict| verdict.broken.is_none());
        let afterwards = (solved && !exercise.afterwards.is_empty()).then(|| exercise.afterwards.clone());
        let next = Next { command: word("hint"), why: "shows a hint, a little more each time".to_string() };
        Ok(Verified { exercise: target.called(exercise), title: exercise.task(), solved, verdicts, afterwards, next })
    }
}

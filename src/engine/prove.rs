//! Proves an exercise for its author: the start fails, each solution passes, each mistake fails with its sentence.

use crate::engine::exercise::{Wrong, prepare, verify};
use crate::engine::places::Places;
use crate::event::Verdict;
use crate::ground::CgroupVersion;
use crate::lesson::{CatalogueEntry, Exercise, Fixture, FixtureKind, Lesson};
use crate::stage::{Stage, StageError};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::time::Duration;

/// So long a script may take, and what is looked at after it. Most take a twentieth of a second.
pub const SCRIPT_PATIENCE: Duration = Duration::from_secs(30);

/// What was proven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// How many solutions were run.
    pub solutions: usize,
    /// How many mistakes were run.
    pub mistakes: usize,
    /// How many scripts are for another version of cgroups than this machine has.
    pub elsewhere: usize,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}

/// A script that does not do what its place says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The script, relative to the lesson's folder; the lesson's own text for what is wrong before any script.
    pub file: PathBuf,
    /// What is wrong.
    pub what: String,
    /// What was said instead, a line each.
    pub said: Vec<String>,
    /// What to do.
    pub fix: String,
}

/// Runs the scripts of every exercise that are for a machine with this version of cgroups, each on a stage of its own,
/// which `start` makes, as many at a time as there are `places`. A script has `patience` to come to its end.
///
/// # Errors
/// When a stage breaks.
pub fn prove(
    entry: &CatalogueEntry,
    lesson: &Lesson,
    version: Option<CgroupVersion>,
    patience: Duration,
    places: &Places,
    start: &(dyn Fn() -> Result<Stage, StageError> + Sync),
) -> Result<Proof, StageError> {
    let ids: Vec<&str> = lesson.exercises().map(|exercise| exercise.id.as_str()).collect();
    let (here, elsewhere): (Vec<Fixture>, Vec<Fixture>) =
        entry.fixtures(&ids).into_iter().partition(|fixture| fixture.is_for(version));
    let count = |kind| here.iter().filter(|fixture| fixture.kind == kind).count();
    let (solutions, mistakes) = (count(FixtureKind::Solution), count(FixtureKind::Mistake));
    let try_out = |fixture: &Fixture| {
        let exercise = lesson.exercises().find(|exercise| exercise.id == fixture.exercise);
        let _place = places.take();
        exercise.map_or(Ok(None), |exercise| flaw(lesson, exercise, fixture, patience, &mut start()?))
    };
    let flaws: Result<Vec<Option<Flaw>>, StageError> = std::thread::scope(|scope| {
        let tries: Vec<_> = here.iter().map(|fixture| scope.spawn(|| try_out(fixture))).collect();
        tries.into_iter().map(|tried| tried.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    Ok(Proof { solutions, mistakes, elsewhere: elsewhere.len(), flaws: flaws?.into_iter().flatten().collect() })
}

fn flaw(
    lesson: &Lesson,
    exercise: &Exercise,
    fixture: &Fixture,
    patience: Duration,
    stage: &mut Stage,
) -> Result<Option<Flaw>, StageError> {
    let flaw = |what: String, said: Vec<String>, fix: &str| {
        Some(Flaw { file: fixture.path.clone(), what, said, fix: fix.to_string() })
    };
    let (start, wrong) = prepare(lesson, exercise, stage)?;
    if let Some(Wrong { line, shown }) = wrong {
        let what = format!("the exercise does not begin as it should: `{line}` did not do what the lesson says");
        return Ok(flaw(what, shown.lines().map(str::to_string).collect(), "mend the steps first"));
    }
    stage.be_patient_for(patience);
    let seconds = patience.as_secs_f32();
    let ran = match stage.script(&fixture.script) {
        Err(StageError::Hangs(_)) => {
            return Ok(flaw(
                format!("the script has not ended after {seconds} seconds"),
                Vec::new(),
                "start what is meant to stay in the background, with its output to /dev/null: COMMAND > /dev/null 2>&1 &",
            ));
        }
        ran => ran?,
    };
    if ran.status != 0 {
        let said = String::from_utf8_lossy(&ran.shown).lines().map(str::to_string).collect();
        return Ok(flaw(
            format!("the script ends with exit status {}", ran.status),
            said,
            "let it do what it means to do",
        ));
    }
    let verdicts = match verify(exercise, &start, stage) {
        Err(StageError::Hangs(failure)) => {
            let what = format!("after this script a check has not ended after {seconds} seconds");
            return Ok(flaw(what, vec![failure.wanted], "let the script leave nothing at which the kernel hangs"));
        }
        verdicts => verdicts?,
    };
    let causes: Vec<String> = causes(&verdicts).map(|verdict| verdict.sentence.clone()).collect();
    Ok(match (fixture.kind, fixture.sentence()) {
        (FixtureKind::Solution, _) if causes.is_empty() => None,
        (FixtureKind::Solution, _) => {
            flaw("this solution does not pass".into(), causes, "mend the solution or the checks")
        }
        (FixtureKind::Mistake, _) if causes.is_empty() => {
            flaw("this mistake passes".into(), causes, "add the check that it offends against")
        }
        // What is told first is what the learner reads first.
        (FixtureKind::Mistake, Some(sentence)) if causes.first().is_some_and(|first| first == sentence) => None,
        (FixtureKind::Mistake, sentence) => flaw(
            format!("verify does not answer first: {}", sentence.unwrap_or_default()),
            causes,
            "let its first line say what verify answers, if that is what the learner should read",
        ),
    })
}

/// What failed for a reason of its own, the gravest first.
pub(super) fn causes(verdicts: &[Verdict]) -> impl Iterator<Item = &Verdict> {
    verdicts.iter().filter(|verdict| verdict.broken.as_ref().is_some_and(|broken| broken.follows.is_none()))
}

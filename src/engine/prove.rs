//! Proves an exercise for its author: the start fails, each solution passes, each mistake fails with its sentence.

use crate::engine::exercise::{Wrong, prepare, verify};
use crate::event::Verdict;
use crate::lesson::{CatalogueEntry, Exercise, Fixture, FixtureKind, Lesson};
use crate::stage::{Stage, StageError};
use std::path::PathBuf;

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

/// Runs every script of every exercise, each on a stage of its own, which `stage` makes.
///
/// # Errors
/// When a stage breaks.
pub fn prove(
    entry: &CatalogueEntry,
    lesson: &Lesson,
    stage: &mut dyn FnMut() -> Result<Stage, StageError>,
) -> Result<Proof, StageError> {
    let ids: Vec<&str> = lesson.exercises().map(|exercise| exercise.id.as_str()).collect();
    let mut proof = Proof::default();
    for fixture in entry.fixtures(&ids) {
        let Some(exercise) = lesson.exercises().find(|exercise| exercise.id == fixture.exercise) else { continue };
        let mut stage = stage()?;
        if !fixture.is_for(stage.facts().cgroup_version()) {
            proof.elsewhere += 1;
            continue;
        }
        match fixture.kind {
            FixtureKind::Solution => proof.solutions += 1,
            FixtureKind::Mistake => proof.mistakes += 1,
        }
        proof.flaws.extend(flaw(lesson, exercise, &fixture, &mut stage)?);
    }
    Ok(proof)
}

fn flaw(
    lesson: &Lesson,
    exercise: &Exercise,
    fixture: &Fixture,
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
    let ran = stage.script(&fixture.script)?;
    if ran.status != 0 {
        let said = String::from_utf8_lossy(&ran.shown).lines().map(str::to_string).collect();
        return Ok(flaw(
            format!("the script ends with exit status {}", ran.status),
            said,
            "let it do what it means to do",
        ));
    }
    let verdicts = verify(exercise, &start, stage)?;
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
fn causes(verdicts: &[Verdict]) -> impl Iterator<Item = &Verdict> {
    verdicts.iter().filter(|verdict| verdict.broken.as_ref().is_some_and(|broken| broken.follows.is_none()))
}

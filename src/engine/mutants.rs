//! Runs mutants of solutions for an author: none may pass that leaves another state than every solution, unless it is
//! named as right.

use crate::engine::exercise::{prepare, verify};
use crate::engine::places::Places;
use crate::engine::prove::causes;
use crate::event::Verdict;
use crate::ground::CgroupVersion;
use crate::lesson::{CatalogueEntry, Fixture, FixtureKind, Lesson, Mutant, Variant, mutants};
use crate::stage::{Stage, StageError, overlay_options};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How long a script, or a check of it, may take. Most take a twentieth of a second.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much memory each process of a mutant may take, in KiB: one that lost the line with its limit would take all.
const MEMORY: u32 = 1 << 20;

/// Which mutants are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// How many of each lesson, at most.
    pub size: usize,
    /// The same seed chooses the same.
    pub seed: u64,
}

/// What became of a lesson's mutants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutants {
    /// How many were run.
    pub run: usize,
    /// How many failed, as they must.
    pub failed: usize,
    /// Those of them that did not come to an end, or ended their stage.
    pub without_an_end: Vec<String>,
    /// How many passed, and left the state that a solution leaves: who did what cannot be told.
    pub equal: usize,
    /// How many passed, and are named as right.
    pub right: usize,
    /// Those that pass and are not named: holes in the checks. With each what is otherwise than after the nearest solution.
    pub holes: Vec<(Mutant, Vec<String>)>,
    /// Those whose first cause does not say what it means, with that cause.
    pub unexplained: Vec<(Mutant, String)>,
    /// Those that fail although they are named as right: the checks refuse a right answer, or the name is wrong.
    pub refused: Vec<(Mutant, String)>,
    /// Lines in `variants/` that name no mutant.
    pub strays: Vec<Variant>,
}

/// How a mutant ended.
enum End {
    /// With all that can be told of how things stand then.
    Passed(Vec<String>),
    /// With its first cause, and whether that says what it means.
    Failed {
        cause: String,
        is_explained: bool,
    },
    Unended,
}

/// Runs the mutants of every exercise, each on a stage of its own, which `start` makes, as many at a time as there are
/// `places`.
///
/// # Errors
/// When a stage does not stand.
pub fn run_mutants(
    entry: &CatalogueEntry,
    lesson: &Lesson,
    version: Option<CgroupVersion>,
    sample: Option<Sample>,
    places: &Places,
    start: &(dyn Fn() -> Result<Stage, StageError> + Sync),
) -> Result<Mutants, StageError> {
    let ids: Vec<&str> = lesson.exercises().map(|exercise| exercise.id.as_str()).collect();
    let fixtures = entry.fixtures(&ids);
    let variants: Vec<Variant> = ids.iter().flat_map(|id| entry.variants(id)).collect();
    let here: Vec<Fixture> = fixtures.iter().filter(|fixture| fixture.is_for(version)).cloned().collect();
    let with_options = {
        let _place = places.take();
        !overlay_options(start()?.facts().role).is_empty()
    };
    let mut chosen = mutants(&lesson.on(version), &here, with_options);
    if let Some(Sample { size, seed }) = sample {
        chosen.sort_by_key(|mutant| scattered(seed, &mutant.name));
        chosen.truncate(size);
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut ends = Vec::new();
        while let Some(mutant) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            let _place = places.take();
            ends.push((mutant, end(lesson, mutant, &mut start()?)?));
        }
        Ok(ends)
    };
    let ends: Result<Vec<Vec<(&Mutant, End)>>, StageError> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..places.in_all()).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    // For whoever has other rights, or another version of cgroups, there are others; they may be named, too.
    let all = mutants(lesson, &fixtures, true);
    let is_stray = |variant: &&Variant| !all.iter().any(|mutant| variant.reason(&mutant.name).is_some());
    let strays = variants.iter().filter(is_stray).cloned().collect();
    let mut found = Mutants { run: chosen.len(), strays, ..Mutants::default() };
    let mut solved: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    for (mutant, end) in ends?.into_iter().flatten() {
        let is_right = variants.iter().any(|variant| variant.reason(&mutant.name).is_some());
        match end {
            End::Passed(state) => {
                let states = match solved.entry(&mutant.exercise) {
                    Entry::Occupied(states) => states.into_mut(),
                    Entry::Vacant(none) => none.insert(states_of_solutions(lesson, &mutant.exercise, &here, start)?),
                };
                let nearest = states.iter().map(|solution| difference(solution, &state)).min_by_key(Vec::len);
                match nearest.unwrap_or_default() {
                    same if same.is_empty() => found.equal += 1,
                    _ if is_right => found.right += 1,
                    other => found.holes.push((mutant.clone(), other)),
                }
            }
            End::Failed { cause, is_explained } => {
                found.failed += 1;
                if is_right {
                    found.refused.push((mutant.clone(), cause));
                } else if !is_explained {
                    found.unexplained.push((mutant.clone(), cause));
                }
            }
            End::Unended => {
                found.failed += 1;
                found.without_an_end.push(mutant.name.clone());
            }
        }
    }
    found.holes.sort_by(|one, other| one.0.name.cmp(&other.0.name));
    found.refused.sort_by(|one, other| one.0.name.cmp(&other.0.name));
    found.unexplained.sort_by(|one, other| one.0.name.cmp(&other.0.name));
    Ok(found)
}

/// Runs one and looks at what became of it.
fn end(lesson: &Lesson, mutant: &Mutant, stage: &mut Stage) -> Result<End, StageError> {
    let Some(exercise) = lesson.exercises().find(|exercise| exercise.id == mutant.exercise) else {
        return Ok(End::Unended);
    };
    let (begun, _) = prepare(lesson, exercise, stage)?;
    stage.be_patient_for(PATIENCE);
    // How it ends is of no account: somebody who types goes on after an error.
    let script = format!("ulimit -v {MEMORY}\n{}", mutant.script);
    let verdicts = stage.script(&script).and_then(|_| verify(exercise, &begun, stage));
    Ok(match verdicts {
        // It waits for what does not come, or has taken its own root away.
        Err(_) => End::Unended,
        Ok(verdicts) => match causes(&verdicts).next() {
            None => End::Passed(stage.state().unwrap_or_default()),
            Some(cause) => End::Failed { cause: cause.sentence.clone(), is_explained: is_explained(cause) },
        },
    })
}

/// How things stand after each solution of an exercise.
fn states_of_solutions(
    lesson: &Lesson,
    exercise: &str,
    fixtures: &[Fixture],
    start: &(dyn Fn() -> Result<Stage, StageError> + Sync),
) -> Result<Vec<Vec<String>>, StageError> {
    let solutions = fixtures.iter().filter(|one| one.kind == FixtureKind::Solution && one.exercise == exercise);
    let exercise = lesson.exercises().find(|one| one.id == exercise);
    let mut states = Vec::new();
    for (solution, exercise) in solutions.zip(std::iter::repeat(exercise)) {
        let mut stage = start()?;
        if let Some(exercise) = exercise {
            let (begun, _) = prepare(lesson, exercise, &mut stage)?;
            stage.script(&solution.script)?;
            // The checks look, too, and what was looked at the kernel remembers.
            verify(exercise, &begun, &mut stage)?;
            states.push(stage.state()?);
        }
    }
    Ok(states)
}

/// What one state has and the other has not, behind `-` what is missing and behind `+` what is too many.
fn difference(solution: &[String], state: &[String]) -> Vec<String> {
    let missing = solution.iter().filter(|line| !state.contains(line)).map(|line| format!("- {line}"));
    let added = state.iter().filter(|line| !solution.contains(line)).map(|line| format!("+ {line}"));
    missing.chain(added).collect()
}

/// Whether it says more than that something is not so: why, or what it means.
fn is_explained(cause: &Verdict) -> bool {
    cause.broken.as_ref().is_some_and(|broken| !broken.means.is_empty())
}

/// A number that is another one for every name and seed, and looks like chance: FNV-1a.
fn scattered(seed: u64, name: &str) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

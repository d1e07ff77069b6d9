//! `layerlab verify [LESSON[.EXERCISE]|all]`

use crate::cli::here::{self, PROGRAM, Target, word};
use crate::cli::output::{self, Look, Output};
use crate::cli::{CliError, Common};
use crate::engine;
use crate::event::{Event, Next, Verified};
use crate::lesson::Exercise;
use crate::render::junit;
use crate::session::{Home, Progress, Session, now};
use crate::stage::KeeperState;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Check an exercise: what holds, what does not, and why
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// `3.hide`, `3` for all exercises of lesson 3, `all`; without it, the exercise you are at
    exercise: Option<String>,
    /// The verdicts as JSON
    #[arg(long)]
    json: bool,
    /// Write the verdicts as JUnit XML too, for graders
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// What was checked, and what could not be because nobody has begun it.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The version of this form.
    version: u32,
    /// All that were asked for are solved.
    solved: bool,
    /// What was checked.
    exercises: Vec<Verified>,
    /// The names and headings of exercises without a bench.
    not_begun: Vec<(String, String)>,
}

impl Verify {
    /// Checks, notes it in the progress, and tells.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let targets = self.targets(common)?;
        let mut report = Report { version: 1, ..Report::default() };
        for target in &targets {
            match &target.exercise {
                Some(id) => report.exercises.push(verify(target, target.exercise_called(id)?)?),
                None => self.lesson(target, &mut report)?,
            }
        }
        report.solved = report.not_begun.is_empty() && report.exercises.iter().all(|verified| verified.solved);
        if let Some(file) = &self.junit {
            let text = junit(&report.exercises, &report.not_begun);
            output::write_file("the verdicts", file, &text)?;
        }
        self.tell(common, &report)?;
        if report.solved { Ok(()) } else { Err(CliError::NotHeld) }
    }

    fn targets(&self, common: &Common) -> Result<Vec<Target>, CliError> {
        if self.exercise.as_deref() != Some("all") {
            return Ok(vec![Target::find(common, self.exercise.as_deref())?]);
        }
        let sessions =
            Session::all(&Home::find()?).into_iter().filter(|session| session.keeper_state() == KeeperState::Alive);
        let targets: Result<Vec<_>, _> = sessions.map(|session| Target::find(common, Some(&session.lesson))).collect();
        match targets? {
            none if none.is_empty() => Target::find(common, None).map(|target| vec![target]),
            targets => Ok(targets),
        }
    }

    fn lesson(&self, target: &Target, report: &mut Report) -> Result<(), CliError> {
        let session = target.session()?.filter(|session| session.keeper_state() == KeeperState::Alive);
        let begun = session.map(|session| session.begun()).unwrap_or_default();
        if begun.is_empty() {
            // Says why there is none.
            target.living(target.exercise()?)?;
        }
        for exercise in target.lesson.exercises() {
            match begun.contains(&exercise.id) {
                true => report.exercises.push(verify(target, exercise)?),
                false => report.not_begun.push((target.called(exercise), exercise.task())),
            }
        }
        Ok(())
    }

    fn tell(&self, common: &Common, report: &Report) -> Result<(), CliError> {
        if self.json {
            println!("{}", serde_json::to_string(report).map_err(|error| CliError::Fault(error.to_string()))?);
            return Ok(());
        }
        let mut output = Output::new(common, Look::default());
        for verified in &report.exercises {
            let mut verified = verified.clone();
            if report.exercises.len() > 1 {
                // Read when it was solved; here it would bury what is not.
                verified.afterwards = None;
            }
            output.tell(&Event::Verified(verified).into())?;
        }
        output.finish()?;
        if !report.not_begun.is_empty() {
            println!("\nNot begun:");
            for (name, task) in &report.not_begun {
                println!("  {name}  {task}");
            }
        }
        Ok(())
    }
}

/// Checks one exercise, and notes it in the progress.
pub fn verify(target: &Target, exercise: &Exercise) -> Result<Verified, CliError> {
    let mut verified = look(target, exercise)?;
    let key = target.key(exercise);
    let mut progress = Progress::default();
    let noted = Progress::change(&target.home, |all| {
        let done = all.entry(&key);
        if done.solved.is_none() {
            done.tries += 1;
            done.solved = verified.solved.then(now);
        }
        progress = all.clone();
    });
    match noted {
        Ok(damaged) => here::tell(damaged),
        // The verdict stands, noted or not.
        Err(error) => CliError::from(error).print(true),
    }
    if verified.solved {
        verified.next = target.after(exercise, &progress);
    }
    Ok(verified)
}

/// Checks one exercise, and leaves the progress alone.
pub fn look(target: &Target, exercise: &Exercise) -> Result<Verified, CliError> {
    let session = target.living(exercise)?;
    let _lock = session.look()?;
    let Some(start) = session.start(&exercise.id) else { return target.living(exercise).map(|_| unreachable!()) };
    let mut stage = session.visit(&exercise.id, Some(&start.here), false, Path::new(PROGRAM))?;
    let verdicts = engine::verify(exercise, &start, &mut stage)?;
    let solved = verdicts.iter().all(|verdict| verdict.broken.is_none());
    let afterwards = (solved && !exercise.afterwards.is_empty()).then(|| exercise.afterwards.clone());
    let next = Next { command: word("hint"), why: "shows a hint, a little more each time".to_string() };
    Ok(Verified { exercise: target.called(exercise), title: exercise.task(), solved, verdicts, afterwards, next })
}

//! `layerlab verify [LESSON[.EXERCISE]|all]`

use crate::cli::output::{self, Output};
use crate::cli::{CliError, Common, Exit, tell_damaged};
use crate::course::{Report, Target, verify};
use crate::event::Event;
use crate::ground::{Shown, say};
use crate::paint::junit;
use std::path::PathBuf;

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

impl Verify {
    /// Whether it writes a file that was named.
    pub fn names_a_file(&self) -> bool {
        self.junit.is_some()
    }

    /// Checks, notes it in the progress, and tells.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let chosen = common.chosen();
        let mut targets = Target::find_all(&chosen, self.exercise.as_deref())?;
        if targets.is_empty() {
            // Says why there is none.
            targets.push(Target::find(&chosen, None)?);
        }
        let mut report = verify(&targets)?;
        for noted in report.noted.drain(..) {
            match noted {
                Ok(damaged) => tell_damaged(damaged),
                Err(error) => CliError::from(error).print(true),
            }
        }
        if let Some(file) = &self.junit {
            let text = junit(&report.exercises, &report.not_begun);
            output::write_file("the verdicts", file, &text)?;
        }
        self.tell(common, &report)?;
        if report.solved { Ok(()) } else { Err(CliError::Said(Exit::NotHeld)) }
    }

    fn tell(&self, common: &Common, report: &Report) -> Result<(), CliError> {
        if self.json {
            say(Shown::json(report)?)?;
            return Ok(());
        }
        let mut output = Output::new(output::painter(common, false), output::look(common));
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
            say("\nNot begun:")?;
            for (name, task) in &report.not_begun {
                say(format!("  {name}  {task}"))?;
            }
        }
        Ok(())
    }
}

//! `layerlab reset [LESSON[.EXERCISE]|all]`

use crate::cli::ask::sure;
use crate::cli::{CliError, Common, output};
use crate::course::Target;
use crate::ground::{complain, say};

/// Begin an exercise again: end what it has started, undo what it has changed
#[derive(Debug, clap::Args)]
pub struct Reset {
    /// `3.hide`, `3` for all exercises of lesson 3, `all`; without it, the exercise you are at
    exercise: Option<String>,
    /// Do not ask first
    #[arg(long, short)]
    yes: bool,
}

impl Reset {
    /// Whether it does not ask.
    pub fn says_yes(&self) -> bool {
        self.yes
    }

    /// Asks, then makes the benches anew. The session itself, its shells and the progress stay.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let targets = Target::find_all(&common.chosen(), self.exercise.as_deref())?;
        let mut benches = Vec::new();
        for target in &targets {
            let named = target.exercise.clone().map(|id| vec![id]);
            let begun = || Ok::<_, CliError>(target.session()?.map(|session| session.begun()).unwrap_or_default());
            let ids = named.map_or_else(begun, Ok)?;
            if ids.is_empty() {
                target.living(target.exercise()?)?;
            }
            for id in ids {
                let exercise = target.exercise_called(&id)?;
                benches.push((target, target.living(exercise)?, exercise));
            }
        }
        let names: Vec<String> = benches.iter().map(|(target, _, exercise)| target.called(exercise)).collect();
        if names.is_empty() {
            say("There is nothing to begin again: no exercise has been begun.")?;
            return Ok(());
        }
        let situation = "What you have done there is lost; your progress stays.";
        if !sure(situation, &format!("Begin {} again?", names.join(", ")), self.yes, "--yes")? {
            return Ok(());
        }
        for ((target, mut session, exercise), name) in benches.into_iter().zip(names) {
            let reset = session.reset(&target.lesson, exercise, target.exercise.is_none())?;
            let number = target.lesson.meta.number;
            if let Some(broken) = reset.renewed {
                let why = broken.why;
                let mut note = format!("note: the session of lesson {number} was broken ({why}). It was begun anew.");
                if !reset.lost.is_empty() {
                    let lost: Vec<String> = reset.lost.iter().map(|id| format!("{number}.{id}")).collect();
                    note.push_str(&format!(" What ran in {} ended with it: they begin anew, too.", lost.join(", ")));
                }
                complain(output::wrapped(&note));
            }
            say(format!("{name} is as it was at the start."))?;
            if !reset.stays.is_empty() {
                complain(output::wrapped(&format!(
                    "note: nobody can tell to which exercise this belongs, so it stays: {}. layerlab reset {number} ends it, \
                     and begins all exercises of lesson {number} again.",
                    reset.stays.join(", ")
                )));
            }
        }
        Ok(())
    }
}

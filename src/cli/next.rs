//! `layerlab next [EXERCISE]`

use crate::cli::shell::{cannot_write, print_task};
use crate::cli::{CliError, Common, output};
use crate::course::{Target, is_inside, write_here};
use crate::ground::say;
use crate::lesson::Exercise;
use crate::session::Progress;

/// Go on to the next exercise of the lesson, or to another one
#[derive(Debug, clap::Args)]
pub struct Next {
    /// Such as `restore`; without it, the next that is not solved
    exercise: Option<String>,
}

impl Next {
    /// Prepares its bench, and tells the shell of the session where it is.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let target = Target::find(&common.chosen(), None)?;
        let (at, number) = (target.exercise()?, target.lesson.meta.number);
        let progress = Progress::read(&target.home)?.0;
        let exercise = match &self.exercise {
            Some(wanted) => target.exercise_called(wanted.strip_prefix(&format!("{number}.")).unwrap_or(wanted))?,
            None => match target.next_unsolved(at, &progress) {
                Some(next) => next,
                None if progress.is_solved(&target.key(at)) => {
                    let next = target.after(at, &progress);
                    say(output::wrapped(&format!(
                        "All exercises of lesson {number} are solved. Then: {}",
                        next.command
                    )))?;
                    return Ok(());
                }
                None => {
                    say(format!("{} is the last one that is not solved yet.", target.called(at)))?;
                    return Ok(());
                }
            },
        };
        if exercise.id != at.id && !progress.is_solved(&target.key(at)) {
            say(format!("{} is not solved yet. {} comes back to it.\n", target.called(at), back(&target, at)))?;
        }
        if !is_inside() {
            say(format!("Go on with: layerlab shell {}", target.called(exercise)))?;
            return Ok(());
        }
        let mut session = target.living(at)?;
        let start = session.enter(&target.lesson, exercise)?;
        write_here(&session, exercise, &start.here).map_err(cannot_write)?;
        Ok(print_task(common, &target, exercise, &session, &start.here)?)
    }
}

/// What to type to come back to an exercise.
fn back(target: &Target, exercise: &Exercise) -> String {
    match is_inside() {
        true => format!("next {}", exercise.id),
        false => format!("layerlab shell {}", target.called(exercise)),
    }
}

//! `layerlab next [EXERCISE]`

use crate::cli::here::{PROGRAM, Target, is_inside};
use crate::cli::shell::{print_task, write_here};
use crate::cli::{CliError, Common};
use crate::session::{Progress, Session};
use std::path::Path;

/// Go on to the next exercise of the lesson, or to another one
#[derive(Debug, clap::Args)]
pub struct Next {
    /// Such as `restore`; without it, the next that is not solved
    exercise: Option<String>,
}

impl Next {
    /// Prepares its bench, and tells the shell of the session where it is.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let target = Target::find(common, None)?;
        let at = target.exercise()?;
        let progress = Progress::read(&target.home)?.0;
        let exercise = match &self.exercise {
            Some(wanted) => {
                let number = format!("{}.", target.lesson.meta.number);
                target.exercise_called(wanted.strip_prefix(&number).unwrap_or(wanted))?
            }
            None => {
                let open =
                    |other: &&crate::lesson::Exercise| other.id != at.id && !progress.is_solved(&target.key(other));
                let later = target.lesson.exercises().skip_while(|other| other.id != at.id).find(open);
                match later.or_else(|| target.lesson.exercises().find(open)) {
                    Some(next) => next,
                    None if progress.is_solved(&target.key(at)) => {
                        let next = target.after(at, &progress);
                        println!(
                            "All exercises of lesson {} are solved. Then: {}",
                            target.lesson.meta.number, next.command
                        );
                        return Ok(());
                    }
                    None => {
                        println!("{} is the last one that is not solved yet.", target.called(at));
                        return Ok(());
                    }
                }
            }
        };
        if !is_inside() {
            println!("Go on with: layerlab shell {}", target.called(exercise));
            return Ok(());
        }
        let mut session: Session = target.living(at)?;
        let start = session.enter(&target.lesson, exercise, Path::new(PROGRAM))?;
        write_here(&session.state(), exercise, &start.here)?;
        print_task(common, &target, exercise, &session, &start.here);
        Ok(())
    }
}

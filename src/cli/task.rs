//! `layerlab task [LESSON.EXERCISE]`

use crate::cli::here::Target;
use crate::cli::{CliError, Common, output};
use crate::render::exercise;

/// What an exercise asks for
#[derive(Debug, clap::Args)]
pub struct Task {
    /// Such as `3.hide`; without it, the exercise you are at
    exercise: Option<String>,
}

impl Task {
    /// Tells it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let target = Target::find(common, self.exercise.as_deref())?;
        let task = target.exercise()?;
        let (width, paint) = (output::width(), output::paint(common));
        print!("{}", exercise(&target.called(task), &task.task(), &task.text, width, paint, common.plain));
        Ok(())
    }
}

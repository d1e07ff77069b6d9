//! `layerlab task [LESSON.EXERCISE]`

use crate::cli::{CliError, Common, output};
use crate::course::Target;
use crate::ground::Stream;
use crate::lesson::Exercise;

/// What an exercise asks for
#[derive(Debug, clap::Args)]
pub struct Task {
    /// Such as `3.hide`; without it, the exercise you are at
    exercise: Option<String>,
}

impl Task {
    /// Tells it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let target = Target::find(&common.chosen(), self.exercise.as_deref())?;
        Ok(print(common, &target, target.exercise()?)?)
    }
}

/// Tells what an exercise asks for.
pub fn print(common: &Common, target: &Target, task: &Exercise) -> std::io::Result<()> {
    Stream::Output.show(output::exercise(common, &target.called(task), &task.task(), &task.text))
}

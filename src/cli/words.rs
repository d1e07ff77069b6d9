//! `layerlab words`: what can be typed in the shell of a session. Called `help` there.

use crate::cli::CliError;
use crate::ground::say;

/// The words that can be typed in the shell of a session
#[derive(Debug, clap::Args)]
pub struct Words;

impl Words {
    /// Tells them.
    pub fn run(&self) -> Result<(), CliError> {
        say("Everything you know from a shell works here, and these words:

  verify            check the exercise: what holds, what does not, and why
  hint              a hint; a little more each time
  trees             the lower layers, the upper layer and the merged view
  task              what is to be done
  next [EXERCISE]   go on to the next exercise, or to any other of this lesson
  solution          a solution, and how it works
  layerlab reset    begin this exercise again
  exit              leave; the session stays: layerlab shell comes back to it

In a second terminal, layerlab watch shows all of it while you type.")?;
        Ok(())
    }
}

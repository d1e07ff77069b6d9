//! `layerlab hint [LESSON.EXERCISE]`

use crate::cli::{CliError, Common, output, tell_damaged};
use crate::course::{Target, word};
use crate::ground::say;
use crate::scene::markdown;
use crate::session::Progress;

/// A hint for an exercise; one more each time
#[derive(Debug, clap::Args)]
pub struct Hint {
    /// Such as `3.hide`; without it, the exercise you are at
    exercise: Option<String>,
    /// All that were shown already, and no new one
    #[arg(long)]
    again: bool,
}

impl Hint {
    /// Tells the next one, and counts it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let target = Target::find(&common.chosen(), self.exercise.as_deref())?;
        let exercise = target.exercise()?;
        let all = exercise.hints.len();
        let mut shown = 0;
        let damaged = Progress::change(&target.home, |progress| {
            let done = progress.entry(&target.key(exercise));
            shown = (done.hints as usize).min(all);
            if !self.again && shown < all {
                done.hints = shown as u32 + 1;
            }
        })?;
        tell_damaged(damaged);
        // What was shown before scrolls away: the last time, all are shown.
        let (from, to) = match self.again || shown == all {
            true => (0, shown),
            false => (shown, shown + 1),
        };
        if from == to {
            say(format!("No hint was shown yet. {} shows the first.", word("hint")))?;
            return Ok(());
        }
        for (at, hint) in exercise.hints.iter().enumerate().take(to).skip(from) {
            say(format!("Hint {} of {all} for {}", at + 1, target.called(exercise)))?;
            let look = output::look(common);
            let lines = match common.plain {
                true => markdown::spoken(hint),
                false => markdown::lines(hint, look.width, look.styled),
            };
            say(output::palette(common).lines(&lines))?;
        }
        match to == all {
            true => say(format!("That was the last one. {} shows how it can be done.", word("solution")))?,
            false => say(format!("{} again shows one more.", word("hint")))?,
        }
        Ok(())
    }
}

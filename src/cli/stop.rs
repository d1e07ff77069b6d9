//! `layerlab stop [LESSON|all]`

use crate::cli::status::lost_keepers;
use crate::cli::{CliError, Common, output};
use crate::ground::{Failure, Name, say};
use crate::session::{Home, Session};
use crate::stage::{Keeper, LostKeeper};

/// End a session: its processes, its mounts and its files go, your progress stays
#[derive(Debug, clap::Args)]
pub struct Stop {
    /// The lesson, or `all`; without it, the session that was worked on last
    lesson: Option<String>,
}

impl Stop {
    /// Ends it, and says what is gone.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let home = Home::find()?;
        let lessons = match self.lesson.as_deref() {
            Some("all") => home.lessons(),
            Some(wanted) => vec![self.named(common, &home, wanted)?],
            None => match Session::latest(&home) {
                Some(session) => vec![session.lesson],
                None => home.lessons().into_iter().take(1).collect(),
            },
        };
        if let Some(Session { lesson: around, .. }) = Session::around(&home).filter(|one| lessons.contains(&one.lesson))
        {
            return Err(CliError::usage(Failure::ours(
                format!("you are in the session of {around}"),
                "it would end this shell, and with it this very command",
                format!("exit, then layerlab stop {around}"),
            )));
        }
        let lost = if self.lesson.as_deref() == Some("all") { lost_keepers(&home) } else { Vec::new() };
        let mut ended = 0;
        for lesson in lessons {
            if Session::stop(&home, &lesson)? {
                say(output::wrapped(&format!(
                    "The session of {lesson} has ended; its files are gone, your progress is kept."
                )))?;
                ended += 1;
            }
        }
        for LostKeeper { pid, root } in lost {
            Keeper::end_forgotten(&root);
            say(format!(
                "A session whose files were deleted has ended: process {pid}, of {}",
                Name::from(root.as_path())
            ))?;
            ended += 1;
        }
        if ended == 0 {
            say("There is no session to end.")?;
        }
        Ok(())
    }

    /// A lesson by number or name; a session whose lesson is not in this catalogue is known by its own name.
    fn named(&self, common: &Common, home: &Home, wanted: &str) -> Result<String, CliError> {
        let (lessons, catalogue) = (home.lessons(), common.chosen().catalogue()?);
        let wanted = wanted.split('.').next().unwrap_or(wanted);
        let known = catalogue.find(wanted).map(|entry| entry.name());
        let is_meant = |lesson: &&String| {
            let (number, name) = lesson.split_once('-').unwrap_or((lesson, ""));
            [lesson.as_str(), name, number, number.trim_start_matches('0')].contains(&wanted)
        };
        match lessons.iter().find(is_meant) {
            Some(lesson) if !known.as_ref().is_ok_and(|known| lessons.contains(known)) => Ok(lesson.clone()),
            _ => known.map_err(CliError::usage),
        }
    }
}

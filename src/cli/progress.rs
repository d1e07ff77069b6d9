//! `layerlab progress [export|import|clear]`

use crate::cli::ask::sure;
use crate::cli::list::with_exercises;
use crate::cli::{CliError, Common, output, tell_damaged};
use crate::course::{CourseError, LessonProgress};
use crate::ground::{Name, Shown, Stream, say};
use crate::session::{Home, Progress};
use std::path::{Path, PathBuf};

/// What you have done: see it, take it along, bring it back, forget it
#[derive(Debug, clap::Args)]
pub struct ProgressArguments {
    #[command(subcommand)]
    command: Option<ProgressCommand>,
}

impl ProgressArguments {
    /// Does what is asked for; alone it tells what was done.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        match &self.command {
            Some(command) => command.run(common),
            None => tell(common),
        }
    }
}

/// Tells of the lessons of which something was done.
fn tell(common: &Common) -> Result<(), CliError> {
    let journey = common.journey()?;
    let begun = journey.lessons.iter().filter(|lesson| lesson.is_begun());
    let mut text: String = begun.map(|lesson| with_exercises(lesson, common.plain) + "\n").collect();
    let solved: usize = journey.lessons.iter().map(LessonProgress::solved).sum();
    let all: usize = journey.lessons.iter().map(|lesson| lesson.exercises.len()).sum();
    text.push_str(&format!("{solved} of {all} exercises are solved.\n"));
    text.push_str("To take it along: layerlab progress export FILE\n");
    Ok(Stream::Output.show(text)?)
}

#[derive(Debug, clap::Subcommand)]
enum ProgressCommand {
    /// Write it to a file, or to the standard output
    Export {
        /// The file
        file: Option<PathBuf>,
    },
    /// Add what a file has that you do not have yet
    Import {
        /// The file
        file: PathBuf,
    },
    /// Forget an exercise (`3.hide`), a lesson (`3`), or all
    Clear {
        /// What to forget
        what: Option<String>,
        /// Do not ask first
        #[arg(long, short)]
        yes: bool,
    },
}

impl ProgressCommand {
    fn run(&self, common: &Common) -> Result<(), CliError> {
        let home = Home::find()?;
        match self {
            ProgressCommand::Export { file } => export(&home, file.as_deref()),
            ProgressCommand::Import { file } => {
                let other = Progress::import(file)?;
                let mut solved = 0;
                let damaged = Progress::change(&home, |progress| {
                    progress.merge(other);
                    solved = progress.exercises.values().filter(|done| done.solved.is_some()).count();
                })?;
                tell_damaged(damaged);
                match solved {
                    1 => say("1 exercise is solved now.")?,
                    _ => say(format!("{solved} exercises are solved now."))?,
                }
                Ok(())
            }
            ProgressCommand::Clear { what, yes } => clear(common, &home, what.as_deref(), *yes),
        }
    }
}

fn export(home: &Home, file: Option<&Path>) -> Result<(), CliError> {
    let (progress, damaged) = Progress::read(home)?;
    tell_damaged(damaged);
    let text = Shown::pretty_json(&progress)?.with("\n");
    match file.filter(|file| *file != Path::new("-")) {
        None => Ok(Stream::Output.show(text)?),
        Some(file) => {
            output::write_file("your progress", file, text.as_str().as_bytes())?;
            say(output::wrapped(&format!(
                "Your progress is in {}. On the other machine: layerlab progress import FILE",
                Name::of(file)
            )))?;
            Ok(())
        }
    }
}

fn clear(common: &Common, home: &Home, what: Option<&str>, yes: bool) -> Result<(), CliError> {
    let (name, forgotten) = match what {
        None | Some("all") => ("everything", None),
        Some(what) => {
            let (lesson, id) = what.split_once('.').unwrap_or((what, ""));
            let catalogue = common.chosen().catalogue()?;
            let entry = catalogue.find(lesson).map_err(CourseError::from)?;
            (what, Some((entry.slug.clone(), Some(id).filter(|id| !id.is_empty()))))
        }
    };
    let situation = "What is forgotten cannot be brought back.";
    if !sure(situation, &format!("Forget that you have done {name}?"), yes, "--yes")? {
        return Ok(());
    }
    let damaged = Progress::change(home, |progress| match &forgotten {
        None => *progress = Progress::default(),
        Some((lesson, exercise)) => progress.forget(lesson, *exercise),
    })?;
    tell_damaged(damaged);
    say(format!("{} is forgotten.", name))?;
    Ok(())
}

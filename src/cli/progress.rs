//! `layerlab progress [export|import|clear]`

use crate::cli::ask::sure;
use crate::cli::here;
use crate::cli::{CliError, Common, output};
use crate::session::{Home, Progress};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What you have done: take it along, bring it back, forget it
#[derive(Debug, clap::Subcommand)]
pub enum ProgressCommand {
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
    /// Does it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let home = Home::find()?;
        match self {
            ProgressCommand::Export { file } => export(&home, file.as_deref()),
            ProgressCommand::Import { file } => {
                let other = Progress::import(file)?;
                let mut solved = 0;
                here::tell(Progress::change(&home, |progress| {
                    progress.merge(other);
                    solved = progress.exercises.values().filter(|done| done.solved.is_some()).count();
                })?);
                match solved {
                    1 => println!("1 exercise is solved now."),
                    _ => println!("{solved} exercises are solved now."),
                }
                Ok(())
            }
            ProgressCommand::Clear { what, yes } => clear(common, &home, what.as_deref(), *yes),
        }
    }
}

fn export(home: &Home, file: Option<&Path>) -> Result<(), CliError> {
    let (progress, damaged) = Progress::read(home)?;
    here::tell(damaged);
    let mut text = serde_json::to_string_pretty(&progress).map_err(|error| CliError::Fault(error.to_string()))?;
    text.push('\n');
    match file.filter(|file| *file != Path::new("-")) {
        None => Ok(std::io::stdout().write_all(text.as_bytes())?),
        Some(file) => {
            output::write_file("your progress", file, text.as_bytes())?;
            println!("Your progress is in {}. On the other machine: layerlab progress import FILE", file.display());
            Ok(())
        }
    }
}

fn clear(common: &Common, home: &Home, what: Option<&str>, yes: bool) -> Result<(), CliError> {
    let (name, begins): (String, String) = match what {
        None | Some("all") => ("everything".into(), String::new()),
        Some(what) => {
            let (lesson, exercise) = what.split_once('.').unwrap_or((what, ""));
            let catalogue = common.catalogue()?;
            let entry = catalogue.find(lesson).map_err(|unknown| CliError::Usage(unknown.to_string()))?;
            (what.to_string(), format!("{}.{exercise}", entry.slug))
        }
    };
    if !sure("What is forgotten cannot be brought back.", &format!("Forget that you have done {name}?"), yes, "--yes")?
    {
        return Ok(());
    }
    let lesson = begins.strip_suffix('.');
    here::tell(Progress::change(home, |progress| {
        progress.exercises.retain(|key, _| match lesson {
            Some(_) => !key.starts_with(&begins),
            None => !begins.is_empty() && *key != begins,
        });
        progress.lessons.retain(|key, _| !begins.is_empty() && Some(key.as_str()) != lesson);
    })?);
    println!("{name} is forgotten.");
    Ok(())
}

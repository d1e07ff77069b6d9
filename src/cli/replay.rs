//! `layerlab replay LESSON|FILE`

use crate::cli::output::{self, Output};
use crate::cli::{CliError, Common, Exit, recording};
use crate::event::{Event, RecordingReader, Timed};
use crate::ground::{Failure, Name, Role, complain};
use crate::lesson::CatalogueEntry;
use crate::paint::PAINTERS;
use crate::scene::Look;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Show a recorded run again; no kernel needed
#[derive(Debug, clap::Args)]
pub struct Replay {
    /// A lesson, as it once went on another machine; or a file made with `run --record`; `-` is the standard input
    what: PathBuf,
    /// Every event as JSON, one a line
    #[arg(long)]
    json: bool,
    /// Who paints it; else the terminal, or sentences where `--plain` is given
    #[arg(long = "as", value_name = "PAINTER", conflicts_with = "json", value_parser = painters())]
    painter: Option<String>,
    /// Shorten no line
    #[arg(long)]
    full: bool,
    /// With the instructor's notes
    #[arg(long)]
    notes: bool,
    /// With the system calls of a lesson; of a file, what was recorded is shown
    #[arg(long)]
    syscalls: bool,
}

impl Replay {
    /// Replays it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let look = Look { full: self.full, notes: self.notes, ..output::look(common) };
        let painter = self.painter.as_deref().unwrap_or(output::painter(common, self.json));
        let name = Name::of(&self.what).to_string();
        let lines: Box<dyn BufRead> = match self.what.as_os_str() == "-" {
            true => Box::new(std::io::stdin().lock()),
            false => match recording::open(&self.what, "a lesson, or a file") {
                Ok(file) => Box::new(BufReader::new(file)),
                Err(error) => match common.chosen().catalogue()?.find(&name) {
                    Ok(entry) if !self.what.exists() => return lesson(entry, painter, look, self.syscalls),
                    _ => return Err(error),
                },
            },
        };
        replay(&name, lines, painter, look, true)
    }
}

/// The names of all painters.
fn painters() -> clap::builder::PossibleValuesParser {
    PAINTERS.iter().map(|(name, _)| *name).collect::<Vec<_>>().into()
}

/// A lesson as it once went on another machine, and says so; with its system calls, or without.
pub fn lesson(entry: &CatalogueEntry, painter: &str, look: Look, syscalls: bool) -> Result<(), CliError> {
    let Some(recording) = entry.recording() else {
        let wanted = format!("lesson {} has no recording", entry.number);
        let failure = Failure::plain(wanted, format!("run it: layerlab run {}", entry.number));
        return Err(CliError::Failed(Exit::Lesson, failure));
    };
    if let Some(Ok(Timed { event: Event::Begin(begin), .. })) = RecordingReader::new(&*recording).next() {
        let who = match begin.role {
            Role::Root => "root",
            Role::User => "an ordinary user",
        };
        let note = format!("note: this is a recording, made as {who} on Linux {}; nothing is run here.", begin.kernel);
        complain(output::wrapped(&note) + "\n");
    }
    replay(&format!("the recording of lesson {}", entry.number), &*recording, painter, look, syscalls)
}

fn replay(name: &str, lines: impl BufRead, painter: &str, look: Look, syscalls: bool) -> Result<(), CliError> {
    let mut output = Output::new(painter, look);
    for told in RecordingReader::new(lines) {
        let told = told.map_err(|refused| recording::is_none(name, &refused))?;
        if syscalls || !matches!(told.event, Event::Call(_)) {
            output.tell(&told)?;
        }
    }
    Ok(output.finish()?)
}

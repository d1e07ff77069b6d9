//! `layerlab export LESSON`

use crate::cli::output::{self, write_file};
use crate::cli::{CliError, Common, Exit, recording, signals};
use crate::engine::{self, Answer, Item, RunOptions};
use crate::event::{Event, RecordingReader, Timed};
use crate::ground::{Failure, Name, Shown, Stream, complain};
use crate::lesson::{CatalogueEntry, Lesson, belongs};
use crate::paint::{Html, PAINTERS, Painter};
use crate::scene::Look;
use crate::stage::{Stage, StageNeeds};
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// A lesson as a page that plays, a film, a text or a picture, to give to others
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("form").required(true))]
pub struct Export {
    /// Its number or its name
    lesson: String,
    /// A page that plays in every browser: one file, no network needed
    #[arg(long, group = "form")]
    html: bool,
    /// A film of a terminal, for asciinema (asciicast, version 2)
    #[arg(long, group = "form")]
    cast: bool,
    /// The film in version 3 of its format
    #[arg(long, requires = "cast", conflicts_with_all = ["html", "markdown", "svg"])]
    v3: bool,
    /// A text in Markdown
    #[arg(long, group = "form")]
    markdown: bool,
    /// A picture of what this step led to
    #[arg(long, group = "form", value_name = "STEP", value_parser = clap::value_parser!(u32).range(1..))]
    svg: Option<u32>,
    /// Run the lesson now; else it is as it once went on another machine
    #[arg(long, conflicts_with = "recording")]
    fresh: bool,
    /// Take a recording made by `run --record`
    #[arg(long, value_name = "FILE")]
    recording: Option<PathBuf>,
    /// Columns of the terminal in a film, and of the trees in a text
    #[arg(long, value_name = "COLUMNS", default_value = "100", value_parser = clap::value_parser!(u16).range(20..=400))]
    width: u16,
    /// With the instructor's notes (in a text)
    #[arg(long, requires = "markdown", conflicts_with_all = ["html", "cast", "svg"])]
    notes: bool,
    /// Write it into this file, whole or not at all; else it goes to the standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    /// Exports it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let chosen = common.chosen();
        let catalogue = chosen.catalogue()?;
        let entry = catalogue.find(&self.lesson).map_err(CliError::usage)?;
        let lesson = entry.load(&chosen.language)?;
        let recording = match (&self.recording, self.fresh) {
            (Some(file), _) => of_file(file)?,
            (None, true) => of_a_run(&lesson, common.restricts(entry.is_built_in())?)?,
            (None, false) => of_lesson(entry, &lesson)?,
        };
        let held = matches!(recording.last(), Some(Timed { event: Event::End { held: true }, .. }));
        let recording = match self.svg {
            Some(step) => only(recording, step)?,
            None => recording,
        };
        let mut painter = self.painter(&lesson);
        let text = recording.iter().map(|told| painter.paint(told)).collect::<std::io::Result<Shown>>()?;
        match &self.output {
            Some(file) => write_file("the export", file, text.as_str().as_bytes())?,
            None => Stream::Output.show(text)?,
        }
        if held {
            return Ok(());
        }
        complain(output::wrapped("note: in this run not every command did what the lesson says."));
        Err(CliError::Said(Exit::NotHeld))
    }

    fn painter(&self, lesson: &Lesson) -> Box<dyn Painter> {
        let name = match (self.cast, self.v3, self.markdown, self.svg.is_some()) {
            (true, false, ..) => "cast",
            (true, true, ..) => "cast3",
            (_, _, true, _) => "markdown",
            (.., true) => "svg",
            _ => {
                let hints: Vec<(String, Vec<String>)> =
                    lesson.exercises().map(|exercise| (exercise.id.clone(), exercise.hints.clone())).collect();
                let of =
                    move |id: &str| hints.iter().find(|(of, _)| of == id).map_or(Vec::new(), |(_, all)| all.clone());
                return Box::new(Html::new(Box::new(of)));
            }
        };
        let look = Look { width: self.width.into(), notes: self.notes, ..Look::default() };
        let (_, new) = PAINTERS.iter().find(|(painter, _)| *painter == name).unwrap_or(&PAINTERS[0]);
        new(look)
    }
}

/// The recording that comes with the lesson.
fn of_lesson(entry: &CatalogueEntry, lesson: &Lesson) -> Result<Vec<Timed>, CliError> {
    let fix = format!("run it now: layerlab export {} --fresh", entry.number);
    let refused = |why: String| {
        let wanted = format!("cannot export lesson {} from its recording", entry.number);
        CliError::Failed(Exit::Lesson, Failure::ours(wanted, why, &fix))
    };
    let recording = entry.recording().ok_or_else(|| refused("it has none".to_string()))?;
    let recording: Vec<Timed> = RecordingReader::new(&*recording)
        .collect::<Result<_, _>>()
        .map_err(|broken| refused(format!("line {}: {}", broken.line, broken.what)))?;
    // In another language than the recording has, it is no recording of this text.
    belongs(lesson, &recording).map_err(&refused)?;
    Ok(recording)
}

/// A recording that somebody made.
fn of_file(file: &Path) -> Result<Vec<Timed>, CliError> {
    let open = BufReader::new(recording::open(file, "a file")?);
    let all: Result<Vec<Timed>, _> = RecordingReader::new(open).collect();
    all.map_err(|refused| recording::is_none(&Name::of(file).to_string(), &refused))
}

/// A run that takes place now, with the system calls; in a user namespace where root must not lend its rights.
fn of_a_run(lesson: &Lesson, user_namespace: bool) -> Result<Vec<Timed>, CliError> {
    let needs = StageNeeds { user_namespace, ..StageNeeds::of(&lesson.meta.needs) };
    let stage = Stage::starting(needs)?.wait()?;
    signals::end_in_order(&stage)?;
    let mut run = engine::Run::begin(lesson, stage, RunOptions { syscalls: true, ..RunOptions::default() });
    let mut recording = Vec::new();
    while let Some(item) = run.next(Answer::GoOn)? {
        if let Item::Event(event) = item {
            recording.push(event);
        }
    }
    Ok(recording)
}

/// The events of one step, between the beginning and the end, and before them what was seen last.
fn only(recording: Vec<Timed>, wanted: u32) -> Result<Vec<Timed>, CliError> {
    let mut at = None;
    let mut steps = 0;
    let mut kept = Vec::new();
    let mut seen = None;
    for told in recording {
        match &told.event {
            Event::Step { number, .. } => {
                at = Some(*number);
                steps = *number;
                if at == Some(wanted) {
                    kept.extend(seen.take());
                }
            }
            Event::Exercise { .. } => at = None,
            _ => {}
        }
        if at == Some(wanted) || matches!(told.event, Event::Begin(_) | Event::End { .. }) {
            kept.push(told);
        } else if let Event::Observation(_) = told.event {
            seen = Some(told);
        }
    }
    if wanted <= steps {
        return Ok(kept);
    }
    let wanted = format!("the lesson has {steps} steps, and no step {wanted}");
    Err(CliError::usage(Failure::plain(wanted, format!("name a step from 1 to {steps}"))))
}

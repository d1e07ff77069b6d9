//! `layerlab present LESSON`

mod check;

use crate::cli::{CliError, Common, Exit, output, recording};
use crate::ground::{Failure, Name, Stream, say};
use crate::lesson::{CatalogueEntry, FixtureKind, Lesson};
use crate::paint::Theme;
use crate::present::{Address, Ended, Follower, Hour, Presented, Presenter, PresenterOptions, RecordWriter};
use crate::session::{Home, LastHour};
use crate::stage::StageNeeds;
use crate::tree::write_named;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Present a lesson to a class, beat after beat, forth and back
#[derive(Debug, clap::Args)]
pub struct Present {
    /// Its number or its name
    lesson: String,
    /// For another terminal: what to say, what comes next, what goes wrong, the time; it follows, and leads
    #[arg(long, conflicts_with_all = ["follow", "check", "resume", "recorded", "recording"])]
    notes: bool,
    /// For another terminal: the same as on the first, and no key of it changes anything
    #[arg(long, conflicts_with_all = ["check", "resume", "recorded", "recording"])]
    follow: bool,
    /// Before the hour: run every beat here, compare with the recording, look at the terminal
    #[arg(long, conflicts_with_all = ["resume", "recorded"])]
    check: bool,
    /// Begin where the last hour with this lesson ended
    #[arg(long)]
    resume: bool,
    /// Run nothing for the screen: show the recording
    #[arg(long)]
    recorded: bool,
    /// Keep what was run, the hands and the detours, for the students: `layerlab export LESSON --recording FILE` reads it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["notes", "follow", "check", "recorded"])]
    record: Option<PathBuf>,
    /// The recording to take along, made with `run --record`; else the lesson's own
    #[arg(long, value_name = "FILE")]
    recording: Option<PathBuf>,
    /// The colours of the screen
    #[arg(long, value_enum, default_value_t = Colours::Dark)]
    colours: Colours,
}

/// The colours of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Colours {
    /// Light text on black
    Dark,
    /// Dark text on white
    Light,
    /// None
    None,
}

impl Present {
    /// Presents, follows, or checks.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let chosen = common.chosen();
        let catalogue = chosen.catalogue()?;
        let entry = catalogue.find(&self.lesson).map_err(CliError::usage)?;
        let lesson = entry.load(&chosen.language)?;
        let recording = self.recording(entry)?;
        let needs = StageNeeds::of(&lesson.meta.needs);
        if self.check {
            let needs = StageNeeds { user_namespace: common.restricts(entry.is_built_in())?, ..needs };
            return check::run(common, &lesson, needs, recording.as_deref());
        }
        is_fit(common, lesson.meta.number)?;
        let home = Home::find()?;
        let name = entry.name();
        if self.notes || self.follow {
            return self.follow(&home, &name, entry, lesson, common);
        }
        let needs = StageNeeds { user_namespace: common.restricts(entry.is_built_in())?, ..needs };
        let resume = if self.resume { LastHour::read(&home, &name)? } else { None };
        if self.resume && resume.is_none() {
            let wanted = format!("lesson {} was not presented before", lesson.meta.number);
            let fix = format!("begin: layerlab present {}", lesson.meta.number);
            return Err(CliError::usage(Failure::plain(wanted, fix)));
        }
        let Some(link) = Presented::open(&home, &name)? else {
            let number = lesson.meta.number;
            return Err(CliError::usage(Failure::ours(
                format!("lesson {number} is being presented already"),
                "another terminal of yours shows it",
                format!("look on from here: layerlab present {number} --notes, or --follow"),
            )));
        };
        let number = lesson.meta.number;
        let mut hour = Hour::new(lesson);
        if let Some(recording) = &recording
            && let Err(why) = hour.take_along(recording)
            && (self.recorded || self.recording.is_some())
        {
            let fix = format!("record it: layerlab run {number} --auto --record FILE");
            let wanted = format!("cannot show that recording as one of lesson {number}");
            return Err(CliError::Failed(Exit::Lesson, Failure::ours(wanted, why, fix)));
        }
        if self.recorded && !hour.has_recording() {
            let wanted = format!("lesson {number} has no recording");
            let failure = Failure::plain(wanted, format!("present it live: layerlab present {number}"));
            return Err(CliError::Failed(Exit::Lesson, failure));
        }
        let (theme, recorded) = (self.theme(common), self.recorded);
        let record = self.record.clone().map(writer);
        let options = PresenterOptions { theme, recorded, resume, home, lesson: name, needs, record };
        let (hour, ended) = Presenter::begin(hour, link, options)?.run();
        match ended {
            Ended::Signal(signal) => Err(CliError::Said(Exit::Signal(signal))),
            Ended::Gone => Err(CliError::Said(Exit::Quiet)),
            Ended::Left => {
                let (at, of) = (hour.shown.place.beat + 1, hour.beats().len());
                say(format!("You left at beat {at} of {of}. To go on from there: layerlab present {number} --resume"))?;
                Ok(())
            }
        }
    }

    /// What is shown where nothing runs; as it stands in its file.
    fn recording(&self, entry: &CatalogueEntry) -> Result<Option<Vec<u8>>, CliError> {
        let Some(file) = &self.recording else { return Ok(entry.recording().map(|text| text.into_owned())) };
        recording::text(file, "a file").map(Some)
    }

    /// Colours, where NO_COLOR does not say otherwise.
    fn theme(&self, common: &Common) -> Option<Theme> {
        let theme = match self.colours {
            Colours::Dark => Theme::Dark,
            Colours::Light => Theme::Light,
            Colours::None => return None,
        };
        output::palette(common).colour().then_some(theme)
    }

    fn follow(
        &self,
        home: &Home,
        name: &str,
        entry: &CatalogueEntry,
        lesson: Lesson,
        common: &Common,
    ) -> Result<(), CliError> {
        let address = Address::of(home, name)?;
        let mistakes = mistakes(entry, &lesson);
        let follower = Follower::begin(address, lesson, mistakes, self.notes, self.theme(common))?;
        match follower.run() {
            Some(signal) => Err(CliError::Said(Exit::Signal(signal))),
            None => Ok(()),
        }
    }
}

/// Writes the record of the hour.
fn writer(file: PathBuf) -> RecordWriter {
    Box::new(move |text| {
        let written = write_named(&file, text);
        written.map_err(|error| format!("The record of the hour cannot be written to {}: {error}", Name::of(&file)))
    })
}

/// What people do wrong in each exercise, in the words that `verify` has for it.
fn mistakes(entry: &CatalogueEntry, lesson: &Lesson) -> BTreeMap<String, Vec<String>> {
    let ids: Vec<&str> = lesson.exercises().map(|exercise| exercise.id.as_str()).collect();
    let mut mistakes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for fixture in entry.fixtures(&ids) {
        if let Some(sentence) = fixture.sentence().filter(|_| fixture.kind == FixtureKind::Mistake) {
            let sentence = sentence.to_string();
            mistakes.entry(fixture.exercise).or_default().push(sentence);
        }
    }
    mistakes
}

/// A lesson is presented on a terminal that can show more than lines.
fn is_fit(common: &Common, number: u32) -> Result<(), CliError> {
    let fix = format!("run it line by line: layerlab run {number}");
    let refused = |why: String| CliError::usage(Failure::ours("cannot present a lesson here", why, fix.clone()));
    if common.plain {
        return Err(refused("a whole screen is nothing that a screen reader could follow".into()));
    }
    if !(std::io::stdin().is_terminal() && Stream::Output.is_terminal()) {
        return Err(refused("the input and the output must be a terminal".into()));
    }
    match std::env::var("TERM").unwrap_or_default().as_str() {
        "" => Err(refused("TERM is not set, so nobody knows what this terminal can show".into())),
        "dumb" => Err(refused("TERM says that this terminal can't move its cursor".into())),
        _ => Ok(()),
    }
}

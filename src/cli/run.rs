//! `layerlab run LESSON`

use crate::cli::output::{self, Output};
use crate::cli::{
    CliError, Common, Exit,
    ask::{sure, wants},
    keys::Keys,
    replay, signals, tell_damaged,
};
use crate::engine::{self, Answer, Item, RunOptions};
use crate::event::{Event, Marked};
use crate::ground::{Failure, Stream, complain, say};
use crate::host::{Finding, foreseen, lacking};
use crate::kernel::CallError;
use crate::lesson::{CatalogueEntry, Lesson};
use crate::scene::{Look, words};
use crate::session::{Home, Predicted, Progress, now};
use crate::stage::{Stage, StageNeeds};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Run a lesson, step by step
#[derive(Debug, clap::Args)]
pub struct Run {
    /// Its number or its name
    lesson: String,
    /// Do not stop and ask; this is also what happens without a terminal
    #[arg(long)]
    auto: bool,
    /// Begin with this step; those before it are run without showing them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    step: Option<u32>,
    /// Every event as JSON, one a line
    #[arg(long)]
    json: bool,
    /// Show each system call that matters, as strace would
    #[arg(long)]
    syscalls: bool,
    /// Draw all trees after each step, fold none and shorten no line
    #[arg(long)]
    full: bool,
    /// With the instructor's notes
    #[arg(long)]
    notes: bool,
    /// Record the run in a file, for `replay`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

impl Run {
    /// Runs it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let chosen = common.chosen();
        let catalogue = chosen.catalogue()?;
        let entry = catalogue.find(&self.lesson).map_err(CliError::usage)?;
        // The stage is built while the lesson is read.
        let user_namespace = common.restricts(entry.is_built_in())?;
        let needs = entry.meta(&chosen.language).map(|meta| StageNeeds::of(&meta.needs)).unwrap_or_default();
        let needs = StageNeeds { user_namespace, ..needs };
        let starting = Stage::starting(needs);
        let lesson = entry.load(&chosen.language)?;
        let steps = lesson.steps().count() as u32;
        if let Some(step) = self.step.filter(|step| *step > steps) {
            let wanted = format!("lesson {} has {steps} steps, and no step {step}", lesson.meta.number);
            return Err(CliError::usage(Failure::plain(wanted, format!("name a step from 1 to {steps}"))));
        }
        let asks = !self.auto && !self.json && std::io::stdin().is_terminal() && Stream::Output.is_terminal();
        let changed = asks && !self.full;
        let look = Look { full: self.full, notes: self.notes, asks, changed, ..output::look(common) };
        let painter = output::painter(common, self.json);
        let mut output = Output::new(painter, look).recording(self.record.as_deref()).map_err(|error| {
            let file = self.record.as_deref().unwrap_or(Path::new(""));
            CliError::file("cannot record the run in", file, CallError::of("openat", "…", error))
        })?;
        let stage = match starting.and_then(|starting| starting.wait()) {
            Ok(stage) => stage,
            Err(error) => return self.recorded(common, entry, asks, error.into()),
        };
        // What a stage does not need for itself fails in the middle of the lesson.
        if let Some(reason) = lesson.meta.needs.iter().find_map(|need| foreseen(Some(*need))) {
            return self.recorded(common, entry, asks, cannot_run(&lesson, reason.why, reason.fix));
        }
        signals::end_in_order(&stage)?;
        let from_step = self.step.or_else(|| asks.then(|| left_at(&entry.slug, steps)).flatten()).unwrap_or(1);
        let (syscalls, full) = (self.syscalls, self.full);
        let options = RunOptions { from_step, syscalls, full, every_block: false };
        let mut run = engine::Run::begin(&lesson, stage, options.clone());
        let (mut predicted, mut step) = (Predicted::default(), from_step);
        let keys = asks.then(|| Keys::new(look, common.plain));
        let outcome = play(&mut run, &mut output, keys, &mut predicted, &mut step);
        // What was told before a fault is worth seeing.
        output.flush()?;
        if asks && matches!(outcome, Err(CliError::Said(Exit::Quiet))) {
            leave(&entry.slug, lesson.meta.number, step);
        }
        outcome?;
        output.finish()?;
        let held = run.held();
        if predicted.asked() > 0 {
            let Predicted { right, wrong, unknown } = predicted;
            say(format!("\nYour predictions: {}.", words::predicted(right, wrong, unknown)))?;
        }
        if held && asks {
            // Who begins in the middle is asked a part of them only.
            let all_asked = predicted.asked() > 0 && options.from_step == 1;
            note(&entry.slug, &lesson, all_asked.then_some(predicted), common)?;
        }
        if held {
            return Ok(());
        }
        // Whether it is this machine that made it fail, a try tells.
        match lacking(&lesson.meta.needs) {
            Some(Finding { evidence, fix, .. }) => {
                say("")?;
                self.recorded(common, entry, asks, cannot_run(&lesson, evidence, fix.unwrap_or_default()))
            }
            None => Err(CliError::Said(Exit::NotHeld)),
        }
    }
}

/// This machine cannot run a lesson.
pub fn cannot_run(lesson: &Lesson, why: String, fix: String) -> CliError {
    let wanted = format!("lesson {} cannot run here", lesson.meta.number);
    CliError::Failed(Exit::Host, Failure::ours(wanted, why, fix))
}

/// Shows a run to its end; `keys` are those of whoever is asked.
fn play(
    run: &mut engine::Run,
    output: &mut Output,
    mut keys: Option<Keys>,
    predicted: &mut Predicted,
    step: &mut u32,
) -> Result<(), CliError> {
    let mut answer = Answer::GoOn;
    while let Some(item) = run.next(std::mem::take(&mut answer))? {
        match (item, &mut keys) {
            (Item::Event(event), None) => output.tell(&event)?,
            (Item::Event(event), Some(keys)) => {
                let shown = output.painted(&event)?;
                match &event.event {
                    Event::Step { number, .. } => *step = *number,
                    Event::Observation(_) => keys.remember(output.whole(&event)?, &shown),
                    Event::Marked { marks } => marks.iter().for_each(|mark| count(mark, predicted)),
                    _ => {}
                }
                keys.show(&shown).map_err(|_| CliError::Said(Exit::Quiet))?;
            }
            (Item::Question(question), Some(keys)) => {
                answer = keys.ask(&question).map_err(|_| CliError::Said(Exit::Quiet))?;
            }
            (Item::Question(_), None) => {}
        }
    }
    Ok(())
}

fn count(mark: &Marked, predicted: &mut Predicted) {
    match mark.said {
        Some(said) if said == mark.holds => predicted.right += 1,
        Some(_) => predicted.wrong += 1,
        None if mark.unknown => predicted.unknown += 1,
        None => {}
    }
}

impl Run {
    /// This host cannot run it. There is a recording of it, and it is no more than offered: it is not what happens here.
    fn recorded(&self, common: &Common, entry: &CatalogueEntry, asks: bool, error: CliError) -> Result<(), CliError> {
        if !matches!(error, CliError::Failed(Exit::Host, _)) || entry.recording().is_none() {
            return Err(error);
        }
        error.print(common.plain);
        if !asks {
            complain(format!("{}see a recording of it: layerlab replay {}", Failure::label("or"), entry.number));
            return Err(CliError::Said(Exit::Host));
        }
        complain("");
        if sure("This lesson was recorded on another machine.", "Show the recording?", false, "")? {
            let look = Look { full: self.full, notes: self.notes, ..output::look(common) };
            replay::lesson(entry, output::painter(common, false), look, self.syscalls)?;
        }
        Err(CliError::Said(Exit::Host))
    }
}

/// The learner has left at a step: that is noted, and how to go on is said.
fn leave(slug: &str, number: u32, step: u32) {
    let _ = say(format!("\nYou are at step {step}. To go on from there: layerlab run {number} --step {step}"));
    // Said or not, it can be gone on with.
    let noted = Home::find().and_then(|home| {
        Progress::change(&home, |progress| {
            progress.left_at.insert(slug.to_string(), step);
        })
    });
    tell_damaged(noted.ok().flatten());
}

/// The step at which the lesson was left the last time, if that is where to go on.
fn left_at(slug: &str, steps: u32) -> Option<u32> {
    let (progress, _) = Home::find().and_then(|home| Progress::read(&home)).ok()?;
    let step = progress.left_at.get(slug).copied().filter(|step| (2..=steps).contains(step))?;
    wants(&format!("You left this lesson at step {step}."), "Go on there?").then_some(step)
}

/// Somebody has seen the lesson to its end: that is noted, and the exercises are next.
fn note(slug: &str, lesson: &Lesson, predicted: Option<Predicted>, common: &Common) -> std::io::Result<()> {
    let noted = Home::find().and_then(|home| {
        Progress::change(&home, |progress| {
            progress.lessons.entry(slug.to_string()).or_insert_with(now);
            progress.left_at.remove(slug);
            progress.predictions.extend(predicted.map(|predicted| (slug.to_string(), predicted)));
        })
    });
    match noted {
        Ok(damaged) => tell_damaged(damaged),
        // The lesson was run, noted or not.
        Err(error) => CliError::from(error).print(common.plain),
    }
    if lesson.exercises().next().is_some() {
        say(format!("\nNow it is your turn: layerlab shell {}", lesson.meta.number))?;
    }
    Ok(())
}

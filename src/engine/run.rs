//! One run of a lesson.

use crate::action::{CommandLine, adapt, why_adapted};
use crate::engine::{Pace, Stop, Wrong};
use crate::event::{Adapted, Begin, Event, FORMAT, Found, Marked, PanelKind, Statement};
use crate::ground::CgroupVersion;
use crate::lesson::{Block, ConsoleLine, Lesson, Step, elsewhere};
use crate::stage::{Ran, Stage, StageError};

/// What a run shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// The first step that is shown; those before it are run without a word.
    pub from_step: u32,
    /// Tell every system call that matters.
    pub syscalls: bool,
    /// Fold no tree.
    pub full: bool,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions { from_step: 1, syscalls: false, full: false }
    }
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The sandbox.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The events could not be written.
    #[error("cannot write what happened: {0}")]
    Output(#[from] std::io::Error),
    /// The learner.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

/// Runs a lesson on a stage that is fresh, and tells everything that happens. Returns whether every command did what
/// the lesson says.
///
/// # Errors
/// When the stage breaks, `tell` fails, or the learner stops.
pub fn run(
    lesson: &Lesson,
    stage: &mut Stage,
    options: &RunOptions,
    pace: &mut dyn Pace,
    tell: &mut dyn FnMut(Event) -> std::io::Result<()>,
) -> Result<bool, RunError> {
    let of = lesson.steps().count() as u32;
    let ready = stage.ready();
    tell(Event::Begin(Begin {
        format: FORMAT,
        number: lesson.meta.number,
        slug: lesson.meta.slug.clone(),
        title: lesson.meta.title.clone(),
        minutes: lesson.meta.minutes,
        steps: of,
        language: lesson.meta.language.clone(),
        role: ready.role,
        kernel: ready.kernel.clone(),
        scratch: ready.scratch.clone(),
        cgroups: ready.cgroup_version(),
    }))?;
    if options.from_step <= 1 && !lesson.intro.trim().is_empty() {
        tell(Event::Intro { text: lesson.intro.clone() })?;
    }
    let panels = lesson.meta.panels.clone();
    let mut run = Run { stage, options, panels, pace, tell, told_why: false, held: true };
    // The first look, at an empty scratch space: what comes later is new.
    run.look()?;
    for (number, step) in lesson.steps() {
        match number < options.from_step {
            true => run.silently(step)?,
            false => run.step(number, of, step)?,
        }
    }
    let held = run.held;
    for exercise in lesson.exercises() {
        let (id, title, text) = (exercise.id.clone(), exercise.title.clone(), exercise.text.clone());
        tell(Event::Exercise { id, title, text })?;
    }
    tell(Event::End { held })?;
    Ok(held)
}

/// A line as it is run, and how it differs from the lesson's.
type Begun = (CommandLine, Option<Adapted>);

struct Run<'a> {
    stage: &'a mut Stage,
    options: &'a RunOptions,
    panels: Vec<PanelKind>,
    pace: &'a mut dyn Pace,
    tell: &'a mut dyn FnMut(Event) -> std::io::Result<()>,
    /// Why a line had to be adapted is told once.
    told_why: bool,
    held: bool,
}

impl Run<'_> {
    fn step(&mut self, number: u32, of: u32, step: &Step) -> Result<(), RunError> {
        (self.tell)(Event::Step { number, of, title: step.title.clone() })?;
        let mut predicted: Option<(&[Statement], Option<Vec<bool>>)> = None;
        let version = self.stage.ready().cgroup_version();
        let here = |only: &Option<CgroupVersion>| only.is_none() || *only == version;
        let runs = |block: &&Block| matches!(block, Block::Console { only, .. } if here(only));
        let consoles = step.blocks.iter().filter(runs).count();
        let mut console = 0;
        for block in &step.blocks {
            match block {
                Block::Prose(text) => (self.tell)(Event::Prose { text: text.clone() })?,
                Block::Notes(text) => (self.tell)(Event::Notes { text: text.clone() })?,
                Block::Predict { only, .. } if !here(only) => {}
                Block::Console { lines, only: Some(only) } if !here(&Some(*only)) => {
                    (self.tell)(Event::Prose { text: elsewhere(lines, *only) })?;
                }
                Block::Predict { statements, .. } => {
                    (self.tell)(Event::Predict { statements: statements.clone() })?;
                    predicted = Some((statements, self.pace.predict(statements)?));
                }
                Block::Console { lines, .. } => {
                    console += 1;
                    self.pace.before_commands(lines.len())?;
                    let begun = self.begin(lines)?;
                    if console == consoles {
                        // With the last commands of a step the stage is asked for all that is shown after them.
                        let statements = predicted.as_ref().map_or(&[][..], |(statements, _)| *statements);
                        self.begin_looking(statements)?;
                    }
                    for (line, begun) in lines.iter().zip(begun) {
                        self.command(line, begun)?;
                    }
                }
            }
        }
        if console > 0 {
            let observation = self.stage.observed()?;
            (self.tell)(Event::Observation(observation))?;
        }
        if let Some((statements, said)) = predicted {
            let marks = self.mark(statements, said)?;
            (self.tell)(Event::Marked { marks })?;
        }
        self.pace.after_step(number, of)?;
        Ok(())
    }

    /// Runs the commands of a step that is not shown.
    fn silently(&mut self, step: &Step) -> Result<(), RunError> {
        let version = self.stage.ready().cgroup_version();
        self.held &= run_silently(step.commands_on(version), self.stage)?.is_none();
        self.look()
    }

    /// Looks, so that the next look tells what is different.
    fn look(&mut self) -> Result<(), RunError> {
        self.begin_looking(&[])?;
        self.stage.observed()?;
        Ok(())
    }

    /// Hands all commands of a block to the stage, so that it works on the next one while the last one is shown.
    fn begin(&mut self, lines: &[ConsoleLine]) -> Result<Vec<Begun>, RunError> {
        let begun: Vec<Begun> = lines.iter().map(|line| self.adapted(line)).collect();
        for (command, _) in &begun {
            self.stage.begin(command)?;
        }
        Ok(begun)
    }

    fn begin_looking(&mut self, statements: &[Statement]) -> Result<(), RunError> {
        self.stage.begin_observing(self.options.full, &self.panels)?;
        if !statements.is_empty() {
            self.stage.begin_finding(statements.iter().map(|statement| statement.path.clone()).collect())?;
        }
        Ok(())
    }

    /// Shows a command that was begun, and what came of it.
    fn command(&mut self, line: &ConsoleLine, (command, adapted): Begun) -> Result<(), RunError> {
        let shown = if adapted.is_some() { command.to_string() } else { line.source.clone() };
        let meant_to_fail = line.fails.then(|| line.expected.join("\n"));
        (self.tell)(Event::Command { line: shown.clone(), meant_to_fail, adapted })?;
        let ran = self.stage.ran()?;
        if self.options.syscalls {
            for call in &ran.calls {
                (self.tell)(Event::Call(call.clone()))?;
            }
        }
        let text = String::from_utf8_lossy(&ran.shown).into_owned();
        if !text.is_empty() {
            (self.tell)(Event::Output { text: text.clone() })?;
        }
        if let Some(failure) = &ran.failure {
            (self.tell)(Event::Explained(failure.clone()))?;
        }
        if let Some(text) = &ran.warning {
            (self.tell)(Event::Warned { text: text.clone() })?;
        }
        if !holds(line, &ran) {
            self.held = false;
            let status = (line.fails != (ran.status != 0)).then_some(ran.status);
            (self.tell)(Event::Mismatch { line: shown, expected: line.expected.join("\n"), found: text, status })?;
        }
        Ok(())
    }

    /// The line as it must be for whoever runs it, and how that differs from the lesson's.
    fn adapted(&mut self, line: &ConsoleLine) -> Begun {
        match adapt(&line.command, self.stage.ready().role) {
            None => (line.command.clone(), None),
            Some(command) => {
                let why = (!self.told_why).then(|| why_adapted(&command).to_string());
                self.told_why = true;
                (command, Some(Adapted { from: line.source.clone(), why }))
            }
        }
    }

    /// Marks statements by what the disk holds.
    fn mark(&mut self, statements: &[Statement], said: Option<Vec<bool>>) -> Result<Vec<Marked>, RunError> {
        let found = self.stage.found()?;
        let marks = statements.iter().zip(found).enumerate().map(|(at, (statement, found))| Marked {
            statement: statement.clone(),
            said: said.as_ref().and_then(|said| said.get(at).copied()),
            holds: statement_holds(statement, &found),
            found,
        });
        Ok(marks.collect())
    }
}

/// Runs commands without a word; returns the first that did not do what the lesson says.
pub(super) fn run_silently<'l>(
    lines: impl Iterator<Item = &'l ConsoleLine>,
    stage: &mut Stage,
) -> Result<Option<Wrong>, StageError> {
    let lines: Vec<&ConsoleLine> = lines.collect();
    let role = stage.ready().role;
    for line in &lines {
        match adapt(&line.command, role) {
            None => stage.begin(&line.command)?,
            Some(adapted) => stage.begin(&adapted)?,
        }
    }
    let mut wrong = None;
    for line in lines {
        let ran = stage.ran()?;
        if wrong.is_none() && !holds(line, &ran) {
            let shown = String::from_utf8_lossy(&ran.shown).into_owned();
            wrong = Some(Wrong { line: line.source.clone(), shown });
        }
    }
    Ok(wrong)
}

fn statement_holds(statement: &Statement, found: &Found) -> bool {
    match (&statement.reads, found) {
        (None, found) => *found != Found::Nothing,
        (Some(text), Found::File { reads: Some(reads) }) => text == reads,
        (Some(_), _) => false,
    }
}

/// Whether a command did what the lesson says: it failed or not, and printed these lines.
fn holds(line: &ConsoleLine, ran: &Ran) -> bool {
    line.fails == (ran.status != 0) && crate::lesson::matches(&line.expected, &String::from_utf8_lossy(&ran.shown))
}

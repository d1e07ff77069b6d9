//! One run of a lesson.

use crate::action::{CommandLine, adapt, why_adapted};
use crate::engine::Wrong;
use crate::event::{Adapted, Begin, Event, FORMAT, Marked, PanelKind, PathContent, Statement, Timed};
use crate::ground::{Name, Role};
use crate::lesson::{Block, ConsoleLine, Lesson, Step};
use crate::stage::{Ran, Stage, StageError};
use std::collections::VecDeque;
use std::time::Instant;

/// What a run shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// The first step that is shown; those before it are run without a word.
    pub from_step: u32,
    /// Tell every system call that matters.
    pub syscalls: bool,
    /// Fold no tree.
    pub full: bool,
    /// Look after every block of commands, not only after the last one of a step.
    pub every_block: bool,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions { from_step: 1, syscalls: false, full: false, every_block: false }
    }
}

/// What a run gives next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Something happened, and when.
    Event(Timed),
    /// Somebody may be asked; the next call of [`Run::next`] brings the answer, and the run waits until then.
    Question(Question),
}

/// What a run waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Commands are run next.
    Commands {
        /// How many.
        count: usize,
        /// Their lines, exactly as they are executed; where something is predicted, those of the rest of the step too.
        lines: Vec<String>,
        /// What will hold after them? Empty where nothing is asked. An event [`Event::Predict`] with these came before.
        predict: Vec<Statement>,
    },
    /// All of this step was shown, and there is another one after it.
    NextStep {
        /// The step that was shown, 1 for the first.
        number: u32,
        /// How many there are.
        of: u32,
    },
}

/// What a question is answered with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Go on; nobody predicted anything.
    #[default]
    GoOn,
    /// What the learner says of each statement; nothing where the learner does not know.
    Predictions(Vec<Option<bool>>),
}

/// A run of a lesson on a stage of its own. Whoever shows it asks for one thing after the other; nothing is run before
/// the question about it is answered, and a run that is dropped ends its stage.
#[derive(Debug)]
pub struct Run {
    stage: Stage,
    options: RunOptions,
    panels: Vec<PanelKind>,
    began: Instant,
    /// What is still to be done, in order.
    parts: VecDeque<Part>,
    /// What happened and was not told yet.
    told: VecDeque<Timed>,
    /// Commands that the stage was given, and whose outcome was not collected yet.
    begun: VecDeque<Begun>,
    predicted: Option<Predicted>,
    /// Why a line had to be adapted is told once.
    told_why: bool,
    held: bool,
}

/// The statements of a step, and what was said of each where somebody was asked.
#[derive(Debug)]
struct Predicted {
    statements: Vec<Statement>,
    said: Option<Vec<Option<bool>>>,
}

/// A part of a run that is still to come.
#[derive(Debug)]
enum Part {
    Tell(Event),
    Ask(Question),
    /// Hand commands to the stage, and have it look after them; after the last ones of a step it is asked for all that is
    /// shown then.
    Begin {
        lines: Vec<ConsoleLine>,
        looks: bool,
        last: bool,
    },
    /// Tell which of the commands that were begun is next.
    Command,
    /// Collect what came of it.
    Outcome,
    Observation,
    Marks,
    /// Look without a word, so that the next look tells what is different.
    Look,
    /// A step that is not shown.
    Hidden(Vec<ConsoleLine>),
    End,
}

/// A command that the stage was given.
#[derive(Debug)]
struct Begun {
    line: ConsoleLine,
    /// The line as it is executed.
    shown: String,
    adapted: Option<Adapted>,
}

impl Run {
    /// Begins to run a lesson on a stage that is fresh. What the lesson is on this machine is settled here.
    pub fn begin(lesson: &Lesson, stage: Stage, options: RunOptions) -> Run {
        let parts = parts(&lesson.on(stage.facts().cgroup_version()), &stage, &options);
        Run {
            stage,
            options,
            panels: lesson.meta.panels.clone(),
            began: Instant::now(),
            parts,
            told: VecDeque::new(),
            begun: VecDeque::new(),
            predicted: None,
            told_why: false,
            held: true,
        }
    }

    /// The next thing, or nothing after [`Event::End`]. `answer` is heeded where the last thing was a question.
    ///
    /// # Errors
    /// When the stage breaks.
    pub fn next(&mut self, answer: Answer) -> Result<Option<Item>, StageError> {
        if let (Answer::Predictions(predictions), Some(predicted)) = (answer, &mut self.predicted) {
            predicted.said = Some(predictions);
        }
        loop {
            if let Some(event) = self.told.pop_front() {
                return Ok(Some(Item::Event(event)));
            }
            match self.parts.pop_front() {
                None => return Ok(None),
                Some(Part::Ask(question)) => {
                    if let Question::Commands { predict, .. } = &question
                        && !predict.is_empty()
                    {
                        self.predicted = Some(Predicted { statements: predict.clone(), said: None });
                    }
                    return Ok(Some(Item::Question(question)));
                }
                Some(part) => self.go_on(part)?,
            }
        }
    }

    /// Whether every command until now did what the lesson says.
    pub fn held(&self) -> bool {
        self.held
    }

    fn go_on(&mut self, part: Part) -> Result<(), StageError> {
        match part {
            Part::Tell(event) => self.tell(event),
            Part::Ask(_) => {}
            Part::Begin { lines, looks, last } => self.begin_commands(lines, looks, last)?,
            Part::Command => self.tell_command(),
            Part::Outcome => self.outcome()?,
            Part::Observation => {
                let observation = self.stage.observed()?;
                self.tell(Event::Observation(observation));
            }
            Part::Marks => self.mark()?,
            Part::Look => {
                self.stage.begin_observing(self.options.full, &self.panels)?;
                self.stage.observed()?;
            }
            Part::Hidden(lines) => self.held &= run_silently(&lines, &mut self.stage)?.is_none(),
            Part::End => self.tell(Event::End { held: self.held }),
        }
        Ok(())
    }

    fn tell(&mut self, event: Event) {
        self.told.push_back(Timed { at: Some(self.began.elapsed()), event });
    }

    /// Hands all commands of a block to the stage, so that it works on the next one while the last one is shown.
    fn begin_commands(&mut self, lines: Vec<ConsoleLine>, looks: bool, last: bool) -> Result<(), StageError> {
        for line in lines {
            let (command, adapted) = self.adapted(&line);
            self.stage.begin(&command)?;
            let shown = if adapted.is_some() { command.to_string() } else { line.source.clone() };
            self.begun.push_back(Begun { line, shown, adapted });
        }
        if looks {
            self.stage.begin_observing(self.options.full, &self.panels)?;
        }
        if let (true, Some(Predicted { statements, .. })) = (last, &self.predicted) {
            self.stage.begin_finding(statements.iter().map(|statement| statement.path.clone()).collect())?;
        }
        Ok(())
    }

    /// The line as it must be for whoever runs it, and how that differs from the lesson's.
    fn adapted(&mut self, line: &ConsoleLine) -> (CommandLine, Option<Adapted>) {
        match adapt(&line.command, self.stage.facts().role) {
            None => (line.command.clone(), None),
            Some(command) => {
                let why = (!self.told_why).then(|| why_adapted(&command).to_string());
                self.told_why = true;
                (command, Some(Adapted { from: line.source.clone(), why }))
            }
        }
    }

    fn tell_command(&mut self) {
        let Some(begun) = self.begun.front_mut() else { return };
        let meant_to_fail = begun.line.fails.then(|| begun.line.expected.join("\n"));
        let (line, adapted) = (begun.shown.clone(), begun.adapted.take());
        self.tell(Event::Command { line, meant_to_fail, adapted });
    }

    /// What came of the command that was told last.
    fn outcome(&mut self) -> Result<(), StageError> {
        let Some(Begun { line, shown, .. }) = self.begun.pop_front() else { return Ok(()) };
        let ran = self.stage.ran()?;
        let held = holds(&line, &ran);
        let found = String::from_utf8_lossy(&ran.shown).into_owned();
        if self.options.syscalls {
            ran.calls.into_iter().for_each(|call| self.tell(Event::Call(call)));
        }
        if !found.is_empty() {
            self.tell(Event::Output { text: found.clone() });
        }
        if let Some(failure) = ran.failure {
            self.tell(Event::Explained(failure));
        }
        if let Some(text) = ran.warning {
            self.tell(Event::Warned { text });
        }
        if !held {
            self.held = false;
            let status = (line.fails != (ran.status != 0)).then_some(ran.status);
            self.tell(Event::Mismatch { line: shown, expected: line.expected.join("\n"), found, status });
        }
        Ok(())
    }

    /// Marks the predictions of a step by what the disk holds.
    fn mark(&mut self) -> Result<(), StageError> {
        let Some(Predicted { statements, said }) = self.predicted.take() else { return Ok(()) };
        let found = self.stage.found()?;
        let marks = statements.into_iter().zip(found).enumerate().map(|(at, (statement, found))| {
            let said = said.as_ref().and_then(|said| said.get(at).copied());
            let holds = statement_holds(&statement, &found);
            Marked { unknown: said == Some(None), said: said.flatten(), holds, statement, found }
        });
        self.tell(Event::Marked { marks: marks.collect() });
        Ok(())
    }
}

/// All that there is to do, in order.
fn parts(lesson: &Lesson, stage: &Stage, options: &RunOptions) -> VecDeque<Part> {
    let of = lesson.steps().count() as u32;
    let facts = stage.facts();
    let mut parts = VecDeque::from([Part::Tell(Event::Begin(Begin {
        format: FORMAT,
        number: lesson.meta.number,
        slug: lesson.meta.slug.clone(),
        title: lesson.meta.title.clone(),
        minutes: lesson.meta.minutes,
        steps: of,
        language: lesson.meta.language.clone(),
        role: facts.role,
        kernel: facts.kernel.clone(),
        scratch: Name::of(&facts.scratch).to_string(),
        cgroups: facts.cgroup_version(),
    }))]);
    if options.from_step <= 1 && !lesson.intro.trim().is_empty() {
        parts.push_back(Part::Tell(Event::Intro { text: lesson.intro.clone() }));
    }
    // The first look, at an empty scratch space: what comes later is new.
    parts.push_back(Part::Look);
    for (number, step) in lesson.steps() {
        if number < options.from_step {
            parts.extend([Part::Hidden(step.commands().cloned().collect()), Part::Look]);
        } else {
            parts.push_back(Part::Tell(Event::Step { number, of, title: step.title.clone() }));
            parts_of_step(step, facts.role, options.every_block, &mut parts);
            if number < of {
                parts.push_back(Part::Ask(Question::NextStep { number, of }));
            }
        }
    }
    parts.extend(lesson.exercises().map(|exercise| {
        let (id, title, text) = (exercise.id.clone(), exercise.title.clone(), exercise.text.clone());
        Part::Tell(Event::Exercise { id, title, text })
    }));
    parts.push_back(Part::End);
    parts
}

/// A step in its order; what is seen after its last commands comes before the prose that speaks of it.
fn parts_of_step(step: &Step, role: Role, every_block: bool, parts: &mut VecDeque<Part>) {
    let is_console = |block: &Block| matches!(block, Block::Console { .. });
    let last_console = step.blocks.iter().rposition(is_console);
    let (mut predict, mut predicts) = (Vec::new(), false);
    for (at, block) in step.blocks.iter().enumerate() {
        match block {
            Block::Prose(text) => parts.push_back(Part::Tell(Event::Prose { text: text.clone() })),
            Block::Notes(text) => parts.push_back(Part::Tell(Event::Notes { text: text.clone() })),
            Block::Predict { statements, .. } => {
                parts.push_back(Part::Tell(Event::Predict { statements: statements.clone() }));
                // It is asked where the commands can be read.
                predict.clone_from(statements);
                predicts = true;
            }
            Block::Console { lines, .. } => {
                let last = Some(at) == last_console;
                let predict = std::mem::take(&mut predict);
                let rest = if predict.is_empty() { at..=at } else { at..=step.blocks.len() - 1 };
                let ahead = step.blocks[rest].iter().flat_map(|block| match block {
                    Block::Console { lines, .. } => &lines[..],
                    _ => &[],
                });
                let executed = ahead.map(|line| match adapt(&line.command, role) {
                    None => line.source.clone(),
                    Some(command) => command.to_string(),
                });
                let question = Question::Commands { count: lines.len(), lines: executed.collect(), predict };
                parts.push_back(Part::Ask(question));
                let looks = last || every_block;
                parts.push_back(Part::Begin { lines: lines.clone(), looks, last });
                parts.extend(lines.iter().flat_map(|_| [Part::Command, Part::Outcome]));
                parts.extend(looks.then_some(Part::Observation));
                parts.extend((last && predicts).then_some(Part::Marks));
            }
        }
    }
}

/// Runs commands without a word; returns the first that did not do what the lesson says.
pub(super) fn run_silently(lines: &[ConsoleLine], stage: &mut Stage) -> Result<Option<Wrong>, StageError> {
    let role = stage.facts().role;
    for line in lines {
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

fn statement_holds(statement: &Statement, found: &PathContent) -> bool {
    match (&statement.reads, found) {
        (None, found) => *found != PathContent::Nothing,
        (Some(text), PathContent::File { reads: Some(reads) }) => text == reads,
        (Some(_), _) => false,
    }
}

/// Whether a command did what the lesson says: it failed or not, and printed these lines.
fn holds(line: &ConsoleLine, ran: &Ran) -> bool {
    line.fails == (ran.status != 0) && crate::lesson::matches(&line.expected, &String::from_utf8_lossy(&ran.shown))
}

//! Before the hour: every beat is run on this machine and compared with the recording, and the terminal is looked at.

use crate::engine::{Answer, Item, Run, RunOptions};
use crate::event::{Event, RecordingReader, Timed};
use crate::lesson::{Lesson, belongs};
use crate::present::stage_thread::start;
use crate::stage::{StageError, StageNeeds};
use std::time::{Duration, Instant};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// Everything, in the order in which it was looked at.
    pub found: Vec<Found>,
    /// How long all beats took, one after the other; none where they did not run.
    pub took: Option<Duration>,
    /// How many commands were run.
    pub commands: usize,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is as it should be.
    Sound(String),
    /// One can do without; what to do about it.
    Lacks(String, String),
    /// A command does something else here than the lesson says.
    Differs(String),
    /// Here it prints another thing than in the recording, which the lesson allows.
    Otherwise(String),
}

/// Runs every beat of a lesson, and compares with its recording.
///
/// # Errors
/// Where no stage stands, or it breaks.
pub fn preflight(lesson: &Lesson, needs: StageNeeds, recording: Option<&[u8]>) -> Result<Preflight, StageError> {
    let begun = Instant::now();
    let mut run = Run::begin(lesson, start(needs)?, RunOptions::default());
    let mut events: Vec<Event> = Vec::new();
    while let Some(item) = run.next(Answer::GoOn)? {
        if let Item::Event(told) = item {
            events.push(told.event);
        }
    }
    let took = begun.elapsed();
    let mut found: Vec<Found> = Vec::new();
    for event in &events {
        if let Event::Mismatch { line, .. } = event {
            found.push(Found::Differs(format!("$ {line}")));
        }
    }
    if found.is_empty() {
        found.push(Found::Sound("every command does what the lesson says".into()));
    }
    found.push(compared(lesson, &events, recording));
    let commands = events.iter().filter(|event| matches!(event, Event::Command { .. })).count();
    Ok(Preflight { found, took: Some(took), commands })
}

/// What is printed here and in the recording.
fn compared(lesson: &Lesson, here: &[Event], recording: Option<&[u8]>) -> Found {
    let without = |what: String| {
        Found::Lacks(what, "if a command fails in class, there is nothing to go on with: scripts/record LESSON".into())
    };
    let Some(recording) = recording else { return without("there is no recording of this lesson".into()) };
    let recorded: Vec<Timed> = match RecordingReader::new(recording).collect::<Result<_, _>>() {
        Ok(recorded) => recorded,
        Err(refused) => return without(format!("its recording can't be read: {refused}")),
    };
    if let Err(why) = belongs(lesson, &recorded) {
        return without(why);
    }
    let printed = |events: &mut dyn Iterator<Item = &Event>| -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = Vec::new();
        for event in events {
            match event {
                Event::Command { line, .. } => all.push((line.clone(), String::new())),
                Event::Output { text } => all.last_mut().into_iter().for_each(|(_, output)| output.push_str(text)),
                _ => {}
            }
        }
        all
    };
    let ours = printed(&mut here.iter());
    let theirs = printed(&mut recorded.iter().map(|told| &told.event));
    let others: Vec<&String> =
        ours.iter().zip(&theirs).filter(|(one, other)| one.1 != other.1).map(|(one, _)| &one.0).collect();
    match others.len() {
        0 => Found::Sound("all output is as in the recording".into()),
        _ => {
            let lines: Vec<String> = others.iter().map(|line| format!("\n  $ {line}")).collect();
            let said = "the recording has other numbers or names in the output of these lines, as the lesson allows:";
            Found::Otherwise(format!("{said}{}", lines.concat()))
        }
    }
}

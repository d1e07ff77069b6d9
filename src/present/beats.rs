//! A lesson, cut into beats: what is said, what is asked, one block of commands.
//!
//! Text before a block of commands is said before it runs. Text behind the last block of a step speaks of what is seen then,
//! and is said there; between two blocks it leads to the second.

use crate::action::adapt;
use crate::event::Statement;
use crate::ground::Role;
use crate::lesson::{Block, Lesson, Section, Step};

/// One beat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beat {
    /// Which step of how many, where it belongs to one.
    pub step: Option<(u32, u32)>,
    /// The heading.
    pub title: String,
    /// What is said before the commands, as Markdown.
    pub prose: Vec<String>,
    /// What is said when they have run.
    pub afterwards: Vec<String>,
    /// What the instructor says.
    pub notes: Vec<String>,
    /// What will hold after the commands of this step? Asked where its first commands can be read.
    pub asked: Vec<Statement>,
    /// The commands.
    pub lines: Vec<BeatLine>,
    /// How many blocks of commands come before it in the lesson.
    pub blocks_before: usize,
    /// The exercise that it is about.
    pub exercise: Option<String>,
}

/// A command of a beat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeatLine {
    /// As it is executed.
    pub line: String,
    /// The lines that the lesson has below it.
    pub expected: Vec<String>,
}

/// The beats of a lesson that is settled for one machine; the last one is the summary of the hour. Lines are as whoever has
/// this role runs them.
pub fn beats(lesson: &Lesson, role: Option<Role>) -> Vec<Beat> {
    let opening = Beat { title: lesson.meta.title.clone(), prose: vec![lesson.intro.clone()], ..Beat::default() };
    let mut beats = vec![opening];
    let of = lesson.steps().count() as u32;
    let mut number = 0;
    for section in &lesson.sections {
        match section {
            Section::Step(step) => {
                number += 1;
                beats_of_step(step, (number, of), role, &mut beats);
            }
            Section::Exercise(exercise) => beats.push(Beat {
                title: exercise.title.clone(),
                prose: vec![exercise.text.clone()],
                notes: Some(exercise.notes.clone()).filter(|notes| !notes.trim().is_empty()).into_iter().collect(),
                exercise: Some(exercise.id.clone()),
                ..Beat::default()
            }),
        }
    }
    beats.push(Beat { title: "This hour".to_string(), ..Beat::default() });
    let mut blocks = 0;
    for beat in &mut beats {
        beat.blocks_before = blocks;
        blocks += usize::from(!beat.lines.is_empty());
    }
    beats
}

fn beats_of_step(step: &Step, place: (u32, u32), role: Option<Role>, beats: &mut Vec<Beat>) {
    let fresh = || Beat { step: Some(place), title: step.title.clone(), ..Beat::default() };
    let last = step.blocks.iter().rposition(|block| matches!(block, Block::Console { .. }));
    let mut beat = fresh();
    for (at, block) in step.blocks.iter().enumerate() {
        let is_after = last.is_some_and(|last| at > last);
        match block {
            Block::Prose(text) if is_after => beat.afterwards.push(text.clone()),
            Block::Prose(text) => beat.prose.push(text.clone()),
            Block::Notes(text) => beat.notes.push(text.clone()),
            Block::Predict { statements, .. } => beat.asked.clone_from(statements),
            Block::Console { lines, .. } => {
                beat.lines = lines
                    .iter()
                    .map(|line| {
                        let adapted = role.and_then(|role| adapt(&line.command, role));
                        let text = adapted.map_or_else(|| line.source.clone(), |command| command.to_string());
                        BeatLine { line: text, expected: line.expected.clone() }
                    })
                    .collect();
                if Some(at) != last {
                    let done = std::mem::replace(&mut beat, fresh());
                    // What was asked is marked after the last commands of the step.
                    beat.asked.clone_from(&done.asked);
                    beats.push(done);
                }
            }
        }
    }
    beats.push(beat);
}

#[cfg(test)]
mod tests {
    use super::beats;
    use crate::lesson::{Block, Catalogue, Language};

    #[test]
    fn every_text_and_every_command_of_a_lesson_is_in_a_beat_and_in_order() {
        for entry in Catalogue::embedded().entries() {
            let lesson = entry.load(&Language::default()).unwrap().on(None);
            let beats = beats(&lesson, None);
            let lines: Vec<&str> = beats.iter().flat_map(|beat| &beat.lines).map(|line| line.line.as_str()).collect();
            let written: Vec<&str> =
                lesson.steps().flat_map(|(_, step)| step.commands()).map(|line| line.source.as_str()).collect();
            assert_eq!(lines, written, "{}", entry.name());
            let said: Vec<&String> = beats.iter().flat_map(|beat| beat.prose.iter().chain(&beat.afterwards)).collect();
            let prose = lesson.steps().flat_map(|(_, step)| &step.blocks).filter_map(|block| match block {
                Block::Prose(text) => Some(text),
                _ => None,
            });
            let exercises = lesson.exercises().map(|exercise| &exercise.text);
            let written: Vec<&String> = [&lesson.intro].into_iter().chain(prose).chain(exercises).collect();
            assert_eq!(said, written, "{}", entry.name());
            let blocks = beats.iter().filter(|beat| !beat.lines.is_empty()).count();
            assert_eq!(beats.last().unwrap().blocks_before, blocks);
        }
    }
}

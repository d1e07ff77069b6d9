//! Whether a recording is of a lesson.

use crate::event::{Event, Timed};
use crate::lesson::{Block, Lesson};

/// Whether a recording is a whole run of the lesson as its text is now: everything that is shown of it, in its order. When
/// it happened, on which kernel, what was printed and what the instructor says make no difference.
///
/// # Errors
/// What is different, in the words of the lesson's author.
pub fn belongs(lesson: &Lesson, recording: &[Timed]) -> Result<(), String> {
    let Some(Event::Begin(begin)) = recording.first().map(|told| &told.event) else {
        return Err("its recording has no beginning".into());
    };
    let meta = &lesson.meta;
    if (begin.number, &begin.slug, &begin.language) != (meta.number, &meta.slug, &meta.language) {
        let of = format!("{}, {}, in the language {}", begin.number, begin.slug, begin.language);
        return Err(format!("its recording is one of lesson {of}"));
    }
    let written = written(&lesson.on(begin.cgroups));
    let recorded: Vec<String> = recording.iter().filter_map(|told| recorded(&told.event)).collect();
    if let Some((written, recorded)) = written.iter().zip(&recorded).find(|(written, recorded)| written != recorded) {
        return Err(format!("its text has `{written}` where the recording has `{recorded}`"));
    }
    if written.len() != recorded.len() {
        return Err("its recording is longer or shorter than its text".into());
    }
    match recording.last().map(|told| &told.event) {
        Some(Event::End { held: true }) => Ok(()),
        _ => Err("its recording is of a run that did not hold".into()),
    }
}

/// The text of a lesson as it is on one machine.
fn written(lesson: &Lesson) -> Vec<String> {
    let mut all = vec![format!("{}, {} minutes", lesson.meta.title, lesson.meta.minutes)];
    all.extend(Some(lesson.intro.clone()).filter(|intro| !intro.trim().is_empty()));
    for (_, step) in lesson.steps() {
        all.push(step.title.clone());
        for block in &step.blocks {
            match block {
                Block::Prose(text) => all.push(text.clone()),
                Block::Predict { statements, .. } => all.push(format!("{statements:?}")),
                Block::Console { lines, .. } => all.extend(lines.iter().map(|line| format!("$ {}", line.source))),
                Block::Notes(_) => {}
            }
        }
    }
    all.extend(lesson.exercises().map(|exercise| format!("{}: {}", exercise.title, exercise.text)));
    all
}

/// What an event says of the text that was run; nothing where it is what the run found.
fn recorded(event: &Event) -> Option<String> {
    Some(match event {
        Event::Begin(begin) => format!("{}, {} minutes", begin.title, begin.minutes),
        Event::Intro { text } | Event::Prose { text } => text.clone(),
        Event::Step { title, .. } => title.clone(),
        Event::Predict { statements } => format!("{statements:?}"),
        Event::Command { adapted: Some(adapted), .. } => format!("$ {}", adapted.from),
        Event::Command { line, .. } => format!("$ {line}"),
        Event::Exercise { title, text, .. } => format!("{title}: {text}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::belongs;
    use crate::event::{RecordingReader, Timed};
    use crate::lesson::{Catalogue, Language, Section};

    #[test]
    fn every_lesson_has_the_recording_of_its_text() {
        for entry in Catalogue::embedded().entries() {
            let lesson = entry.load(&Language::default()).unwrap();
            let recording = entry.recording().unwrap();
            let recording: Vec<Timed> = RecordingReader::new(&*recording).collect::<Result<_, _>>().unwrap();
            assert_eq!(belongs(&lesson, &recording), Ok(()), "{}", entry.name());
            // The time would make another file of the same run.
            assert!(recording.iter().all(|told| told.at.is_none()), "{}", entry.name());
        }
    }

    #[test]
    fn a_recording_of_another_text_is_refused() {
        let catalogue = Catalogue::embedded();
        let entry = catalogue.find("1").unwrap();
        let mut lesson = entry.load(&Language::default()).unwrap();
        let recording = entry.recording().unwrap();
        let recording: Vec<Timed> = RecordingReader::new(&*recording).collect::<Result<_, _>>().unwrap();
        assert_eq!(belongs(&lesson, &recording), Ok(()));
        assert!(belongs(&lesson, &recording[..recording.len() - 1]).is_err());
        assert!(belongs(&lesson, &[]).is_err());
        let Section::Step(step) = &mut lesson.sections[0] else { panic!("a step") };
        step.title.push('x');
        assert_eq!(
            belongs(&lesson, &recording),
            Err("its text has `Make the layersx` where the recording has `Make the layers`".into())
        );
        lesson.meta.number = 2;
        let said = "its recording is one of lesson 1, four-layers, in the language en";
        assert_eq!(belongs(&lesson, &recording), Err(said.into()));
    }
}

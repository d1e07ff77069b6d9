//! A chapter for each lesson: its text and recording, held against each other, as a page.

use layerlab::event::{Event, FORMAT};
use layerlab::lesson::{Block, Catalogue, CatalogueEntry, Language, Lesson};
use layerlab::render::page;
use mdbook_preprocessor::book::{BookItem, Chapter, SectionNumber};
use mdbook_preprocessor::errors::{Error, Result};
use std::path::Path;

/// The chapters, in the order of the lessons in a folder.
pub fn of_lessons(folder: &Path) -> Result<Vec<BookItem>> {
    let catalogue = Catalogue::folder(folder).map_err(|refusal| Error::msg(refusal.to_string()))?;
    catalogue.entries().iter().map(chapter).collect()
}

fn chapter(entry: &CatalogueEntry) -> Result<BookItem> {
    let lesson = entry.load(&Language::default()).map_err(|error| Error::msg(error.to_string()))?;
    let recording = entry.recording().ok_or_else(|| stale(&lesson, "it has no recording"))?;
    let events = read(&recording).map_err(|what| stale(&lesson, &what))?;
    matches(&lesson, &events).map_err(|what| stale(&lesson, &what))?;
    let hints = |id: &str| {
        let exercise = lesson.exercises().find(|exercise| exercise.id == id);
        exercise.map_or(Vec::new(), |exercise| exercise.hints.clone())
    };
    let mut chapter =
        Chapter::new(&lesson.meta.title, page(&events, &hints), format!("{}.md", entry.name()), Vec::new());
    chapter.number = Some(SectionNumber::new([entry.number]));
    // It has no file of its own: its text is a lesson's.
    chapter.source_path = None;
    Ok(BookItem::Chapter(chapter))
}

fn stale(lesson: &Lesson, what: &str) -> Error {
    Error::msg(format!(
        "lesson {}, {}: {what}\n  fix   record the lessons anew: scripts/record",
        lesson.meta.number, lesson.meta.title
    ))
}

fn read(recording: &[u8]) -> std::result::Result<Vec<Event>, String> {
    let lines = recording.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let events: Vec<Event> = lines
        .map(serde_json::from_slice)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| format!("its recording can't be read: {error}"))?;
    match events.first() {
        Some(Event::Begin(begin)) if begin.format == FORMAT => Ok(events),
        _ => Err("its recording has another format".into()),
    }
}

/// Whether a recording is a whole run of the lesson as its text is now: everything that the page shows, in its order.
fn matches(lesson: &Lesson, events: &[Event]) -> std::result::Result<(), String> {
    let version = events.iter().find_map(|event| match event {
        Event::Begin(begin) => begin.cgroups,
        _ => None,
    });
    let written = written(&lesson.on(version));
    let recorded: Vec<String> = events.iter().filter_map(recorded).collect();
    if let Some((written, recorded)) = written.iter().zip(&recorded).find(|(written, recorded)| written != recorded) {
        return Err(format!("its text has `{written}` where the recording has `{recorded}`"));
    }
    if written.len() != recorded.len() {
        return Err("its recording is longer or shorter than its text".into());
    }
    match events.last() {
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
    use super::{Event, chapter, matches, read};
    use layerlab::ground::Need;
    use layerlab::lesson::{Catalogue, Language};
    use mdbook_preprocessor::book::BookItem;
    use std::path::Path;

    fn lessons() -> Catalogue {
        let source = std::env::var_os("LAYERLAB_TEST_SOURCE");
        let source = source.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), Into::into);
        Catalogue::folder(&source.join("lessons")).unwrap()
    }

    #[test]
    fn every_lesson_becomes_a_chapter_with_all_its_commands() {
        for entry in lessons().entries() {
            let lesson = entry.load(&Language::default()).unwrap();
            let BookItem::Chapter(chapter) = chapter(entry).unwrap() else { panic!("a chapter") };
            let Some(Event::Begin(begin)) = read(&entry.recording().unwrap()).unwrap().into_iter().next() else {
                panic!("a beginning")
            };
            let commands = lesson.on(begin.cgroups).steps().map(|(_, step)| step.commands().count()).sum::<usize>();
            assert_eq!(chapter.content.matches("<span>$ </span>").count(), commands, "{}", lesson.meta.title);
            // A lesson without an overlay shows its directory alone.
            let trees = if lesson.meta.needs.contains(&Need::Overlay) { "ll-trees ll-overlay" } else { "ll-trees" };
            assert!(chapter.content.contains(&format!("class=\"{trees}")), "{}", lesson.meta.title);
        }
    }

    #[test]
    fn a_recording_of_another_text_is_refused() {
        let catalogue = lessons();
        let entry = catalogue.find("1").unwrap();
        let mut lesson = entry.load(&Language::default()).unwrap();
        let events = read(&entry.recording().unwrap()).unwrap();
        assert_eq!(matches(&lesson, &events), Ok(()));
        assert!(matches(&lesson, &events[..events.len() - 1]).is_err());
        let layerlab::lesson::Section::Step(step) = &mut lesson.sections[0] else { panic!("a step") };
        step.title.push('x');
        assert_eq!(
            matches(&lesson, &events),
            Err("its text has `Make the layersx` where the recording has `Make the layers`".into())
        );
    }
}

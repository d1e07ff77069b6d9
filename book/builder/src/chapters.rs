//! A chapter for each lesson: its text and recording, held against each other, as a page.

use layerlab::event::{RecordingReader, Timed};
use layerlab::ground::Failure;
use layerlab::lesson::{Catalogue, CatalogueEntry, Language, Lesson, belongs};
use layerlab::paint::page;
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
    let recording: Vec<Timed> = RecordingReader::new(&*recording)
        .collect::<std::result::Result<_, _>>()
        .map_err(|refused| stale(&lesson, &format!("its recording can't be read: {refused}")))?;
    belongs(&lesson, &recording).map_err(|what| stale(&lesson, &what))?;
    let exercises: Vec<_> = lesson.exercises().cloned().collect();
    let hints = move |id: &str| {
        let exercise = exercises.iter().find(|exercise| exercise.id == id);
        exercise.map_or(Vec::new(), |exercise| exercise.hints.clone())
    };
    let mut chapter =
        Chapter::new(&lesson.meta.title, page(&recording, Box::new(hints)), format!("{}.md", entry.name()), Vec::new());
    chapter.number = Some(SectionNumber::new([entry.number]));
    // It has no file of its own: its text is a lesson's.
    chapter.source_path = None;
    Ok(BookItem::Chapter(chapter))
}

fn stale(lesson: &Lesson, what: &str) -> Error {
    let wanted = format!("lesson {}, {}: {what}", lesson.meta.number, lesson.meta.title);
    Failure::plain(wanted, "record the lessons anew: scripts/record").into()
}

#[cfg(test)]
mod tests {
    use super::chapter;
    use layerlab::event::{Event, RecordingReader, Timed};
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
            let recording = entry.recording().unwrap();
            let Some(Ok(Timed { event: Event::Begin(begin), .. })) = RecordingReader::new(&*recording).next() else {
                panic!("a beginning")
            };
            let commands = lesson.on(begin.cgroups).steps().map(|(_, step)| step.commands().count()).sum::<usize>();
            assert_eq!(chapter.content.matches("<span>$ </span>").count(), commands, "{}", lesson.meta.title);
            // A lesson without an overlay shows its directory alone.
            let trees = if lesson.meta.needs.contains(&Need::Overlay) { "ll-trees ll-overlay" } else { "ll-trees" };
            assert!(chapter.content.contains(&format!("class=\"{trees}")), "{}", lesson.meta.title);
        }
    }
}

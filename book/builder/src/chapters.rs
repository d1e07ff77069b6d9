//! A chapter for each lesson: its text and recording, held against each other, as a page.

use crate::Result;
use crate::book::Page;
use crate::glossary::Glossary;
use layerlab::event::{RecordingReader, Timed};
use layerlab::ground::Failure;
use layerlab::lesson::{Catalogue, CatalogueEntry, Language, Lesson, belongs};
use layerlab::paint::page;
use std::path::Path;

/// A lesson, what was recorded of it, and the page that this makes.
pub struct Chapter {
    /// `01-four-layers`
    pub name: String,
    /// Its text.
    pub lesson: Lesson,
    /// A run of it.
    pub recording: Vec<Timed>,
    /// The sentences of its mistakes, each with the exercise it is of.
    pub mistakes: Vec<(String, String)>,
    /// HTML.
    pub content: String,
}

/// The chapters, in the order of the lessons in a folder.
pub fn of_lessons(folder: &Path) -> Result<Vec<Chapter>> {
    Catalogue::folder(folder)?.entries().iter().map(chapter).collect()
}

fn chapter(entry: &CatalogueEntry) -> Result<Chapter> {
    let broken = |error: layerlab::lesson::LoadError| {
        Failure::plain(error.to_string(), format!("layerlab lesson check {}", entry.path().display()))
    };
    let lesson = entry.load(&Language::default()).map_err(broken)?;
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
    let content = page(&recording, Box::new(hints));
    Ok(Chapter { name: entry.name(), mistakes: mistakes(entry, &lesson), lesson, recording, content })
}

/// What learners do wrong, as the lesson's mistakes have it: the sentence that each must get.
fn mistakes(entry: &CatalogueEntry, lesson: &Lesson) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for file in entry.files().iter().filter(|file| file.starts_with("mistakes")) {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(exercise) = lesson.exercises().find(|one| stem.starts_with(&format!("{}-", one.id))) else { continue };
        let Ok(bytes) = entry.read(file) else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let sentence = text.lines().next().and_then(|line| line.strip_prefix("# verify: "));
        if let Some(sentence) = sentence.filter(|_| !stem.ends_with("-nothing"))
            && !found.iter().any(|(_, other)| other == sentence)
        {
            found.push((exercise.id.clone(), sentence.to_string()));
        }
    }
    found
}

impl Chapter {
    /// Its page, with links from the first use of each word to the glossary.
    pub fn page(&self, glossary: &Glossary) -> Page {
        Page {
            name: self.name.clone(),
            title: format!("{} {}", self.lesson.meta.number, self.lesson.meta.title),
            body: glossary.linked(&self.content),
            lesson: Some(self.lesson.meta.slug.clone()),
            language: self.lesson.meta.language.clone(),
            loads: false,
        }
    }

    /// The picture that its page has of a step.
    pub fn picture(&self, step: u32) -> Option<&str> {
        let (_, part) = self.content.split_once(&format!("<section class=\"ll-part\" id=\"step-{step}\""))?;
        let (part, _) = part.split_once("</section>")?;
        let from = part.find("<svg ")?;
        let to = part[from..].find("</svg>")? + from + "</svg>".len();
        Some(&part[from..to])
    }
}

fn stale(lesson: &Lesson, what: &str) -> Failure {
    let wanted = format!("lesson {}, {}: {what}", lesson.meta.number, lesson.meta.title);
    Failure::plain(wanted, "record the lessons anew: scripts/record")
}

#[cfg(test)]
mod tests {
    use super::chapter;
    use layerlab::event::{Event, RecordingReader, Timed};
    use layerlab::lesson::{Catalogue, Language};
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
            let chapter = chapter(entry).unwrap();
            let recording = entry.recording().unwrap();
            let Some(Ok(Timed { event: Event::Begin(begin), .. })) = RecordingReader::new(&*recording).next() else {
                panic!("a beginning")
            };
            let commands = lesson.on(begin.cgroups).steps().map(|(_, step)| step.commands().count()).sum::<usize>();
            assert_eq!(chapter.content.matches("<span>$ </span>").count(), commands, "{}", lesson.meta.title);
            // An overlay for each that was seen; where none was mounted at a look, the directory alone.
            let seen = chapter.recording.iter().filter_map(|told| match &told.event {
                Event::Observation(seen) => Some(seen),
                _ => None,
            });
            let (looks, overlays) = seen.fold((0, 0), |(looks, all), seen| (looks + 1, all + seen.overlays.len()));
            assert!(looks > 0, "{}", lesson.meta.title);
            assert_eq!(chapter.content.matches("class=\"ll-look\"").count(), looks, "{}", lesson.meta.title);
            assert_eq!(chapter.content.matches("ll-trees ll-overlay").count(), overlays, "{}", lesson.meta.title);
        }
    }
}

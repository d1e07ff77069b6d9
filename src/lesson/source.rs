//! The text of a lesson with its lines, and the errors found in it.

use crate::lesson::{LessonError, SourcePosition};
use std::borrow::Cow;
use std::path::Path;

/// A lesson with more bytes than this is refused.
pub const SIZE_LIMIT: usize = 1024 * 1024;
/// The front matter must end within these first bytes: the catalogue reads no more.
pub const FRONT_MATTER_LIMIT: usize = 4096;

/// Nobody reads more, and each error holds a copy of its line.
const MOST_ERRORS: usize = 100;

/// A text, with the offsets at which its lines begin.
pub(super) struct Source<'a> {
    pub text: &'a str,
    file: &'a Path,
    starts: Vec<usize>,
    errors: Vec<LessonError>,
}

/// Without a byte order mark, and with `\n` alone at the ends of lines: the lines keep their numbers.
pub(super) fn normalise(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.contains("\r\n") {
        true => Cow::Owned(text.replace("\r\n", "\n")),
        false => Cow::Borrowed(text),
    }
}

impl<'a> Source<'a> {
    /// A text that [`normalise`] returned.
    pub fn new(text: &'a str, file: &'a Path) -> Source<'a> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Source { text, file, starts, errors: Vec::new() }
    }

    /// The line of an offset, from 1.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// The offset at which the line of this offset begins.
    pub fn line_start(&self, offset: usize) -> usize {
        self.starts[self.line_of(offset) - 1]
    }

    /// A line without its newline; from 1.
    pub fn line(&self, number: usize) -> &'a str {
        let Some(start) = self.starts.get(number - 1) else { return "" };
        let rest = &self.text[*start..];
        &rest[..rest.find('\n').unwrap_or(rest.len())]
    }

    /// The place of an offset.
    pub fn place(&self, offset: usize) -> SourcePosition {
        let line = self.line_of(offset);
        let before = &self.text[self.starts[line - 1]..offset];
        SourcePosition { line: line as u32, column: before.chars().count() as u32 + 1 }
    }

    /// The lines of a slice of the text, each with its offset in the text.
    pub fn lines_in(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let mut at = range.start;
        self.text[range].split_inclusive('\n').map(move |line| {
            let start = at;
            at += line.len();
            (start, line.strip_suffix('\n').unwrap_or(line))
        })
    }

    /// Notes an error at the letters of `wrong`, which begin at `offset`.
    pub fn error(&mut self, offset: usize, wrong: &str, what: impl Into<String>, allowed: impl Into<String>) {
        if self.errors.len() == MOST_ERRORS {
            return;
        }
        let at = self.place(offset);
        self.error_at(at, wrong.chars().count(), what, allowed);
    }

    /// Notes an error at a place.
    pub fn error_at(&mut self, at: SourcePosition, width: usize, what: impl Into<String>, allowed: impl Into<String>) {
        if self.errors.len() == MOST_ERRORS {
            return;
        }
        let line_text = self.line(at.line as usize).to_string();
        let (what, allowed) = (what.into(), allowed.into());
        self.errors.push(LessonError { file: self.file.to_path_buf(), at, line_text, width, what, allowed });
    }

    /// Whether something was wrong.
    pub fn is_broken(&self) -> bool {
        !self.errors.is_empty()
    }

    /// What was wrong so far.
    pub fn errors(&self) -> &[LessonError] {
        &self.errors
    }

    /// All that was wrong, in the order of the text.
    pub fn into_errors(mut self) -> Vec<LessonError> {
        self.errors.sort_by_key(|error| (error.at.line, error.at.column));
        self.errors
    }

    /// Refuses what no lesson needs and what a terminal might obey.
    pub fn refuse_control_characters(&mut self) {
        let text = self.text;
        for (offset, letter) in text.char_indices() {
            if letter.is_control() && !matches!(letter, '\n' | '\t') {
                let what = format!("a control character (U+{:04X})", letter as u32);
                self.error(offset, "x", what, "printable characters, tabs, and lines that end in \\n or \\r\\n");
            }
        }
    }
}

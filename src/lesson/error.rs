//! What is wrong with a lesson, said as a compiler would, and what is wrong with the way to it.
//!
//! An error displays as a whole diagnostic, beginning with `error: ` and without a last newline.

use crate::ground::{Call, Errno, Failure, Name};
use crate::lesson::SourcePosition;
use std::fmt::{Display, Formatter, Result};
use std::path::PathBuf;
use unicode_width::UnicodeWidthChar;

/// A place where a lesson leaves the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonError {
    /// The lesson's file, as it was named to us.
    pub file: PathBuf,
    /// The first character that is wrong.
    pub at: SourcePosition,
    /// The whole line of `at`.
    pub line_text: String,
    /// How many characters are wrong; at least one caret is shown.
    pub width: usize,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What may stand there instead.
    pub allowed: String,
}

/// A longer line is shown in part.
const LONGEST: usize = 100;
/// What a tab is shown as; carets are placed by what is shown, so no terminal's tab stops can shift them.
const TAB: &str = "    ";

impl std::error::Error for LessonError {}

/// ```text
/// error: a pipe is outside the grammar of a console line
///   --> lessons/01-four-layers/lesson.md:12:6
///   12 | $ ls | wc
///      |      ^
///   allowed: one simple command
/// ```
impl Display for LessonError {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let SourcePosition { line, column } = self.at;
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let (shown, carets) = self.excerpt();
        writeln!(out, "error: {}", self.what)?;
        writeln!(out, "  --> {}:{line}:{column}", Name::of(&self.file))?;
        writeln!(out, "{}", format!("  {number} | {shown}").trim_end())?;
        write!(out, "  {margin} | {carets}")?;
        if !self.allowed.is_empty() {
            write!(out, "\n  allowed: {}", self.allowed)?;
        }
        Ok(())
    }
}

impl LessonError {
    /// The line as it can be shown, and the line of carets under it.
    fn excerpt(&self) -> (String, String) {
        let letters: Vec<char> = self.line_text.chars().collect();
        let column = (self.at.column as usize).saturating_sub(1);
        let from = if letters.len() > LONGEST && column > LONGEST / 2 { column - LONGEST / 2 } else { 0 };
        let from = from.min(letters.len());
        let to = letters.len().min(from + LONGEST);
        let mut shown = String::from(if from > 0 { "…" } else { "" });
        let mut carets = " ".repeat(shown.chars().count());
        let mut marked = 0;
        for (index, letter) in letters.iter().enumerate().take(to).skip(from) {
            let picture = picture(*letter);
            let columns: usize = picture.chars().map(|letter| letter.width().unwrap_or(0)).sum();
            shown.push_str(&picture);
            if index < column {
                carets.push_str(&" ".repeat(columns));
            } else if index < column.saturating_add(self.width) {
                marked += columns;
            }
        }
        if to < letters.len() {
            shown.push('…');
        }
        carets.push_str(&"^".repeat(marked.max(1)));
        (shown, carets)
    }
}

/// A letter as it is shown: no control character of a file ever reaches a terminal.
fn picture(letter: char) -> String {
    match letter {
        '\t' => TAB.to_string(),
        letter if letter.is_control() => char::REPLACEMENT_CHARACTER.to_string(),
        letter => letter.to_string(),
    }
}

/// The kernel refused a call on the files of lessons.
pub(super) fn refused(wanted: String, call: &str, args: String, error: &std::io::Error) -> Failure {
    let errno = Errno::from(error);
    let fix = match errno {
        Errno::ENOENT => "check the path; `layerlab list` shows the lessons there are",
        Errno::EACCES | Errno::EPERM => "check the owner and the permissions of the path",
        Errno::EISDIR | Errno::ENOTDIR => "check which parts of the path are directories: ls -ld",
        Errno::EEXIST => "take another name, or move away what is there",
        Errno::ENOSPC | Errno::EDQUOT | Errno::EROFS => {
            "name a folder elsewhere, where there is room and you may write"
        }
        _ => "look for a fault of the file system in the kernel's log: dmesg",
    };
    Failure::kernel(wanted, Call::failed(call, args, errno), errno.words(), fix)
}

/// A lesson could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// Its file could not be read, or is not text.
    Refused(Failure),
    /// Its text leaves the grammar: every place where it does, in order.
    Broken(Vec<LessonError>),
}

impl std::error::Error for LoadError {}

impl From<Failure> for LoadError {
    fn from(failure: Failure) -> LoadError {
        LoadError::Refused(failure)
    }
}

impl Display for LoadError {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            LoadError::Refused(failure) => write!(out, "error: {failure}"),
            LoadError::Broken(errors) => {
                let errors: Vec<String> = errors.iter().map(LessonError::to_string).collect();
                out.write_str(&errors.join("\n\n"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LessonError, LoadError, refused};
    use crate::lesson::SourcePosition;

    fn error(line_text: &str, column: u32, width: usize) -> String {
        let at = SourcePosition { line: 12, column };
        let (what, allowed) = ("it is wrong".to_string(), "what is right".to_string());
        LessonError { file: "a/lesson.md".into(), at, line_text: line_text.into(), width, what, allowed }.to_string()
    }

    #[test]
    fn an_error_points_at_its_place() {
        assert_eq!(
            error("$ ls | wc", 6, 1),
            "error: it is wrong\n  --> a/lesson.md:12:6\n  12 | $ ls | wc\n     |      ^\n  allowed: what is right"
        );
    }

    #[test]
    fn carets_stand_under_tabs_and_wide_letters() {
        let lines = |text: &str, column, width| {
            error(text, column, width).lines().skip(2).take(2).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(lines("\ta\tb", 4, 1), "  12 |     a    b\n     |          ^");
        assert_eq!(lines("层 镜像 x", 3, 2), "  12 | 层 镜像 x\n     |    ^^^^");
        assert_eq!(lines("e\u{301}x", 3, 1), "  12 | e\u{301}x\n     |  ^");
        assert_eq!(lines("", 1, 0), "  12 |\n     | ^");
        assert_eq!(lines("ab", 3, 1), "  12 | ab\n     |   ^");
        assert_eq!(lines("a\u{1b}[31mb", 2, 1), "  12 | a\u{fffd}[31mb\n     |  ^");
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let text = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let shown = error(&text, 501, 1);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[2].starts_with("  12 | …aaa") && lines[2].ends_with("bbb…"), "{shown}");
        assert_eq!(
            lines[2].chars().position(|letter| letter == 'X'),
            lines[3].chars().position(|letter| letter == '^')
        );
    }

    #[test]
    fn a_failure_says_what_was_asked_of_the_kernel() {
        let error = std::fs::read("/nowhere/at/all").unwrap_err();
        assert_eq!(
            LoadError::from(refused("cannot read x".into(), "open", "\"x\", O_RDONLY".into(), &error)).to_string(),
            "error: cannot read x\n  call  open(\"x\", O_RDONLY) = -1 ENOENT (No such file or directory)\n  \
             why   No such file or directory\n  fix   check the path; `layerlab list` shows the lessons there are"
        );
    }
}

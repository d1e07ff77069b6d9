//! The one way out for text: all that this program writes to its standard output and standard error goes through here.
//!
//! What is written is [`Shown`]. It can only be made in ways that leave nothing in it by which a file name, a lesson, an
//! image or an argument could steer the terminal: text is escaped when it goes in, JSON writes such characters by their
//! numbers, and what does steer the terminal is a constant of ours. A test reads the sources and holds all others to that:
//! nobody else names `println!`, `stdout()` and the like.
//!
//! What a container prints is another matter. It has its own terminal, or the caller's own files, and who runs a container
//! wants to see what it shows as it is: [`pass_through`].

use crate::ground::escape::{acts, escaped_lines};
use serde::Serialize;
use std::fmt;
use std::io::{self, IsTerminal, Write};

/// Text that steers no terminal, but for what this program wants it to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown(String);

impl Shown {
    /// Nothing yet.
    pub const fn new() -> Shown {
        Shown(String::new())
    }

    /// A constant of ours that does something to the terminal. For `paint` alone, and for who sets a terminal as it was.
    pub fn steering(sequence: &'static str) -> Shown {
        Shown(sequence.to_string())
    }

    /// A text in a style, given as what stands before a text in this style and behind it. For `paint` alone.
    ///
    /// Nothing but styles is let through (SGR, ECMA-48), so no style can move the cursor.
    pub fn styled(before: &str, text: &str, behind: &str) -> Shown {
        let mut shown = Shown::new();
        for (piece, is_ours) in [(before, is_style(before)), (text, false), (behind, is_style(behind))] {
            match is_ours {
                true => shown.0.push_str(piece),
                false => shown.text(piece),
            }
        }
        shown
    }

    /// What moves the cursor to a place of the screen, counted from 0. For `paint` alone.
    pub fn cursor_at(row: usize, column: usize) -> Shown {
        Shown(format!("\u{1b}[{};{}H", row + 1, column + 1))
    }

    /// A value as one line of JSON, with no line feed behind it. What acts on a terminal stands there by its number, and
    /// reads back as it was.
    ///
    /// # Errors
    /// Where the value makes no JSON.
    pub fn json(value: &impl Serialize) -> serde_json::Result<Shown> {
        Ok(Shown::of_json(&serde_json::to_string(value)?))
    }

    /// The same over several lines, for a person.
    ///
    /// # Errors
    /// Where the value makes no JSON.
    pub fn pretty_json(value: &impl Serialize) -> serde_json::Result<Shown> {
        Ok(Shown::of_json(&serde_json::to_string_pretty(value)?))
    }

    /// JSON that is text already. Outside of strings nothing in JSON acts but line feeds.
    fn of_json(text: &str) -> Shown {
        let writes_by_number = |letter| letter != '\n' && acts(letter);
        if !text.contains(writes_by_number) {
            return Shown(text.to_string());
        }
        let mut safe = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                letter if writes_by_number(letter) => {
                    let mut units = [0; 2];
                    letter.encode_utf16(&mut units).iter().for_each(|unit| safe.push_str(&format!("\\u{unit:04x}")));
                }
                letter => safe.push(letter),
            }
        }
        Shown(safe)
    }

    /// Adds text; what acts in it becomes visible, the ends of lines and tabs stay.
    pub fn text(&mut self, text: &str) {
        self.0.push_str(&escaped_lines(text));
    }

    /// Adds what is safe already.
    pub fn append(&mut self, other: &Shown) {
        self.0.push_str(&other.0);
    }

    /// The same with `other` behind it.
    #[must_use]
    pub fn with(mut self, other: impl Into<Shown>) -> Shown {
        self.append(&other.into());
        self
    }

    /// Line by line, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = Shown> {
        self.0.lines().map(|line| Shown(line.to_string()))
    }

    /// Without empty lines at the beginning and at the end.
    #[must_use]
    pub fn trimmed(&self) -> Shown {
        Shown(self.0.trim_matches('\n').to_string())
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// To look at it. Who makes a text of it loses that it is safe: it is escaped once more when it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Shown {
        Shown(escaped_lines(text).into_owned())
    }
}
impl From<String> for Shown {
    fn from(text: String) -> Shown {
        Shown::from(text.as_str())
    }
}
impl From<&String> for Shown {
    fn from(text: &String) -> Shown {
        Shown::from(text.as_str())
    }
}

impl FromIterator<Shown> for Shown {
    fn from_iter<I: IntoIterator<Item = Shown>>(pieces: I) -> Shown {
        Shown(pieces.into_iter().map(|piece| piece.0).collect())
    }
}

/// `write!` adds text.
impl fmt::Write for Shown {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text(text);
        Ok(())
    }
}

/// Whether it is made of styles alone: `ESC [`, numbers, `m`.
fn is_style(text: &str) -> bool {
    text.split_inclusive('m').all(|one| {
        let numbers = one.strip_prefix("\u{1b}[").and_then(|one| one.strip_suffix('m'));
        numbers.is_some_and(|numbers| numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'))
    })
}

/// Where text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The standard output: results.
    Output,
    /// The standard error: what somebody should know besides.
    Errors,
}

impl Stream {
    /// Whether somebody sits there.
    pub fn is_terminal(self) -> bool {
        match self {
            Stream::Output => io::stdout().is_terminal(),
            Stream::Errors => io::stderr().is_terminal(),
        }
    }

    /// Writes it as it is, all at once.
    ///
    /// # Errors
    /// When the pipe was closed or the disk is full. Nothing panics for that.
    pub fn show(self, shown: impl Into<Shown>) -> io::Result<()> {
        self.write(shown.into().0.as_bytes())
    }

    fn write(self, bytes: &[u8]) -> io::Result<()> {
        fn whole(mut out: impl Write, bytes: &[u8]) -> io::Result<()> {
            out.write_all(bytes)?;
            out.flush()
        }
        match self {
            Stream::Output => whole(io::stdout().lock(), bytes),
            Stream::Errors => whole(io::stderr().lock(), bytes),
        }
    }
}

/// A line, or several, of the result.
///
/// # Errors
/// When the pipe was closed or the disk is full.
pub fn say(text: impl Into<Shown>) -> io::Result<()> {
    Stream::Output.show(text.into().with("\n"))
}

/// A line, or several, that somebody should know besides the result. Whoever does not read it stops nobody.
pub fn complain(text: impl Into<Shown>) {
    let _ = Stream::Errors.show(text.into().with("\n"));
}

/// What a container shows on its own terminal, as it is: for `container`. And an archive that goes into a pipe or a file: for
/// `image save`, which refuses a terminal.
///
/// # Errors
/// When our terminal is gone.
pub fn pass_through(bytes: &[u8]) -> io::Result<()> {
    Stream::Output.write(bytes)
}

#[cfg(test)]
mod tests {
    use super::Shown;
    use std::fmt::Write;

    const EVIL: &str = "a\x1b[2J\x1b]0;x\x07\u{9b}m\u{202e}\u{2028}\u{200b}\u{e0041}";

    #[test]
    fn text_steers_nothing_however_it_came_in() {
        let mut written = Shown::new();
        write!(written, "{EVIL}\n\t").unwrap();
        let escaped = "a\\033[2J\\033]0;x\\007\\u{9b}m\\u{202e}\\u{2028}\\u{200b}\\u{e0041}";
        assert_eq!(written.as_str(), format!("{escaped}\n\t"));
        for shown in [Shown::from(EVIL), Shown::from(EVIL.to_string()), Shown::new().with(EVIL)] {
            assert_eq!(shown.as_str(), escaped);
        }
        assert_eq!(Shown::from(Shown::from(EVIL).as_str()).as_str(), escaped);
    }

    #[test]
    fn a_style_is_let_through_and_nothing_else() {
        let styled = |before| Shown::styled(before, EVIL, "\x1b[0m").as_str().to_string();
        assert!(styled("\x1b[1m\x1b[38;5;243m").starts_with("\x1b[1m\x1b[38;5;243ma\\033[2J"));
        for other in ["\x1b[2J", "\x1b[1mm", "\x1b]0;m", "x", "\x1b[1m\x1b", "\x1b[?25m", "\x1b[8\x1b[m"] {
            assert!(!styled(other).starts_with('\x1b'), "{other:?}");
        }
    }

    #[test]
    fn json_reads_back_and_steers_nothing() {
        let value = serde_json::json!({ EVIL: [EVIL, 1, "\u{7f}\u{80}\n"] });
        for shown in [Shown::json(&value).unwrap(), Shown::pretty_json(&value).unwrap()] {
            assert_eq!(serde_json::from_str::<serde_json::Value>(shown.as_str()).unwrap(), value);
            assert_eq!(Shown::from(shown.as_str()), shown);
        }
    }
}

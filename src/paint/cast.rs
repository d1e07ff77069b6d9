//! A run as a film of a terminal: asciicast, which asciinema plays (versions 2 and 3,
//! <https://docs.asciinema.org/manual/asciicast/v2/>, <https://docs.asciinema.org/manual/asciicast/v3/>).
//!
//! Times follow from the length of the text: as long as a person needs to read it. What happened when does not matter, so
//! the same recording makes the same bytes. Commands are typed letter by letter, and each step is a mark to jump to.

use crate::event::{Event, Timed};
use crate::ground::{Shown, escaped};
use crate::paint::{Painter, terminal::Terminal};
use crate::scene::Look;
use serde_json::json;
use std::io;

/// Rows of the terminal that is filmed.
const ROWS: usize = 30;
/// Milliseconds a person needs for a letter that is read, and for one that is typed.
const READ: u64 = 32;
const TYPED: u64 = 40;
/// No pause is shorter or longer, in milliseconds.
const SHORTEST: u64 = 250;
const LONGEST: u64 = 7_000;
/// To think before a command runs that was asked about.
const THINK: u64 = 3_000;

/// The version of the format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// Times since the beginning.
    Two,
    /// Times since the event before.
    Three,
}

/// Writes the film.
pub(super) struct Cast {
    version: Version,
    width: usize,
    terminal: Terminal,
    /// Since the beginning, in milliseconds.
    now: u64,
    /// When the event before was.
    before: u64,
}

impl Cast {
    pub(super) fn new(look: Look, version: Version) -> Cast {
        // A film is played on a terminal, wherever it is made.
        let look = Look { styled: true, ..look };
        Cast { version, width: look.width.clamp(1, Look::WIDEST), terminal: Terminal::new(look), now: 0, before: 0 }
    }

    fn begin(&self, title: &str) -> io::Result<Shown> {
        let head = match self.version {
            Version::Two => json!({
                "version": 2, "width": self.width, "height": ROWS, "title": title, "env": { "TERM": "xterm-256color" },
            }),
            Version::Three => json!({
                "version": 3, "term": { "cols": self.width, "rows": ROWS, "type": "xterm-256color" }, "title": title,
            }),
        };
        Ok(Shown::json(&head)?.with("\n"))
    }

    /// One event of the film, now.
    fn event(&mut self, kind: &str, text: &str) -> io::Result<Shown> {
        let at = match self.version {
            Version::Two => self.now,
            Version::Three => self.now - self.before,
        };
        self.before = self.now;
        Ok(Shown::json(&(at as f64 / 1000.0, kind, text))?.with("\n"))
    }

    /// A command appears letter by letter, behind all that stands before it.
    fn typed(&mut self, text: &str, command: &str) -> io::Result<Shown> {
        let first = command.split_whitespace().next().unwrap_or_default();
        let at = text.rfind("$ ").and_then(|at| text[at..].find(first).map(|more| at + more)).unwrap_or(0);
        let mut shown = self.event("o", &text[..at])?;
        let mut rest = &text[at..];
        while let Some(letter) = rest.chars().next() {
            // What changes a colour comes together with the letter behind it.
            let mut end = letter.len_utf8();
            if letter == '\x1b' {
                end = rest.find('m').map_or(rest.len(), |end| end + 1);
                end += rest[end..].chars().next().map_or(0, char::len_utf8);
            }
            self.now += TYPED;
            shown.append(&self.event("o", &rest[..end])?);
            rest = &rest[end..];
        }
        self.now += SHORTEST;
        Ok(shown)
    }
}

impl Painter for Cast {
    fn paint(&mut self, told: &Timed) -> io::Result<Shown> {
        let mut shown = match &told.event {
            Event::Begin(begin) => self.begin(&escaped(&format!("{} {}", begin.number, begin.title)))?,
            Event::Step { title, .. } | Event::Exercise { title, .. } => self.event("m", &escaped(title))?,
            _ => Shown::new(),
        };
        let text = self.terminal.paint(told)?.as_str().replace('\n', "\r\n");
        match &told.event {
            _ if text.is_empty() => {}
            Event::Command { line, .. } => shown.append(&self.typed(&text, line)?),
            event => {
                shown.append(&self.event("o", &text)?);
                let letters = text.chars().filter(|letter| letter.is_alphanumeric()).count() as u64;
                let think = if matches!(event, Event::Predict { .. }) { THINK } else { 0 };
                self.now += (letters * READ).clamp(SHORTEST, LONGEST) + think;
            }
        }
        match (&told.event, self.version) {
            (Event::End { held }, Version::Three) => {
                shown.append(&self.event("x", if *held { "0" } else { "1" })?);
            }
            // The film lasts as long as its last words are read.
            (Event::End { .. }, Version::Two) => shown.append(&self.event("o", "")?),
            _ => {}
        }
        Ok(shown)
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{RecordingReader, Timed};
    use crate::ground::Shown;
    use crate::lesson::Catalogue;
    use crate::paint::PAINTERS;
    use crate::scene::Look;
    use serde_json::Value;

    fn cast(painter: &str, recording: &[Timed]) -> Vec<Value> {
        let (_, painter) = PAINTERS.iter().find(|(name, _)| *name == painter).unwrap();
        let look = Look { width: 100, ..Look::default() };
        let both = [(); 2].map(|()| {
            let mut painter = painter(look);
            let all: Shown = recording.iter().map(|told| painter.paint(told).unwrap()).collect();
            all.as_str().to_string()
        });
        assert_eq!(both[0], both[1], "the same recording, byte for byte");
        both[0].lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_film_has_all_that_the_terminal_shows_a_mark_a_step_and_time_to_read() {
        let catalogue = Catalogue::embedded();
        for entry in catalogue.entries().iter().step_by(5) {
            let recording = entry.recording().unwrap();
            let mut recording: Vec<Timed> = RecordingReader::new(&*recording).collect::<Result<_, _>>().unwrap();
            let two = cast("cast", &recording);
            let shown: String =
                two[1..].iter().filter(|one| one[1] == "o").map(|one| one[2].as_str().unwrap()).collect();
            let (_, terminal) = PAINTERS[0];
            let mut terminal = terminal(Look { width: 100, styled: true, ..Look::default() });
            let expected: Shown = recording.iter().map(|told| terminal.paint(told).unwrap()).collect();
            assert_eq!(shown.replace("\r\n", "\n"), expected.as_str(), "{}", entry.name());
            let sections = recording.iter().filter(|told| {
                matches!(told.event, crate::event::Event::Step { .. } | crate::event::Event::Exercise { .. })
            });
            let marks = |cast: &[Value]| cast.iter().filter(|one| one[1] == "m").count();
            assert_eq!(marks(&two), sections.count());
            let times: Vec<f64> = two[1..].iter().map(|one| one[0].as_f64().unwrap()).collect();
            assert!(times.is_sorted() && times.windows(2).all(|pair| pair[1] - pair[0] < 10.1), "{}", entry.name());
            let three = cast("cast3", &recording);
            let lasts: f64 = three[1..].iter().map(|one| one[0].as_f64().unwrap()).sum();
            assert!((lasts - times.last().unwrap()).abs() < 0.001);
            assert_eq!((three[0]["version"].as_u64(), marks(&three)), (Some(3), marks(&two)));
            // When it happened makes no difference.
            recording.iter_mut().for_each(|told| told.at = Some(std::time::Duration::from_secs(9)));
            assert_eq!(cast("cast", &recording), two);
        }
    }
}

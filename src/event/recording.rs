//! A recording: the events of a run, one JSON object a line, each with the time at which it happened.
//!
//! `"at"` counts microseconds since the run began. It may be absent, and the recordings that come with lessons leave it
//! out: otherwise the same run would make another file each time. No comparison looks at it, and whoever needs pauses, a
//! player for example, makes them from the length of the text. A recording has no digest of its lesson; that the two
//! belong together is seen by comparing all that was told (`lesson::belongs`).
//!
//! A recording may come from anywhere. [`RecordingReader`] has limits, refuses other formats by name, and whatever it says
//! of a line is safe to print.

use crate::event::{Event, FORMAT};
use crate::ground::{Shown, escaped};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

/// No line is longer, in bytes with its line feed.
pub const LONGEST_LINE: usize = 8 << 20;
/// No recording is longer, in bytes.
pub const LONGEST_RECORDING: usize = 64 << 20;
/// What is wrong with a line is told in so many characters at most.
const LONGEST_REFUSAL: usize = 300;

/// An event and when it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    /// Since the run began, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "microseconds")]
    pub at: Option<Duration>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened at no particular time.
impl From<Event> for Timed {
    fn from(event: Event) -> Timed {
        Timed { at: None, event }
    }
}

impl Timed {
    /// Writes it as one line of a recording. Somebody may have it shown on a terminal, so nothing in it acts on one.
    ///
    /// # Errors
    /// When `out` refuses.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.shown()?.as_str().as_bytes())?;
        out.write_all(b"\n")
    }

    /// The same line, without its end.
    ///
    /// # Errors
    /// Where it makes no JSON.
    pub fn shown(&self) -> io::Result<Shown> {
        Ok(Shown::json(self)?)
    }
}

/// Why something is not a recording that this program reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Refused {
    /// The line, 1 for the first.
    pub line: usize,
    /// What is wrong with it, on one line and safe to print.
    pub what: String,
}

/// Reads a recording event by event; the first one is always [`Event::Begin`]. After an error it is at its end.
#[derive(Debug)]
pub struct RecordingReader<R> {
    source: R,
    line: usize,
    /// How many bytes more may come.
    left: usize,
    ended: bool,
}

impl<R: BufRead> RecordingReader<R> {
    /// A reader at the beginning of `source`.
    pub fn new(source: R) -> RecordingReader<R> {
        RecordingReader { source, line: 0, left: LONGEST_RECORDING, ended: false }
    }

    fn read(&mut self) -> Result<Option<Timed>, String> {
        let mut text = Vec::new();
        let most = LONGEST_LINE.min(self.left);
        let read = (&mut self.source).take(most as u64 + 1).read_until(b'\n', &mut text);
        match read.map_err(|error| error.to_string())? {
            0 if self.line == 1 => return Err("it is empty".to_string()),
            0 => return Ok(None),
            more if more > LONGEST_LINE => return Err(format!("it is longer than {} MiB", LONGEST_LINE >> 20)),
            more if more > self.left => {
                return Err(format!("the recording is longer than {} MiB", LONGEST_RECORDING >> 20));
            }
            more => self.left -= more,
        }
        if self.line == 1 {
            is_of_this_format(&text)?;
        }
        serde_json::from_slice(&text).map(Some).map_err(|error| error.to_string())
    }
}

impl<R: BufRead> Iterator for RecordingReader<R> {
    type Item = Result<Timed, Refused>;

    fn next(&mut self) -> Option<Result<Timed, Refused>> {
        if self.ended {
            return None;
        }
        self.line += 1;
        let read = self.read();
        self.ended = !matches!(read, Ok(Some(_)));
        let said = |what: String| escaped(&what).chars().take(LONGEST_REFUSAL).collect();
        read.map_err(|what| Refused { line: self.line, what: said(what) }).transpose()
    }
}

/// The first line says of which format the recording is, in every format.
fn is_of_this_format(first: &[u8]) -> Result<(), String> {
    #[derive(Deserialize)]
    struct First {
        event: String,
        #[serde(default)]
        format: u32,
    }
    let first: First = serde_json::from_slice(first).map_err(|error| error.to_string())?;
    match (first.event.as_str(), first.format) {
        ("begin", FORMAT) => Ok(()),
        ("begin", other) => Err(format!("its format is {other}, and this program reads format {FORMAT}")),
        _ => Err("it does not begin with the event `begin`".to_string()),
    }
}

/// A time as a whole number of microseconds.
mod microseconds {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(at: &Option<Duration>, out: S) -> Result<S::Ok, S::Error> {
        at.map(|at| at.as_micros() as u64).serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(input)?.map(Duration::from_micros))
    }
}

#[cfg(test)]
mod tests {
    use super::LONGEST_REFUSAL;
    use super::{RecordingReader, Refused, Timed};
    use crate::event::Event;
    use crate::ground::mutation::each_mutant;
    use crate::lesson::Catalogue;
    use std::io::{BufReader, Read};
    use std::time::Duration;

    const BEGIN: &str = r#"{"event":"begin","format":2,"number":1,"slug":"a","title":"A","minutes":1,"steps":1,"language":"en","role":"root","kernel":"6.1","scratch":"tmpfs"}"#;

    fn read(text: &str) -> Result<Vec<Timed>, Refused> {
        RecordingReader::new(text.as_bytes()).collect()
    }

    fn refused(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn an_event_has_its_time_or_none() {
        let end = Event::End { held: true };
        for (at, line) in [
            (None, "{\"event\":\"end\",\"held\":true}\n"),
            (Some(Duration::from_micros(1_500)), "{\"at\":1500,\"event\":\"end\",\"held\":true}\n"),
        ] {
            let timed = Timed { at, event: end.clone() };
            let mut written = Vec::new();
            timed.write(&mut written).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), line);
            assert_eq!(read(&format!("{BEGIN}\n{line}")).unwrap()[1], timed);
        }
    }

    #[test]
    fn what_would_act_on_a_terminal_is_written_by_its_number_and_read_back() {
        let told = Timed::from(Event::Output { text: "a\x1b[m\u{9b}\u{202e}\x7f \"é\"\n".into() });
        let mut written = Vec::new();
        told.write(&mut written).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written, "{\"event\":\"output\",\"text\":\"a\\u001b[m\\u009b\\u202e\\u007f \\\"é\\\"\\n\"}\n");
        assert_eq!(read(&format!("{BEGIN}\n{written}")).unwrap()[1], told);
    }

    #[test]
    fn what_is_no_recording_is_refused_by_name() {
        let other = BEGIN.replace("\"format\":2", "\"format\":1");
        for (text, said) in [
            ("", "line 1: it is empty"),
            ("{\"event\":\"end\",\"held\":true}\n", "line 1: it does not begin with the event `begin`"),
            (&other, "line 1: its format is 1, and this program reads format 2"),
            ("{\"event\":\"begin\",\"format\":3}", "line 1: its format is 3, and this program reads format 2"),
        ] {
            assert_eq!(refused(text), said);
        }
        let unknown = refused(&format!("{BEGIN}\n{{\"event\":\"\\u001b[2J\\u202e\"}}\n"));
        assert!(unknown.starts_with("line 2: unknown variant `\\033[2J\\u{202e}`"), "{unknown}");
        let long = refused(&format!("{BEGIN}\n{{\"event\":\"{}\"}}\n", "x".repeat(100_000)));
        assert!(long.len() < 400, "{long}");
    }

    #[test]
    fn neither_a_line_nor_a_recording_is_endless() {
        let endless =
            RecordingReader::new(BufReader::new(BEGIN.as_bytes().chain(&b"\n"[..]).chain(std::io::repeat(b'x'))));
        assert_eq!(endless.last().unwrap().unwrap_err().to_string(), "line 2: it is longer than 8 MiB");
        let text = format!("{BEGIN}\n{}", "{\"event\":\"output\",\"text\":\"x\"}\n".repeat(9));
        let whole = RecordingReader::new(text.as_bytes());
        assert!(RecordingReader { left: text.len(), ..whole }.all(|read| read.is_ok()));
        let short = RecordingReader { left: text.len() - 1, ..RecordingReader::new(text.as_bytes()) };
        assert_eq!(short.last().unwrap().unwrap_err().to_string(), "line 10: the recording is longer than 64 MiB");
    }

    #[test]
    fn nothing_comes_after_an_error() {
        let mut reader = RecordingReader::new("nonsense\nnonsense\n".as_bytes());
        assert!(reader.next().unwrap().is_err());
        assert_eq!(reader.next(), None);
    }

    #[test]
    fn what_was_read_can_be_written_and_read_again() {
        let recordings = Catalogue::embedded();
        let recordings: Vec<_> = recordings.entries().iter().filter_map(|entry| entry.recording()).collect();
        // Of each kind of event one line.
        let mut kinds = std::collections::BTreeMap::new();
        for line in
            recordings.iter().flat_map(|text| text.split(|byte| *byte == b'\n')).filter(|line| line.len() < 2000)
        {
            let kind = line.split(|byte| *byte == b',').next().unwrap_or_default();
            kinds.entry(kind).or_insert(line);
        }
        assert!(kinds.len() > 8, "{kinds:?}");
        let timed = br#"{"at":1500,"event":"end","held":true}"#;
        let samples: Vec<&[u8]> = kinds.into_values().chain([&timed[..], BEGIN.as_bytes()]).collect();
        each_mutant(&samples, 6_000, |bytes| {
            let text = [BEGIN.as_bytes(), b"\n", bytes].concat();
            for read in RecordingReader::new(&text[..]) {
                match read {
                    Ok(timed) => {
                        let mut line = [BEGIN.as_bytes(), b"\n"].concat();
                        timed.write(&mut line).unwrap();
                        let again: Result<Vec<Timed>, Refused> = RecordingReader::new(&line[..]).collect();
                        assert_eq!(again.unwrap()[1], timed);
                    }
                    Err(refused) => assert!(refused.what.chars().count() <= LONGEST_REFUSAL),
                }
            }
        });
    }
}

//! What is said of a command: before it runs, and where it did not do what the lesson says.

use crate::event::Event;
use crate::scene::line::{head, tail};
use crate::scene::words::number;

/// What is said before a command that fails on purpose, where the text has not said so.
const MEANT_TO_FAIL: &str = "The next command is meant to fail.";

/// Whether the text of a step has said that something fails: then nobody else needs to.
#[derive(Clone, Copy, Debug, Default)]
pub struct FailureTold(bool);

impl FailureTold {
    /// Takes note of an event.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Step { .. } => self.0 = false,
            Event::Prose { text } if text.contains("fail") => self.0 = true,
            _ => {}
        }
    }

    /// What is left to say of a command.
    pub fn left(self, meant_to_fail: bool) -> Option<&'static str> {
        (meant_to_fail && !self.0).then_some(MEANT_TO_FAIL)
    }
}

/// A very long line with the middle of its long words, or of the line, left out, and how much that was.
pub fn left_out(line: &str) -> String {
    const LONG_LINE: usize = 400;
    const LONG_WORD: usize = 160;
    const KEPT: usize = 60;
    if line.chars().count() <= LONG_LINE {
        return line.to_string();
    }
    let shorter = line.split(' ').map(|word| {
        if word.chars().count() <= LONG_WORD {
            return word.to_string();
        }
        let parts = [':', ',', '/'];
        let front = head(word, KEPT);
        let front = front.rfind(parts).map_or(front, |at| &front[..=at]);
        let back = tail(word, KEPT);
        let back = back.find(parts).map_or(back, |at| &back[at..]);
        let gone = word[front.len()..word.len() - back.len()].chars().count();
        format!("{front}…({} characters left out)…{back}", number(gone as u64))
    });
    let shorter = shorter.collect::<Vec<_>>().join(" ");
    if shorter.chars().count() <= LONG_LINE {
        return shorter;
    }
    // Many short words: its middle is left out as a whole.
    let front = head(&shorter, 2 * KEPT);
    let front = front.rfind(' ').map_or(front, |at| &front[..=at]);
    let back = tail(&shorter, KEPT);
    let back = back.find(' ').map_or(back, |at| &back[at..]);
    let gone = shorter[front.len()..shorter.len() - back.len()].chars().count();
    format!("{front}…({} characters left out)…{back}", number(gone as u64))
}

/// What a mismatch of the outcome means.
pub fn wrong_status(status: i32) -> String {
    match status {
        0 => "It succeeded; the lesson says that it fails.".to_string(),
        status => format!("It failed with status {status}; the lesson says that it succeeds."),
    }
}

/// The last words of a run.
pub fn ended(held: bool) -> &'static str {
    if held {
        "Every command did what the lesson says."
    } else {
        "Not every command did what the lesson says; where it did not, it is marked above."
    }
}

#[cfg(test)]
mod tests {
    use super::FailureTold;
    use crate::event::Event;

    #[test]
    fn what_the_text_says_of_a_failure_is_not_said_again() {
        let mut told = FailureTold::default();
        assert!(told.left(true).is_some());
        assert!(told.left(false).is_none());
        told.note(&Event::Prose { text: "The next line is **meant to fail**.".into() });
        assert!(told.left(true).is_none());
        told.note(&Event::Step { number: 2, of: 3, title: "Another one".into() });
        assert!(told.left(true).is_some());
    }
}

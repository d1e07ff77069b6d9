//! What is said of a command: before it runs, and where it did not do what the lesson says.

use crate::scene::line::{head, tail};
use crate::scene::words::number;

/// What is said before a command that fails on purpose; `expected` are the lines it should print. Where they are all
/// wildcards (every version of the program says it in its own way) there are no words to announce.
pub fn meant_to_fail(expected: &str) -> String {
    let lines: Vec<String> =
        expected.lines().filter(|line| *line != "...").map(|line| line.replace("[..]", "…")).collect();
    let says_something = |line: &String| line.split(' ').filter(|word| *word != "…").count() > 1;
    match lines.iter().any(says_something) {
        true => format!("The next command is meant to fail, with these words: {}", lines.join(" / ")),
        false => "The next command is meant to fail.".to_string(),
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

//! An exercise on a screen of so many lines: what is asked, which checks hold, what just changed, and the trees.
//!
//! Nothing is left out without a word. Where all of it does not fit, the text gives way first (the shell has told it
//! already), then the trees are shown in part, and can be scrolled.

use crate::event::{Observation, Verified};
use crate::scene::screen::told;
use crate::scene::{Line, Role, markdown, trees, verdict};

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The exercise's text, as Markdown.
    pub text: String,
    /// Its checks.
    pub verified: Verified,
    /// Its trees, with the last change marked.
    pub observation: Observation,
}

/// So many sentences of what changed are shown at most.
const MOST_CHANGES: usize = 4;
/// Where fewer lines than this would be left for the trees, everything below the heading is scrolled.
const FEWEST: usize = 5;

impl Picture {
    /// Exactly `height` lines, the last one with the keys; and how far the trees can be scrolled.
    pub fn lines(&self, width: usize, height: usize, scroll: usize, styled: bool) -> (Vec<Line>, usize) {
        let room = height.saturating_sub(1);
        let mut head = self.heading(width);
        let mut trees = trees::draw(&self.observation, width, false);
        let checks = self.checks(width);
        let changes = self.changes(width);
        let text = markdown::lines(&self.text, width, styled);
        let fixed = head.len() + checks.len() + changes.len();
        if fixed + text.len() + 1 + trees.len() > room {
            trees = trees::draw_low(&self.observation, width);
        }
        if fixed + text.len() + 1 + trees.len() <= room {
            head.extend(text);
            head.push(Line::new());
        }
        let mut moves = trees;
        if fixed + FEWEST.min(moves.len()) <= room {
            head.extend(checks);
            head.extend(changes);
        } else {
            moves = [checks, changes, moves].concat();
        }
        head.truncate(room);
        let left = room - head.len();
        let scrolls = moves.len().saturating_sub(left.max(1));
        let from = scroll.min(scrolls);
        head.extend(moves.into_iter().skip(from).take(left));
        head.resize(room, Line::new());
        head.push(self.keys(width, from, scrolls));
        head.truncate(height);
        (head.into_iter().map(|line| line.cut(width)).collect(), scrolls)
    }

    /// The exercise, and how many of its checks hold.
    fn heading(&self, width: usize) -> Vec<Line> {
        let verdicts = &self.verified.verdicts;
        let hold = verdicts.iter().filter(|verdict| verdict.broken.is_none()).count();
        let score = match self.verified.solved {
            true => Line::of(Role::Right, "✓ solved"),
            false => Line::of(Role::Quiet, format!("{hold} of {} hold", verdicts.len())),
        };
        let mut lines = verdict::heading(&self.verified.exercise, &self.verified.title, width);
        match lines.as_mut_slice() {
            [line] if line.width() + 2 + score.width() <= width => {
                line.pad(width - score.width());
                line.append(score);
            }
            _ => lines.push(score),
        }
        lines.push(Line::new());
        lines
    }

    fn checks(&self, width: usize) -> Vec<Line> {
        let verdicts = 0..self.verified.verdicts.len();
        let mut lines: Vec<Line> = verdicts.flat_map(|at| verdict::short(&self.verified, at, width)).collect();
        lines.push(Line::new());
        lines
    }

    fn changes(&self, width: usize) -> Vec<Line> {
        let mut lines = told(&self.observation, width);
        if lines.len() > MOST_CHANGES {
            let more = lines.len() - (MOST_CHANGES - 1);
            lines.truncate(MOST_CHANGES - 1);
            lines.push(Line::of(Role::Quiet, format!("  … and {more} more lines")));
        }
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        lines
    }

    fn keys(&self, width: usize, from: usize, scrolls: usize) -> Line {
        let verify = match self.verified.solved {
            true => "verify explains it",
            false => "verify says what to do",
        };
        let scroll = match (from, scrolls - from) {
            (0, 0) => String::new(),
            (above, 0) => format!("   ↑ {above} more"),
            (0, below) => format!("   ↓ {below} more"),
            (above, below) => format!("   ↑ {above} ↓ {below} more"),
        };
        Line::of(Role::Hint, format!("q quits   {verify}{scroll}")).cut(width)
    }
}

/// Words alone on such a screen: why there is nothing to see.
pub fn waiting(text: &str, width: usize, height: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = text.lines().flat_map(|line| wrapped(line, width)).collect();
    lines.resize(height.saturating_sub(1), Line::new());
    lines.push(Line::of(Role::Hint, "q quits").cut(width));
    lines.truncate(height);
    lines
}

fn wrapped(line: &str, width: usize) -> Vec<Line> {
    let text = line.trim_start();
    let indent = Line::of(Role::Text, " ".repeat((line.len() - text.len()).min(width / 3)));
    Line::of(Role::Text, text).wrap(width, &indent, &indent)
}

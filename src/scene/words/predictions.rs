//! What a learner is asked, and what was found.

use crate::event::{Marked, PathContent, Statement};

/// A prediction as a question.
pub fn question(statement: &Statement) -> String {
    match &statement.reads {
        None => format!("Will {} exist?", statement.path),
        Some(text) => format!("Will {} read \"{text}\"?", statement.path),
    }
}

/// A prediction as it was found: `mnt/a.txt exists: a file that reads "…"`.
pub fn fact(marked: &Marked) -> String {
    let Statement { path, reads } = &marked.statement;
    let found = found(&marked.found);
    match (reads, marked.holds) {
        (None, true) => format!("{path} exists: {found}."),
        (None, false) if marked.found == PathContent::Nothing => format!("{path} does not exist."),
        (None, false) => format!("{path} does not exist: {found}."),
        (Some(text), true) => format!("{path} reads \"{text}\"."),
        (Some(text), false) if marked.found == (PathContent::File { reads: None }) => {
            format!("{path} does not read \"{text}\": it holds something else, or more than this one line.")
        }
        (Some(text), false) => format!("{path} does not read \"{text}\": {found}."),
    }
}

/// What the learner had said about it.
pub fn said(marked: &Marked) -> Option<&'static str> {
    if marked.unknown {
        return Some("You did not know.");
    }
    match (marked.said?, marked.holds) {
        (true, true) | (false, false) => Some("You said so."),
        (true, false) => Some("You said it would."),
        (false, true) => Some("You said it would not."),
    }
}

/// What stands at a path.
pub fn found(found: &PathContent) -> String {
    match found {
        PathContent::Nothing => "nothing is there".to_string(),
        PathContent::Directory => "a directory".to_string(),
        PathContent::File { reads: Some(text) } => format!("a file that reads \"{text}\""),
        PathContent::File { reads: None } => "a file".to_string(),
        PathContent::Whiteout => "a whiteout".to_string(),
        PathContent::Link => "a symbolic link".to_string(),
        PathContent::Other => "neither a file nor a directory".to_string(),
    }
}

/// How the predictions of a step went, where somebody was asked.
pub fn score(marks: &[Marked]) -> Option<String> {
    let count = |wanted: &dyn Fn(&&Marked) -> bool| marks.iter().filter(wanted).count() as u64;
    let unknown = count(&|marked| marked.unknown);
    let asked = count(&|marked| marked.said.is_some()) + unknown;
    let right = count(&|marked| marked.said == Some(marked.holds));
    match (asked, right, unknown) {
        (0 | 1, _, _) => None,
        (asked, 0, 0) => Some(format!("None of {asked} right. The kernel has the last word.")),
        (asked, right, 0) if asked == right => Some(format!("All {asked} right.")),
        (asked, right, unknown) => Some(format!("{}.", predicted(right, asked - right - unknown, unknown))),
    }
}

/// Predictions in numbers: `4 of 6 right, 1 not known`.
pub fn predicted(right: u64, wrong: u64, unknown: u64) -> String {
    let asked = right.saturating_add(wrong).saturating_add(unknown);
    let known = if right == asked { format!("all {asked} right") } else { format!("{right} of {asked} right") };
    let known = if asked == 1 { if right == 1 { "1 right" } else { "none of 1 right" }.to_string() } else { known };
    if unknown > 0 { format!("{known}, {unknown} not known") } else { known }
}

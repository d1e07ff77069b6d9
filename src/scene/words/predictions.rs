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
        (Some(text), false) => format!("{path} does not read \"{text}\": {found}."),
    }
}

/// What the learner had said about it.
pub fn said(marked: &Marked) -> Option<&'static str> {
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

/// How the predictions went, where somebody was asked.
pub fn score(marks: &[Marked]) -> Option<String> {
    let asked = marks.iter().filter(|marked| marked.said.is_some()).count();
    let right = marks.iter().filter(|marked| marked.said == Some(marked.holds)).count();
    match (asked, right) {
        (0 | 1, _) => None,
        (asked, right) if asked == right => Some(format!("All {asked} right.")),
        (asked, 0) => Some(format!("None of {asked} right. The kernel has the last word.")),
        (asked, right) => Some(format!("{right} of {asked} right.")),
    }
}

//! How two outputs differ, line by line.

use crate::scene::words::plural;
use similar::ChangeTag;
use similar::algorithms::{Capture, Replace, myers};

/// Two outputs line by line, with what cannot be seen made visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `-` only expected, `+` only found, a blank for both; then the line.
    pub lines: Vec<(char, String)>,
    /// What the signs for invisible characters mean, where they are used.
    pub remarks: Vec<String>,
}

/// How blanks and tabs that matter are made visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blanks {
    /// As `·` and `→`.
    Signs,
    /// As `[2 blanks]` and `[tab]`.
    Words,
}

/// How what was found differs from what was expected.
pub fn difference(expected: &str, found: &str, blanks: Blanks) -> Difference {
    let filled = with_wildcards_filled(expected, found);
    let (old, new): (Vec<&str>, Vec<&str>) =
        (filled.split_terminator('\n').collect(), found.split_terminator('\n').collect());
    // One algorithm by its name: a choice at run time would bring all six into the program, half a megabyte of it.
    let mut changes = Replace::new(Capture::new());
    let Ok(()) = myers::diff_deadline_raw(&mut changes, &old[..], 0..old.len(), &new[..], 0..new.len(), None);
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let only_blanks = squeeze(&filled) == squeeze(found);
    let mut lines = Vec::new();
    for change in changes.into_inner().ops().iter().flat_map(|change| change.iter_changes(&old[..], &new[..])) {
        let text = change.value();
        lines.push(match change.tag() {
            ChangeTag::Equal => (' ', text.to_string()),
            ChangeTag::Delete => ('-', visible(text, only_blanks, blanks)),
            ChangeTag::Insert => ('+', visible(text, only_blanks, blanks)),
        });
    }
    let mut remarks = Vec::new();
    if lines.iter().all(|(sign, _)| *sign == ' ') {
        lines.clear();
        match (expected.ends_with('\n'), found.ends_with('\n')) {
            (true, false) => remarks.push("What was printed has no line feed at its end; the lesson has one."),
            (false, true) => remarks.push("What was printed ends with a line feed; the lesson has none there."),
            _ => {}
        }
    }
    let uses = |sign: char| lines.iter().any(|(mark, text)| *mark != ' ' && text.contains(sign));
    if blanks == Blanks::Signs && uses('·') {
        remarks.push("· is a blank.");
    }
    if blanks == Blanks::Signs && uses('→') {
        remarks.push("→ is a tab.");
    }
    if !lines.is_empty() && found.is_empty() {
        remarks.push("Nothing was printed.");
    }
    Difference { lines, remarks: remarks.into_iter().map(str::to_string).collect() }
}

/// Tabs, and blanks at the end (or all of them, where only they differ), made visible.
fn visible(text: &str, only_blanks: bool, how: Blanks) -> String {
    let solid = text.trim_end_matches([' ', '\t']).len();
    let (text, end) = text.split_at(solid);
    match how {
        Blanks::Signs if only_blanks => format!("{text}{end}").replace(' ', "·").replace('\t', "→"),
        Blanks::Signs => text.replace('\t', "→") + &end.replace(' ', "·").replace('\t', "→"),
        Blanks::Words => {
            let mut shown = String::new();
            let mut run = 0;
            for letter in text.chars() {
                if letter == ' ' {
                    run += 1;
                    continue;
                }
                match run {
                    0 => {}
                    2.. if only_blanks => shown.push_str(&format!(" [{run} blanks] ")),
                    _ => shown.push_str(&" ".repeat(run)),
                }
                run = 0;
                if letter == '\t' { shown.push_str(" [tab] ") } else { shown.push(letter) }
            }
            if !end.is_empty() {
                shown.push_str(&format!(" [{} at the end]", plural(end.chars().count() as u64, "blank")));
            }
            shown
        }
    }
}

/// The expected lines, where a line with `[..]` fits its counterpart replaced by it: it is no difference.
fn with_wildcards_filled(expected: &str, found: &str) -> String {
    if expected.lines().count() != found.lines().count() {
        return expected.to_string();
    }
    let filled = expected.lines().zip(found.lines()).map(|(pattern, line)| {
        let fits = pattern.contains("[..]") && fits(&pattern.split("[..]").collect::<Vec<_>>(), line);
        if fits { line } else { pattern }
    });
    let mut filled = filled.collect::<Vec<_>>().join("\n");
    if expected.ends_with('\n') {
        filled.push('\n');
    }
    filled
}

fn fits(parts: &[&str], line: &str) -> bool {
    let [first, middle @ .., last] = parts else { return false };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

//! `same PATH PATH`: two files have the same content.

use crate::check::bench::{quote, shown};
use crate::check::text::{BLANKS_DIFFER, in_quotes, lines, lines_words, only_blanks_differ, with_blanks};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;

pub(super) const KIND: CheckKind =
    CheckKind { name: "same", operands: "PATH PATH", arity: (2, 2), says: "both files have the same content", run };

/// One of the two files; of a large one the content is not read to its end.
struct Side {
    name: String,
    content: Vec<u8>,
    size: u64,
}

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let mut sides = Vec::new();
    for path in operands {
        match bench.entry(path)? {
            None => return Ok(bench.missing(path, "a regular file")),
            Some(entry) if entry.kind != Kind::File => {
                return Ok(bench.another_kind(path, &entry.kind, "a regular file", ""));
            }
            Some(entry) => {
                sides.push(Side { name: shown(path), content: bench.read(path)?, size: entry.stamp.size });
            }
        }
    }
    let (one, other) = (&sides[0], &sides[1]);
    if one.content == other.content && one.size == other.size {
        return Ok(Outcome::holds(format!("{} and {} have the same content", one.name, other.name)));
    }
    let (expected, found, means) = difference(other, one);
    let next = format!("look at both: diff {} {}", quote(&other.name), quote(&one.name));
    let fault = Fault::new(Rank::Relation, expected, found).means(means).next(next);
    let sentence = format!("{} and {} differ", one.name, other.name);
    Ok(Outcome::fails(sentence, bench.about(fault, &[&operands[0], &operands[1]])))
}

/// The first difference: what the one has there, what the other has, and what that means.
fn difference(one: &Side, other: &Side) -> (String, String, &'static str) {
    let (first, second) = (lines(&one.content), lines(&other.content));
    if first != second {
        let at = first.iter().zip(&second).take_while(|(one, other)| one == other).count();
        let blanks = first.get(at).zip(second.get(at)).is_some_and(|(one, other)| only_blanks_differ(one, other));
        let show = if blanks { with_blanks } else { in_quotes };
        let line = |name: &str, lines: &[String]| match lines.get(at) {
            Some(text) => format!("line {} of {name} reads {}", at + 1, show(text)),
            None => format!("{name} has {}", lines_words(lines.len())),
        };
        return (line(&one.name, &first), line(&other.name, &second), if blanks { BLANKS_DIFFER } else { "" });
    }
    if one.content.ends_with(b"\n") != other.content.ends_with(b"\n") {
        let end = |side: &Side| match side.content.ends_with(b"\n") {
            true => format!("{} ends with a line feed", side.name),
            false => format!("{} ends without a line feed", side.name),
        };
        return (end(one), end(other), "");
    }
    // No text, or larger than what is read.
    let at = one.content.iter().zip(&other.content).take_while(|(one, other)| one == other).count();
    let byte = |side: &Side| match side.content.get(at) {
        Some(byte) => format!("byte {} of {} is {byte:#04x}", at + 1, side.name),
        None => format!("{} has {} bytes", side.name, side.size),
    };
    (byte(one), byte(other), "")
}

//! `same PATH PATH`: two files have the same content.

use crate::check::bench::{quote, shown};
use crate::check::text::{in_quotes, lines};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;

pub(super) const KIND: CheckKind =
    CheckKind { name: "same", operands: "PATH PATH", arity: (2, 2), says: "both files have the same content", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let mut contents = Vec::new();
    for path in operands {
        match bench.entry(path)? {
            None => return Ok(bench.missing(path, "a regular file")),
            Some(entry) if entry.kind != Kind::File => {
                return Ok(bench.another_kind(path, &entry.kind, "a regular file", ""));
            }
            Some(_) => contents.push(bench.read(path)?),
        }
    }
    let (one, other) = (shown(&operands[0]), shown(&operands[1]));
    if contents[0] == contents[1] {
        return Ok(Outcome::holds(format!("{one} and {other} have the same content")));
    }
    let (first, second) = (lines(&contents[0]), lines(&contents[1]));
    let at = first.iter().zip(&second).take_while(|(one, other)| one == other).count();
    let line = |name: &str, lines: &[String]| match lines.get(at) {
        Some(text) => format!("line {} of {name} reads {}", at + 1, in_quotes(text)),
        None => format!("{name} has {} lines", lines.len()),
    };
    let fault = Fault::new(Rank::Relation, line(&other, &second), line(&one, &first)).next(format!(
        "look at both: diff {} {}",
        quote(&other),
        quote(&one)
    ));
    Ok(Outcome::fails(format!("{one} and {other} differ"), bench.about(fault, &[&operands[0], &operands[1]])))
}

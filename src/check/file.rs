//! `file PATH`: a regular file stands there.

use crate::check::bench::shown;
use crate::check::{Bench, CheckKind, Outcome};
use crate::event::Kind;

pub(super) const KIND: CheckKind =
    CheckKind { name: "file", operands: "PATH", arity: (1, 1), says: "PATH is a regular file", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    Ok(match bench.entry(path)? {
        None => bench.missing(path, "a regular file"),
        Some(entry) if entry.kind == Kind::File => Outcome::holds(format!("{} is a regular file", shown(path))),
        Some(entry) => bench.another_kind(path, &entry.kind, "a regular file", ""),
    })
}

//! `directory PATH`: a directory stands there.

use crate::check::bench::shown;
use crate::check::{Bench, CheckKind, Outcome};
use crate::event::Kind;

pub(super) const KIND: CheckKind =
    CheckKind { name: "directory", operands: "PATH", arity: (1, 1), says: "PATH is a directory", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    Ok(match bench.entry(path)? {
        None => bench.missing(path, "a directory"),
        Some(entry) if entry.kind == Kind::Directory => Outcome::holds(format!("{} is a directory", shown(path))),
        Some(entry) => bench.another_kind(path, &entry.kind, "a directory", ""),
    })
}

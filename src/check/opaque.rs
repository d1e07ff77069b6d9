//! `opaque PATH`: a directory of a layer that hides what lies below it.

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;

pub(super) const KIND: CheckKind =
    CheckKind { name: "opaque", operands: "PATH", arity: (1, 1), says: "PATH is an opaque directory", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    Ok(match bench.entry(path)? {
        None => bench.missing(path, "an opaque directory"),
        Some(entry) if entry.opaque => Outcome::holds(format!("{} is opaque", shown(path))),
        Some(entry) if entry.kind == Kind::Directory => {
            let fault = Fault::new(Rank::Wrong, "the attribute overlay.opaque=y", "a directory without it")
                .means("Without the mark, what the layers below have at this path is merged in, now or whenever they change.")
                .next(format!("look at what it holds: ls -la {}", quote(&shown(path))));
            Outcome::fails(format!("{} is a directory, but not opaque", shown(path)), bench.about(fault, &[path]))
        }
        Some(entry) => bench.another_kind(path, &entry.kind, "an opaque directory", ""),
    })
}

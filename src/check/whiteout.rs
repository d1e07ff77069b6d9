//! `whiteout PATH`: a layer says there that the name is deleted.

use crate::check::bench::shown;
use crate::check::{Bench, CheckKind, Outcome};
use crate::event::Kind;

pub(super) const KIND: CheckKind =
    CheckKind { name: "whiteout", operands: "PATH", arity: (1, 1), says: "PATH is a whiteout", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    let Some(entry) = bench.entry(path)? else { return Ok(bench.missing(path, "a whiteout")) };
    let means = match &entry.kind {
        Kind::Whiteout { .. } => return Ok(Outcome::holds(format!("{} is a whiteout", shown(path)))),
        Kind::File => {
            "A file in a layer is shown in the merged view, even an empty one. A whiteout is a character device with \
             the numbers 0, 0."
        }
        Kind::Device { .. } => "Only a character device with the numbers 0, 0 is a whiteout.",
        _ => "Only a whiteout says that a name is deleted.",
    };
    Ok(bench.another_kind(path, &entry.kind, "a whiteout", means))
}

//! `empty PATH`: a directory without entries.

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::ground::Name;

pub(super) const KIND: CheckKind =
    CheckKind { name: "empty", operands: "PATH", arity: (1, 1), says: "the directory PATH has no entries", run };

/// So many names are told.
const MOST_NAMES: usize = 3;

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    match bench.entry(path)? {
        None => return Ok(bench.missing(path, "an empty directory")),
        Some(entry) if entry.kind != Kind::Directory => {
            return Ok(bench.another_kind(path, &entry.kind, "an empty directory", ""));
        }
        Some(_) => {}
    }
    let names = bench.list(path)?;
    if names.is_empty() {
        return Ok(Outcome::holds(format!("{} is empty", shown(path))));
    }
    let mut told: Vec<String> = names.iter().take(MOST_NAMES).map(Name::to_string).collect();
    if names.len() > MOST_NAMES {
        told.push(format!("and {} more", names.len() - MOST_NAMES));
    }
    let told = told.join(", ");
    let fault = Fault::new(Rank::Surplus, "no entries", told.clone())
        .next(format!("look at them: ls -la {}", quote(&shown(path))));
    Ok(Outcome::fails(format!("{} is not empty: it holds {told}", shown(path)), bench.about(fault, &[path])))
}

//! `kept-layers DIR LAYER…`: a container was run on these layers, topmost first, and DIR keeps what it has changed.

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::kept_lowers;
use std::path::PathBuf;

pub(super) const KIND: CheckKind = CheckKind {
    name: "kept-layers",
    operands: "DIR LAYER…",
    arity: (2, usize::MAX),
    says: "DIR keeps what a container has changed that was run on these layers, topmost first",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (directory, wanted) = (&operands[0], &operands[1..]);
    if bench.entry(directory)?.is_none() {
        return Ok(bench.missing(directory, "a directory that container run has kept"));
    }
    let layers: Vec<PathBuf> = wanted.iter().map(|layer| bench.layer(layer)).collect();
    let again = format!("layerlab container run --keep {} {} …", quote(&shown(directory)), wanted.join(":"));
    let Some(found) = kept_lowers(&bench.path(directory)) else {
        let fault = Fault::new(Rank::Mount, "what a container has changed", "a directory of another kind")
            .means("What container run keeps has upper in it, and a note of the layers below.")
            .next(format!("remove it; then {again}"));
        let sentence = format!("{} was not kept by a container", shown(directory));
        return Ok(Outcome::fails(sentence, bench.about(fault, &[directory])));
    };
    let expected = bench.names(&layers);
    if found == layers {
        return Ok(Outcome::holds(format!("{} is of a container on {expected}", shown(directory))));
    }
    let found = bench.names(&found);
    let fault = Fault::new(Rank::Layers, &expected, &found)
        .means("The leftmost layer is the topmost. What is kept belongs to the layers with which it was first run.")
        .next(format!("remove it; then {again}"));
    let sentence = format!("the container of {} had the layers {found}, not {expected}", shown(directory));
    Ok(Outcome::fails(sentence, bench.about(fault, &[directory])))
}

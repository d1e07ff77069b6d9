//! `lowers-and-new PATH LAYER…`: the overlay mounted there has these lower layers, topmost first, and among them only new
//! ones: none that a union had at the start.

use crate::check::bench::{quote, shown};
use crate::check::in_use::in_use;
use crate::check::mounted::not_mounted;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use std::path::PathBuf;

pub(super) const KIND: CheckKind = CheckKind {
    name: "lowers-and-new",
    operands: "PATH LAYER…",
    arity: (2, usize::MAX),
    says: "the overlay on PATH has these lower layers in this order, and besides them only new ones",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    let Some(overlay) = bench.overlay_on(path) else { return Ok(not_mounted(bench, path)) };
    if let Some(written) = in_use(bench, path, &overlay) {
        return Ok(written);
    }
    let wanted: Vec<PathBuf> = operands[1..].iter().map(|operand| bench.layer(operand)).collect();
    let (kept, others): (Vec<PathBuf>, Vec<PathBuf>) =
        overlay.lowers.iter().cloned().partition(|layer| wanted.contains(layer));
    let old = others.iter().find(|layer| bench.was_of_a_union(layer));
    let missing = wanted.iter().find(|layer| !kept.contains(layer));
    let expected = bench.names(&wanted);
    let (sentence, means) = match (missing, old) {
        (None, None) if kept == wanted => {
            return Ok(Outcome::holds(format!("{} has the lower layers {expected}, and new ones", shown(path))));
        }
        (Some(missing), _) => (
            format!("{} is not among the lower layers of {}", bench.name(missing), shown(path)),
            "What it holds is seen in a union only where it is itself a layer of it.",
        ),
        (None, Some(old)) => (
            format!("{} does not belong among the lower layers of {}", bench.name(old), shown(path)),
            "It is of another union: whatever changes there would be seen here, too.",
        ),
        (None, None) => (
            format!("the lower layers of {} have another order than before", shown(path)),
            "The leftmost of lowerdir is the topmost: with another order another file may win.",
        ),
    };
    let found = format!("lowerdir={}", bench.names(&overlay.lowers));
    let fault = Fault::new(Rank::Layers, format!("lowerdir={expected} and new layers"), found)
        .means(means)
        .next(format!("umount {}, and mount it with other lower layers", quote(&shown(path))));
    Ok(Outcome::fails(sentence, bench.about(fault, &[path])))
}

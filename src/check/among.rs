//! `among PATH LAYER…`: each of these is a lower layer of the overlay mounted there, or of a union that stands in its pile.
//!
//! `dir/{1..501}` stands for 501 layers.

use crate::check::bench::{quote, shown};
use crate::check::mounted::not_mounted;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use std::path::{Path, PathBuf};

pub(super) const KIND: CheckKind = CheckKind {
    name: "among",
    operands: "PATH LAYER…",
    arity: (2, usize::MAX),
    says: "each LAYER is a lower layer of the overlay on PATH, or of a union in its pile",
    run,
};

/// The kernel stacks no more than two overlays.
const DEPTH: usize = 2;

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    if bench.overlay_on(path).is_none() {
        return Ok(not_mounted(bench, path));
    }
    let wanted: Vec<String> = operands[1..].iter().flat_map(|operand| each(operand)).collect();
    let found = pile(bench, &bench.path(path), DEPTH);
    let is_missing = |layer: &&String| !found.contains(&bench.layer(layer));
    let Some(missing) = wanted.iter().find(is_missing) else {
        return Ok(Outcome::holds(format!("no layer of {} is left out", shown(path))));
    };
    let count = wanted.iter().filter(is_missing).count();
    let fault =
        Fault::new(Rank::Layers, format!("{} layers", wanted.len()), format!("{} of them", wanted.len() - count))
            .means("A copy of a layer is no layer of the pile: whatever changes in the layer is not seen in the copy.")
            .next(format!("look at the layers: layerlab trees {}", quote(&shown(path))));
    let sentence = format!("{} is not among the layers of {}", shown(missing), shown(path));
    Ok(Outcome::fails(sentence, bench.about(fault, &[path])))
}

/// The lower layers of a union, and those of unions that are such a layer.
fn pile(bench: &Bench, mountpoint: &Path, depth: usize) -> Vec<PathBuf> {
    let overlays = bench.overlays();
    let mut found = Vec::new();
    for lower in overlays.iter().filter(|overlay| overlay.mountpoint == mountpoint).flat_map(|overlay| &overlay.lowers)
    {
        if depth > 1 && overlays.iter().any(|overlay| overlay.mountpoint == *lower) {
            found.extend(pile(bench, lower, depth - 1));
        }
        found.push(lower.clone());
    }
    found
}

/// The operands that one with a range stands for.
fn each(operand: &str) -> Vec<String> {
    let range = operand.split_once('{').and_then(|(before, rest)| {
        let (range, after) = rest.split_once('}')?;
        let (first, last) = range.split_once("..")?;
        Some((before, first.parse::<u32>().ok()?..=last.parse().ok()?, after))
    });
    match range {
        Some((before, range, after)) => range.map(|number| format!("{before}{number}{after}")).collect(),
        None => vec![operand.to_string()],
    }
}

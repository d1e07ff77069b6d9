//! `stored-once PATH PATH`: seen through two mounts, it is one file of one layer.

use crate::check::bench::{UnionPlace, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::layer_of;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

pub(super) const KIND: CheckKind = CheckKind {
    name: "stored-once",
    operands: "PATH PATH",
    arity: (2, 2),
    says: "both, seen through their mounts, are one file on the disk",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let mut files = Vec::new();
    for operand in operands {
        if bench.entry(operand)?.is_none() {
            return Ok(bench.missing(operand, "a regular file"));
        }
        files.push(file(bench, operand));
    }
    let number = |file: &PathBuf| file.symlink_metadata().ok().map(|found| (found.dev(), found.ino()));
    if number(&files[0]) == number(&files[1]) {
        return Ok(Outcome::holds(format!(
            "{} and {} are one file on the disk",
            shown(&operands[0]),
            shown(&operands[1])
        )));
    }
    let found = format!("{} and {}", bench.name(&files[0]), bench.name(&files[1]));
    let fault = Fault::new(Rank::Content, "one file, in a layer that both have", found)
        .means("What two layers hold takes space in both.")
        .next("look at the layers: layerlab trees");
    let sentence = format!("{} and {} are two files on the disk", shown(&operands[0]), shown(&operands[1]));
    Ok(Outcome::fails(sentence, bench.about(fault, &[&operands[0], &operands[1]])))
}

/// The kernel stacks no more than two overlays.
const DEPTH: usize = 2;

/// The file of a layer that is seen at an operand; outside of a merged view, that file itself.
fn file(bench: &Bench, operand: &str) -> PathBuf {
    let path = bench.path(operand);
    let UnionPlace::Merged(overlay) = bench.place(&path) else { return path };
    let Ok(inside) = path.strip_prefix(&overlay.mountpoint) else { return path };
    let (mut overlay, overlays) = (overlay, bench.overlays());
    for _ in 0..DEPTH {
        let Some(layer) = layer_of(&overlay, inside) else { break };
        match overlays.iter().find(|other| other.mountpoint == layer) {
            // A union may stand in the pile of another one; where a layer is called as the mount point, it is under it.
            Some(union) if union.mountpoint != overlay.mountpoint => overlay = union.clone(),
            _ => return layer.join(inside),
        }
    }
    path.clone()
}

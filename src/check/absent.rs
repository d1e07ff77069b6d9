//! `absent PATH`: nothing stands there.

use crate::check::bench::{UnionPlace, kind_words, quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::observe::layer_of;
use std::path::Path;

pub(super) const KIND: CheckKind =
    CheckKind { name: "absent", operands: "PATH", arity: (1, 1), says: "nothing is at PATH", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let operand = &operands[0];
    let Some(entry) = bench.entry(operand)? else {
        return Ok(Outcome::holds(format!("{} is not there", shown(operand))));
    };
    let path = bench.path(operand);
    let place = bench.place(&path);
    let means = match &place {
        UnionPlace::Merged(overlay) => {
            let name = path.strip_prefix(&overlay.mountpoint).unwrap_or(Path::new(""));
            match layer_of(overlay, name) {
                Some(layer) => format!("It comes from {}.", bench.name(&layer)),
                None => String::new(),
            }
        }
        UnionPlace::Upper if entry.kind == Kind::Directory => {
            "A directory in a container's layer holds what that container made or changed.".to_string()
        }
        UnionPlace::Upper => "It lies in a container's own layer.".to_string(),
        UnionPlace::Unmounted(_) | UnionPlace::Lower | UnionPlace::Elsewhere => String::new(),
    };
    let quoted = quote(&shown(operand));
    let next = match (place, &entry.kind) {
        // How to delete in a layer or through the merged view is what an exercise is about.
        (UnionPlace::Elsewhere, Kind::Directory) => format!("delete it: rm -r {quoted}"),
        (UnionPlace::Elsewhere, _) => format!("delete it: rm {quoted}"),
        _ => format!("look at it: ls -ld {quoted}"),
    };
    let fault = Fault::new(Rank::Surplus, "nothing", kind_words(&entry.kind)).means(means).next(next);
    Ok(Outcome::fails(format!("{} is there, but should not be", shown(operand)), bench.about(fault, &[operand])))
}

//! `from PATH LAYER`: seen through the mount, it comes from this layer.

use crate::check::bench::{UnionPlace, shown};
use crate::check::mounted::not_mounted;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::layer_of;
use std::path::Path;

pub(super) const KIND: CheckKind = CheckKind {
    name: "from",
    operands: "PATH LAYER",
    arity: (2, 2),
    says: "PATH, seen through the mount, comes from LAYER",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (operand, wanted) = (&operands[0], &operands[1]);
    let path = bench.path(operand);
    let overlay = match bench.place(&path) {
        UnionPlace::Merged(overlay) => overlay,
        UnionPlace::Unmounted(mountpoint) => return Ok(not_mounted(bench, &bench.name(&mountpoint))),
        // No mount point is known; the directory in which the path begins should be one.
        _ => {
            let name = bench.name(&path);
            return Ok(not_mounted(bench, name.split('/').find(|part| !part.is_empty()).unwrap_or(&name)));
        }
    };
    if bench.entry(operand)?.is_none() {
        return Ok(bench.missing(operand, &format!("an entry that comes from {}", shown(wanted))));
    }
    let name = path.strip_prefix(&overlay.mountpoint).unwrap_or(Path::new(""));
    let Some(layer) = layer_of(&overlay, name) else {
        let fault = Fault::new(Rank::Content, format!("an entry of {}", shown(wanted)), "an entry of no layer")
            .means("A layer was changed while it was mounted; from then on the kernel promises nothing about what the merged view shows.")
            .next("umount it, and mount it again");
        return Ok(Outcome::fails(format!("no layer explains {}", shown(operand)), bench.about(fault, &[operand])));
    };
    let wanted_layer = bench.layer(wanted);
    if layer == wanted_layer {
        return Ok(Outcome::holds(format!("{} comes from {}", shown(operand), shown(wanted))));
    }
    let found = bench.name(&layer);
    let pile: Vec<_> = overlay.upper.iter().chain(&overlay.lowers).collect();
    let place = |layer| pile.iter().position(|other| *other == layer);
    let means = match (place(&layer), place(&wanted_layer)) {
        (_, None) => format!("{} is no layer of this overlay.", shown(wanted)),
        (Some(0), _) if overlay.upper.is_some() => {
            format!("{found} is the upper layer: the container has an entry of its own, and what lies below is hidden.")
        }
        (here, wanted_place) if here < wanted_place => {
            format!("{found} lies above {} in the pile, and the topmost entry is the one that is shown.", shown(wanted))
        }
        _ => format!("{} lies above {found} in the pile, but does not have it.", shown(wanted)),
    };
    let fault = Fault::new(Rank::Content, format!("an entry of {}", shown(wanted)), format!("an entry of {found}"))
        .means(means)
        .next("look at the layers: layerlab trees");
    let sentence = format!("{} comes from {found}, not from {}", shown(operand), shown(wanted));
    Ok(Outcome::fails(sentence, bench.about(fault, &[operand])))
}

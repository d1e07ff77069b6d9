//! `lowers PATH LAYER…`: the overlay mounted there has these lower layers, topmost first.

use crate::check::bench::{quote, shown};
use crate::check::in_use::in_use;
use crate::check::mounted::not_mounted;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use std::collections::BTreeSet;

pub(super) const KIND: CheckKind = CheckKind {
    name: "lowers",
    operands: "PATH LAYER…",
    arity: (2, usize::MAX),
    says: "the overlay on PATH has these lower layers, topmost first",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    let Some(overlay) = bench.overlay_on(path) else { return Ok(not_mounted(bench, path)) };
    let wanted: Vec<_> = operands[1..].iter().map(|operand| bench.layer(operand)).collect();
    let (found, expected) = (bench.names(&overlay.lowers), bench.names(&wanted));
    if overlay.lowers == wanted {
        if let Some(written) = in_use(bench, path, &overlay) {
            return Ok(written);
        }
        let layers = if wanted.len() == 1 { "layer" } else { "layers" };
        return Ok(Outcome::holds(format!(
            "the lower {layers} of {} {} {expected}",
            shown(path),
            is_are(wanted.len())
        )));
    }
    let (have, want): (BTreeSet<_>, BTreeSet<_>) = (overlay.lowers.iter().collect(), wanted.iter().collect());
    let missing: Vec<String> = want.difference(&have).map(|layer| bench.name(layer)).collect();
    let surplus: Vec<String> = have.difference(&want).map(|layer| bench.name(layer)).collect();
    let unions = bench.overlays();
    let inside = have.difference(&want).find_map(|layer| {
        let union = unions.iter().find(|union| layer.starts_with(&union.mountpoint) && **layer != union.mountpoint)?;
        Some((bench.name(layer), bench.name(&union.mountpoint)))
    });
    let means = match (missing.as_slice(), surplus.as_slice()) {
        _ if let Some((layer, union)) = &inside => format!(
            "{layer} lies in the merged view of {union}, so it was made in a layer of that union. A layer of its own is made \
             outside of every merged view."
        ),
        ([], []) => "These are the right layers in another order. The leftmost of lowerdir is the topmost.".to_string(),
        (missing, []) => format!("{} {} missing from the pile.", missing.join(" and "), is_are(missing.len())),
        ([], surplus) => format!("{} {} not belong into the pile.", surplus.join(" and "), do_does(surplus.len())),
        (missing, surplus) => {
            let (here, not) = (is_are(surplus.len()), is_are(missing.len()));
            format!("{} {here} in the pile, and {} {not} not.", surplus.join(" and "), missing.join(" and "))
        }
    };
    let fault = Fault::new(Rank::Layers, format!("lowerdir={expected}"), format!("lowerdir={found}"))
        .means(means)
        .next(format!("umount {}, and mount it with other lower layers", quote(&shown(path))));
    let sentence = format!("the lower layers of {} are {found}, not {expected}", shown(path));
    Ok(Outcome::fails(sentence, bench.about(fault, &[path])))
}

fn is_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn do_does(count: usize) -> &'static str {
    if count == 1 { "does" } else { "do" }
}

//! `upper PATH LAYER`: the overlay mounted there has this upper layer.

use crate::check::bench::{quote, shown};
use crate::check::in_use::in_use;
use crate::check::mounted::not_mounted;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind = CheckKind {
    name: "upper",
    operands: "PATH LAYER",
    arity: (2, 2),
    says: "the overlay on PATH has this upper layer",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (path, wanted) = (&operands[0], &operands[1]);
    let Some(overlay) = bench.overlay_on(path) else { return Ok(not_mounted(bench, path)) };
    let expected = format!("upperdir={}", shown(wanted));
    let next = format!("umount {}, and mount it with {expected}", quote(&shown(path)));
    let found = overlay.upper.as_ref().map(|upper| bench.name(upper));
    // What is found changed in the wrong layer follows from it, and so does what is missing in the right one.
    let about: Vec<&str> = [path.as_str(), wanted].into_iter().chain(found.as_deref()).collect();
    let (sentence, fault) = match &overlay.upper {
        Some(upper) if *upper == bench.layer(wanted) => {
            if let Some(shared) = in_use(bench, path, &overlay) {
                return Ok(shared);
            }
            return Ok(Outcome::holds(format!("the upper layer of {} is {}", shown(path), shown(wanted))));
        }
        Some(upper) => {
            let found = bench.name(upper);
            (
                format!("the upper layer of {} is {found}, not {}", shown(path), shown(wanted)),
                Fault::new(Rank::Layers, expected, format!("upperdir={found}")).means(match &overlay.work {
                    Some(work) if *work == bench.layer(wanted) => {
                        "upperdir and workdir are exchanged: it is the work directory."
                    }
                    _ => "Whatever is written through this mount goes into that layer.",
                }),
            )
        }
        None => (
            format!("the overlay on {} has no upper layer", shown(path)),
            Fault::new(Rank::Layers, expected, "lower layers alone")
                .means("Without an upper layer nobody can write through the mount."),
        ),
    };
    Ok(Outcome::fails(sentence, bench.about(fault.next(next), &about)))
}

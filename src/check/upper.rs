//! `upper PATH LAYER`: the overlay mounted there has this upper layer.

use crate::check::bench::{quote, shown};
use crate::check::mounted::not_mounted;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::FoundOverlay;

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
            if let Some(shared) = shared(bench, path, &overlay) {
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

/// Another overlay that is mounted now uses the same upper layer or the same work directory.
fn shared(bench: &Bench, path: &str, overlay: &FoundOverlay) -> Option<Outcome> {
    // A bind mount of the same overlay is no other one.
    let device =
        |overlay: &FoundOverlay| bench.mounts().iter().find(|mount| mount.id == overlay.id).map(|it| &it.device);
    // The layers of one that is mounted outside the bench, by another exercise say, have the same names, and are others.
    let here = bench.path(".");
    let others = bench.overlays().into_iter().filter(|other| other.mountpoint.starts_with(&here));
    let others = others.filter(|other| device(other) != device(overlay));
    let written = |overlay: &FoundOverlay| [overlay.upper.clone(), overlay.work.clone()];
    others.into_iter().find_map(|other| {
        let both = written(overlay).into_iter().flatten().find(|one| written(&other).iter().flatten().any(|two| one == two))?;
        let (directory, other) = (bench.name(&both), bench.name(&other.mountpoint));
        let fault = Fault::new(Rank::Layers, "an upper layer and a work directory of its own", format!("{directory}, of {other} too"))
            .means(
                "Two unions that write into the same directory destroy each other's work; the kernel only warns of it, in its \
                 log, and promises nothing.",
            )
            .next("umount one of the two, and mount it with directories of its own");
        let sentence = format!("{} and {other} both write into {directory}", shown(path));
        Some(Outcome::fails(sentence, bench.about(fault, &[path])))
    })
}

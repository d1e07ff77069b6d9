//! Whether a layer of a union is written by another one that is still mounted: beside it, below it on the same mount point,
//! or in a mount namespace that a process of the exercise has of its own. And whether a layer is still what its path says.

use crate::check::bench::{LiveOverlay, quote, shown};
use crate::check::{Bench, Fault, Outcome, Rank};
use crate::observe::FoundOverlay;
use std::path::PathBuf;

const PROMISES_NOTHING: &str = "As long as a union is mounted that writes into a directory, no other may use it: the kernel only warns, in its log, and \
                                promises nothing of what either shows.";

/// The outcome that says so; none where no other union writes into a layer or the work directory of this one, and nothing
/// was mounted over them.
pub(super) fn in_use(bench: &Bench, operand: &str, overlay: &FoundOverlay) -> Option<Outcome> {
    let path = shown(operand);
    if let Some((layer, mount)) = bench.mounted_later(overlay) {
        let (layer, place) = (bench.name(&layer), bench.name(&mount.mountpoint));
        let fault = Fault::new(Rank::Layers, format!("{layer} as it is now"), format!("what {layer} was before {place} was mounted"))
            .means("A union keeps the directories that its options led to when it was mounted. What is mounted later covers them, and is no part of the union.")
            .next(format!("umount {}, and mount it again: first {place}, then the union", quote(&path)));
        let sentence = format!("{layer}, a layer of {path}, is covered by what was mounted on {place} afterwards");
        return Some(Outcome::fails(sentence, bench.about(fault, &[operand, &layer])));
    }
    let all = bench.live_overlays();
    // A bind mount of the same overlay, and its copy in another mount namespace, are no other one.
    let device = all.iter().find(|live| live.holder.is_none() && live.overlay.id == overlay.id)?.device.clone();
    let written = |overlay: &FoundOverlay| [overlay.upper.clone(), overlay.work.clone()];
    let used: Vec<PathBuf> = written(overlay).into_iter().flatten().chain(overlay.lowers.iter().cloned()).collect();
    let both = |live: &LiveOverlay| {
        let theirs = written(&live.overlay);
        used.iter().find(|ours| theirs.iter().flatten().any(|theirs| theirs == *ours)).cloned()
    };
    let others = all.iter().filter(|live| live.device != device);
    let (other, both) = others.filter_map(|live| Some((live, both(live)?))).next()?;
    let (directory, place) = (bench.name(&both), bench.name(&other.overlay.mountpoint));
    let about = |fault: Fault| bench.about(fault, &[operand]);
    let writes = written(overlay).contains(&Some(both.clone()));
    Some(match &other.holder {
        Some(holder) => {
            let fault = Fault::new(Rank::Layers, format!("no other union that writes into {directory}"), format!("one on {place}, in the namespace of {holder}"))
                .means("A mount namespace has all mounts that were there when it was made: what is unmounted in the session stays mounted in there.")
                .next(format!("end {holder}, or umount it in there; then umount {}, and mount it again", quote(&path)));
            let sentence = format!("{directory} is still written by an older mount in the namespace of {holder}");
            Outcome::fails(sentence, about(fault))
        }
        None if other.overlay.mountpoint == overlay.mountpoint => {
            let fault =
                Fault::new(Rank::Layers, format!("one mount on {path}"), format!("two, and both use {directory}"))
                    .means(PROMISES_NOTHING)
                    .next(format!(
                        "umount {0} twice, and mount it once: findmnt {0} lists what is there",
                        quote(&path)
                    ));
            Outcome::fails(format!("{path} is mounted over an older mount of the same layers"), about(fault))
        }
        None if writes => {
            let fault = Fault::new(Rank::Layers, "an upper layer and a work directory of its own", format!("{directory}, of {place} too"))
                .means(
                    "Two unions that write into the same directory destroy each other's work; the kernel only warns of it, in its \
                     log, and promises nothing.",
                )
                .next("umount one of the two, and mount it with directories of its own");
            Outcome::fails(format!("{path} and {place} both write into {directory}"), about(fault))
        }
        None => {
            let fault = Fault::new(
                Rank::Layers,
                "lower layers that no mounted union writes into",
                format!("{directory}, into which {place} writes"),
            )
            .means(PROMISES_NOTHING)
            .next(format!("umount {0} and {1}; then mount {0} again", quote(&path), quote(&place)));
            Outcome::fails(format!("{directory}, a lower layer of {path}, is still written by {place}"), about(fault))
        }
    })
}

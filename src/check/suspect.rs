//! When an entry of a union is not as it should be, the mount itself may be the reason: its options, or layers that were
//! changed below it. Then that is said in place of what merely follows from it.

use crate::check::bench::quote;
use crate::check::marks::{is_unmarked, unmarked};
use crate::check::{Bench, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::ground::Errno;
use crate::kernel::list_attributes;
use crate::kernel::proc::Mount;
use crate::observe::{FoundOverlay, ObservedEntry, entry, layer_of, whiteout_of};
use std::path::{Path, PathBuf};

/// The outcome of a check, or that of the mount where it explains the other.
pub(super) fn explained(bench: &Bench, check: &str, outcome: Outcome) -> Outcome {
    let Some(fault) = outcome.fault.as_ref() else { return outcome };
    // What was harmed, or is mounted otherwise than asked for, is a reason by itself.
    if matches!(fault.rank, Rank::Harm | Rank::Mount | Rank::Layers | Rank::Effect) {
        return outcome;
    }
    for path in &fault.about {
        for overlay in bench.overlays() {
            let Some(inside) = inside(&overlay, path) else { continue };
            let Some(mount) = bench.mounts().iter().find(|mount| mount.id == overlay.id) else { continue };
            if let Some(reason) = reason(bench, check, &overlay, mount, &inside) {
                return reason;
            }
        }
    }
    outcome
}

/// The path within a union, of its merged view and of its upper layer.
fn inside(overlay: &FoundOverlay, path: &Path) -> Option<PathBuf> {
    let inside = path.strip_prefix(&overlay.mountpoint).ok();
    let inside = inside.or_else(|| path.strip_prefix(overlay.upper.as_ref()?).ok());
    inside.filter(|inside| !inside.as_os_str().is_empty()).map(Path::to_path_buf)
}

fn reason(bench: &Bench, check: &str, overlay: &FoundOverlay, mount: &Mount, inside: &Path) -> Option<Outcome> {
    let name = bench.name(&overlay.mountpoint);
    let again = |what: &str| format!("umount {}, and mount it again {what}", quote(&name));
    let about = |fault: Fault| {
        let layers = overlay.upper.iter().map(|upper| bench.name(upper));
        let names: Vec<String> = std::iter::once(name.clone()).chain(layers).collect();
        bench.about(fault, &names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let options = String::from_utf8_lossy(&mount.super_options).into_owned();
    if is_unmarked(bench, mount)
        && (matches!(check, "copied-up" | "opaque") || stays(overlay, inside) || disagrees(overlay, inside))
    {
        return Some(unmarked(bench, overlay, mount));
    }
    if let Some((layer, attribute)) = not_followed(overlay, inside) {
        let layer = bench.name(&layer);
        let (option, said, means) = match attribute {
            ".overlay.redirect" => (
                "redirect_dir=on",
                format!("{layer} is marked with another name, which {name} does not follow"),
                "It was renamed while the union was mounted with redirect_dir=on: the layer has no copy of what is in it, but \
                 a mark with the old name. Without that option the kernel refuses to show it.",
            ),
            _ => (
                "metacopy=on",
                format!("{layer} has the attributes of the file and not its content, and {name} does not show it"),
                "It was copied up while the union was mounted with metacopy=on: the content has stayed in the layer below. \
                 Without that option the kernel refuses to put the two together.",
            ),
        };
        let fault = Fault::new(Rank::Layers, format!("{option} among its options"), options)
            .means(means)
            .next(format!("begin again, without that option from the start: {}", bench.reset()));
        return Some(Outcome::fails(said, about(fault)));
    }
    if overlay.read_only
        && overlay.upper.is_some()
        && matches!(
            check,
            "contains"
                | "file"
                | "absent"
                | "whiteout"
                | "copied-up"
                | "opaque"
                | "directory"
                | "mode"
                | "hard-link"
                | "files"
        )
    {
        let fault = Fault::new(Rank::Layers, "rw among its options", "ro")
            .means("Though it has an upper layer, nobody can write through this mount.")
            .next(again("without ro"));
        return Some(Outcome::fails(format!("{name} is mounted read-only"), about(fault)));
    }
    if mount.has_option("metacopy=on") && matches!(check, "same" | "contains") {
        let fault = Fault::new(Rank::Layers, "no metacopy=on among its options", options)
            .means("With it copy-up takes a file's mode, owner and times along, and leaves its content where it was.")
            .next(again("with metacopy=off"));
        return Some(Outcome::fails(format!("{name} is mounted with metacopy=on"), about(fault)));
    }
    let path = overlay.mountpoint.join(inside);
    let within =
        |mount: &&Mount| mount.mountpoint.starts_with(&overlay.mountpoint) && mount.mountpoint != overlay.mountpoint;
    if let Some(cover) = bench.mounts().iter().filter(within).find(|mount| path.starts_with(&mount.mountpoint)) {
        let covered = bench.name(&cover.mountpoint);
        let fault =
            Fault::new(Rank::Mount, format!("what {name} shows there"), format!("a mount of type {}", cover.kind))
                .means(format!(
                    "What is mounted within a union covers what the union shows there. Nothing changes in {name}."
                ))
                .next(format!("umount {}", quote(&covered)));
        return Some(Outcome::fails(format!("another mount covers {covered}"), about(fault)));
    }
    if matches!(check, "from") || !disagrees(overlay, inside) {
        return None;
    }
    let place = bench.name(&path);
    let fault = Fault::new(Rank::Layers, "what the layers hold", "something else")
        .means("A layer was changed while it was mounted; from then on the kernel promises nothing about what the merged view shows.")
        .next(again("as it was"));
    Some(Outcome::fails(format!("{place} is not shown as the layers have it"), about(fault)))
}

/// A directory that was emptied, and could not be deleted: what lay below is whited out, but it is still there.
fn stays(overlay: &FoundOverlay, inside: &Path) -> bool {
    let Some(upper) = overlay.upper.as_ref().map(|upper| upper.join(inside)) else { return false };
    let mut names = std::fs::read_dir(&upper).into_iter().flatten().flatten();
    names.any(|name| matches!(at(&name.path()), Some(ObservedEntry { kind: Kind::Whiteout { .. }, .. })))
        && std::fs::read_dir(overlay.mountpoint.join(inside)).is_ok_and(|mut left| left.next().is_none())
}

/// An entry of the upper layer that an earlier mount has marked, on the way to a path that the merged view refuses to show;
/// and the mark.
fn not_followed(overlay: &FoundOverlay, inside: &Path) -> Option<(PathBuf, &'static str)> {
    let seen = std::fs::symlink_metadata(overlay.mountpoint.join(inside));
    seen.err().filter(|error| Errno::from(error) == Errno::EPERM)?;
    let upper = overlay.upper.as_ref()?;
    let ways = inside.ancestors().filter(|way| !way.as_os_str().is_empty()).map(|way| upper.join(way));
    ways.flat_map(|way| [(way.clone(), ".overlay.redirect"), (way, ".overlay.metacopy")])
        .find(|(way, mark)| list_attributes(way).iter().any(|attribute| attribute.ends_with(mark)))
}

/// Whether the merged view shows something else at a path than its layers have.
fn disagrees(overlay: &FoundOverlay, inside: &Path) -> bool {
    match at(&overlay.mountpoint.join(inside)) {
        // A name that no view shows is explained where it is missed.
        None => false,
        Some(seen) => match layer_of(overlay, inside) {
            None => true,
            Some(layer) => at(&layer.join(inside)).is_none_or(|held| {
                whiteout_of(overlay, inside).is_some_and(|above| above == layer)
                    || std::mem::discriminant(&seen.kind) != std::mem::discriminant(&held.kind)
                    || seen.kind == Kind::File && seen.stamp.size != held.stamp.size
            }),
        },
    }
}

fn at(path: &Path) -> Option<ObservedEntry> {
    entry(path).ok().flatten()
}

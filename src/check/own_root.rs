//! `own-root UPPER LOWER…`: in a mount namespace of its own a union of these layers was made the root by pivot_root(2),
//! and nothing of the old root is left.

use crate::check::bench::shown;
use crate::check::own;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::kernel::proc::Mount;
use crate::observe::{Running, find_overlays};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

pub(super) const KIND: CheckKind = CheckKind {
    name: "own-root",
    operands: "UPPER LOWER…",
    arity: (2, usize::MAX),
    says: "the root of a process is a union of these layers, exchanged by pivot_root, and the old root is gone",
    run,
};

/// How far somebody has come; of several processes the one that has come farthest is spoken of.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    /// The root is the one that the session has.
    Nothing,
    /// Something else is mounted on /, or chroot(2) leads to something else.
    Another(String),
    /// chroot(2) leads to a union: where it is mounted.
    Chroot(PathBuf),
    /// A union of other layers: the upper one, the lower ones.
    OtherLayers(Option<PathBuf>, Vec<PathBuf>),
    /// It was moved over the old root, and that one is still below it.
    Moved,
    /// The old root is still mounted there.
    OldRoot(PathBuf),
    All,
}

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let processes = bench.processes()?;
    let own = bench.witnesses()?.into_iter().filter(|running| processes.has_own(running, "mnt"));
    // Of several that are equally far, the first process of its PID namespace, then the one that was started last.
    let reached =
        own.rev().filter_map(|running| Some(((reached(bench, running, operands)?, running.pid() == 1), running)));
    let Some(((reached, _), running)) = reached.max_by(|(one, _), (other, _)| one.cmp(other)) else {
        return Ok(own::none(processes, &["mnt"]));
    };
    let (upper, lowers) = (shown(&operands[0]), operands[1..].iter().map(|lower| shown(lower)).collect::<Vec<_>>());
    let union = format!("a union of {} and {upper}", lowers.join(", "));
    let name = &running.name;
    let exchange = "in the shell that unshare has opened: cd into the union, mkdir old, pivot_root . old, cd /";
    let (sentence, fault) = match reached {
        Reached::All => return Ok(Outcome::holds(format!("the root of {name} is {union}, and no other is left"))),
        Reached::Nothing => (
            format!("the root of {name} is still that of the session"),
            Fault::new(Rank::Mount, union, "the root of the session")
                .means("A new mount namespace begins as a copy: what / is does not change by itself.")
                .next(exchange),
        ),
        Reached::Another(kind) => (
            format!("the root of {name} is no union"),
            Fault::new(Rank::Mount, union, kind)
                .means("A union is what keeps the image as it is: whatever is changed goes into the upper layer.")
                .next(format!("mount the overlay first; then {exchange}")),
        ),
        Reached::Chroot(at) => (
            format!("the root of {name} was set by chroot, and the old one is still above it"),
            Fault::new(Rank::Wrong, "a mount table that begins with the union", format!("one in which it is {}", bench.name(&at)))
                .means("chroot moves a process within the tree and leaves the tree as it is: who gets past that root climbs out.")
                .next(format!("leave that shell; {exchange}")),
        ),
        Reached::OtherLayers(found_upper, found_lowers) => {
            let wanted: Vec<PathBuf> = operands[1..].iter().map(|lower| bench.layer(lower)).collect();
            let options = |upper: Option<String>, lowers: &[PathBuf]| {
                let upper = upper.map_or(String::new(), |upper| format!(",upperdir={upper}"));
                format!("lowerdir={}{upper}", bench.names(lowers))
            };
            let found = options(found_upper.map(|upper| bench.name(&upper)), &found_lowers);
            let expected = options(Some(upper), &wanted);
            (
                format!("the root of {name} is a union of other layers"),
                Fault::new(Rank::Layers, &expected, found)
                    .means("Whatever is written in there goes into its upper layer, and what is seen is of its lower ones.")
                    .next(format!("leave that shell, and mount the union with {expected}")),
            )
        }
        Reached::Moved => (
            format!("the root of {name} was moved over the old one, which is still below it"),
            Fault::new(Rank::Wrong, "the union in the place of the old root", "the union on top of it")
                .means("mount --move covers the old root and leaves it where it is: who takes the union away again is back in it.")
                .next(format!("leave that shell; {exchange}")),
        ),
        Reached::OldRoot(at) => {
            let at = at.display();
            (
                format!("the old root is still mounted on {at} in the root of {name}"),
                Fault::new(Rank::Wrong, "no mount of the old root", at.to_string())
                    .means("Whoever is in there sees the whole machine through it.")
                    .next(format!("in that shell: umount -n -l {at}, then rmdir {at}")),
            )
        }
    };
    Ok(Outcome::fails(sentence, fault))
}

/// How far a process has come; nothing where it ends just now.
fn reached(bench: &Bench, running: &Running, operands: &[String]) -> Option<Reached> {
    // From outside of its mount namespace the kernel calls a root by its path there: `/` where it is the first of all.
    let root = running.process.root().ok()?;
    let table = running.process.mounts().ok()?;
    let overlay = find_overlays(&table, &bench.path("")).into_iter().find(|found| found.mountpoint == Path::new("/"));
    let sessions = bench.mounts().iter().rfind(|mount| mount.mountpoint == Path::new("/"));
    let is_sessions =
        |mount: &&Mount| sessions.is_some_and(|ours| ours.device == mount.device && ours.root == mount.root);
    if root != Path::new("/") {
        return Some(match overlay {
            Some(_) => Reached::Chroot(root),
            None => Reached::Another(format!("{}, by chroot", bench.name(&root))),
        });
    }
    let on_root: &Mount = table.iter().rfind(|mount| mount.mountpoint == Path::new("/"))?;
    if is_sessions(&on_root) {
        return Some(Reached::Nothing);
    }
    let Some(overlay) = overlay else { return Some(Reached::Another(on_root.kind.clone())) };
    let wanted: Vec<PathBuf> = operands[1..].iter().map(|lower| bench.layer(lower)).collect();
    if overlay.lowers != wanted || overlay.upper != Some(bench.layer(&operands[0])) {
        return Some(Reached::OtherLayers(overlay.upper, overlay.lowers));
    }
    let identity = |found: std::fs::Metadata| (found.dev(), found.ino());
    let below = || on_root.propagation.shared.is_none().then(|| running.process.below_its_root().ok())?;
    Some(match table.iter().find(is_sessions) {
        Some(old) => Reached::OldRoot(old.mountpoint.clone()),
        None if std::fs::metadata("/").ok().map(identity).is_some_and(|ours| below() == Some(ours)) => Reached::Moved,
        None => Reached::All,
    })
}

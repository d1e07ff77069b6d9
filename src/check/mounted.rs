//! `mounted PATH`: an overlay is mounted there.

use crate::check::bench::{kind_words, quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::observe::Running;

pub(super) const KIND: CheckKind =
    CheckKind { name: "mounted", operands: "PATH", arity: (1, 1), says: "an overlay is mounted on PATH", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    Ok(match bench.overlay_on(path) {
        Some(_) => Outcome::holds(format!("an overlay is mounted on {}", shown(path))),
        None => not_mounted(bench, path),
    })
}

/// No overlay is mounted there.
pub(super) fn not_mounted(bench: &Bench, operand: &str) -> Outcome {
    if let Some(elsewhere) = elsewhere(bench, operand) {
        return elsewhere;
    }
    if let Some(volatile) = volatile(bench, operand) {
        return volatile;
    }
    let (found, means) = match (bench.mount_on(operand), bench.entry(operand)) {
        (Some(mount), _) if mount.kind == "overlay" => (
            format!("the directory {} of another overlay", bench.name(&mount.root)),
            "A bind mount shows a directory of an overlay a second time; it is no overlay of its own.",
        ),
        (Some(mount), _) => (format!("a mount of type {}", mount.kind), "Another file system covers the directory."),
        (None, Ok(None)) => (
            format!("nothing; {} does not exist", shown(operand)),
            "A mount needs a directory that is there already: its mount point.",
        ),
        (None, Ok(Some(entry))) if entry.kind != Kind::Directory => (
            format!("no mount; {} is {}", shown(operand), kind_words(&entry.kind)),
            "A mount needs a directory as its mount point; a mount on what a link leads to stands there, not here.",
        ),
        _ => (
            "no mount".to_string(),
            "Without it there is no merged view: the directory shows only what lies in itself.",
        ),
    };
    let fault = Fault::new(Rank::Mount, "a mount of type overlay", found)
        .means(means)
        .next("look at what is mounted: findmnt -t overlay");
    Outcome::fails(format!("no overlay is mounted on {}", shown(operand)), bench.about(fault, &[operand]))
}

/// The work directory remembers a mount with the option volatile, after which the kernel refuses to mount it again.
fn volatile(bench: &Bench, operand: &str) -> Option<Outcome> {
    let mark = bench.work_at_start(operand)?.join("work/incompat/volatile");
    let mark = mark.exists().then(|| bench.name(&mark)).filter(|_| bench.mount_on(operand).is_none())?;
    let fault = Fault::new(Rank::Mount, "a mount of type overlay", format!("no mount, and {mark}"))
        .means(
            "The union was mounted with volatile: nothing is waited for until it is on the disk. After that the kernel refuses \
             the same work directory, because nobody knows whether all of the upper layer is there.",
        )
        .next(format!("rm -r {}, and mount it again without volatile", quote(&mark)));
    let sentence = format!("{} was mounted with volatile, and cannot be mounted again", shown(operand));
    Some(Outcome::fails(sentence, bench.about(fault, &[operand])))
}

/// An overlay is mounted there, but in the mount namespace of another process.
fn elsewhere(bench: &Bench, operand: &str) -> Option<Outcome> {
    let (path, processes) = (bench.path(operand), bench.processes().ok()?);
    let has = |running: &&Running| {
        let table = running.process.mounts().unwrap_or_default();
        processes.has_own(running, "mnt")
            && table.iter().any(|mount| mount.kind == "overlay" && mount.mountpoint == path)
    };
    let name = &processes.others.iter().find(has)?.name;
    let place = shown(operand);
    let found = format!("a mount in the mount namespace of {name}");
    let fault = Fault::new(Rank::Mount, "a mount of type overlay in the session itself", found)
        .means("What is mounted in a mount namespace of its own is seen by the processes in it, and by nobody else.")
        .next("leave the shell that unshare has opened, and mount it in the session");
    let sentence = format!("an overlay is mounted on {place}, but in the namespace of {name}");
    Some(Outcome::fails(sentence, bench.about(fault, &[operand])))
}

//! `untouched PATH`: nothing at or below it is different from the start of the exercise.

use crate::check::bench::{UnionPlace, kind_words, quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::ground::Name;
use crate::kernel::proc::Mount;
use crate::observe::{Snapshot, Touch};
use std::path::{Path, PathBuf};

pub(super) const KIND: CheckKind = CheckKind {
    name: "untouched",
    operands: "PATH",
    arity: (1, 1),
    says: "nothing at or below PATH has changed since the exercise began",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let operand = &operands[0];
    let path = bench.path(operand);
    let Some(kept) = bench.kept(operand) else {
        return Ok(Outcome::fails(
            format!("nobody knows how {} was at the start", shown(operand)),
            Fault::new(Rank::Harm, "a note made when the exercise began", "none")
                .means("The exercise was begun with other checks than it has now.")
                .next(bench.reset()),
        ));
    };
    // Looked at by itself first: what cannot be read is told as such.
    bench.entry(operand)?;
    let touched = kept.touched(&path).map_err(|error| bench.unreadable(operand, &error))?;
    let Some((inside, touch)) = touched.first() else {
        return Ok(Outcome::holds(format!("{} is as it was", shown(operand))));
    };
    let is_directory = kept.is_directory();
    let at = if inside.as_os_str().is_empty() { path.clone() } else { path.join(inside) };
    if let Some(outcome) = covered(bench, kept, &path, &at) {
        return Ok(outcome);
    }
    // A layer that is not mounted yet is known by nothing but that it must stay as it is.
    let (itself, whose) = match bench.place_at_start(&path).unwrap_or_else(|| bench.place(&path)) {
        UnionPlace::Upper => (
            " in the container layer itself",
            "Whatever the container had there is lost or changed behind the kernel's back.",
        ),
        UnionPlace::Lower if is_directory => (
            " in the image layer itself",
            "An image layer belongs to every container that uses it: each of them sees this change.",
        ),
        UnionPlace::Elsewhere if is_directory => {
            (" in the layer itself", "Whatever is made from this layer, or mounted with it, has this change.")
        }
        _ => ("", ""),
    };
    let name = bench.name(&at);
    let of_itself = inside.as_os_str().is_empty() && is_directory;
    let nothing = kept.is_nothing();
    let (sentence, found) = match touch {
        Touch::Gone if of_itself => (format!("{name} is gone"), "nothing".to_string()),
        Touch::Gone => {
            (format!("{name} is gone from{}", itself.strip_prefix(" in").unwrap_or(" its place")), "nothing".into())
        }
        Touch::Added(kind) if nothing => (format!("{name} was made"), kind_words(kind)),
        Touch::Added(kind) => (
            format!("{name} was added to{}", itself.strip_prefix(" in").unwrap_or(" what was there")),
            kind_words(kind),
        ),
        Touch::WhitedOut => (format!("{name} was replaced by a whiteout{itself}"), "a whiteout".into()),
        Touch::Replaced(kind) => (format!("{name} was replaced{itself}"), kind_words(kind)),
        Touch::Mode(before, now) => (format!("{name} was changed{itself}"), format!("mode {now:o}; it was {before:o}")),
        Touch::Owner => (format!("{name} was changed{itself}"), "another owner or group".into()),
        Touch::Content => (format!("{name} was changed{itself}"), "another content".into()),
        Touch::Time => (format!("{name} was changed{itself}"), "the same content, but a new file or a new time".into()),
        Touch::Opaque(true) => (format!("{name} was changed{itself}"), "a directory that is now opaque".into()),
        Touch::Opaque(false) => (format!("{name} was changed{itself}"), "a directory that is no longer opaque".into()),
    };
    let more = match touched.len() - 1 {
        0 => String::new(),
        1 => "; one more entry is different".to_string(),
        more => format!("; {more} more entries are different"),
    };
    let fault = Fault::new(Rank::Harm, "as it was when the exercise began", format!("{found}{more}"))
        .means(whose)
        .next(format!("begin again: {}", bench.reset()));
    let mut fault = bench.about(fault, &[operand]);
    // What was touched, not the whole layer, is what others may follow from; nothing follows from a layer's own mode.
    let notable = |(inside, touch): &&(PathBuf, Touch)| {
        !inside.as_os_str().is_empty() || !is_directory || !matches!(touch, Touch::Mode(..) | Touch::Owner)
    };
    fault.names = touched
        .iter()
        .filter(notable)
        .filter_map(|(inside, _)| bench.about(Fault::new(Rank::Harm, "", ""), &[&at_text(operand, inside)]).names.pop())
        .collect();
    Ok(Outcome::fails(sentence, fault))
}

/// Something was mounted at or above the path that seems to be touched: what lies below is as it was, and cannot be seen.
fn covered(bench: &Bench, kept: &Snapshot, path: &Path, at: &Path) -> Option<Outcome> {
    let above = |mount: &&Mount| mount.mountpoint.starts_with(path) && at.starts_with(&mount.mountpoint);
    let mount = bench.mounts().iter().rev().find(above)?;
    let name = bench.name(&mount.mountpoint);
    let now = bench.entry(&name).ok().flatten()?;
    if kept.device().is_none_or(|device| device == now.stamp.device) {
        return None;
    }
    let fault =
        Fault::new(Rank::Mount, "what was there when the exercise began", format!("a mount of type {}", mount.kind))
            .means("As long as it is mounted, nobody sees what lies below it.")
            .next(format!("umount {}", quote(&name)));
    Some(Outcome::fails(format!("{name} is covered by what is mounted on it"), bench.about(fault, &[&name])))
}

fn at_text(operand: &str, inside: &Path) -> String {
    let inside = Name::from(inside);
    match std::str::from_utf8(inside.as_bytes()) {
        Ok("") | Err(_) => operand.to_string(),
        Ok(inside) => format!("{operand}/{inside}"),
    }
}

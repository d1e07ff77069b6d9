//! `copied-up PATH`: the kernel copied it from a lower layer into the upper.
//!
//! The kernel notes the origin of every directory, and of a file that has one name below; of a file with several names
//! only with `index=on`.

use crate::check::bench::shown;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;

pub(super) const KIND: CheckKind = CheckKind {
    name: "copied-up",
    operands: "PATH",
    arity: (1, 1),
    says: "PATH, in the upper layer, was copied up from a lower one",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    Ok(match bench.entry(path)? {
        None => bench.missing(path, "a file that was copied up"),
        Some(entry) if entry.copied_up => Outcome::holds(format!("{} was copied up", shown(path))),
        Some(entry) if matches!(entry.kind, Kind::File | Kind::Directory) => {
            let what = if entry.kind == Kind::File { "file" } else { "directory" };
            let expected = format!("a {what} with the attribute overlay.origin");
            let fault = Fault::new(Rank::Content, expected, format!("a {what} without it"))
                .means(format!(
                    "When the kernel copies a {what} up, it notes where it came from. This {what} has no such note: it \
                     was made new, in the merged view or in the layer itself."
                ))
                .next("look at the layers: layerlab trees");
            Outcome::fails(format!("{} was made new, not copied up", shown(path)), bench.about(fault, &[path]))
        }
        Some(entry) => bench.another_kind(path, &entry.kind, "a file that was copied up", ""),
    })
}

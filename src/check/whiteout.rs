//! `whiteout PATH`: a layer says there that the name is deleted.

use crate::check::bench::shown;
use crate::check::{Bench, CheckKind, Outcome};
use crate::event::Kind;

pub(super) const KIND: CheckKind =
    CheckKind { name: "whiteout", operands: "PATH", arity: (1, 1), says: "PATH is a whiteout", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    let Some(entry) = bench.entry(path)? else {
        let mut missing = bench.missing(path, "a whiteout");
        if let (Some(archived), Some(fault)) = (archived(bench, path), &mut missing.fault) {
            fault.means = format!(
                "{archived} is how an archive of a layer writes down a deletion. A layer that is mounted has a character \
                 device with the numbers 0, 0 under the name itself."
            );
        }
        return Ok(missing);
    };
    let means = match &entry.kind {
        Kind::Whiteout { .. } => return Ok(Outcome::holds(format!("{} is a whiteout", shown(path)))),
        Kind::File => {
            "A file in a layer is shown in the merged view, even an empty one. A whiteout is a character device with \
             the numbers 0, 0."
        }
        Kind::Device { .. } => "Only a character device with the numbers 0, 0 is a whiteout.",
        _ => "Only a whiteout says that a name is deleted.",
    };
    Ok(bench.another_kind(path, &entry.kind, "a whiteout", means))
}

/// The file beside it by which a layer in a tar archive would say the same (OCI image specification, layer.md, Whiteouts).
fn archived(bench: &Bench, path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let archived = if folder.is_empty() { format!(".wh.{name}") } else { format!("{folder}/.wh.{name}") };
    bench.entry(&archived).ok().flatten().map(|_| shown(&archived))
}

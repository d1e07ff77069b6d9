//! `not-mounted PATH`: nothing is mounted there.

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind =
    CheckKind { name: "not-mounted", operands: "PATH", arity: (1, 1), says: "nothing is mounted on PATH", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    let Some(mount) = bench.mount_on(path) else {
        return Ok(Outcome::holds(format!("nothing is mounted on {}", shown(path))));
    };
    let article = if mount.kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    let fault = Fault::new(Rank::Mount, "no mount", format!("a mount of type {}", mount.kind))
        .means("As long as it is mounted, whoever works in the directory works in what is mounted there.")
        .next(format!("umount {}", quote(&shown(path))));
    let sentence = format!("{article} {} is still mounted on {}", mount.kind, shown(path));
    Ok(Outcome::fails(sentence, bench.about(fault, &[path])))
}

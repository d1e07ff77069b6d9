//! `read-only PATH`: nothing can be written through the mount there.

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind =
    CheckKind { name: "read-only", operands: "PATH", arity: (1, 1), says: "the mount on PATH is read-only", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    let Some(mount) = bench.mount_on(path) else {
        let fault = Fault::new(Rank::Mount, "a mount that is read-only", "no mount")
            .means("Read-only is a property of a mount, not of a directory.")
            .next("look at what is mounted: findmnt");
        return Ok(Outcome::fails(format!("nothing is mounted on {}", shown(path)), bench.about(fault, &[path])));
    };
    if mount.is_read_only() || mount.overlay().is_some_and(|overlay| overlay.read_only) {
        return Ok(Outcome::holds(format!("the mount on {} is read-only", shown(path))));
    }
    let fault = Fault::new(Rank::Layers, "ro", "rw")
        .means("A program can write through this mount.")
        .next(format!("look at its options: findmnt -o TARGET,OPTIONS {}", quote(&shown(path))));
    Ok(Outcome::fails(format!("the mount on {} can be written through", shown(path)), bench.about(fault, &[path])))
}

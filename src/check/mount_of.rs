//! `mount-of PATH TYPE`: a file system of this type is mounted there.

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind = CheckKind {
    name: "mount-of",
    operands: "PATH TYPE",
    arity: (2, 2),
    says: "a file system of this type is mounted on PATH",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (path, wanted) = (&operands[0], operands[1].as_str());
    let found = bench.mount_on(path).map(|mount| mount.kind.as_str());
    if found == Some(wanted) {
        return Ok(Outcome::holds(format!("a {wanted} is mounted on {}", shown(path))));
    }
    let fault = Fault::new(Rank::Mount, format!("a mount of type {wanted}"), found.unwrap_or("no mount"))
        .means("Without it the directory is a part of the file system around it.")
        .next(format!("mount -t {wanted} {wanted} {}", quote(&shown(path))));
    Ok(Outcome::fails(format!("no {wanted} is mounted on {}", shown(path)), bench.about(fault, &[path])))
}

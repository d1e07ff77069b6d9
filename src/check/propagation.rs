//! `propagation PATH KIND`: whether what is mounted below it reaches other namespaces; mount_namespaces(7).

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind = CheckKind {
    name: "propagation",
    operands: "PATH private|shared|slave|unbindable",
    arity: (2, 2),
    says: "mounts below the mount on PATH are seen elsewhere, or not",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (path, wanted) = (&operands[0], operands[1].as_str());
    let Some(mount) = bench.mount_on(path) else {
        let fault = Fault::new(Rank::Mount, format!("a mount that is {wanted}"), "no mount")
            .means("Propagation is a property of a mount, not of a directory.")
            .next(format!("mount --bind {0} {0} makes one of the directory", quote(&shown(path))));
        return Ok(Outcome::fails(format!("nothing is mounted on {}", shown(path)), bench.about(fault, &[path])));
    };
    let found = mount.propagation.word();
    if found == wanted {
        return Ok(Outcome::holds(format!("the mount on {} is {wanted}", shown(path))));
    }
    let means = match (mount.propagation.shared.is_some(), mount.propagation.slave.is_some()) {
        (true, _) => "What is mounted below it appears in its peers too, and the other way round.",
        (false, true) => "What is mounted in its master appears here too, but not the other way round.",
        (false, false) => "What is mounted below it stays here.",
    };
    let target = quote(&shown(path));
    // Of a mount without peers the kernel makes no slave, and does not complain.
    let next = match wanted == "slave" && mount.propagation.shared.is_none() {
        true => format!("bind a shared mount there, then mount --make-slave {target}"),
        false => format!("mount --make-{wanted} {target}"),
    };
    let fault = Fault::new(Rank::Layers, wanted, found).means(means).next(next);
    Ok(Outcome::fails(format!("the mount on {} is {found}, not {wanted}", shown(path)), bench.about(fault, &[path])))
}

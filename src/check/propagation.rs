//! `propagation PATH KIND [MASTER]`: whether what is mounted below it reaches other namespaces; mount_namespaces(7).

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind = CheckKind {
    name: "propagation",
    operands: "PATH private|shared|slave|unbindable [MASTER]",
    arity: (2, 3),
    says: "mounts below the mount on PATH are seen elsewhere, or not; of a slave: those below MASTER are seen here",
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
    if let Some(master) = operands.get(2).filter(|_| found == wanted)
        && bench.mount_on(master).is_none_or(|of| of.propagation.shared != mount.propagation.slave)
    {
        let (name, of) = (shown(path), shown(master));
        let fault = Fault::new(Rank::Layers, format!("a slave of {of}"), "a slave of another mount")
            .means(format!(
                "A slave gets what is mounted below its master; what is mounted below {of} does not come here."
            ))
            .next(format!("umount {0}; mount --bind {1} {0}; mount --make-slave {0}", quote(&name), quote(&of)));
        let sentence = format!("the mount on {name} is {wanted}, but not of {of}");
        return Ok(Outcome::fails(sentence, bench.about(fault, &[path])));
    }
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

//! `inside PATH [KIND]`: in a mount namespace of its own something is mounted there, with this propagation;
//! mount_namespaces(7).

use crate::check::bench::{quote, shown};
use crate::check::own;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::kernel::proc::Mount;

pub(super) const KIND: CheckKind = CheckKind {
    name: "inside",
    operands: "PATH [private|shared|slave|TYPE]",
    arity: (1, 2),
    says: "something is mounted on PATH in a mount namespace of its own, with this propagation or of this type",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (operand, wanted) = (&operands[0], operands.get(1).map(String::as_str));
    let path = bench.path(operand);
    let processes = bench.processes()?;
    let own = bench.witnesses()?.into_iter().filter(|running| processes.has_own(running, "mnt"));
    let tables = own.filter_map(|running| running.process.mounts().ok());
    let on_path = |table: Vec<Mount>| table.into_iter().rfind(|mount| mount.mountpoint == path);
    let mounts: Vec<Option<Mount>> = tables.map(on_path).collect();
    let name = shown(operand);
    let kind = wanted.filter(|wanted| !["private", "shared", "slave"].contains(wanted));
    let fits = |mount: &&Mount| match kind {
        Some(kind) => mount.kind == kind,
        None => wanted.is_none_or(|wanted| mount.propagation.word() == wanted),
    };
    if mounts.iter().flatten().any(|mount| fits(&mount)) {
        return Ok(Outcome::holds(match wanted {
            Some(_) if kind.is_some() => {
                format!("a {} is mounted on {name} in a mount namespace of its own", kind.unwrap_or_default())
            }
            Some(wanted) => format!("the mount on {name} is {wanted} in a mount namespace of its own"),
            None => format!("something is mounted on {name} in a mount namespace of its own"),
        }));
    }
    let Some(latest) = mounts.into_iter().next() else { return Ok(own::none(processes, &["mnt"])) };
    let Some(mount) = latest else {
        let fault = Fault::new(Rank::Mount, format!("a mount on {name}"), "none")
            .means("A new mount namespace begins as a copy: it has what was mounted then, and what is mounted in it.")
            .next("look at what is mounted, in the shell that unshare has opened: findmnt");
        let sentence = format!("nothing is mounted on {name} in the new mount namespace");
        return Ok(Outcome::fails(sentence, bench.about(fault, &[operand])));
    };
    if let Some(kind) = kind {
        let fault =
            Fault::new(Rank::Layers, format!("a mount of type {kind}"), format!("a mount of type {}", mount.kind))
                .next(format!("in the shell that unshare has opened: mount -t {kind} {kind} {}", quote(operand)));
        let sentence = format!("no {kind} is mounted on {name} in the new mount namespace");
        return Ok(Outcome::fails(sentence, bench.about(fault, &[operand])));
    }
    let (found, wanted) = (mount.propagation.word(), wanted.unwrap_or_default());
    let means = match found {
        "shared" => "What is mounted below it inside appears in the session, and the other way round.",
        "slave" => "What is mounted below it in the session appears inside, but not the other way round.",
        _ => "What is mounted below it in the session does not appear inside, nor the other way round.",
    };
    let propagation = if wanted == "shared" { "unchanged" } else { wanted };
    let fault = Fault::new(Rank::Layers, wanted, found).means(means).next(format!(
        "unshare --mount --propagation {propagation}; in the session the mount must be shared first: mount --make-shared {}",
        quote(operand)
    ));
    let sentence = format!("the mount on {name} is {found} in the new mount namespace, not {wanted}");
    Ok(Outcome::fails(sentence, bench.about(fault, &[operand])))
}

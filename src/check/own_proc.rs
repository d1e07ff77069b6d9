//! `own-proc`: in a PID namespace of its own, /proc tells of the processes of that namespace; proc(5).

use crate::check::own;
use crate::check::pid_one::firsts;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::Running;

pub(super) const KIND: CheckKind = CheckKind {
    name: "own-proc",
    operands: "",
    arity: (0, 0),
    says: "a PID namespace of its own has a /proc of its own, and the session has the one that it had",
    run,
};

fn run(bench: &Bench, _: &[String]) -> Result<Outcome, Outcome> {
    let processes = bench.processes()?;
    let all: Vec<&Running> = firsts(bench)?;
    let Some(first) = all.first() else { return Ok(own::none(processes, &["pid"])) };
    let shown = processes.first.process.namespace_of_its_proc().ok();
    if all.iter().any(|running| shown.is_some() && running.namespaces.get("pid").copied() == shown) {
        let fault = Fault::new(Rank::Harm, "the /proc that the session had", "that of the new PID namespace")
            .means(
                "A new PID namespace has the mounts of the session: what is mounted in it is mounted for all. Now nobody in \
                 the session sees the processes of the session.",
            )
            .next("umount /proc, then unshare --pid --fork --mount-proc, which makes a mount namespace too");
        return Ok(Outcome::fails("the /proc of the session itself was replaced", fault));
    }
    let tells =
        |running: &&Running| running.process.namespace_of_its_proc().ok().as_ref() == running.namespaces.get("pid");
    if all.iter().any(tells) {
        return Ok(Outcome::holds("/proc tells of the processes of the new PID namespace"));
    }
    let fault = Fault::new(Rank::Wrong, "a /proc of its own", format!("the /proc that {} had before", first.name))
        .means("A /proc tells of the PID namespace of whoever has mounted it, and ps prints what /proc tells.")
        .next("unshare --pid --fork --mount-proc");
    Ok(Outcome::fails("the new PID namespace has no /proc of its own", fault))
}

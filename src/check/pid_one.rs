//! `pid-one NAME`: a process of this name is PID 1 of a PID namespace of its own; pid_namespaces(7).

use crate::check::own;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::Running;

pub(super) const KIND: CheckKind = CheckKind {
    name: "pid-one",
    operands: "NAME",
    arity: (1, 1),
    says: "a process called NAME is PID 1 of a PID namespace of its own",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let wanted = &operands[0];
    called(bench, wanted)?;
    Ok(Outcome::holds(format!("{wanted} is PID 1 of a PID namespace of its own")))
}

/// Whoever is PID 1 and has this name, or the outcome that says that nobody is.
pub(super) fn called<'b>(bench: &'b Bench, wanted: &str) -> Result<&'b Running, Outcome> {
    let processes = bench.processes()?;
    let mut first = firsts(bench)?.into_iter().peekable();
    let Some(latest) = first.peek().copied() else { return Err(own::none(processes, &["pid"])) };
    first.find(|running| running.name == wanted).ok_or_else(|| {
        let fault = Fault::new(Rank::Wrong, wanted, &latest.name)
            .means("What unshare starts becomes PID 1; whatever that one starts has another number.")
            .next(format!("let unshare start {wanted} itself, or exec {wanted} in the shell that it has started"));
        Outcome::fails(format!("PID 1 of the new PID namespace is {}, not {wanted}", latest.name), fault)
    })
}

/// The first processes of all PID namespaces that were made in the session, the last one first.
pub(super) fn firsts(bench: &Bench) -> Result<Vec<&Running>, Outcome> {
    let processes = bench.processes()?;
    let is_first = |running: &&Running| running.pid() == 1 && processes.has_own(running, "pid");
    Ok(bench.witnesses()?.into_iter().filter(is_first).collect())
}

//! `pid-one NAME`: a process of this name is PID 1 of a PID namespace of its own; pid_namespaces(7).

use crate::check::own;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::{Processes, Running};

pub(super) const KIND: CheckKind = CheckKind {
    name: "pid-one",
    operands: "NAME",
    arity: (1, 1),
    says: "a process called NAME is PID 1 of a PID namespace of its own",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let wanted = &operands[0];
    called(bench.processes()?, wanted)?;
    Ok(Outcome::holds(format!("{wanted} is PID 1 of a PID namespace of its own")))
}

/// Whoever is PID 1 and has this name, or the outcome that says that nobody is.
pub(super) fn called<'p>(processes: &'p Processes, wanted: &str) -> Result<&'p Running, Outcome> {
    let mut first = firsts(processes).peekable();
    let Some(latest) = first.peek().copied() else { return Err(own::none(processes, &["pid"])) };
    first.find(|running| running.name == wanted).ok_or_else(|| {
        let fault = Fault::new(Rank::Wrong, wanted, &latest.name)
            .means("What unshare starts becomes PID 1; whatever that one starts has another number.")
            .next(format!("let unshare start {wanted} itself, or exec {wanted} in the shell that it has started"));
        Outcome::fails(format!("PID 1 of the new PID namespace is {}, not {wanted}", latest.name), fault)
    })
}

/// The first processes of all PID namespaces that were made in the session, the last one first.
pub(super) fn firsts(processes: &Processes) -> impl Iterator<Item = &Running> {
    processes.others.iter().filter(|running| running.pid() == 1 && processes.has_own(running, "pid"))
}

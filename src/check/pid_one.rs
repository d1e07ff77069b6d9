//! `pid-one NAME`: a process of this name is PID 1 of a PID namespace of its own; pid_namespaces(7).

use crate::check::own;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::Running;

pub(super) const KIND: CheckKind = CheckKind {
    name: "pid-one",
    operands: "'NAME ARGUMENT…'",
    arity: (1, 1),
    says: "a process called NAME, with these arguments if any are given, is PID 1 of a PID namespace of its own",
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
    let (name, arguments) = wanted.split_once(' ').unwrap_or((wanted, ""));
    let is_wanted =
        |running: &&Running| running.name == name && (arguments.is_empty() || started_with(running) == arguments);
    first.find(is_wanted).ok_or_else(|| {
        let found = match latest.name == name {
            true => format!("{name} {}", started_with(latest)),
            false => latest.name.clone(),
        };
        let fault = Fault::new(Rank::Wrong, wanted, &found)
            .means("What unshare starts becomes PID 1; whatever that one starts has another number.")
            .next(format!("let unshare start {wanted} itself, or exec {wanted} in the shell that it has started"));
        Outcome::fails(format!("PID 1 of the new PID namespace is {found}, not {wanted}"), fault)
    })
}

/// The arguments of a process, without its name.
fn started_with(running: &Running) -> String {
    let words = running.process.arguments().unwrap_or_default();
    words.iter().skip(1).filter(|word| !word.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The first processes of all PID namespaces that were made in the session, the last one first.
pub(super) fn firsts(bench: &Bench) -> Result<Vec<&Running>, Outcome> {
    let processes = bench.processes()?;
    let is_first = |running: &&Running| running.pid() == 1 && processes.has_own(running, "pid");
    Ok(bench.witnesses()?.into_iter().filter(is_first).collect())
}

//! `pid-one NAME [PROGRAM]`: a process of this name is PID 1 of a PID namespace of its own, and runs this file of its own root;
//! pid_namespaces(7).

use crate::check::bench::shown;
use crate::check::own;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::Running;
use std::path::Path;

pub(super) const KIND: CheckKind = CheckKind {
    name: "pid-one",
    operands: "'NAME ARGUMENT…' [PROGRAM]",
    arity: (1, 2),
    says: "a process called NAME, with these arguments if any are given, is PID 1 of a PID namespace of its own, and runs PROGRAM of its own root",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let wanted = &operands[0];
    let first = called(bench, wanted)?;
    if let Some(program) = operands.get(1)
        && first.process.file_of_its_root(Path::new(program)).ok() != first.process.program().ok()
    {
        let program = shown(program);
        let fault = Fault::new(Rank::Wrong, format!("{program} of its own root"), "a program of another root")
            .means("An exchange of the root leaves the program that runs as it is: it was started from a file of the old root.")
            .next(format!("exec {program} in that shell: then it becomes the program of its new root"));
        return Ok(Outcome::fails(format!("{} is PID 1, but not {program} of its own root", first.name), fault));
    }
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

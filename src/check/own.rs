//! `own KIND…`: some process of the session is in namespaces of these kinds that the session itself is not in; namespaces(7).

use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::{Processes, Running};
use std::path::Path;

pub(super) const KIND: CheckKind = CheckKind {
    name: "own",
    operands: "user|mnt|uts|ipc|net|pid|cgroup…",
    arity: (1, 7),
    says: "a process of the session is in namespaces of its own of these kinds",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let processes = bench.processes()?;
    let kinds: Vec<&str> = operands.iter().map(String::as_str).collect();
    let has = |running: &Running| kinds.iter().filter(|kind| processes.has_own(running, kind)).count();
    // Of several that are equally far, the one that was started last.
    let nearest = bench.witnesses()?.into_iter().rev().max_by_key(|running| has(running));
    let Some(nearest) = nearest.filter(|running| has(running) > 0) else { return Ok(none(processes, &kinds)) };
    let name = &nearest.name;
    let missing: Vec<&str> = kinds.iter().copied().filter(|kind| !processes.has_own(nearest, kind)).collect();
    if missing.is_empty() {
        return Ok(Outcome::holds(format!("{name} is in {} of its own", spaces(&kinds))));
    }
    let there: Vec<&str> = kinds.iter().copied().filter(|kind| processes.has_own(nearest, kind)).collect();
    let fault = Fault::new(Rank::Mount, format!("one process in {} of its own", spaces(&kinds)), spaces(&there))
        .means("Each kind is made anew only where it is asked for; of the others the process has those of the session.")
        .next(format!("ask for all of them in one line: unshare {}", flags(&kinds)));
    Ok(Outcome::fails(format!("no process is in {} of its own at once", spaces(&kinds)), about(fault, &missing)))
}

/// Whatever else asks for one of these kinds follows from it.
fn about(mut fault: Fault, kinds: &[&str]) -> Fault {
    fault.about = kinds.iter().map(|kind| Path::new("/proc/self/ns").join(kind)).collect();
    fault
}

/// No process is in any namespace of these kinds but the session's.
pub(super) fn none(processes: &Processes, kinds: &[&str]) -> Outcome {
    // As long as a PID namespace has no process, its link is there and leads nowhere.
    let for_children = |running: &&Running| match running.process.namespace("pid_for_children") {
        Ok(children) => running.namespaces.get("pid").is_some_and(|own| *own != children),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    let parent = processes.others.iter().find(for_children).filter(|_| kinds == ["pid"]);
    if let Some(parent) = parent {
        let fault = Fault::new(Rank::Mount, "a process in it", format!("{}, which is not in it itself", parent.name))
            .means(
                "A process keeps its number: whoever makes a PID namespace stays outside of it, and its children are in it.",
            )
            .next("let unshare start a child: unshare --pid --fork");
        return Outcome::fails("the new PID namespace is empty", about(fault, kinds));
    }
    let fault = Fault::new(Rank::Mount, format!("a process in {} of its own", spaces(kinds)), "the session's alone")
        .means("A namespace lasts as long as a process is in it; with the last one it is gone.")
        .next(format!("unshare {}, and verify before you leave that shell, or in another terminal", flags(kinds)));
    Outcome::fails(format!("no process of the session is in {} of its own", spaces(kinds)), about(fault, kinds))
}

/// `a UTS namespace`, `UTS and IPC namespaces`.
fn spaces(kinds: &[&str]) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| word(kind)).collect();
    match words.as_slice() {
        [one] => format!("{} {one} namespace", if *one == "IPC" { "an" } else { "a" }),
        several => {
            let (last, others) = several.split_last().unwrap_or((&"", &[]));
            format!("{} and {last} namespaces", others.join(", "))
        }
    }
}

fn word(kind: &str) -> &str {
    match kind {
        "uts" => "UTS",
        "ipc" => "IPC",
        "pid" => "PID",
        "mnt" => "mount",
        "net" => "network",
        other => other,
    }
}

/// What unshare(1) is told for them.
fn flags(kinds: &[&str]) -> String {
    let flag = |kind: &&str| match *kind {
        "pid" => "--pid --fork".to_string(),
        "mnt" => "--mount".to_string(),
        "user" => "--map-root-user".to_string(),
        other => format!("--{other}"),
    };
    kinds.iter().map(flag).collect::<Vec<_>>().join(" ")
}

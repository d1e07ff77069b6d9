//! `number FILE NAME`: a file holds the number by which the session's /proc shows the PID 1 of this name.

use crate::check::bench::{quote, shown};
use crate::check::pid_one;
use crate::check::text::{in_quotes, lines};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::observe::Running;

pub(super) const KIND: CheckKind = CheckKind {
    name: "number",
    operands: "FILE NAME",
    arity: (2, 2),
    says: "FILE holds the number by which ps shows the process NAME, PID 1 of a PID namespace of its own",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (file, name) = (&operands[0], &operands[1]);
    let processes = bench.processes()?;
    let process = pid_one::called(bench, name)?;
    match bench.entry(file)? {
        None => return Ok(bench.missing(file, "a regular file")),
        Some(entry) if entry.kind != Kind::File => {
            return Ok(bench.another_kind(file, &entry.kind, "a regular file", ""));
        }
        Some(_) => {}
    }
    let text = lines(&bench.read(file)?).join(" ");
    let found: Option<u32> = text.trim().parse().ok();
    // Of the numbers that we see, the session's /proc shows one; the first of them, where it is that of the machine.
    let depth =
        match processes.first.process.namespace_of_its_proc().ok() == processes.first.namespaces.get("pid").copied() {
            true => processes.first.numbers.len().saturating_sub(1),
            false => 0,
        };
    let by_proc = |running: &Running| running.numbers.get(depth).copied();
    if found.is_some() && found == by_proc(process) {
        return Ok(Outcome::holds(format!("{} holds the number by which ps shows {name}", shown(file))));
    }
    let another = found.and_then(|found| processes.others.iter().find(|running| by_proc(running) == Some(found)));
    let (sentence, means) = match (found, another) {
        (None, _) => (format!("{} holds no number", shown(file)), "One number, and nothing else, should stand there."),
        (Some(_), Some(another)) => (
            format!("{} holds the number of {}, not of {name}", shown(file), another.name),
            "unshare itself waits outside; PID 1 is its child.",
        ),
        (Some(found), None) if process.numbers.contains(&found) => (
            format!("{} holds {found}, by which /proc does not know {name} here", shown(file)),
            "A process has a number in each PID namespace that sees it. /proc shows one of them.",
        ),
        (Some(found), None) => (
            format!("{} holds {found}, the number of no process of the session", shown(file)),
            "The process may have ended, and another one may have been started since.",
        ),
    };
    let fault = Fault::new(Rank::Content, "the number by which ps shows it", in_quotes(&text))
        .means(means)
        .next(format!("lsns -t pid shows the first process of each PID namespace; write its PID into {}", quote(file)));
    Ok(Outcome::fails(sentence, bench.about(fault, &[file])))
}

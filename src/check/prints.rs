//! `prints COMMAND LINE…`: tried out, the command ends well and prints exactly these lines.
//!
//! In a line `…` stands for any text, and a line that is only `…` for any lines at the end.

use crate::check::image::stored;
use crate::check::program::obstacle;
use crate::check::text::{in_quotes, lines, lines_words};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank, TrialEnd, Tried, trial};
use crate::ground::Errno;

pub(super) const KIND: CheckKind = CheckKind {
    name: "prints",
    operands: "COMMAND LINE…",
    arity: (1, usize::MAX),
    says: "COMMAND, tried out, ends well and prints exactly these lines; … stands for any text",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (command, wanted) = (&operands[0], &operands[1..]);
    let tried = tried(bench, command)?;
    // A shell, and execvp(3), run a script that the kernel would not start.
    if let Some(outcome) = seen_obstacle(bench, command) {
        return Ok(outcome);
    }
    let expected = match wanted {
        [] => "that it ends well and prints nothing".to_string(),
        [one] if one == "…" => "that it ends well".to_string(),
        [one, ..] => format!("that it prints {}", in_quotes(one)),
    };
    let fails = |sentence: String, found: String, means: &str| {
        let fault = Fault::new(Rank::Effect, &expected, found).means(means).next(format!("try it yourself: {command}"));
        Outcome::fails(sentence, about(bench, fault, command))
    };
    let status = match &tried.end {
        TrialEnd::Status(status) => *status,
        TrialEnd::Hung => {
            let means = "It was tried where nothing can be written, and ended with all that it had started.";
            return Ok(fails(format!("{command} does not come to an end"), "no end within 3 seconds".into(), means));
        }
        TrialEnd::NotStarted(errno) => return Ok(not_started(bench, command, &expected, *errno)),
        TrialEnd::Impossible(why) => {
            let means = "Nothing is said of what you have made: it could not be tried.";
            return Ok(fails(format!("{command} could not be tried"), why.clone(), means));
        }
    };
    if status != 0 {
        let mut said = lines(&tried.printed).into_iter().chain(lines(&tried.complained));
        let said = said.rfind(|line| !line.trim().is_empty());
        let found = said.map_or("not a word".to_string(), |said| in_quotes(&said));
        return Ok(fails(format!("{command} ends with the exit status {status}"), found, ""));
    }
    let found = lines(&tried.printed);
    let any_more = wanted.last().is_some_and(|last| last == "…");
    let fixed = if any_more { &wanted[..wanted.len() - 1] } else { wanted };
    let at = fixed.iter().zip(&found).take_while(|(wanted, found)| fits(wanted, found)).count();
    if at == fixed.len() && (any_more || found.len() == at) {
        return Ok(Outcome::holds(match fixed {
            [] if any_more => format!("{command} ends well"),
            [] => format!("{command} ends well, and prints nothing"),
            [one] if !one.contains('…') => format!("{command} prints {}", in_quotes(one)),
            several => format!("{command} prints the {} that it should", lines_words(several.len())),
        }));
    }
    Ok(match (fixed.get(at), found.get(at)) {
        (Some(wanted), Some(line)) => {
            let sentence = format!("{command} prints {}, not {}", in_quotes(line), in_quotes(wanted));
            fails(sentence, in_quotes(line), "")
        }
        (Some(wanted), None) => {
            let sentence = format!("{command} does not print {}", in_quotes(wanted));
            fails(sentence, lines_words(found.len()), "")
        }
        (None, line) => {
            let line = in_quotes(line.map_or("", String::as_str));
            fails(format!("{command} prints more than it should: {line}"), lines_words(found.len()), "")
        }
    })
}

/// Tries a command of the list.
pub(super) fn tried(bench: &Bench, command: &str) -> Result<Tried, Outcome> {
    let words = trial::words(command).unwrap_or_default();
    if let ["chroot", directory, ..] = words.iter().map(String::as_str).collect::<Vec<_>>()[..]
        && bench.entry(directory)?.is_none()
    {
        return Err(bench.missing(directory, "a directory"));
    }
    Ok(bench.try_out(words))
}

/// The kernel has refused to start it.
fn not_started(bench: &Bench, command: &str, expected: &str, errno: i32) -> Outcome {
    let errno = Errno::from_raw(errno);
    let found = format!("{} ({})", errno.name(), errno.words());
    let means = match errno {
        Errno::ENOENT => {
            "It is there, but the loader that it names is not, or this machine does not have the command itself."
        }
        Errno::EACCES => "The kernel starts nothing from a file system that is mounted with noexec.",
        _ => "The kernel does not take the file for a program of this machine.",
    };
    let fault = Fault::new(Rank::Effect, expected, found).means(means).next(format!("try it yourself: {command}"));
    Outcome::fails(format!("{command} cannot be started"), about(bench, fault, command))
}

/// What is to be seen from the file of the program itself.
fn seen_obstacle(bench: &Bench, command: &str) -> Option<Outcome> {
    let (roots, program) = inside(command)?;
    // In a stored image it is found by those who run it.
    if stored(bench, &roots.join(":")).is_ok() {
        return None;
    }
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    obstacle(bench, &roots, &program)
}

/// The root, or the layers, in which a command runs a program, and the program.
fn inside(command: &str) -> Option<(Vec<String>, String)> {
    let words = trial::words(command)?;
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["chroot", directory, program, ..] => Some((vec![directory.into()], program.into())),
        ["layerlab", "container", "run", layers, program, ..] => {
            Some((layers.split(':').map(String::from).collect(), program.into()))
        }
        _ => None,
    }
}

fn about(bench: &Bench, fault: Fault, command: &str) -> Fault {
    let (roots, _) = inside(command).unwrap_or_default();
    bench.about(fault, &roots.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Whether a line fits a pattern, in which `…` stands for any text.
fn fits(pattern: &str, line: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('…') else { return pattern == line };
    let Some(line) = line.strip_prefix(first) else { return false };
    line.char_indices().map(|(at, _)| at).chain([line.len()]).any(|at| fits(rest, &line[at..]))
}

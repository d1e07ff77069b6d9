//! The lines of the fenced blocks: console, predict and check.

use crate::action::{Action, CommandLine};
use crate::check::CheckLine;
use crate::event::Statement;
use crate::lesson::ConsoleLine;
use crate::lesson::source::Source;
use std::ops::Range;

const STATEMENT: &str = "PATH, or PATH reads TEXT; the path is relative and quoted where it holds a space";

/// A console block: commands, each with what it prints.
pub(super) fn console(source: &mut Source, inside: Range<usize>) -> Vec<ConsoleLine> {
    let mut commands: Vec<ConsoleLine> = Vec::new();
    // `? failed` may stand here.
    let mut fresh = false;
    for (offset, line) in source.lines_in(inside.clone()).collect::<Vec<_>>() {
        if line.starts_with('$') {
            fresh = true;
            match command(source, offset, line) {
                Some(command) => commands.push(command),
                // What follows must not become the output of the command above.
                None => commands.push(unreadable(source, offset)),
            }
            continue;
        }
        let directly_below = std::mem::take(&mut fresh);
        let number = source.line_of(offset) as u32;
        match commands.last_mut() {
            Some(command) if line.starts_with("? ") || line == "?" => match (line.trim_end(), directly_below) {
                ("? failed", true) => {
                    command.fails = true;
                    command.expected_lines = (number + 1, number + 1);
                }
                ("? failed", false) => {
                    source.error(
                        offset,
                        line,
                        "`? failed` does not stand directly below its command",
                        "$ COMMAND, then ? failed",
                    );
                }
                _ => source.error(offset, line, "no outcome of a command is called so", "? failed"),
            },
            Some(command) => {
                command.expected.push(line.to_string());
                command.expected_lines.1 = number + 1;
            }
            None => {
                source.error(
                    offset,
                    line,
                    "output stands before any command",
                    "$ COMMAND as the first line of the block",
                );
                // Told once: the lines below it are of the same kind.
                commands.push(unreadable(source, offset));
            }
        }
    }
    if commands.is_empty() {
        source.error(
            above(source, &inside),
            "```console",
            "the console block is empty",
            "lines of $ COMMAND and what it prints",
        );
    }
    commands
}

fn command(source: &mut Source, offset: usize, line: &str) -> Option<ConsoleLine> {
    let Some(written) = line.strip_prefix("$ ") else {
        let what = if line == "$" {
            "a prompt without a command"
        } else {
            "a line of output begins with `$`, or a space is missing behind it"
        };
        source.error(
            offset,
            if line == "$" { line } else { "$" },
            what,
            "$ COMMAND; in output, [..] can stand for the sign",
        );
        return None;
    };
    if written.trim().is_empty() {
        source.error(offset, line, "a prompt without a command", "$ COMMAND; in output, [..] can stand for the sign");
        return None;
    }
    let start = offset + "$ ".len();
    let at = |letters: usize| start + written.char_indices().nth(letters).map_or(written.len(), |(at, _)| at);
    let command = match CommandLine::parse(written) {
        Ok(command) => command,
        Err(error) => {
            source.error(at(error.offset), "x", error.what, error.allowed);
            return None;
        }
    };
    if let Err(error) = Action::parse(&command.words) {
        let verb = written.trim_start();
        let verb = &verb[..verb.find([' ', '\t', '>']).unwrap_or(verb.len())];
        let blanks = written.len() - written.trim_start().len();
        source.error(start + blanks, verb, error.what, error.allowed);
        return None;
    }
    let place = source.place(offset);
    Some(ConsoleLine {
        source: written.trim_end().to_string(),
        command,
        fails: false,
        expected: Vec::new(),
        at: place,
        expected_lines: (place.line + 1, place.line + 1),
    })
}

/// Stands for a command that could not be read; a lesson with one is never returned.
fn unreadable(source: &Source, offset: usize) -> ConsoleLine {
    let at = source.place(offset);
    let command = CommandLine { words: Vec::new(), redirect: None };
    let expected_lines = (at.line + 1, at.line + 1);
    ConsoleLine { source: String::new(), command, fails: false, expected: Vec::new(), at, expected_lines }
}

/// A predict block: statements that will be true or false.
pub(super) fn predict(source: &mut Source, inside: Range<usize>) -> Vec<Statement> {
    let mut statements = Vec::new();
    for (offset, line) in source.lines_in(inside.clone()).collect::<Vec<_>>() {
        let said = line.trim_end();
        let (path, reads) = match said.split_once(" reads ") {
            Some((path, text)) => (path, Some(text)),
            None => (said, None),
        };
        let word = match shell_words::split(path) {
            Ok(words) if words.len() == 1 && !words[0].is_empty() => words.into_iter().next().unwrap_or_default(),
            _ => {
                source.error(offset, line, "a prediction that cannot be read", STATEMENT);
                continue;
            }
        };
        let parts = std::path::Path::new(&word).components();
        if parts.into_iter().any(|part| !matches!(part, std::path::Component::Normal(_))) {
            source.error(offset, path, "a prediction outside the working directory", STATEMENT);
            continue;
        }
        statements.push(Statement { path: word, reads: reads.map(String::from) });
    }
    if inside.is_empty() {
        source.error(above(source, &inside), "```predict", "the predict block is empty", STATEMENT);
    }
    statements
}

/// A check block: what the exercise asks for.
pub(super) fn check(source: &mut Source, inside: Range<usize>) -> Vec<CheckLine> {
    let mut checks = Vec::new();
    let mut empty = true;
    for (offset, line) in source.lines_in(inside.clone()).collect::<Vec<_>>() {
        if line.trim().is_empty() {
            continue;
        }
        empty = false;
        match CheckLine::parse(line.trim_end()) {
            Ok(check) => checks.push(check),
            Err(error) => source.error(offset, line.trim_end(), error.to_string(), error.allowed()),
        }
    }
    if empty {
        source.error(
            above(source, &inside),
            "```check",
            "the check block is empty",
            "one check a line, such as: absent mnt/a.txt",
        );
    }
    checks
}

/// The opening fence of a block.
fn above(source: &Source, inside: &Range<usize>) -> usize {
    source.line_start(inside.start.saturating_sub(1))
}

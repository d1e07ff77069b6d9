//! `chmod MODE FILE…`: fchmodat(2) for each, with an octal or a symbolic mode (`u+x`, `a-w,go=r`).

use crate::action::quote::{quoted, quoted_if_needed};
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::kernel::umask;
use crate::ground::Errno;
use std::os::unix::fs::PermissionsExt;

/// A mode and the files that get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chmod {
    mode: String,
    files: Vec<String>,
}

impl Verb for Chmod {
    const NAME: &'static str = "chmod";
    const SYNOPSIS: &'static str = "chmod MODE FILE…";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Chmod, UsageError> {
        let mut arguments = Arguments::sort(words, Self::FLAGS)?.at_least(2, words, Self::SYNOPSIS)?;
        Ok(Chmod { mode: arguments.operands.remove(0), files: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let Some(mode) = Mode::parse(&self.mode) else {
            context.complain(format!("chmod: invalid mode: {}", apostrophes(&self.mode)));
            context.complain("Try 'chmod --help' for more information.");
            return 1;
        };
        let mut status = 0;
        for file in &self.files {
            status = status.max(change(context, &mode, file));
        }
        status
    }
}

fn change(context: &mut Context, mode: &Mode, file: &str) -> Status {
    let found = match std::fs::metadata(file) {
        Ok(found) => found,
        Err(error) => {
            let dangling = std::fs::symlink_metadata(file).is_ok() && Errno::from(&error) == Errno::ENOENT;
            match dangling {
                true => context.complain(format!("chmod: cannot operate on dangling symlink {}", quoted(file))),
                false => context.complain(format!("chmod: cannot access {}: {}", quoted(file), Errno::from(&error).words())),
            }
            return 1;
        }
    };
    let new = mode.applied(found.permissions().mode() & 0o7777, found.is_dir(), umask());
    match context.sys.chmod(file.as_ref(), new) {
        Ok(()) => 0,
        Err(error) => context.fail(format!("chmod: changing permissions of {}", quoted(file)), &error),
    }
}

/// A mode as chmod(1) reads it.
#[derive(Debug, PartialEq, Eq)]
enum Mode {
    /// All bits; `exact` with five digits or more, when a directory's set-id bits are not kept either.
    Octal { bits: u32, exact: bool },
    Symbolic(Vec<Clause>),
}

/// One change: `go=r`.
#[derive(Debug, PartialEq, Eq)]
struct Clause {
    /// Which bits it may touch (07777 for `a`); `None` without letters: all, less the umask.
    who: Option<u32>,
    operator: char,
    what: What,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    /// `rwxXst`
    Letters(String),
    /// `u`, `g` or `o`: as those have it.
    Copy(char),
}

impl Mode {
    fn parse(text: &str) -> Option<Mode> {
        if text.starts_with(|letter: char| letter.is_ascii_digit()) {
            let bits = u32::from_str_radix(text, 8).ok().filter(|bits| *bits <= 0o7777)?;
            return Some(Mode::Octal { bits, exact: text.len() > 4 });
        }
        let mut clauses = Vec::new();
        for part in text.split(',') {
            let start = part.find(['+', '-', '='])?;
            let who = part[..start].chars().try_fold(0, |bits, letter| match letter {
                'u' => Some(bits | 0o4700),
                'g' => Some(bits | 0o2070),
                'o' => Some(bits | 0o1007),
                'a' => Some(0o7777),
                _ => None,
            })?;
            let who = (start > 0).then_some(who);
            let mut rest = &part[start..];
            while let Some(operator) = rest.chars().next() {
                rest = &rest[1..];
                let end = rest.find(['+', '-', '=']).unwrap_or(rest.len());
                let what = match &rest[..end] {
                    "u" | "g" | "o" => What::Copy(rest.chars().next()?),
                    letters if letters.chars().all(|letter| "rwxXst".contains(letter)) => {
                        What::Letters(letters.to_string())
                    }
                    _ => return None,
                };
                clauses.push(Clause { who, operator, what });
                rest = &rest[end..];
            }
        }
        Some(Mode::Symbolic(clauses))
    }

    fn applied(&self, old: u32, directory: bool, umask: u32) -> u32 {
        match self {
            Mode::Octal { bits, exact } => {
                let kept = if directory && !exact { old & 0o6000 } else { 0 };
                bits | kept
            }
            Mode::Symbolic(clauses) => {
                clauses.iter().fold(old, |mode, clause| clause.applied(mode, directory, umask))
            }
        }
    }
}

impl Clause {
    fn applied(&self, mode: u32, directory: bool, umask: u32) -> u32 {
        let who = self.who.unwrap_or(0o7777);
        let mut bits = match &self.what {
            What::Copy(from) => {
                let triple = match from {
                    'u' => mode >> 6,
                    'g' => mode >> 3,
                    _ => mode,
                } & 7;
                triple * 0o111
            }
            What::Letters(letters) => letters.chars().fold(0, |bits, letter| {
                bits | match letter {
                    'r' => 0o444,
                    'w' => 0o222,
                    'x' => 0o111,
                    // Only where somebody can already run it, or enter it.
                    'X' if directory || mode & 0o111 != 0 => 0o111,
                    's' => 0o6000,
                    't' => 0o1000,
                    _ => 0,
                }
            }),
        };
        bits &= who;
        if self.who.is_none() {
            bits &= !umask;
        }
        match self.operator {
            '+' => mode | bits,
            '-' => mode & !bits,
            _ => {
                // `=` leaves a directory's set-id bits alone unless they are named.
                let mut cleared = who & 0o7777;
                if directory {
                    cleared &= !0o6000;
                }
                mode & !cleared | bits
            }
        }
    }
}

/// gnulib's quote(): apostrophes around it in any case, here without escapes for what no mode can hold.
fn apostrophes(text: &str) -> String {
    let inner = quoted_if_needed(text);
    if inner.starts_with(['\'', '"']) { inner } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::Mode;

    #[test]
    fn modes_are_read_as_chmod_reads_them() {
        for (mode, old, directory, new) in [
            ("600", 0o644, false, 0o600),
            ("4755", 0o644, false, 0o4755),
            ("755", 0o2700, true, 0o2755),
            ("00755", 0o2700, true, 0o755),
            ("u+x", 0o644, false, 0o744),
            ("+x", 0o644, false, 0o755),
            ("+w", 0o444, false, 0o644),
            ("a-w", 0o666, false, 0o444),
            ("go=r", 0o777, false, 0o744),
            ("u=rw,go=", 0o777, false, 0o600),
            ("g=u", 0o640, false, 0o660),
            ("a+X", 0o644, false, 0o644),
            ("a+X", 0o644, true, 0o755),
            ("u+x-r", 0o644, false, 0o344),
            ("+t", 0o777, true, 0o1777),
        ] {
            assert_eq!(Mode::parse(mode).unwrap().applied(old, directory, 0o022), new, "{mode} on {old:o}");
        }
        for mode in ["9", "u+z", "x", "77777", "u", "+q", "u+x,", ""] {
            assert_eq!(Mode::parse(mode), None, "{mode}");
        }
    }
}

//! `truncate -s SIZE FILE…`: open(2), then ftruncate(2). `+` and `-` before SIZE extend and cut.
//!
//! The sizes `<`, `>`, `/` and `%` of GNU's truncate are left out.

use crate::action::quote::quoted;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::kernel::Access;

/// A size and the files that get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truncate {
    size: String,
    files: Vec<String>,
}

impl Verb for Truncate {
    const NAME: &'static str = "truncate";
    const SYNOPSIS: &'static str = "truncate -s [+|-]SIZE[K|M|G|KB|MB|GB] FILE…";
    const FLAGS: &'static [Flag] = &[Flag::both('s', "size").value()];

    fn parse(words: &[String]) -> Result<Truncate, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(1, words, Self::SYNOPSIS)?;
        let Some(size) = arguments.value("s").map(String::from) else {
            let allowed = format!("write it so: {}", Self::SYNOPSIS);
            return Err(UsageError { what: "truncate needs -s and a size".into(), allowed });
        };
        Ok(Truncate { size, files: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let size = match Size::parse(&self.size) {
            Ok(size) => size,
            Err(too_large) => {
                let text = if too_large { ": Value too large for defined data type" } else { "" };
                context.complain(format!("truncate: Invalid number: {}{text}", quoted(&self.size)));
                return 1;
            }
        };
        let mut status = 0;
        for file in &self.files {
            status = status.max(set(context, size, file));
        }
        status
    }
}

fn set(context: &mut Context, size: Size, file: &str) -> Status {
    let open = match context.sys.open(file.as_ref(), Access::Create) {
        Ok(open) => open,
        Err(error) => return context.fail(format!("truncate: cannot open {} for writing", quoted(file)), &error),
    };
    let old = std::fs::metadata(file).map_or(0, |found| found.len() as i64);
    let new = match size.sign {
        Some('+') => old.saturating_add(size.bytes),
        Some(_) => (old - size.bytes).max(0),
        None => size.bytes,
    };
    match context.sys.truncate_open(&open, new.unsigned_abs()) {
        Ok(()) => 0,
        Err(error) => {
            context.fail(format!("truncate: failed to truncate {} at {new} bytes", quoted(file)), &error)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    sign: Option<char>,
    bytes: i64,
}

impl Size {
    /// The error says whether the number is one, but too large.
    fn parse(text: &str) -> Result<Size, bool> {
        let sign = text.chars().next().filter(|sign| matches!(sign, '+' | '-'));
        let text = &text[sign.map_or(0, char::len_utf8)..];
        let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (digits, suffix) = text.split_at(end);
        let (power, unit) = match suffix {
            "" => (0, 1024),
            _ => {
                let power = "KMGTPEZY".find(suffix[..1].to_ascii_uppercase().as_str()).ok_or(false)? as u32 + 1;
                // Of small letters only k, m, g and t are units.
                if !"KMGTPEZYkmgt".contains(&suffix[..1]) {
                    return Err(false);
                }
                match &suffix[1..] {
                    "" | "iB" => (power, 1024),
                    "B" | "D" => (power, 1000),
                    _ => return Err(false),
                }
            }
        };
        // A unit alone counts once: `K` is 1024.
        let number: i64 = match digits {
            "" if suffix.is_empty() => return Err(false),
            "" => 1,
            digits => digits.parse().map_err(|_| true)?,
        };
        let factor = i64::checked_pow(unit, power).ok_or(true)?;
        Ok(Size { sign, bytes: number.checked_mul(factor).ok_or(true)? })
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn sizes_have_signs_and_units() {
        for (text, sign, bytes) in [
            ("0", None, 0),
            ("5", None, 5),
            ("1K", None, 1024),
            ("2MB", None, 2_000_000),
            ("1GiB", None, 1 << 30),
            ("+3", Some('+'), 3),
            ("-1k", Some('-'), 1024),
            ("K", None, 1024),
        ] {
            assert_eq!(Size::parse(text), Ok(Size { sign, bytes }), "{text}");
        }
        for (text, too_large) in [("", false), ("x", false), ("1x", false), ("1Kx", false), ("1Z", true), ("9E", true)] {
            assert_eq!(Size::parse(text), Err(too_large), "{text}");
        }
    }
}

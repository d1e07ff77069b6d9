//! `mknod NAME c MAJOR MINOR`: mknodat(2) of a character device; 0 0 is a whiteout, as an overlay writes it.

use crate::action::quote::{quoted, quoted_if_needed};
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};

/// A character device to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mknod {
    name: String,
    major: String,
    minor: String,
}

impl Verb for Mknod {
    const NAME: &'static str = "mknod";
    const SYNOPSIS: &'static str = "mknod NAME c MAJOR MINOR";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Mknod, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.between(4, 4, words, Self::SYNOPSIS)?;
        let [name, kind, major, minor] = <[String; 4]>::try_from(arguments.operands).unwrap_or_default();
        if kind != "c" {
            return Err(UsageError {
                what: format!("mknod makes no {kind} here"),
                allowed: format!("a character device: {}", Self::SYNOPSIS),
            });
        }
        Ok(Mknod { name, major, minor })
    }

    fn run(&self, context: &mut Context) -> Status {
        let Some(major) = number(&self.major) else {
            context.complain(format!("mknod: invalid major device number {}", quoted(&self.major)));
            return 1;
        };
        let Some(minor) = number(&self.minor) else {
            context.complain(format!("mknod: invalid minor device number {}", quoted(&self.minor)));
            return 1;
        };
        match context.sys.make_character_device(self.name.as_ref(), 0o666, major, minor) {
            Ok(()) => 0,
            Err(error) => context.fail(format!("mknod: {}", quoted_if_needed(&self.name)), &error),
        }
    }
}

/// Decimal, or octal after 0, or hexadecimal after 0x.
fn number(text: &str) -> Option<u32> {
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return u32::from_str_radix(hexadecimal, 16).ok();
    }
    match text.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => u32::from_str_radix(octal, 8).ok(),
        _ => text.parse().ok(),
    }
}

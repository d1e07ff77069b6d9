//! `cp [-r] [-p] [-a] SOURCE DEST`, `cp … SOURCE… DIRECTORY`: open(2) both, then copy_file_range(2).
//!
//! A file that exists is opened with O_TRUNC and written again: it stays the same file, with its mode and its links.

use crate::action::copying::{Copying, Keep};
use crate::action::destination::pairs;
use crate::action::quote::quoted;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};

/// What to copy; the last operand is where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cp {
    operands: Vec<String>,
    recursive: bool,
    metadata: bool,
    archive: bool,
}

impl Verb for Cp {
    const NAME: &'static str = "cp";
    const SYNOPSIS: &'static str = "cp [-r] [-p] [-a] SOURCE… DESTINATION";
    const FLAGS: &'static [Flag] =
        &[Flag::both('r', "recursive"), Flag::short('R'), Flag::short('p'), Flag::both('a', "archive")];

    fn parse(words: &[String]) -> Result<Cp, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(2, words, Self::SYNOPSIS)?;
        let archive = arguments.has("a");
        Ok(Cp {
            recursive: archive || arguments.has("r") || arguments.has("R"),
            metadata: archive || arguments.has("p"),
            archive,
            operands: arguments.operands,
        })
    }

    fn run(&self, context: &mut Context) -> Status {
        let Some(pairs) = pairs(context, "cp", &self.operands) else { return 1 };
        let keep = Keep { metadata: self.metadata, links: self.archive, attributes: self.archive };
        let mut copying = Copying::new("cp", self.recursive, keep);
        let mut made = Vec::new();
        let mut status = 0;
        for (from, to) in pairs {
            if made.contains(&to) && !std::fs::metadata(&from).is_ok_and(|found| found.is_dir()) {
                let (to, from) = (quoted(&to), quoted(&from));
                context.complain(format!("cp: will not overwrite just-created {to} with {from}"));
                status = 1;
            } else if !copying.copy(context, &from, &to) {
                status = 1;
            }
            made.push(to);
        }
        status
    }
}

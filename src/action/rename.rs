//! `rename EXPRESSION REPLACEMENT FILE…`: renameat(2) alone, as util-linux's rename(1) does it.
//!
//! The first occurrence of EXPRESSION in the last part of each path is replaced. Unlike `mv` it never falls back to
//! copying, so it shows what the kernel itself says to a rename.

use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::ground::Errno;

/// What to replace, by what, and in which names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    expression: String,
    replacement: String,
    files: Vec<String>,
}

impl Verb for Rename {
    const NAME: &'static str = "rename";
    const SYNOPSIS: &'static str = "rename EXPRESSION REPLACEMENT FILE…";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Rename, UsageError> {
        let mut arguments = Arguments::sort(words, Self::FLAGS)?.at_least(3, words, Self::SYNOPSIS)?;
        let files = arguments.operands.split_off(2);
        let replacement = arguments.operands.remove(1);
        Ok(Rename { expression: arguments.operands.remove(0), replacement, files })
    }

    /// 0: all renamed; 1: none could be; 2: some could not be; 4: there was nothing to rename.
    fn run(&self, context: &mut Context) -> Status {
        let (mut renamed, mut failed) = (false, false);
        for file in &self.files {
            match self.rename(context, file) {
                Some(true) => renamed = true,
                Some(false) => failed = true,
                None => {}
            }
        }
        match (renamed, failed) {
            (true, false) => 0,
            (false, true) => 1,
            (true, true) => 2,
            (false, false) => 4,
        }
    }
}

impl Rename {
    /// `None` where the name does not hold the expression.
    fn rename(&self, context: &mut Context, file: &str) -> Option<bool> {
        if let Err(error) = std::fs::symlink_metadata(file) {
            context.complain(format!("rename: {file}: not accessible: {}", Errno::from(&error).words()));
            return Some(false);
        }
        let whole = self.expression.contains('/') || self.replacement.contains('/');
        let start = if whole { 0 } else { file.rfind('/').map_or(0, |slash| slash + 1) };
        let at = start + file[start..].find(&self.expression)?;
        let new = format!("{}{}{}", &file[..at], self.replacement, &file[at + self.expression.len()..]);
        if new == file {
            return None;
        }
        match context.sys.rename(file.as_ref(), new.as_ref()) {
            Ok(()) => Some(true),
            Err(error) => {
                context.fail(format!("rename: {file}: rename to {new} failed"), &error);
                Some(false)
            }
        }
    }
}

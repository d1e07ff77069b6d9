//! `rmdir DIRECTORY…`: unlinkat(2) with AT_REMOVEDIR; only an empty directory goes.

use crate::action::quote::quoted;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};

/// Directories to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rmdir {
    directories: Vec<String>,
}

impl Verb for Rmdir {
    const NAME: &'static str = "rmdir";
    const SYNOPSIS: &'static str = "rmdir DIRECTORY…";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Rmdir, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(1, words, Self::SYNOPSIS)?;
        Ok(Rmdir { directories: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let mut status = 0;
        for directory in &self.directories {
            if let Err(error) = context.sys.rmdir(directory.as_ref()) {
                status = context.fail(format!("rmdir: failed to remove {}", quoted(directory)), &error);
            }
        }
        status
    }
}

//! `mkdir [-p] DIRECTORY…`: mkdir(2) for each.

use crate::action::quote::quoted;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Directories to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mkdir {
    directories: Vec<String>,
    parents: bool,
}

impl Verb for Mkdir {
    const NAME: &'static str = "mkdir";
    const SYNOPSIS: &'static str = "mkdir [-p] DIRECTORY…";
    const FLAGS: &'static [Flag] = &[Flag::both('p', "parents")];

    fn parse(words: &[String]) -> Result<Mkdir, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(1, words, Self::SYNOPSIS)?;
        Ok(Mkdir { parents: arguments.has("p"), directories: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let mut status = 0;
        for directory in &self.directories {
            let made = match self.parents {
                false => make(context, directory.as_ref()),
                true => make_with_parents(context, directory.as_ref()),
            };
            status = status.max(made);
        }
        status
    }
}

fn make(context: &mut Context, directory: &Path) -> Status {
    match context.sys.mkdir(directory, 0o777) {
        Ok(()) => 0,
        Err(error) => context.fail(format!("mkdir: cannot create directory {}", quoted(directory.as_os_str().as_bytes())), &error),
    }
}

fn make_with_parents(context: &mut Context, directory: &Path) -> Status {
    let mut path = PathBuf::new();
    for part in directory.components() {
        path.push(part);
        if path.is_dir() {
            continue;
        }
        // Something that is no directory stands on the way.
        if path != directory && path.exists() {
            let name = quoted(path.as_os_str().as_bytes());
            context.complain(format!("mkdir: cannot create directory {name}: Not a directory"));
            return 1;
        }
        if make(context, &path) != 0 {
            return 1;
        }
    }
    0
}

//! `mv SOURCE DEST`, `mv SOURCE… DIRECTORY`: renameat(2).
//!
//! Where the kernel answers EXDEV (another file system; or, on an overlay, a directory that comes from a lower layer)
//! mv copies everything, keeping modes, owners, times and attributes, and then removes the source.

use crate::action::copying::{Copying, Keep};
use crate::action::destination::{pairs, same_file};
use crate::action::quote::quoted;
use crate::action::rm::remove_tree;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::ground::Errno;

/// What to move; the last operand is where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mv {
    operands: Vec<String>,
}

impl Verb for Mv {
    const NAME: &'static str = "mv";
    const SYNOPSIS: &'static str = "mv SOURCE… DESTINATION";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Mv, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(2, words, Self::SYNOPSIS)?;
        Ok(Mv { operands: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let Some(pairs) = pairs(context, "mv", &self.operands) else { return 1 };
        let mut made = Vec::new();
        let mut status = 0;
        for (from, to) in pairs {
            if made.contains(&to) {
                let (to, from) = (quoted(&to), quoted(&from));
                context.complain(format!("mv: will not overwrite just-created {to} with {from}"));
                status = 1;
            } else if !move_one(context, &from, &to) {
                status = 1;
            }
            made.push(to);
        }
        status
    }
}

fn move_one(context: &mut Context, from: &str, to: &str) -> bool {
    let source = match std::fs::symlink_metadata(from) {
        Ok(source) => source,
        Err(error) => return complain(context, format!("cannot stat {}: {}", quoted(from), Errno::from(&error).words())),
    };
    let existing = std::fs::symlink_metadata(to).ok();
    if let Some(existing) = &existing {
        if same_file(from.as_ref(), to.as_ref()) {
            return complain(context, format!("{} and {} are the same file", quoted(from), quoted(to)));
        }
        if existing.is_dir() && !source.is_dir() {
            return complain(context, format!("cannot overwrite directory {} with non-directory", quoted(to)));
        }
        if source.is_dir() && !existing.is_dir() {
            let (to, from) = (quoted(to), quoted(from));
            return complain(context, format!("cannot overwrite non-directory {to} with directory {from}"));
        }
    }
    match context.sys.rename(from.as_ref(), to.as_ref()) {
        Ok(()) => true,
        Err(error) if error.errno == Errno::EINVAL => {
            complain(context, format!("cannot move {} to a subdirectory of itself, {}", quoted(from), quoted(to)))
        }
        Err(error) if error.errno == Errno::EXDEV => copy_and_remove(context, from, to, existing.map(|found| found.is_dir())),
        Err(error) => {
            complain(context, format!("cannot move {} to {}: {}", quoted(from), quoted(to), error.text()))
        }
    }
}

fn copy_and_remove(context: &mut Context, from: &str, to: &str, existing: Option<bool>) -> bool {
    if let Some(directory) = existing {
        let removed = match directory {
            true => context.sys.rmdir(to.as_ref()),
            false => context.sys.unlink(to.as_ref()),
        };
        if let Err(error) = removed {
            let (from, to, text) = (quoted(from), quoted(to), error.text());
            return complain(
                context,
                format!("inter-device move failed: {from} to {to}; unable to remove target: {text}"),
            );
        }
    }
    let mut copying = Copying::new("mv", true, Keep::EVERYTHING);
    if !copying.copy(context, from, to) {
        return false;
    }
    match std::fs::symlink_metadata(from) {
        Ok(found) if found.is_dir() => remove_tree(context, "mv", from),
        _ => match context.sys.unlink(from.as_ref()) {
            Ok(()) => true,
            Err(error) => complain(context, format!("cannot remove {}: {}", quoted(from), error.text())),
        },
    }
}

fn complain(context: &mut Context, message: String) -> bool {
    context.complain(format!("mv: {message}"));
    false
}

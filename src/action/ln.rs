//! `ln [-s] [-f] TARGET [NAME]`, `ln … TARGET… DIRECTORY`: linkat(2), or symlinkat(2) with `-s`.

use crate::action::destination::{inside, pairs, same_file};
use crate::action::quote::quoted;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::kernel::CallError;
use crate::ground::Errno;

/// Links to make; the last operand is where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ln {
    operands: Vec<String>,
    symbolic: bool,
    force: bool,
}

impl Verb for Ln {
    const NAME: &'static str = "ln";
    const SYNOPSIS: &'static str = "ln [-s] [-f] TARGET… [NAME]";
    const FLAGS: &'static [Flag] = &[Flag::both('s', "symbolic"), Flag::both('f', "force")];

    fn parse(words: &[String]) -> Result<Ln, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(1, words, Self::SYNOPSIS)?;
        Ok(Ln { symbolic: arguments.has("s"), force: arguments.has("f"), operands: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let pairs = match self.operands.as_slice() {
            [target] => Some(vec![(target.clone(), inside(".", target))]),
            operands => pairs(context, "ln", operands),
        };
        let Some(pairs) = pairs else { return 1 };
        pairs.iter().map(|(target, name)| self.link(context, target, name)).max().unwrap_or(0)
    }
}

impl Ln {
    fn link(&self, context: &mut Context, target: &str, name: &str) -> Status {
        if !self.symbolic {
            match std::fs::symlink_metadata(target) {
                Err(error) => {
                    context.complain(format!("ln: failed to access {}: {}", quoted(target), Errno::from(&error).words()));
                    return 1;
                }
                Ok(found) if found.is_dir() => {
                    context.complain(format!("ln: {}: hard link not allowed for directory", shown(target)));
                    return 1;
                }
                Ok(_) => {}
            }
        }
        let mut made = self.make(context, target, name);
        if self.force && made.as_ref().is_err_and(|error| error.errno == Errno::EEXIST) {
            if !self.symbolic && same_file(target.as_ref(), name.as_ref()) {
                context.complain(format!("ln: {} and {} are the same file", quoted(target), quoted(name)));
                return 1;
            }
            made = context.sys.unlink(name.as_ref()).and_then(|()| self.make(context, target, name));
        }
        match made {
            Ok(()) => 0,
            Err(error) if self.symbolic => {
                context.fail(format!("ln: failed to create symbolic link {}", quoted(name)), &error)
            }
            Err(error) if matches!(error.errno, Errno::EEXIST | Errno::ENOSPC | Errno::EROFS | Errno::EDQUOT) => {
                context.fail(format!("ln: failed to create hard link {}", quoted(name)), &error)
            }
            Err(error) => {
                let message = format!("ln: failed to create hard link {} => {}", quoted(name), quoted(target));
                context.fail(message, &error)
            }
        }
    }

    fn make(&self, context: &mut Context, target: &str, name: &str) -> Result<(), CallError> {
        match self.symbolic {
            true => context.sys.symlink(target.as_ref(), name.as_ref()),
            false => context.sys.link(target.as_ref(), name.as_ref()),
        }
    }
}

fn shown(target: &str) -> String {
    crate::action::quote::quoted_if_needed(target)
}

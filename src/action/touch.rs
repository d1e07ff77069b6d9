//! `touch FILE…`: open(2) for writing, then utimensat(2): both times become now.
//!
//! Opening for writing is what makes an overlay copy the whole file up; `-c`, `-d` and the like are left out.

use crate::ground::Errno;
use crate::action::quote::quoted;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::kernel::{Access, Times};

/// Files to make, or to mark as changed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    files: Vec<String>,
}

impl Verb for Touch {
    const NAME: &'static str = "touch";
    const SYNOPSIS: &'static str = "touch FILE…";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Touch, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(1, words, Self::SYNOPSIS)?;
        Ok(Touch { files: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let mut status = 0;
        for file in &self.files {
            let touched = match context.sys.open(file.as_ref(), Access::Create) {
                Ok(open) => context.sys.touch_open(&open),
                // A directory can't be opened for writing, and needs no opening to have its times set.
                Err(error) if error.errno == Errno::EISDIR => context.sys.set_times(file.as_ref(), Times::Now),
                Err(error) => Err(error),
            };
            if let Err(error) = touched {
                status = context.fail(format!("touch: cannot touch {}", quoted(file)), &error);
            }
        }
        status
    }
}

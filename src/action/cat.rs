//! `cat FILE…`: open(2) for reading, read(2), and the bytes as they are. Reading never copies up.

use crate::action::quote::quoted_if_needed;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::kernel::Access;

/// Files to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cat {
    files: Vec<String>,
}

impl Verb for Cat {
    const NAME: &'static str = "cat";
    const SYNOPSIS: &'static str = "cat FILE…";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Cat, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(1, words, Self::SYNOPSIS)?;
        Ok(Cat { files: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let mut status = 0;
        for file in &self.files {
            let bytes = context.sys.open(file.as_ref(), Access::Read).and_then(|open| context.sys.read_all(&open));
            match bytes {
                Ok(bytes) => context.print(bytes),
                Err(error) => status = context.fail(format!("cat: {}", quoted_if_needed(file)), &error),
            }
        }
        status
    }
}

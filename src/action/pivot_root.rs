//! `pivot_root NEW_ROOT PUT_OLD`: pivot_root(2) (util-linux's pivot_root(8)).

use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};

/// The new root, and where the old one is found afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PivotRoot {
    new_root: String,
    put_old: String,
}

impl Verb for PivotRoot {
    const NAME: &'static str = "pivot_root";
    const SYNOPSIS: &'static str = "pivot_root NEW_ROOT PUT_OLD";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<PivotRoot, UsageError> {
        let mut arguments = Arguments::sort(words, Self::FLAGS)?.between(2, 2, words, Self::SYNOPSIS)?;
        let put_old = arguments.operands.remove(1);
        Ok(PivotRoot { new_root: arguments.operands.remove(0), put_old })
    }

    fn run(&self, context: &mut Context) -> Status {
        match context.sys.pivot_root(self.new_root.as_ref(), self.put_old.as_ref()) {
            Ok(()) => 0,
            Err(error) => {
                let message =
                    format!("pivot_root: failed to change root from `{}' to `{}'", self.new_root, self.put_old);
                context.fail(message, &error)
            }
        }
    }
}

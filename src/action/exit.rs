//! `exit`: leaves the shell that `unshare` or `chroot` has opened (bash builtin, `help exit`).

use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};

/// The end of a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit;

impl Verb for Exit {
    const NAME: &'static str = "exit";
    const SYNOPSIS: &'static str = "exit";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Exit, UsageError> {
        Arguments::sort(words, Self::FLAGS)?.between(0, 0, words, Self::SYNOPSIS)?;
        Ok(Exit)
    }

    fn run(&self, context: &mut Context) -> Status {
        context.closes = true;
        0
    }
}

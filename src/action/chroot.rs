//! `chroot DIRECTORY`: chroot(2), chdir(2) to the new root, then a shell (coreutils' chroot(1)).

use crate::action::{Arguments, Context, Flag, Opening, Status, UsageError, Verb};

/// The new root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chroot {
    directory: String,
}

impl Verb for Chroot {
    const NAME: &'static str = "chroot";
    const SYNOPSIS: &'static str = "chroot DIRECTORY [/bin/sh]";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Chroot, UsageError> {
        let mut arguments = Arguments::sort(words, Self::FLAGS)?.between(1, 2, words, Self::SYNOPSIS)?;
        match arguments.operands.get(1).map(String::as_str) {
            None | Some("/bin/sh") => Ok(Chroot { directory: arguments.operands.remove(0) }),
            Some(other) => Err(UsageError {
                what: format!("chroot starts a shell here, not {other}"),
                allowed: format!("write it so: {}", Self::SYNOPSIS),
            }),
        }
    }

    fn run(&self, context: &mut Context) -> Status {
        context.opens = Some(Opening::Chroot(self.directory.clone()));
        0
    }
}

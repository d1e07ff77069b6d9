//! `cd DIRECTORY`: chdir(2) (bash builtin, `help cd`). It changes the whole process, so the lines that follow too.
//!
//! bash remembers the way it came (`cd link` and `cd ..` lead back); we ask the kernel, for which `..` is the parent.

use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cd {
    directory: String,
}

impl Verb for Cd {
    const NAME: &'static str = "cd";
    const SYNOPSIS: &'static str = "cd DIRECTORY";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Cd, UsageError> {
        let mut arguments = Arguments::sort(words, Self::FLAGS)?.between(1, 1, words, Self::SYNOPSIS)?;
        match arguments.operands.remove(0) {
            dash if dash == "-" => Err(UsageError {
                what: "cd does not know the way back (-) here".into(),
                allowed: format!("write it so: {}", Self::SYNOPSIS),
            }),
            directory => Ok(Cd { directory }),
        }
    }

    fn run(&self, context: &mut Context) -> Status {
        match context.sys.chdir(self.directory.as_ref()) {
            Ok(()) => 0,
            Err(error) => context.fail(format!("bash: cd: {}", self.directory), &error),
        }
    }
}

//! `layerlab rootfs DIRECTORY`: this program itself makes a root file system, as anybody may type it.

use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb, host_program};

/// The words of the line, as the program gets them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layerlab {
    words: Vec<String>,
}

impl Verb for Layerlab {
    const NAME: &'static str = "layerlab";
    const SYNOPSIS: &'static str = "layerlab rootfs DIRECTORY";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Layerlab, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.between(2, 2, words, Self::SYNOPSIS)?;
        match arguments.operands[0].as_str() {
            "rootfs" => Ok(Layerlab { words: words.to_vec() }),
            other => Err(UsageError {
                what: format!("a lesson cannot run layerlab {other}"),
                allowed: format!("write it so: {}", Self::SYNOPSIS),
            }),
        }
    }

    fn run(&self, context: &mut Context) -> Status {
        // Its own path may be covered by what the stage has mounted.
        host_program::run_at(context, "/proc/self/exe".into(), &self.words)
    }
}

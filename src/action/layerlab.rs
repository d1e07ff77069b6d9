//! `layerlab rootfs DIRECTORY`, `layerlab container run …`: this program itself, as anybody may type it.

use crate::action::{Context, Flag, Status, UsageError, Verb, host_program};

/// The words of the line, as the program gets them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layerlab {
    words: Vec<String>,
}

impl Verb for Layerlab {
    const NAME: &'static str = "layerlab";
    const SYNOPSIS: &'static str = "layerlab rootfs DIRECTORY, or layerlab container run [OPTIONS] LOWER COMMAND…";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Layerlab, UsageError> {
        let operands: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        match operands[..] {
            // Without a command it would wait for somebody to type.
            ["rootfs", _] | ["container", "run", _, _, ..] => Ok(Layerlab { words: words.to_vec() }),
            _ => Err(UsageError {
                what: format!("a lesson cannot run layerlab {}", operands.join(" ")),
                allowed: format!("write it so: {}", Self::SYNOPSIS),
            }),
        }
    }

    fn run(&self, context: &mut Context) -> Status {
        // Its own path may be covered by what the stage has mounted.
        host_program::run_at(context, "/proc/self/exe".into(), &self.words)
    }
}

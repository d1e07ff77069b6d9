//! `layerlab rootfs DIRECTORY`, `layerlab container run …`, `layerlab image …`: this program itself, as anybody may type it. The
//! images are those of the bench.

use crate::action::{Context, Flag, Status, UsageError, Verb, host_program};
use crate::ground::{EPOCH, IMAGES_VARIABLE};

/// What can be done with images in a line; the others wait for somebody who types.
const IMAGE_COMMANDS: &[&str] = &[
    "check", "commit", "diff", "history", "inspect", "load", "ls", "pull", "push", "rm", "save", "tag", "tree",
];

/// The words of the line, as the program gets them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layerlab {
    words: Vec<String>,
}

impl Verb for Layerlab {
    const NAME: &'static str = "layerlab";
    const SYNOPSIS: &'static str =
        "layerlab rootfs [OPTIONS] DIRECTORY, layerlab container run [OPTIONS] IMAGE [COMMAND…], or layerlab image COMMAND…";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Layerlab, UsageError> {
        let operands: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        match operands[..] {
            ["rootfs", .., _] | ["container", "run", .., _] => Ok(Layerlab { words: words.to_vec() }),
            ["image", command, ..] if IMAGE_COMMANDS.contains(&command) => Ok(Layerlab { words: words.to_vec() }),
            _ => Err(UsageError {
                what: format!("a lesson cannot run layerlab {}", operands.join(" ")),
                allowed: format!("write it so: {}", Self::SYNOPSIS),
            }),
        }
    }

    fn run(&self, context: &mut Context) -> Status {
        // Its own path may be covered by what the stage has mounted.
        let images = context.images.clone().into_os_string();
        let of_images = [(IMAGES_VARIABLE, images.as_os_str()), (EPOCH.0, EPOCH.1.as_ref())];
        let more = if self.words[1] == "rootfs" { &[][..] } else { &of_images[..] };
        host_program::run_at(context, "/proc/self/exe".into(), &self.words, more)
    }
}

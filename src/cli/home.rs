//! Bare `layerlab`: where the learner is, and the one command to type next.

use crate::cli::{CliError, Common, Exit, output};
use crate::course::NextCommand;
use crate::ground::{Failure, Stream};

/// Prints it.
pub fn run(common: &Common) -> Result<(), CliError> {
    let journey = common.journey()?;
    let Some(first) = journey.lessons.first() else {
        return Err(CliError::Failed(
            Exit::Lesson,
            Failure::plain("there are no lessons here", "name a folder that has some"),
        ));
    };
    let (intro, NextCommand { at, command }) = match journey.next_command() {
        Some(next) => (String::new(), next),
        None => {
            let what =
                "layerlab: learn what a container is by building one, layer by layer, on this machine's own kernel.";
            let (lessons, title) = (journey.lessons.len(), &first.meta.title);
            let at = format!("There are {lessons} lessons. The first is \"{title}\". Begin with");
            (
                format!("{}\n\n", output::wrapped(what)),
                NextCommand { at, command: format!("layerlab run {}", first.meta.number) },
            )
        }
    };
    let rest =
        "All lessons: layerlab list. What this machine allows: layerlab doctor. Everything else: layerlab --help.";
    let text = format!("{intro}{}\n\n    {command}\n\n{}\n", output::wrapped(&at), output::wrapped(rest));
    Ok(Stream::Output.show(text)?)
}

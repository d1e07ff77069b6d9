//! Bare `layerlab`: what this is, and the one command to type next.

use crate::cli::{CliError, Common};
use std::io::Write;

/// Prints it.
pub fn run(common: &Common) -> Result<(), CliError> {
    let catalogue = common.catalogue()?;
    let lessons = catalogue.entries().len();
    let Some(first) = catalogue.entries().first() else {
        return Err(CliError::Content("there are no lessons here".into()));
    };
    let title = first.meta(&common.language())?.title;
    let text = format!(
        "layerlab: learn what a container is by building one, layer by layer, on this machine's own kernel.\n\
         \n\
         There are {lessons} lessons. The first is \"{title}\". Begin with\n\
         \n    layerlab run {}\n\
         \n\
         All lessons: layerlab list. What this machine allows: layerlab doctor. Everything else: layerlab --help.\n",
        first.number
    );
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

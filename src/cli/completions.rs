//! `layerlab completions SHELL`

use crate::cli::{Cli, CliError};
use crate::ground::Stream;
use clap::CommandFactory;

/// Completions for a shell
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// Which shell
    shell: clap_complete::Shell,
}

impl Completions {
    /// Prints the script.
    pub fn run(&self) -> Result<(), CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "layerlab", &mut script);
        Ok(Stream::Output.show(String::from_utf8_lossy(&script).into_owned())?)
    }
}

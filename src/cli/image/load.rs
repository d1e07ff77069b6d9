//! `layerlab image load [-i FILE | DIR]`

use crate::cli::CliError;
use crate::cli::image::busy::{Busy, Counting};
use crate::cli::image::place;
use crate::cli::signals::stop_by_signal;
use crate::cli::size::size;
use crate::ground::{Failure, Name, Shown, Stream};
use crate::image::{Store, load_archive, load_directory};
use crate::tree::{Budget, TreeError};
use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::sync::Arc;

/// Bring in images from an archive or an image layout
#[derive(Debug, clap::Args)]
pub struct Load {
    /// The archive, or the directory of an image layout (else an archive on the standard input)
    #[arg(long, short, value_name = "FILE")]
    input: Option<PathBuf>,
    /// The most that may be written, and that layers may hold when they are unpacked
    #[arg(long, value_name = "SIZE", default_value = "16G", value_parser = size)]
    limit: u64,
    /// What was done as JSON
    #[arg(long)]
    json: bool,
}

impl Load {
    /// Brings them in.
    pub fn run(&self) -> Result<(), CliError> {
        if self.input.is_none() && std::io::stdin().is_terminal() {
            let fix = "layerlab image load -i FILE, or … < FILE";
            return Err(CliError::usage(Failure::plain("nothing comes from a terminal that could be loaded", fix)));
        }
        let stop = stop_by_signal()?;
        let budget = Budget::new(self.limit, &stop);
        let open = |path: &PathBuf| {
            let wanted = format!("cannot load {}", Name::from(path.as_path()));
            std::fs::File::open(path).map_err(|error| CliError::from(TreeError::io(wanted, "openat", path, &error)))
        };
        let counted = Arc::default();
        let busy = Busy::begin("loading", &counted);
        let loaded = match &self.input {
            Some(path) if path.is_dir() => load_directory(&Store::write(&place()?)?, path, self.limit)?,
            input => {
                let (called, stream): (String, Box<dyn Read + Send>) = match input {
                    Some(path) => (Name::of(path).to_string(), Box::new(open(path)?)),
                    None => ("what comes on the standard input".to_string(), Box::new(std::io::stdin())),
                };
                let stream = Box::new(Counting(stream, counted));
                load_archive(&Store::write(&place()?)?, &called, stream, &budget, self.limit)?
            }
        };
        drop(busy);
        let text = match self.json {
            true => Shown::pretty_json(&loaded)?.with("\n"),
            false => loaded
                .iter()
                .map(|one| match &one.name {
                    Some(name) => format!("Loaded image: {name}\n"),
                    None => format!("Loaded image ID: {}\n", one.id),
                })
                .collect::<String>()
                .into(),
        };
        Ok(Stream::Output.show(text)?)
    }
}

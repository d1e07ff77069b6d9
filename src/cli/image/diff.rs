//! `layerlab image diff IMAGE`

use crate::cli::CliError;
use crate::cli::image::place;
use crate::cli::signals::stop_by_signal;
use crate::image::{LIMIT, Store, changes};
use crate::tree::Budget;
use std::io::Write;

/// What the topmost layer of an image adds, changes and deletes
///
/// A is added, C is changed, D is deleted.
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// Its name, or the beginning of its ID
    image: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Diff {
    /// Tells it.
    pub fn run(&self) -> Result<(), CliError> {
        let store = Store::read(&place()?)?;
        let stop = stop_by_signal()?;
        let changed = changes(store.layout(), &store.find(&self.image)?, &Budget::new(LIMIT, &stop))?;
        let text: String = match self.json {
            true => serde_json::to_string_pretty(&changed)? + "\n",
            false => changed.iter().map(|changed| format!("{} {}\n", changed.kind, changed.path)).collect(),
        };
        Ok(std::io::stdout().write_all(text.as_bytes())?)
    }
}

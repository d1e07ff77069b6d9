//! `layerlab image rm IMAGE…`

use crate::cli::CliError;
use crate::cli::image::place;
use crate::cli::size::bytes;
use crate::ground::{Shown, Stream};
use crate::image::Store;

/// Remove a name, and the image with its last name
///
/// Layers go with the last image that has them.
#[derive(Debug, clap::Args)]
pub struct Rm {
    /// Names, or beginnings of IDs
    #[arg(required = true)]
    images: Vec<String>,
    /// All its names, where it has several
    #[arg(long, short)]
    force: bool,
    /// What was done as JSON
    #[arg(long)]
    json: bool,
}

impl Rm {
    /// Removes them.
    pub fn run(&self) -> Result<(), CliError> {
        let store = Store::write(&place()?)?;
        let mut all = Vec::new();
        let mut text = String::new();
        for name in &self.images {
            let removed = store.remove(name, self.force)?;
            removed.untagged.iter().for_each(|name| text.push_str(&format!("Untagged: {name}\n")));
            removed.deleted.iter().for_each(|id| text.push_str(&format!("Deleted: {id}\n")));
            if !removed.deleted.is_empty() {
                text.push_str(&format!(
                    "{} are free again; layers that other images have stay.\n",
                    bytes(removed.freed)
                ));
            }
            all.push(removed);
        }
        let text = if self.json { Shown::pretty_json(&all)?.with("\n") } else { text.into() };
        Ok(Stream::Output.show(text)?)
    }
}

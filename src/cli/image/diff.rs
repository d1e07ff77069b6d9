//! `layerlab image diff IMAGE [OTHER]`

use crate::cli::CliError;
use crate::cli::image::place;
use crate::cli::signals::stop_by_signal;
use crate::ground::{Shown, Stream};
use crate::image::{LIMIT, Store, changes, differences};
use crate::tree::Budget;

/// What the topmost layer of an image adds, changes and deletes; or what is otherwise in another image
///
/// A is added, C is changed, D is deleted.
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// Its name, or the beginning of its ID
    image: String,
    /// Another image, which is compared with all of the first
    other: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Diff {
    /// Tells it.
    pub fn run(&self) -> Result<(), CliError> {
        let store = Store::read(&place()?)?;
        let stop = stop_by_signal()?;
        let (image, budget) = (store.find(&self.image)?, Budget::new(LIMIT, &stop));
        let changed = match &self.other {
            Some(other) => differences(store.layout(), &image, &store.find(other)?, &budget)?,
            None => changes(store.layout(), &image, &budget)?,
        };
        let lines = || changed.iter().map(|changed| format!("{} {}\n", changed.kind, changed.path)).collect::<String>();
        let text = match self.json {
            true => Shown::pretty_json(&changed)?.with("\n"),
            false => lines().into(),
        };
        Ok(Stream::Output.show(text)?)
    }
}

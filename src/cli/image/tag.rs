//! `layerlab image tag IMAGE NAME[:TAG]`

use crate::cli::CliError;
use crate::cli::image::place;
use crate::ground::Failure;
use crate::image::{Reference, Store};

/// Give an image a further name
#[derive(Debug, clap::Args)]
pub struct Tag {
    /// Its name, or the beginning of its ID
    image: String,
    /// The further name
    #[arg(value_name = "NAME[:TAG]")]
    name: String,
}

impl Tag {
    /// Gives it.
    pub fn run(&self) -> Result<(), CliError> {
        let name = new_name(&self.name)?;
        let store = Store::write(&place()?)?;
        let image = store.find(&self.image)?;
        Ok(store.name(&image.descriptor, Some(&name))?)
    }
}

/// A name that an image can be given: `app`, `app:1.0`.
pub(super) fn new_name(text: &str) -> Result<String, CliError> {
    let refused = |why: &str| {
        CliError::usage(Failure::ours(format!("cannot call an image {text}"), why, "call it app:1.0, for example"))
    };
    let reference = Reference::parse(text).map_err(refused)?;
    if reference.digest.is_some() {
        return Err(refused("a digest is what the image is, and nobody can choose it"));
    }
    reference.name().ok_or_else(|| refused("it has no tag"))
}

//! `layerlab image ls`

use crate::cli::CliError;
use crate::cli::image::{name_and_tag, place, readable, table};
use crate::cli::size::bytes;
use crate::ground::{Shown, Stream};
use crate::image::Store;

/// The images that there are
#[derive(Debug, clap::Args)]
pub struct Ls {
    /// Only the IDs
    #[arg(long, short, conflicts_with = "json")]
    quiet: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Ls {
    /// Tells them.
    pub fn run(&self) -> Result<(), CliError> {
        let images = readable(&Store::read(&place()?)?)?;
        let text = if self.json {
            let one = |image: &crate::image::Image| {
                serde_json::json!({
                    "name": image.descriptor.name(), "id": image.id(), "digest": image.own.digest,
                    "created": image.config.created, "layers": image.manifest.layers.len(), "bytes": image.size(),
                })
            };
            Shown::pretty_json(&images.iter().map(one).collect::<Vec<_>>())?.with("\n")
        } else if self.quiet {
            images.iter().map(|image| format!("{}\n", image.id().short())).collect::<String>().into()
        } else {
            let mut rows = vec![["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"].map(str::to_string).to_vec()];
            rows.extend(images.iter().map(|image| {
                let [name, tag] = name_and_tag(image);
                let created = image.config.created.clone().unwrap_or_default();
                vec![name, tag, image.id().short().to_string(), created, bytes(image.size())]
            }));
            table(&rows).into()
        };
        Ok(Stream::Output.show(text)?)
    }
}

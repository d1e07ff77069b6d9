//! `layerlab image inspect IMAGE`

use crate::cli::CliError;
use crate::cli::image::place;
use crate::ground::{Shown, Stream};
use crate::image::{Image, Store};
use serde_json::json;

/// All that is written about an image, as JSON
#[derive(Debug, clap::Args)]
pub struct Inspect {
    /// Its name, or the beginning of its ID
    #[arg(required = true)]
    images: Vec<String>,
}

impl Inspect {
    /// Tells it.
    pub fn run(&self) -> Result<(), CliError> {
        let store = Store::read(&place()?)?;
        let found = self.images.iter().map(|name| store.find(name)).collect::<Result<Vec<_>, _>>()?;
        let told: Vec<_> = found.iter().map(|image| told(&store, image)).collect();
        let text = Shown::pretty_json(&told)?.with("\n");
        Ok(Stream::Output.show(text)?)
    }
}

fn told(store: &Store, image: &Image) -> serde_json::Value {
    let chain = image.chain();
    let layers = image.manifest.layers.iter().zip(&image.config.rootfs.diff_ids).zip(&chain);
    let layers: Vec<_> = layers
        .map(|((layer, diff_id), chain_id)| {
            json!({
                "mediaType": layer.media_type, "digest": layer.digest, "size": layer.size, "diffId": diff_id,
                "chainId": chain_id, "directory": store.unpacked(chain_id),
            })
        })
        .collect();
    json!({
        "name": image.descriptor.name(), "id": image.id(), "manifest": image.own, "layers": layers,
        "configuration": image.config,
    })
}

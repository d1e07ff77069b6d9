//! `layerlab image history IMAGE`

use crate::cli::CliError;
use crate::cli::image::{place, table};
use crate::cli::size::bytes;
use crate::ground::{Shown, Stream};
use crate::image::Store;

/// How an image came about, the last step first
#[derive(Debug, clap::Args)]
pub struct History {
    /// Its name, or the beginning of its ID
    image: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl History {
    /// Tells it.
    pub fn run(&self) -> Result<(), CliError> {
        let store = Store::read(&place()?)?;
        let image = store.find(&self.image)?;
        let mut layers = image.manifest.layers.iter().zip(&image.config.rootfs.diff_ids);
        let steps: Vec<_> = image
            .config
            .history
            .iter()
            .map(|step| (step, (!step.empty_layer).then(|| layers.next()).flatten()))
            .collect();
        // An image need not have a history; its layers are there all the same.
        let untold = layers.collect::<Vec<_>>();
        if self.json {
            let told: Vec<_> = steps
                .iter()
                .rev()
                .map(|(step, layer)| {
                    serde_json::json!({ "step": step, "size": layer.map(|(layer, _)| layer.size), "diffId": layer.map(|(_, id)| id) })
                })
                .collect();
            let text = Shown::pretty_json(&told)?.with("\n");
            return Ok(Stream::Output.show(text)?);
        }
        let mut rows = vec![["LAYER", "CREATED", "CREATED BY", "SIZE", "COMMENT"].map(str::to_string).to_vec()];
        for (layer, diff_id) in untold.iter().rev() {
            rows.push(vec![
                diff_id.short().to_string(),
                String::new(),
                "<unknown>".into(),
                bytes(layer.size),
                String::new(),
            ]);
        }
        for (step, layer) in steps.iter().rev() {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let id = layer.map_or_else(|| "<none>".to_string(), |(_, diff_id)| diff_id.short().to_string());
            let size = bytes(layer.map_or(0, |(layer, _)| layer.size));
            rows.push(vec![id, text(&step.created), text(&step.created_by), size, text(&step.comment)]);
        }
        Ok(Stream::Output.show(table(&rows))?)
    }
}

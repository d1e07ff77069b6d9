//! `layerlab image pull NAME[:TAG|@DIGEST]`

use crate::cli::CliError;
use crate::cli::image::busy::Busy;
use crate::cli::image::place;
use crate::cli::image::push::{Shared, tell};
use crate::cli::signals::end_after;
use crate::ground::{Shown, Stream};
use crate::registry::pull;

/// Bring an image from a registry
#[derive(Debug, clap::Args)]
pub struct Pull {
    /// Which one: 127.0.0.1:5000/app:1.0, quay.io/team/app@sha256:…; without a registry it is Docker's
    #[arg(value_name = "NAME[:TAG|@DIGEST]")]
    name: String,
    /// For which kind of machine, where there are several: linux/arm64
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    platform: Option<String>,
    #[command(flatten)]
    shared: Shared,
}

impl Pull {
    /// Brings it, and tells its name and its ID.
    pub fn run(&self) -> Result<(), CliError> {
        let (reference, mut options) = self.shared.read("pull", &self.name)?;
        options.platform = self.platform.clone();
        // A connection over which nothing comes holds this thread for a while: another one heeds the signal.
        let growing = options.growing.clone();
        end_after(move || growing.end())?;
        let mut log = Vec::new();
        let busy = Busy::begin("pulling", &options.moved);
        let outcome = pull(&place()?, &reference, &options, &mut log);
        drop(busy);
        self.shared.explain(&log)?;
        let pulled = outcome?;
        let text = match self.shared.json {
            true => {
                let all = serde_json::json!({
                    "name": pulled.name, "id": pulled.id, "digest": pulled.digest, "manifest": pulled.manifest,
                    "blobs": pulled.blobs, "requests": log,
                });
                Shown::pretty_json(&all)?.with("\n")
            }
            false => {
                let name = pulled.name.as_deref().unwrap_or(&self.name);
                let blobs = tell(&pulled.blobs, "pulled", "already here");
                format!("{blobs}Digest: {}\n{name} {}\n", pulled.digest, pulled.id).into()
            }
        };
        Ok(Stream::Output.show(text)?)
    }
}

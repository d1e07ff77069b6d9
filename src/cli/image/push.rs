//! `layerlab image push IMAGE [NAME[:TAG]]`, and what it shares with `pull`.

use crate::cli::CliError;
use crate::cli::image::busy::Busy;
use crate::cli::image::place;
use crate::cli::size::bytes;
use crate::ground::{Failure, Shown, Stream};
use crate::image::{Reference, Store};
use crate::registry::{Exchange, Moved, Options, push};
use std::path::PathBuf;

/// Send an image to a registry
///
/// The blobs that the registry does not have yet go first, the manifest last.
#[derive(Debug, clap::Args)]
pub struct Push {
    /// Its name, or the beginning of its ID
    image: String,
    /// Where to, and what it is called there: 127.0.0.1:5000/app:1.0 (else its own name)
    #[arg(value_name = "NAME[:TAG]")]
    name: Option<String>,
    #[command(flatten)]
    shared: Shared,
}

/// What can be said of a push and of a pull.
#[derive(Debug, clap::Args)]
pub struct Shared {
    /// Speak HTTP without encryption, also to other machines
    #[arg(long)]
    plain_http: bool,
    /// Tell each request and its answer, in order
    #[arg(long)]
    explain: bool,
    /// What was done as JSON
    #[arg(long, conflicts_with = "explain")]
    pub json: bool,
}

impl Push {
    /// Sends it, and tells its digest.
    pub fn run(&self) -> Result<(), CliError> {
        let (to, options) = self.shared.read("push", self.name.as_ref().unwrap_or(&self.image))?;
        // Others may write to the store meanwhile: what is sent is held to its digest.
        let (layout, image) = {
            let store = Store::read(&place()?)?;
            (store.layout().clone(), store.find(&self.image)?)
        };
        let mut log = Vec::new();
        let busy = Busy::begin("pushing", &options.moved);
        let outcome = push(&layout, &image, &to, &options, &mut log);
        drop(busy);
        self.shared.explain(&log)?;
        let pushed = outcome?;
        let text = match self.shared.json {
            true => {
                let all = serde_json::json!({
                    "name": pushed.name, "manifest": pushed.manifest, "blobs": pushed.blobs, "requests": log,
                });
                Shown::pretty_json(&all)?.with("\n")
            }
            false => {
                let blobs = tell(&pushed.blobs, "pushed", "already there");
                format!("{blobs}{}: digest: {} size: {}\n", pushed.name, pushed.manifest.digest, pushed.manifest.size)
                    .into()
            }
        };
        Ok(Stream::Output.show(text)?)
    }
}

impl Shared {
    /// The image in the registry that a name means, and how to get there.
    pub fn read(&self, what: &str, name: &str) -> Result<(Reference, Options), CliError> {
        let refused = |why: &str| {
            let fix = "name it with its registry: 127.0.0.1:5000/app:1.0";
            CliError::usage(Failure::ours(format!("cannot {what} {name}"), why, fix))
        };
        let reference = Reference::parse(name).map_err(refused)?;
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || variable("HOME").map(|home| home.join(".docker"));
        let credentials = variable("DOCKER_CONFIG").or_else(home).map(|folder| folder.join("config.json"));
        Ok((reference, Options { plain_http: self.plain_http, credentials, ..Options::default() }))
    }

    /// Tells what was asked, also where it failed.
    pub fn explain(&self, log: &[Exchange]) -> Result<(), CliError> {
        if !self.explain {
            return Ok(());
        }
        let line = |one: &Exchange| {
            let sent = if one.sent > 0 { format!(", {} bytes sent", one.sent) } else { String::new() };
            let status = one.status.map_or_else(|| "no answer:".to_string(), |status| status.to_string());
            let what = format!("# {} (lesson {})", one.purpose, one.lesson);
            format!("{what}\n{} {}{sent}\n  {status} {}\n", one.method, one.target, one.reason)
        };
        Ok(Stream::Errors.show(log.iter().map(line).collect::<String>())?)
    }
}

/// A line for each blob.
pub fn tell(blobs: &[Moved], moved: &str, was_there: &str) -> String {
    let what = |one: &Moved| match one.sent {
        true => format!("{moved}, {}", bytes(one.size)),
        false => was_there.to_string(),
    };
    blobs.iter().map(|one| format!("{}: {}\n", one.digest.short(), what(one))).collect()
}

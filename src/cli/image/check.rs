//! `layerlab image check [DIR]`

use crate::cli::image::place;
use crate::cli::size::bytes;
use crate::cli::{CliError, Exit};
use crate::ground::{Shown, Stream};
use crate::image::{Layout, Report, Store, check};
use crate::scene::words::plural;
use std::path::PathBuf;

/// Whether all that is stored is what it says
///
/// Every blob of every image is read: its size, its digest, and the digest of each layer when it is not compressed.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// The directory of an image layout (else the store)
    directory: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    /// Reads it, and tells what is not in order.
    pub fn run(&self) -> Result<(), CliError> {
        let report = match &self.directory {
            Some(directory) => check(&Layout::at(directory))?,
            None => {
                let store = Store::read(&place()?)?;
                if store.layout().is_there() { check(store.layout())? } else { Report::default() }
            }
        };
        let text = if self.json { Shown::pretty_json(&report)?.with("\n") } else { told(&report).into() };
        Stream::Output.show(text)?;
        if report.findings.is_empty() { Ok(()) } else { Err(CliError::Said(Exit::NotHeld)) }
    }
}

fn told(report: &Report) -> String {
    let (images, blobs) = (plural(report.images, "image"), plural(report.blobs, "blob"));
    let mut text = match report.findings.len() {
        0 => format!("{images}, {blobs}, {}: all is what it says.\n", bytes(report.bytes)),
        many => format!(
            "{images}, {blobs}, {}: {} not in order.\n",
            bytes(report.bytes),
            if many == 1 { "1 is".into() } else { format!("{many} are") }
        ),
    };
    for finding in &report.findings {
        text.push_str(&format!("\n{}: {}\n", finding.image, finding.what));
    }
    if !report.unneeded.is_empty() {
        let blobs = plural(report.unneeded.len() as u64, "blob");
        text.push_str(&format!("No image needs {blobs}; they go with the next image that is removed.\n"));
    }
    text
}

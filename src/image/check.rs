//! Whether everything that is stored is what it says: every blob of every image, its size, its digest, and what its layers are
//! when they are not compressed.

use crate::image::layout::{Image, Layout};
use crate::image::load::is_diff_id;
use crate::image::{Descriptor, ImageError};
use serde::Serialize;
use std::collections::BTreeSet;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Images that the index names.
    pub images: u64,
    /// Blobs that they need, each counted once.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What is not in order.
    pub findings: Vec<Finding>,
    /// Files among the blobs that no image needs.
    pub unneeded: Vec<String>,
}

/// Something that is not in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The image, by name or digest.
    pub image: String,
    /// What, and why: the lines of a failure.
    pub what: String,
}

/// Reads all of it.
///
/// # Errors
/// When it is no image layout.
pub fn check(layout: &Layout) -> Result<Report, ImageError> {
    let index = layout.index()?;
    let mut report = Report { images: index.manifests.len() as u64, ..Report::default() };
    let mut seen = BTreeSet::new();
    for one in &index.manifests {
        let name = one.name().map_or_else(|| one.digest.to_string(), str::to_string);
        if let Err(error) = check_one(layout, one, &mut seen, &mut report) {
            report.findings.push(Finding { image: name, what: error.to_string() });
        }
    }
    let blobs = layout.root().join("blobs/sha256");
    let files = std::fs::read_dir(&blobs).into_iter().flatten().flatten();
    let files = files.filter_map(|file| file.file_name().into_string().ok());
    report.unneeded = files.filter(|name| !seen.contains(name)).collect();
    report.unneeded.sort();
    Ok(report)
}

fn check_one(
    layout: &Layout,
    descriptor: &Descriptor,
    seen: &mut BTreeSet<String>,
    report: &mut Report,
) -> Result<(), ImageError> {
    for blob in layout.reachable(descriptor)? {
        if seen.insert(blob.digest.hex().to_string()) {
            report.blobs += 1;
            report.bytes += blob.size;
        }
    }
    let Image { manifest, config, .. } = layout.image(descriptor)?;
    let mut layers = manifest.layers.iter().zip(&config.rootfs.diff_ids);
    layers.try_for_each(|(layer, diff_id)| is_diff_id(layout, layer, diff_id))
}

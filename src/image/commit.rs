//! What a container changed becomes a layer, and with what lay below it an image.

use crate::ground::Failure;
use crate::image::change::Change;
use crate::image::config::{Config, Layers, Running, Step};
use crate::image::layer::{Blocks, Compression, Entry, Opaque, Owners, Rules, Written, write};
use crate::image::layout::Image;
use crate::image::threads::Behind;
use crate::image::{Descriptor, Digest, ImageError, Manifest, Store, architecture, media};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, UNIX_EPOCH};

/// What is to be made.
#[derive(Debug)]
pub struct Commit<'a> {
    /// What lies below; its layers are taken over as they are.
    pub base: Option<&'a Image>,
    /// The layers of the base, or of no image, as directories: the topmost first.
    pub lowers: Vec<PathBuf>,
    /// The directories that become layers, the lowest first.
    pub uppers: Vec<PathBuf>,
    /// Directories that hide what lies below are marked, not listed.
    pub marker: bool,
    /// How layers are compressed.
    pub compression: Compression,
    /// Who made it.
    pub author: Option<String>,
    /// What for.
    pub message: Option<String>,
    /// What is to be otherwise when it runs.
    pub changes: Vec<Change>,
    /// When, in seconds since 1970.
    pub now: u64,
    /// No file is younger, in seconds since 1970.
    pub youngest: Option<i64>,
    /// A number in it is the signal that ends the work.
    pub stop: &'a AtomicUsize,
}

/// What is told while it is made.
#[derive(Clone, Debug, PartialEq)]
pub enum Told<'a> {
    /// A layer is made of this directory.
    Layer(&'a Path),
    /// It has this entry.
    Entry(&'a Entry),
    /// It is ready.
    Layered(&'a Written, &'a Descriptor, &'a Digest),
    /// Something was written about the layers: what that is called, its bytes, and how it is found.
    Document(&'static str, &'a [u8], &'a Descriptor),
}

/// An image that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The ID.
    pub id: Digest,
    /// The manifest.
    pub manifest: Descriptor,
    /// What no layer could hold.
    pub written: Vec<Written>,
}

/// Makes an image. It has no name yet, and nothing leads to it: [`Store::name`].
///
/// # Errors
/// What cannot be read or written, and what no layer can say.
pub fn commit(store: &Store, commit: &Commit, tell: &mut dyn FnMut(Told)) -> Result<Committed, ImageError> {
    let created = humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(commit.now)).to_string();
    let mut config = commit.base.map_or_else(|| empty(&created), |image| image.config.clone());
    let mut layers = commit.base.map(|image| image.manifest.layers.clone()).unwrap_or_default();
    let mut below = commit.lowers.clone();
    let mut all_written = Vec::new();
    for upper in &commit.uppers {
        tell(Told::Layer(upper));
        let (written, layer, diff_id) = make_layer(store, commit, upper, &below, tell)?;
        tell(Told::Layered(&written, &layer, &diff_id));
        layers.push(layer);
        config.rootfs.diff_ids.push(diff_id);
        config.history.push(Step {
            created: Some(created.clone()),
            created_by: Some("layerlab image commit".to_string()),
            author: commit.author.clone(),
            comment: commit.message.clone(),
            empty_layer: false,
        });
        all_written.push(written);
        below.insert(0, upper.clone());
    }
    // An image without a history has layers that it does not tell of, and may not begin to.
    let told = config.history.iter().filter(|step| !step.empty_layer).count();
    if told != config.rootfs.diff_ids.len() {
        let silent = config.rootfs.diff_ids.len() - told;
        config.history.splice(0..0, std::iter::repeat_n(Step::default(), silent));
    }
    config.created = Some(created);
    config.author = commit.author.clone().or(config.author);
    commit.changes.iter().for_each(|change| change.apply(&mut config.config));
    let document =
        |kind: &'static str, media_type: &str, json: serde_json::Result<Vec<u8>>, tell: &mut dyn FnMut(Told)| {
            let wanted = format!("cannot write the {kind}");
            let bytes =
                json.map_err(|error| ImageError::refused(wanted, error.to_string(), "this is a fault of layerlab"))?;
            let descriptor = store.put_blob(media_type, &bytes)?;
            tell(Told::Document(kind, &bytes, &descriptor));
            Ok::<_, ImageError>(descriptor)
        };
    let config = document("config", media::CONFIG, serde_json::to_vec(&config), tell)?;
    let id = config.digest.clone();
    let media_type = Some(media::MANIFEST.to_string());
    let manifest = Manifest { schema_version: 2, media_type, config, layers, more: BTreeMap::new() };
    let manifest = document("manifest", media::MANIFEST, serde_json::to_vec(&manifest), tell)?;
    Ok(Committed { id, manifest, written: all_written })
}

fn make_layer(
    store: &Store,
    commit: &Commit,
    upper: &Path,
    below: &[PathBuf],
    tell: &mut dyn FnMut(Told),
) -> Result<(Written, Descriptor, Digest), ImageError> {
    let opaque = if commit.marker { Opaque::Marker } else { Opaque::Explicit };
    let lowers = below.to_vec();
    let rules = Rules { opaque, lowers, owners: Owners::of_caller(), youngest: commit.youngest, stop: commit.stop };
    let failed = |error: std::io::Error| ImageError::io("cannot write the layer", "write", upper, &error);
    let mut each = |entry: &Entry| tell(Told::Entry(entry));
    let blob = store.new_blob()?;
    let (written, blob, diff_id) = if commit.compression == Compression::None {
        let mut plain = Behind::new(blob).map_err(failed)?;
        let written = write(upper, &rules, &mut plain, &mut each)?;
        let blob = plain.finish().map_err(failed)?;
        let diff_id = blob.digest();
        (written, blob, diff_id)
    } else {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut blocks = Blocks::new(blob, commit.compression, processors).map_err(failed)?;
        let written = write(upper, &rules, &mut blocks, &mut each)?;
        let (blob, diff_id) = blocks.finish().map_err(failed)?;
        (written, blob, diff_id)
    };
    let (digest, size) = blob.finish()?;
    Ok((written, Descriptor::new(commit.compression.media_type(), digest, size), diff_id))
}

/// The configuration of an image that begins with nothing.
fn empty(created: &str) -> Config {
    Config {
        created: Some(created.to_string()),
        author: None,
        architecture: architecture().to_string(),
        os: "linux".to_string(),
        config: Running::default(),
        rootfs: Layers { kind: "layers".to_string(), diff_ids: Vec::new() },
        history: Vec::new(),
        more: BTreeMap::new(),
    }
}

/// Reads `SOURCE_DATE_EPOCH`.
///
/// # Errors
/// When it is no number of seconds.
pub fn source_date_epoch(text: &str) -> Result<u64, ImageError> {
    text.parse().map_err(|_| {
        let wanted = format!("cannot use SOURCE_DATE_EPOCH={text}");
        let fix = "SOURCE_DATE_EPOCH=$(date +%s), or unset it";
        ImageError::Refused(Failure::ours(wanted, "it is a number of seconds since 1970", fix))
    })
}

//! `layerlab image commit DIR [NAME[:TAG]]`

use crate::cli::CliError;
use crate::cli::image::busy::Busy;
use crate::cli::image::place;
use crate::cli::image::tag::new_name;
use crate::cli::signals::stop_by_signal;
use crate::ground::{EPOCH, Failure, KEPT_IMAGE, Name, Shown, Stream, complain};
use crate::image::layer::Compression;
use crate::image::{Change, Image, LIMIT, Store, Told, commit, source_date_epoch};
use crate::observe::kept_lowers;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Make an image of what a container changed, or of a directory
#[derive(Debug, clap::Args)]
pub struct Commit {
    /// What `container run --keep DIR` has left, or the upper layer of an overlay, or a root file system
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// What to call it
    #[arg(value_name = "NAME[:TAG]")]
    name: Option<String>,
    /// The image that DIR lies on
    #[arg(long, value_name = "IMAGE")]
    base: Option<String>,
    /// How it is to run, as a line of a Dockerfile: 'CMD ["sh"]'; may be given again
    #[arg(long, short, value_name = "LINE", value_parser = Change::parse)]
    change: Vec<Change>,
    /// Who made it
    #[arg(long, short, value_name = "NAME")]
    author: Option<String>,
    /// What for
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,
    /// How to compress the layers: gzip, zstd or none
    #[arg(long, value_name = "ALGORITHM", default_value = "none", value_parser = ["gzip", "zstd", "none"])]
    compression: String,
    /// How to write directories that hide what lies below: a whiteout for each name, or one mark
    #[arg(long, value_name = "FORM", default_value = "explicit", value_parser = ["explicit", "marker"])]
    opaque: String,
    /// Tell every header, every byte count and every digest, in order
    #[arg(long)]
    explain: bool,
    /// What was done as JSON
    #[arg(long, conflicts_with = "explain")]
    json: bool,
}

/// What lies where.
struct Source {
    base: Option<Image>,
    /// The layers of the base as directories, the topmost first.
    lowers: Vec<PathBuf>,
    /// The directories that become layers, the lowest first.
    uppers: Vec<PathBuf>,
}

impl Commit {
    /// Makes it, and tells its ID.
    pub fn run(&self) -> Result<(), CliError> {
        let name = self.name.as_deref().map(new_name).transpose()?;
        let epoch = std::env::var(EPOCH.0).ok().filter(|text| !text.is_empty());
        let epoch = epoch.as_deref().map(source_date_epoch).transpose()?;
        let stop = stop_by_signal()?;
        let store = Store::write(&place()?)?;
        let source = self.source(&store, &stop)?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_secs());
        let options = crate::image::Commit {
            base: source.base.as_ref(),
            lowers: source.lowers,
            uppers: source.uppers,
            marker: self.opaque == "marker",
            compression: Compression::named(&self.compression).unwrap_or(Compression::None),
            author: self.author.clone(),
            message: self.message.clone(),
            changes: self.change.clone(),
            now: epoch.unwrap_or(now),
            youngest: epoch.and_then(|epoch| i64::try_from(epoch).ok()),
            stop: &stop,
        };
        let mut explained = String::new();
        let counted = Arc::new(AtomicU64::new(0));
        let mut tell = |told: Told| {
            if let Told::Entry(entry) = &told {
                counted.store(entry.at, Ordering::Relaxed);
            }
            if self.explain {
                explain(&told, &mut explained);
            }
        };
        let busy = Busy::begin("committing", &counted);
        let committed = commit(&store, &options, &mut tell)?;
        drop(busy);
        store.name(&committed.manifest, name.as_deref())?;
        if self.explain {
            explained.push_str(&format!(
                "# index.json: {} is what {} leads to\n",
                committed.manifest.digest,
                name.as_deref().unwrap_or("no name")
            ));
            Stream::Errors.show(explained)?;
        }
        for left_out in committed.written.iter().flat_map(|written| &written.left_out) {
            complain(format!("note: {} was left out: {}", left_out.path, left_out.why));
        }
        let text = match self.json {
            true => {
                let all = serde_json::json!({
                    "id": committed.id, "manifest": committed.manifest, "name": name, "layers": committed.written,
                });
                Shown::pretty_json(&all)?.with("\n")
            }
            false => format!("{}\n", committed.id).into(),
        };
        Ok(Stream::Output.show(text)?)
    }

    fn source(&self, store: &Store, stop: &std::sync::atomic::AtomicUsize) -> Result<Source, CliError> {
        let kept = kept_lowers(&self.directory);
        let given = self.base.as_deref().map(|name| store.find(name)).transpose()?;
        let noted = given.is_none().then(|| kept_image(&self.directory)).flatten();
        let noted = noted.map(|digest| store.find(&digest)).transpose().map_err(|_| {
            let wanted = format!("cannot commit {}", Name::from(self.directory.as_path()));
            let why = "the image that the container was made from is not in the store any more";
            CliError::usage(Failure::ours(wanted, why, "load it again, or name another one: --base IMAGE"))
        })?;
        let base = given.or(noted);
        let lowers = base.as_ref().map(|image| store.directories(image, LIMIT, stop)).transpose()?.unwrap_or_default();
        let uppers = match (kept, &base) {
            (Some(_), Some(_)) => vec![self.directory.join("upper")],
            // The directories below become layers, too.
            (Some(lowers), None) => lowers.into_iter().rev().chain([self.directory.join("upper")]).collect(),
            (None, _) => vec![self.directory.clone()],
        };
        Ok(Source { base, lowers, uppers })
    }
}

/// Of which stored image a kept container was.
fn kept_image(keep: &Path) -> Option<String> {
    let text = std::fs::read_to_string(keep.join(KEPT_IMAGE)).ok().filter(|_| keep.join("upper").is_dir())?;
    crate::image::Digest::parse(text.trim()).ok().map(|digest| digest.to_string())
}

/// What is told of a step, for people.
fn explain(told: &Told, text: &mut String) {
    match told {
        Told::Layer(directory) => {
            let what = "each entry is a header of 512 bytes and its content, filled up to whole blocks of 512";
            text.push_str(&format!("# layer: an archive of {}; {what}\n", Name::from(*directory)));
        }
        Told::Entry(entry) => {
            let header = if entry.header > 512 { format!("{} (pax)", entry.header) } else { entry.header.to_string() };
            text.push_str(&format!(
                "{:>10}  header {header:<11} content {:<10} {:<13} {}\n",
                entry.at, entry.size, entry.kind, entry.name
            ));
        }
        Told::Layered(written, layer, diff_id) => {
            let end = written.bytes.saturating_sub(1024);
            text.push_str(&format!("{end:>10}  two blocks of zeros: the end\n"));
            text.push_str(&format!("# diff_id: sha256 of these {} bytes\n{diff_id}\n", written.bytes));
            if layer.digest != **diff_id {
                let what =
                    "# digest: sha256 of the same, compressed; another program that compresses makes another one";
                text.push_str(&format!("{what}\n{} {} bytes\n", layer.digest, layer.size));
            }
        }
        Told::Document(kind, bytes, descriptor) => {
            let what = match *kind {
                "config" => "how it runs, and the diff_ids of its layers; its digest is the ID of the image",
                _ => "which config, and which layers, as blobs; its digest is that of the image in a registry",
            };
            let json = String::from_utf8_lossy(bytes);
            text.push_str(&format!("# {kind}: {what}\n{json}\n{} {} bytes\n", descriptor.digest, descriptor.size));
        }
    }
}

//! Images from elsewhere come into the store: from an image layout, or from an archive of one, or of the kind that `docker save`
//! writes. Nothing of it is believed before its digest was seen.

use crate::ground::Failure;
use crate::image::layout::{Layout, agrees, agrees_unpacked};
use crate::image::{Config, Descriptor, Digest, ImageError, Manifest, NewBlob, Reference, Store, config, media, watch};
use crate::kernel::{CallError, EntryType, Within};
use crate::tree::{Archive, Budget, DirectoryKind, Inside, decompressed, new_directory};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An image that came in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Loaded {
    /// Its name, where it brought one.
    pub name: Option<String>,
    /// Its ID.
    pub id: Digest,
}

/// By which name containerd and newer versions of Docker call an image.
const CONTAINERD_NAME: &str = "io.containerd.image.name";

/// Brings in the images of a layout in a directory, none of whose layers holds more than `most` bytes.
///
/// # Errors
/// When one of them is not what it says; those before it are in the store then.
pub fn load_directory(store: &Store, directory: &Path, most: u64) -> Result<Vec<Loaded>, ImageError> {
    let layout = Layout::at(directory);
    let index = layout.index()?;
    index.manifests.iter().map(|one| import(store, &layout, one, most)).collect()
}

/// Brings in the images of an archive, none of whose layers holds more than `most` bytes.
///
/// # Errors
/// When it holds none, and when one of them is not what it says.
pub fn load_archive(
    store: &Store,
    called: &str,
    file: Box<dyn Read + Send>,
    budget: &Budget,
    most: u64,
) -> Result<Vec<Loaded>, ImageError> {
    let directory = store.incoming();
    let archive = Archive::from_stream(file, called.to_string(), budget)?;
    let kind = DirectoryKind { called: "the archive", prefix: ".new-" };
    new_directory(&directory, kind, budget, |tree| archive.unpack(tree))?;
    let loaded = match (directory.join("oci-layout").exists(), directory.join("manifest.json").exists()) {
        (true, _) => load_directory(store, &directory, most),
        (false, true) => load_docker(store, called, &directory, most),
        (false, false) => {
            let why = "it has neither an index.json beside an oci-layout nor a manifest.json";
            let fix = "give what `layerlab image save`, `docker save` or `skopeo copy … oci-archive:` has written";
            Err(ImageError::refused(format!("cannot load {called}"), why, fix))
        }
    };
    let _ = crate::tree::remove_tree(&directory);
    loaded
}

fn import(store: &Store, layout: &Layout, descriptor: &Descriptor, most: u64) -> Result<Loaded, ImageError> {
    let image = layout.image(descriptor)?;
    // First the layers and what is written about them, then what leads there. Of an index for many machines only what this one
    // needs.
    for (layer, diff_id) in image.manifest.layers.iter().zip(&image.config.rootfs.diff_ids) {
        let called = format!("the layer {}", layer.digest);
        store_layer(store, Box::new(layout.open(layer)?), &called, Some(layer), diff_id, most)?;
    }
    [&image.manifest.config, &image.own].into_iter().try_for_each(|blob| copy(store, layout, blob))?;
    let name = name_of(descriptor);
    store.name(&image.own, name.as_deref())?;
    Ok(Loaded { name, id: image.id().clone() })
}

/// The name that an image brings along.
fn name_of(descriptor: &Descriptor) -> Option<String> {
    let full = descriptor.annotations.get(CONTAINERD_NAME).map(String::as_str).or(descriptor.name())?;
    short_name(full)
}

/// `app:1` for `docker.io/library/app:1`, as people call it.
fn short_name(full: &str) -> Option<String> {
    let short = full.strip_prefix("docker.io/").unwrap_or(full);
    Reference::parse(short.strip_prefix("library/").unwrap_or(short)).ok()?.name()
}

fn copy(store: &Store, layout: &Layout, blob: &Descriptor) -> Result<(), ImageError> {
    let mut from = layout.open(blob)?;
    let mut to = store.new_blob()?;
    let copied = std::io::copy(&mut from, &mut to).and_then(|_| to.flush());
    copied.map_err(|error| {
        ImageError::io(format!("cannot store the blob {}", blob.digest), "write", layout.root(), &error)
    })?;
    to.finish_as(blob)
}

/// Stores a layer while it is unpacked, and holds both to what is known of them: to the descriptor, where there is one already,
/// and to the configuration. Nothing is left of one that does not agree, or holds more than `most` bytes.
///
/// # Errors
/// When it is something else, or cannot be stored.
pub fn store_layer(
    store: &Store,
    from: Box<dyn Read + Send>,
    called: &str,
    expected: Option<&Descriptor>,
    diff_id: &Digest,
    most: u64,
) -> Result<Descriptor, ImageError> {
    let storing =
        Storing(Arc::new(Mutex::new(Stored { from, to: store.new_blob()?, first: Vec::new(), failed: None })));
    let unpack = || {
        let (mut plain, seen) = watch(decompressed(Box::new(storing.clone()), called)?);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match plain.read(&mut buffer) {
                Ok(0) => return Ok(Ok(seen.digest())),
                // A little that becomes very much when it is unpacked is not unpacked to its end.
                Ok(_) if seen.length() > most => {
                    let why = format!("it holds more than {most} bytes when it is unpacked");
                    let fix = "where you trust it, let it be more: layerlab image load --limit SIZE";
                    return Err(ImageError::refused(format!("cannot unpack {called}"), why, fix));
                }
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Err(unreadable(called, &error))),
            }
        }
    };
    let plain: Result<Result<Digest, ImageError>, ImageError> = unpack();
    let unstored = |error| ImageError::io(format!("cannot store {called}"), "write", store.layout().root(), &error);
    // Who reads cannot know that it was the disk: it is told first.
    if let Some(error) = storing.lock().failed.take() {
        return Err(unstored(error));
    }
    let plain = plain?;
    // What stands behind the end of what was compressed is stored, too, and so is what could not be unpacked: the digest tells first
    // whether it was changed.
    let read = std::io::copy(&mut storing.clone(), &mut std::io::sink());
    let mut stored = storing.lock();
    if let Some(error) = stored.failed.take().or(read.err()) {
        return Err(unstored(error));
    }
    let kind = media::of_layer(&stored.first);
    let (digest, size) = (stored.to.digest(), stored.to.length());
    let found = Descriptor::new(kind, digest, size);
    let layer = expected.unwrap_or(&found).clone();
    agrees(&layer, &found.digest, found.size)?;
    agrees_unpacked(&layer, &plain?, diff_id)?;
    stored.to.keep()?;
    Ok(layer)
}

/// A stream whose bytes are stored as they are read.
#[derive(Clone)]
struct Storing(Arc<Mutex<Stored>>);

struct Stored {
    from: Box<dyn Read + Send>,
    to: NewBlob,
    /// Its first bytes tell how it is compressed.
    first: Vec<u8>,
    failed: Option<std::io::Error>,
}

impl Storing {
    fn lock(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Storing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut stored = self.lock();
        let got = stored.from.read(buffer)?;
        let missing = media::FIRST - stored.first.len();
        stored.first.extend_from_slice(&buffer[..got.min(missing)]);
        if let Err(error) = stored.to.write_all(&buffer[..got]) {
            stored.failed = Some(error);
            return Err(std::io::ErrorKind::WriteZero.into());
        }
        Ok(got)
    }
}

fn unreadable(called: &str, error: &std::io::Error) -> ImageError {
    let why = format!("what is compressed in it cannot be read: {error}");
    ImageError::Damaged(Failure::ours(format!("cannot trust {called}"), why, "fetch or make the image again"))
}

/// Whether a stored layer is, when it is not compressed, what the configuration says.
///
/// # Errors
/// When it is not.
pub(super) fn is_diff_id(layout: &Layout, layer: &Descriptor, diff_id: &Digest) -> Result<(), ImageError> {
    let called = format!("the layer {}", layer.digest);
    let (file, stored) = watch(Box::new(layout.open(layer)?));
    let (mut plain, seen) = watch(decompressed(file, &called)?);
    std::io::copy(&mut plain, &mut std::io::sink()).map_err(|error| unreadable(&called, &error))?;
    agrees(layer, &stored.digest(), stored.length())?;
    agrees_unpacked(layer, &seen.digest(), diff_id)
}

/// What `docker save` writes: a list of images.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

fn load_docker(store: &Store, called: &str, directory: &Path, most: u64) -> Result<Vec<Loaded>, ImageError> {
    let wanted = format!("cannot load {called}");
    let refused = |why: String| ImageError::refused(&wanted, why, "save the image again: docker save");
    let root = Within::open(directory).map_err(|error| ImageError::call(&wanted, error))?;
    let read = |name: &str, most: u64| {
        let mut bytes = Vec::new();
        let read = open_inside(&root, name).map_err(refused)?.take(most + 1).read_to_end(&mut bytes);
        read.map_err(|error| ImageError::io(&wanted, "read", Path::new(name), &error))?;
        if bytes.len() as u64 > most { Err(refused(format!("{name} has more than {most} bytes"))) } else { Ok(bytes) }
    };
    let list = read("manifest.json", super::manifest::MOST)?;
    let list: Vec<Saved> = serde_json::from_slice(&list).map_err(|error| refused(format!("manifest.json: {error}")))?;
    let mut loaded = Vec::new();
    for saved in list {
        let bytes = read(&saved.config, config::MOST)?;
        let config: Config = config::parse(&bytes, saved.layers.len()).map_err(refused)?;
        let mut layers = Vec::new();
        for (name, diff_id) in saved.layers.iter().zip(&config.rootfs.diff_ids) {
            let file = open_inside(&root, name).map_err(refused)?;
            layers.push(store_layer(store, Box::new(file), &format!("the layer {name}"), None, diff_id, most)?);
        }
        let config = store.put_blob(media::CONFIG, &bytes)?;
        let (id, media_type) = (config.digest.clone(), Some(media::MANIFEST.to_string()));
        let manifest = Manifest { schema_version: 2, media_type, config, layers, more: BTreeMap::new() };
        let bytes = serde_json::to_vec(&manifest).map_err(|error| refused(error.to_string()))?;
        let descriptor = store.put_blob(media::MANIFEST, &bytes)?;
        let mut names: Vec<Option<String>> = saved.repo_tags.iter().flatten().map(|name| short_name(name)).collect();
        if names.is_empty() {
            names.push(None);
        }
        for name in names {
            store.name(&descriptor, name.as_deref())?;
            loaded.push(Loaded { name, id: id.clone() });
        }
    }
    Ok(loaded)
}

/// A file of an unpacked archive. Older versions of Docker let a symbolic link stand for a layer that several images have.
fn open_inside(root: &Within, name: &str) -> Result<File, String> {
    let unusable = |error: CallError| format!("{name} in it cannot be read: {error}");
    let mut path = Inside::parse(name.as_bytes())?;
    for _ in 0..4 {
        let (above, last) = path.split().ok_or("a name in manifest.json is empty")?;
        let mut at = root.again().map_err(unusable)?;
        for part in above.names() {
            at = at.directory(part).map_err(unusable)?;
        }
        match at.look(last).map_err(unusable)?.kind {
            EntryType::File => return at.file(last).map_err(unusable),
            EntryType::Symlink => path = followed(&above, &at.read_link(last).map_err(unusable)?)?,
            _ => return Err(format!("{name} in it is no file")),
        }
    }
    Err(format!("{name} in it is a link to a link to a link"))
}

/// Where a relative link leads to from this directory, in the archive.
fn followed(above: &Inside, target: &OsStr) -> Result<Inside, String> {
    let mut names = above.names().to_vec();
    for part in target.as_bytes().split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(names.pop().ok_or("a link in it leads out of it")?),
            name => names.push(OsStr::from_bytes(name).to_os_string()),
        }
    }
    let joined = names.iter().try_fold(Inside::default(), |path, name| path.join(name));
    Ok(joined?)
}

//! The images of a user: an image layout that is written to, and its layers unpacked beside it.
//!
//! ```text
//! oci-layout  index.json  blobs/sha256/DIGEST    what the specification says
//! layers/CHAIN-ID/cache-id                       which directory has this layer unpacked
//! unpacked/CACHE-ID/                             … a lower layer of overlayfs
//! incoming/                                      what is just being made
//! lock                                           one writes at a time
//! ```
//!
//! Every file appears whole, under its name, when it is complete: first blobs, then what names them, `index.json` last. So a
//! kill at any moment leaves the images that were there, and perhaps blobs that nothing names; the next writer sweeps.

use crate::ground::{Failure, Name};
use crate::image::layer::{Owners, unpack};
use crate::image::layout::{Image, Layout, agrees, agrees_unpacked};
use crate::image::manifest::Index;
use crate::image::threads::Ahead;
use crate::image::{Descriptor, Digest, Hashing, ImageError, Reference, watch};
use crate::kernel::proc::is_in_a_mount_table;
use crate::kernel::{CallError, Within, effective_ids, lock_within, names_in, quoted};
use crate::tree::{Archive, Budget, DirectoryKind, decompressed, new_directory, remove_tree, write_whole};
use std::collections::BTreeSet;
use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// How long we wait while another layerlab writes, in milliseconds.
const PATIENCE: u64 = 60_000;
/// An image may take so many bytes when it is unpacked, unless somebody says otherwise.
pub const LIMIT: u64 = 64 << 30;

/// The images of a user, locked for as long as this lives.
#[derive(Debug)]
pub struct Store {
    layout: Layout,
    _lock: Option<File>,
}

/// A blob that is being written.
#[derive(Debug)]
pub struct NewBlob {
    writing: Hashing<File>,
    path: PathBuf,
    blobs: PathBuf,
    /// It has its name. Until then it goes with this.
    is_kept: bool,
}

/// What became of the removal of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Removed {
    /// Names that are free now.
    pub untagged: Vec<String>,
    /// Images that are gone.
    pub deleted: Vec<Digest>,
    /// Bytes of blobs that nothing named any more.
    pub freed: u64,
}

impl Store {
    /// The store in this directory, to look at. Where there is none yet it is empty, and nothing is made.
    ///
    /// # Errors
    /// When it is somebody else's.
    pub fn read(root: &Path) -> Result<Store, ImageError> {
        is_ours(root)?;
        let lock = if root.join("lock").exists() { Some(lock(root, false)?) } else { None };
        Ok(Store { layout: Layout::at(root), _lock: lock })
    }

    /// The store in this directory, to write to. It is made where there is none.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn write(root: &Path) -> Result<Store, ImageError> {
        let store = Store::of_blobs(root)?;
        make(&root.join("layers"), 0o755)?;
        make(&root.join("unpacked"), 0o700)?;
        Ok(store)
    }

    /// The same without room for unpacked layers, which a repository of a registry never has.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn of_blobs(root: &Path) -> Result<Store, ImageError> {
        // No other user may look in: files of an image keep their set-user-ID bits.
        make(root, 0o700)?;
        is_ours(root)?;
        let lock = lock(root, true)?;
        make(&root.join("blobs/sha256"), 0o755)?;
        make(&root.join("incoming"), 0o700)?;
        let store = Store { layout: Layout::at(root), _lock: Some(lock) };
        store.sweep();
        if !store.layout.is_there() {
            store.put_index(&Index::default())?;
            store.put_file("oci-layout", b"{\"imageLayoutVersion\":\"1.0.0\"}")?;
        }
        Ok(store)
    }

    /// What can be read of it.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The images that it has, in the order in which they came; of those that cannot be read, why.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn images(&self) -> Result<Vec<Result<Image, ImageError>>, ImageError> {
        if !self.layout.is_there() {
            return Ok(Vec::new());
        }
        Ok(self.layout.index()?.manifests.iter().map(|one| self.layout.image(one)).collect())
    }

    /// The image that somebody means: `app`, `app:1.0`, `app@sha256:…`, or at least the first four digits of an ID.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find(&self, name: &str) -> Result<Image, ImageError> {
        let wanted = format!("cannot find the image {name}");
        let index = if self.layout.is_there() { self.layout.index()? } else { Index::default() };
        if let Ok(reference) = Reference::parse(name) {
            let full = reference.name();
            let is_meant = |one: &&Descriptor| match (&full, &reference.digest) {
                (Some(full), None) => one.name() == Some(full),
                (_, Some(digest)) => {
                    let repository = one.name().and_then(|name| name.rsplit_once(':')).map(|(name, _)| name);
                    one.digest == *digest && repository.is_none_or(|name| name == reference.repository)
                }
                (None, None) => false,
            };
            if let Some(found) = index.manifests.iter().find(is_meant) {
                return self.layout.image(found);
            }
        }
        let digits = name.strip_prefix("sha256:").unwrap_or(name);
        let is_id = digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let readable = || index.manifests.iter().filter_map(|one| self.layout.image(one).ok());
        let begins = |image: &Image| [image.id(), &image.own.digest].iter().any(|id| id.hex().starts_with(digits));
        let mut found: Vec<Image> = if is_id { readable().filter(begins).collect() } else { Vec::new() };
        let ids: BTreeSet<String> = found.iter().map(|image| image.id().to_string()).collect();
        match ids.len() {
            0 => Err(ImageError::Refused(Failure::ours(
                wanted,
                format!("there is none of that name in {}", Name::from(self.layout.root())),
                "layerlab image ls tells which there are",
            ))),
            1 => Ok(found.swap_remove(0)),
            many => {
                let why = format!("{many} images have an ID that begins so");
                Err(ImageError::refused(wanted, why, "give more of its digits: layerlab image ls"))
            }
        }
    }

    /// Whether an image has this name, be it readable or not.
    pub fn has_named(&self, name: &str) -> bool {
        let name = Reference::parse(name).ok().and_then(|name| name.name());
        let index = self.layout.index().unwrap_or_default();
        name.is_some_and(|name| index.manifests.iter().any(|one| one.name() == Some(&name)))
    }

    /// Begins a blob.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new_blob(&self) -> Result<NewBlob, ImageError> {
        let root = self.layout.root();
        let path = root.join("incoming").join(format!("blob-{}", random_name()));
        let made = File::options().write(true).create_new(true).open(&path);
        let file = made.map_err(|error| ImageError::io("cannot store a blob", "openat", &path, &error))?;
        Ok(NewBlob { writing: Hashing::new(file), path, blobs: root.join("blobs/sha256"), is_kept: false })
    }

    /// Stores these bytes as a blob.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put_blob(&self, media_type: &str, bytes: &[u8]) -> Result<Descriptor, ImageError> {
        let mut blob = self.new_blob()?;
        blob.write_all(bytes).map_err(|error| ImageError::io("cannot store a blob", "write", &blob.path, &error))?;
        let (digest, size) = blob.finish()?;
        Ok(Descriptor::new(media_type, digest, size))
    }

    /// Takes a blob away, whoever needs it; `false` where there is none.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove_blob(&self, digest: &Digest) -> Result<bool, ImageError> {
        let path = self.layout.root().join("blobs/sha256").join(digest.hex());
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(ImageError::io("cannot remove a blob", "unlinkat", &path, &error)),
        }
    }

    /// Gives a blob of another layout a name here, too, so that its bytes are there once; what has the name here gives way. `false`
    /// where that one does not have it.
    ///
    /// # Errors
    /// When the two lie on different file systems.
    pub fn link_blob(&self, from: &Layout, digest: &Digest) -> Result<bool, ImageError> {
        let path = |layout: &Layout| layout.root().join("blobs/sha256").join(digest.hex());
        let beside = self.layout.root().join("incoming").join(format!("blob-{}", random_name()));
        match std::fs::hard_link(path(from), &beside) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(ImageError::io("cannot link a blob", "linkat", &path(from), &error)),
        }
        let own = path(&self.layout);
        let named = std::fs::rename(&beside, &own);
        // Of two names of one file the kernel takes none away (rename(2)).
        let _ = std::fs::remove_file(&beside);
        named.map(|()| true).map_err(|error| ImageError::io("cannot link a blob", "rename", &own, &error))
    }

    /// Whether a blob is there that looks as its descriptor says.
    pub fn has(&self, blob: &Descriptor) -> bool {
        self.layout.open(blob).is_ok()
    }

    /// A new directory for what is just coming in. It is swept by the next writer if it stays.
    pub fn incoming(&self) -> PathBuf {
        self.layout.root().join("incoming").join(format!("tree-{}", random_name()))
    }

    /// Names an image. Another image that had the name stays, without one.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn name(&self, image: &Descriptor, name: Option<&str>) -> Result<(), ImageError> {
        let mut index = self.layout.index()?;
        let is_same = |one: &Descriptor| one.digest == image.digest;
        let others: Vec<Descriptor> = index.manifests.drain(..).collect();
        for one in others {
            let loses_name = name.is_some() && one.name() == name && !is_same(&one);
            let one = if loses_name { one.named(None) } else { one };
            let is_again = is_same(&one) && (one.name() == name || one.name().is_none());
            let is_twice = one.name().is_none() && index.manifests.iter().any(|other| other.digest == one.digest);
            if !is_again && !is_twice {
                index.manifests.push(one);
            }
        }
        let has_one = index.manifests.iter().any(is_same);
        if name.is_some() || !has_one {
            index.manifests.push(image.clone().named(name));
        }
        // Whoever lost the last name of its own may have another one.
        let named: BTreeSet<Digest> =
            index.manifests.iter().filter(|one| one.name().is_some()).map(|one| one.digest.clone()).collect();
        index.manifests.retain(|one| one.name().is_some() || !named.contains(&one.digest));
        self.put_index(&index)
    }

    /// Takes a name from an image, or the image with its last name; then what nothing names any more.
    ///
    /// # Errors
    /// When there is no such image, or it has several names and none of them was given.
    pub fn remove(&self, name: &str, force: bool) -> Result<Removed, ImageError> {
        let image = self.find(name)?;
        let mut index = self.layout.index()?;
        let is_same = |one: &&Descriptor| one.digest == image.descriptor.digest;
        let names: Vec<String> =
            index.manifests.iter().filter(is_same).filter_map(|one| one.name().map(str::to_string)).collect();
        let given = Reference::parse(name).ok().and_then(|name| name.name()).filter(|name| names.contains(name));
        if given.is_none() && names.len() > 1 && !force {
            let why = format!("it has {} names: {}", names.len(), names.join(", "));
            let fix = "remove it by one of its names; or --force, and all of them go";
            return Err(ImageError::refused(format!("cannot remove the image {name}"), why, fix));
        }
        let mut removed = Removed::default();
        index.manifests.retain(|one| {
            let goes = one.digest == image.descriptor.digest
                && given.as_ref().is_none_or(|given| one.name() == Some(given) || one.name().is_none());
            removed.untagged.extend(one.name().filter(|_| goes).map(str::to_string));
            !goes
        });
        if !index.manifests.iter().any(|one| one.digest == image.descriptor.digest) {
            removed.deleted.push(image.id().clone());
        }
        self.put_index(&index)?;
        removed.freed = self.collect()?;
        Ok(removed)
    }

    /// The layers of an image as directories, the topmost first. Those that are not yet are unpacked; this store must be
    /// written to then.
    ///
    /// # Errors
    /// When a layer is not what the configuration says.
    pub fn directories(&self, image: &Image, limit: u64, stop: &AtomicUsize) -> Result<Vec<PathBuf>, ImageError> {
        let budget = Budget::new(limit, stop);
        let mut directories = Vec::new();
        let diff_ids = &image.config.rootfs.diff_ids;
        for ((chain, diff_id), layer) in image.chain().iter().zip(diff_ids).zip(&image.manifest.layers) {
            directories.push(match self.unpacked(chain) {
                Some(directory) => directory,
                None => self.unpack(chain, diff_id, layer, &budget)?,
            });
        }
        directories.reverse();
        Ok(directories)
    }

    /// Whether all layers of an image are unpacked.
    pub fn is_unpacked(&self, image: &Image) -> bool {
        image.chain().iter().all(|chain| self.unpacked(chain).is_some())
    }

    /// The directory in which a layer is unpacked.
    pub fn unpacked(&self, chain: &Digest) -> Option<PathBuf> {
        let root = self.layout.root();
        let cache_id = std::fs::read_to_string(root.join("layers").join(chain.hex()).join("cache-id")).ok()?;
        let is_name = !cache_id.is_empty() && cache_id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let directory = root.join("unpacked").join(is_name.then_some(cache_id)?);
        directory.is_dir().then_some(directory)
    }

    fn unpack(
        &self,
        chain: &Digest,
        diff_id: &Digest,
        layer: &Descriptor,
        budget: &Budget,
    ) -> Result<PathBuf, ImageError> {
        let root = self.layout.root();
        let cache_id = random_name();
        let directory = root.join("unpacked").join(&cache_id);
        let called = format!("the layer {}", layer.digest);
        let (file, stored) = watch(Box::new(self.layout.open(layer)?));
        // What has the same digest before and after is not compressed, and is hashed once.
        let (stream, plain) = match layer.digest == *diff_id {
            true => (file, stored.clone()),
            false => watch(decompressed(file, &called)?),
        };
        let ahead =
            Ahead::new(stream).map_err(|error| ImageError::io("cannot read a layer", "clone3", root, &error))?;
        let mut archive = Archive::plain(Box::new(ahead), called.clone(), budget);
        let kind = DirectoryKind { called: "the layer", prefix: ".new-" };
        let outcome = new_directory(&directory, kind, budget, |tree| {
            let unpacked = unpack(&mut archive, Owners::of_caller(), tree)?;
            archive.drain()?;
            Ok(unpacked)
        });
        drop(archive);
        if outcome.is_ok() {
            // What was changed on the disk is told as that, and not as what came of it.
            let right = agrees(layer, &stored.digest(), stored.length())
                .and_then(|()| agrees_unpacked(layer, &plain.digest(), diff_id));
            if right.is_err() {
                let _ = remove_tree(&directory);
            }
            right?;
        }
        outcome?;
        make(&root.join("layers").join(chain.hex()), 0o755)?;
        self.put_file(&format!("layers/{}/cache-id", chain.hex()), cache_id.as_bytes())?;
        Ok(directory)
    }

    /// Removes blobs that no image needs, and layers that are unpacked for none; how many bytes of blobs that were. Where an
    /// image cannot be read, nobody knows what it needs, and nothing is removed.
    fn collect(&self) -> Result<u64, ImageError> {
        let index = self.layout.index()?;
        let (mut blobs, mut chains) = (BTreeSet::new(), BTreeSet::new());
        for one in &index.manifests {
            let Ok(all) = self.layout.reachable(one) else { return Ok(0) };
            blobs.extend(all.iter().map(|blob| blob.digest.hex().to_string()));
            chains.extend(self.layout.image(one).iter().flat_map(Image::chain).map(|chain| chain.hex().to_string()));
        }
        let root = self.layout.root();
        let mut freed = 0;
        for name in list(&root.join("blobs/sha256")) {
            let path = root.join("blobs/sha256").join(&name);
            if !blobs.contains(&name) {
                let size = std::fs::symlink_metadata(&path).map_or(0, |found| found.len());
                freed += if std::fs::remove_file(&path).is_ok() { size } else { 0 };
            }
        }
        for name in list(&root.join("layers")).into_iter().filter(|name| !chains.contains(name)) {
            // First the note, then what it leads to: a kill in between leaves what the next writer sweeps.
            let _ = remove_tree(&root.join("layers").join(name));
        }
        self.sweep();
        Ok(freed)
    }

    /// Removes what writers that were killed have left, and unpacked layers that no note leads to.
    fn sweep(&self) {
        let root = self.layout.root();
        for name in list(&root.join("incoming")) {
            let path = root.join("incoming").join(name);
            let _ = if path.is_dir() { remove_tree(&path).is_ok() } else { std::fs::remove_file(&path).is_ok() };
        }
        let noted = list(&root.join("layers")).into_iter();
        let noted: BTreeSet<String> = noted
            .filter_map(|chain| std::fs::read_to_string(root.join("layers").join(chain).join("cache-id")).ok())
            .collect();
        // A container may still run on one: then it stays until a later writer comes.
        let is_free = |name: &String| !noted.contains(name) && !is_in_a_mount_table(&format!("/unpacked/{name}"));
        for name in list(&root.join("unpacked")).into_iter().filter(is_free) {
            let _ = remove_tree(&root.join("unpacked").join(name));
        }
    }

    /// Says anew which images there are. The caller has what it was, and keeps other writers out.
    ///
    /// # Errors
    /// When it cannot be written; it is as it was then.
    pub fn put_index(&self, index: &Index) -> Result<(), ImageError> {
        let json = serde_json::to_vec(index).map_err(std::io::Error::from);
        let json =
            json.map_err(|error| ImageError::io("cannot write the index", "write", self.layout.root(), &error))?;
        self.put_file("index.json", &json)
    }

    fn put_file(&self, name: &str, bytes: &[u8]) -> Result<(), ImageError> {
        let written = write_whole(&self.layout.root().join(name), bytes);
        written.map_err(|error| ImageError::call(format!("cannot write {name} of the store"), error))
    }
}

impl Write for NewBlob {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.writing.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writing.flush()
    }
}

impl NewBlob {
    /// Gives it its name, where it is what was expected; otherwise nothing is left of it.
    ///
    /// # Errors
    /// When it is something else.
    pub fn finish_as(mut self, expected: &Descriptor) -> Result<(), ImageError> {
        agrees(expected, &self.digest(), self.length())?;
        self.keep()
    }

    /// Gives it its name: its digest, and how many bytes it has.
    ///
    /// # Errors
    /// When it cannot be given one.
    pub fn finish(mut self) -> Result<(Digest, u64), ImageError> {
        self.keep()?;
        Ok((self.digest(), self.length()))
    }

    /// The digest of what was written so far.
    pub fn digest(&self) -> Digest {
        self.writing.digest()
    }

    /// How many bytes were written so far.
    pub fn length(&self) -> u64 {
        self.writing.length()
    }

    /// Gives it its name.
    pub(super) fn keep(&mut self) -> Result<(), ImageError> {
        let name = self.blobs.join(self.digest().hex());
        let named = std::fs::rename(&self.path, &name);
        named.map_err(|error| ImageError::io("cannot store a blob", "rename", &name, &error))?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for NewBlob {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn make(path: &Path, mode: u32) -> Result<(), ImageError> {
    let made = DirBuilder::new().recursive(true).mode(mode).create(path);
    made.map_err(|error| ImageError::io("cannot make the store of images", "mkdir", path, &error))
}

fn list(directory: &Path) -> Vec<String> {
    let names = Within::open(directory).ok().and_then(|open| names_in(open.fd()).ok());
    names.unwrap_or_default().into_iter().filter_map(|name| name.into_string().ok()).collect()
}

pub(super) fn random_name() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{:016x}", RandomState::new().hash_one(0))
}

/// What somebody else may write is not read as ours.
fn is_ours(root: &Path) -> Result<(), ImageError> {
    match std::fs::metadata(root) {
        Ok(found) if found.uid() != effective_ids().0 => {
            let why = format!("{} belongs to somebody else", Name::from(root));
            let fix = "become that user, or set LAYERLAB_IMAGES to a directory of yours";
            Err(ImageError::refused("cannot use this user's images", why, fix))
        }
        _ => Ok(()),
    }
}

fn lock(root: &Path, exclusive: bool) -> Result<File, ImageError> {
    let wanted = "cannot use the store of images now";
    let failed = |error: CallError| ImageError::call(wanted, error);
    let file = Within::open(root).and_then(|root| root.lock_file("lock".as_ref())).map_err(failed)?;
    match lock_within(&file, exclusive, PATIENCE) {
        Ok(true) => Ok(file),
        Ok(false) => {
            let why = "another layerlab is writing to it since a minute";
            Err(ImageError::refused(wanted, why, "wait until it is done, and try again"))
        }
        Err(error) => Err(failed(CallError::of("flock", quoted("lock".as_ref()), &error))),
    }
}

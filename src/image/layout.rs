//! An image layout: images in a directory, as `oci-layout`, `index.json` and `blobs/sha256/…` (OCI image specification, "Image
//! Layout"). Here it is only read, and nothing in it is believed before its digest was seen.

use crate::ground::{Errno, Failure, Name};
use crate::image::config::{self, Config, chain_ids};
use crate::image::manifest::{self, Document, Index, Manifest};
use crate::image::{Descriptor, Digest, Hashing, ImageError, architecture};
use crate::kernel::{CallError, Within};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The version that `oci-layout` has to tell.
const VERSION: &str = "1.0.0";
/// `index.json` names no more images than fit into this, in bytes.
const MOST: u64 = 32 << 20;
/// So deep may one index stand in another; one that stands in itself would have no end.
const DEEPEST: usize = 4;

/// A directory with images.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

/// An image, with what is written about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// By what it was found in the index: its name, and the digest of its manifest, or of an index of several.
    pub descriptor: Descriptor,
    /// The manifest itself.
    pub own: Descriptor,
    /// What it is made of.
    pub manifest: Manifest,
    /// How it runs.
    pub config: Config,
}

impl Image {
    /// What is called the ID of an image: the digest of its configuration.
    pub fn id(&self) -> &Digest {
        &self.manifest.config.digest
    }

    /// What each layer is together with those below it, the lowest first.
    pub fn chain(&self) -> Vec<Digest> {
        chain_ids(&self.config.rootfs.diff_ids)
    }

    /// All blobs that it needs: the manifest, the configuration, the layers.
    pub fn blobs(&self) -> Vec<&Descriptor> {
        [&self.own, &self.manifest.config].into_iter().chain(&self.manifest.layers).collect()
    }

    /// The bytes of its layers as they are stored.
    pub fn size(&self) -> u64 {
        self.manifest.layers.iter().map(|layer| layer.size).sum()
    }

    /// The name for people: that of the index, else the ID.
    pub fn called(&self) -> String {
        self.descriptor.name().map_or_else(|| self.id().short().to_string(), str::to_string)
    }
}

impl Layout {
    /// The layout in a directory, which need not be there.
    pub fn at(root: &Path) -> Layout {
        Layout { root: root.to_path_buf() }
    }

    /// Its directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is something that calls itself one.
    pub fn is_there(&self) -> bool {
        self.root.join("oci-layout").exists()
    }

    /// The images that it names.
    ///
    /// # Errors
    /// When it is none, or in a version that we do not know.
    pub fn index(&self) -> Result<Index, ImageError> {
        let wanted = format!("cannot read the images in {}", Name::from(self.root.as_path()));
        let fix = "look at it with: cat oci-layout index.json";
        let damaged = |why: String| ImageError::Damaged(Failure::ours(&wanted, why, fix));
        let layout: serde_json::Value = serde_json::from_slice(&self.small("oci-layout", 4096)?)
            .map_err(|error| damaged(format!("oci-layout is no JSON: {error}")))?;
        if layout.get("imageLayoutVersion").and_then(serde_json::Value::as_str) != Some(VERSION) {
            return Err(damaged(format!("oci-layout does not say {{\"imageLayoutVersion\":\"{VERSION}\"}}")));
        }
        match manifest::parse(&self.small("index.json", MOST)?, None) {
            Ok(Document::Index(index)) => Ok(index),
            Ok(Document::Manifest(_)) => Err(damaged("index.json is a manifest, and no index of manifests".into())),
            Err(why) => Err(damaged(format!("index.json: {why}"))),
        }
    }

    /// A blob, to read from its beginning. Its size is seen, its digest not yet.
    ///
    /// # Errors
    /// When it is not there, or is something else.
    pub fn open(&self, blob: &Descriptor) -> Result<File, ImageError> {
        let wanted = format!("cannot read the blob {}", blob.digest);
        let open = || Within::open(&self.root)?.directory("blobs".as_ref())?.directory("sha256".as_ref());
        let file = open().and_then(|blobs| blobs.file(blob.digest.hex().as_ref())).map_err(|error| {
            if error.errno != Errno::ENOENT {
                return ImageError::call(&wanted, error);
            }
            let (why, fix) = ("an image needs it, and it is not there", "load or commit that image again");
            ImageError::Damaged(Failure::kernel(&wanted, error, why, fix))
        })?;
        let found = file.metadata().map_err(|error| ImageError::io(&wanted, "fstat", &self.root, &error))?;
        if !found.is_file() || found.len() != blob.size {
            let why = format!("it has {} bytes, and its descriptor says {}", found.len(), blob.size);
            return Err(ImageError::Damaged(Failure::ours(wanted, why, FIX)));
        }
        Ok(file)
    }

    /// The bytes that are stored under this digest, and how many they are. Whether they are right, nobody has seen yet.
    ///
    /// # Errors
    /// When the kernel refuses; nothing where there are none.
    pub fn stored(&self, digest: &Digest) -> Result<Option<(File, u64)>, ImageError> {
        let open = || Within::open(&self.root)?.directory("blobs".as_ref())?.directory("sha256".as_ref());
        match open().and_then(|blobs| blobs.file(digest.hex().as_ref())) {
            Ok(file) => {
                let found = file
                    .metadata()
                    .map_err(|error| ImageError::io("cannot read a blob", "fstat", &self.root, &error))?;
                Ok(found.is_file().then_some((file, found.len())))
            }
            Err(error) if error.errno == Errno::ENOENT => Ok(None),
            Err(error) => Err(ImageError::call(format!("cannot read the blob {digest}"), error)),
        }
    }

    /// A blob with at most `most` bytes, whose digest is right.
    ///
    /// # Errors
    /// When it is not there, or is something else.
    pub fn read(&self, blob: &Descriptor, most: u64) -> Result<Vec<u8>, ImageError> {
        let wanted = || format!("cannot read the blob {}", blob.digest);
        if blob.size > most {
            let why = format!("its descriptor says that it has {} bytes, and {most} are the most", blob.size);
            return Err(ImageError::refused(wanted(), why, "do not trust this image"));
        }
        let mut bytes = Vec::new();
        let mut file = Hashing::new(self.open(blob)?.take(most + 1));
        file.read_to_end(&mut bytes).map_err(|error| ImageError::io(wanted(), "read", &self.root, &error))?;
        agrees(blob, &file.digest(), file.length())?;
        Ok(bytes)
    }

    /// The image that a descriptor of the index leads to. Of several the one for this machine is taken.
    ///
    /// # Errors
    /// When a part of it is missing, or is something else.
    pub fn image(&self, descriptor: &Descriptor) -> Result<Image, ImageError> {
        let mut at = descriptor.clone();
        for _ in 0..DEEPEST {
            let wanted = format!("cannot read the image {}", descriptor.name().unwrap_or(at.digest.short()));
            let refused = |why: String| ImageError::refused(&wanted, why, "do not trust it, or make it again");
            let bytes = self.read(&at, manifest::MOST)?;
            let manifest = match manifest::parse(&bytes, Some(&at.media_type)).map_err(refused)? {
                Document::Manifest(manifest) => manifest,
                Document::Index(index) => {
                    at = for_this_machine(&index).map_err(refused)?.clone();
                    continue;
                }
            };
            let bytes = self.read(&manifest.config, config::MOST)?;
            let config = config::parse(&bytes, manifest.layers.len()).map_err(refused)?;
            let own = Descriptor { platform: None, ..at.named(None) };
            return Ok(Image { descriptor: descriptor.clone(), own, manifest, config });
        }
        let why = "its index leads to an index, and that to another one, again and again";
        Err(ImageError::refused(format!("cannot read the image {}", descriptor.digest), why, "do not trust it"))
    }

    /// All blobs that an image needs, for whichever machine: its manifests, their configurations, their layers.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn reachable(&self, descriptor: &Descriptor) -> Result<Vec<Descriptor>, ImageError> {
        let mut all = vec![descriptor.clone()];
        let mut waiting = vec![(descriptor.clone(), 0)];
        while let Some((at, depth)) = waiting.pop() {
            let refused = |why: String| {
                ImageError::refused(format!("cannot read the manifest {}", at.digest), why, "do not trust this image")
            };
            if depth > DEEPEST {
                return Err(refused("its index leads to an index, and that to another one, again and again".into()));
            }
            let bytes = self.read(&at, manifest::MOST)?;
            match manifest::parse(&bytes, Some(&at.media_type)).map_err(refused)? {
                Document::Manifest(manifest) => {
                    all.push(manifest.config);
                    all.extend(manifest.layers);
                }
                Document::Index(index) => {
                    let new = index.manifests.into_iter().filter(|one| !all.contains(one)).collect::<Vec<_>>();
                    waiting.extend(new.iter().map(|one| (one.clone(), depth + 1)));
                    all.extend(new);
                }
            }
        }
        Ok(all)
    }

    /// A small file of the layout itself.
    fn small(&self, name: &str, most: u64) -> Result<Vec<u8>, ImageError> {
        let wanted = format!("cannot read the images in {}", Name::from(self.root.as_path()));
        let file = Within::open(&self.root).and_then(|root| root.file(name.as_ref()));
        let file = file.map_err(|error: CallError| {
            if error.errno != Errno::ENOENT {
                return ImageError::call(&wanted, error);
            }
            let why = format!("it has no {name}, so it is no image layout");
            let fix = "name a directory with oci-layout, index.json and blobs in it";
            ImageError::Refused(Failure::kernel(&wanted, error, why, fix))
        })?;
        let mut bytes = Vec::new();
        let read = match file.metadata() {
            Ok(found) if !found.is_file() => Err(std::io::ErrorKind::InvalidInput.into()),
            _ => file.take(most + 1).read_to_end(&mut bytes),
        };
        read.map_err(|error| ImageError::io(&wanted, "read", &self.root.join(name), &error))?;
        if bytes.len() as u64 > most {
            return Err(ImageError::refused(wanted, format!("{name} has more than {most} bytes"), "do not trust it"));
        }
        Ok(bytes)
    }
}

const FIX: &str = "it was changed since it was stored: fetch or make the image again";

/// Whether what was read is what the descriptor said.
pub(super) fn agrees(blob: &Descriptor, digest: &Digest, bytes: u64) -> Result<(), ImageError> {
    if *digest == blob.digest && bytes == blob.size {
        return Ok(());
    }
    let why = format!("its {bytes} bytes have the digest {digest}");
    Err(ImageError::Damaged(Failure::ours(format!("cannot trust the blob {}", blob.digest), why, FIX)))
}

/// Whether a layer that was unpacked is what the configuration says.
pub(super) fn agrees_unpacked(layer: &Descriptor, found: &Digest, diff_id: &Digest) -> Result<(), ImageError> {
    if found == diff_id {
        return Ok(());
    }
    let why = format!("unpacked it has the digest {found}, and the configuration says {diff_id}");
    let fix = "fetch or make the image again";
    Err(ImageError::Damaged(Failure::ours(format!("cannot trust the layer {}", layer.digest), why, fix)))
}

fn for_this_machine(index: &Index) -> Result<&Descriptor, String> {
    let fits = |one: &&Descriptor| {
        one.platform.as_ref().is_some_and(|for_| for_.os == "linux" && for_.architecture == architecture())
    };
    let said = || {
        let names = index.manifests.iter().filter_map(|one| one.platform.as_ref());
        names.map(|one| format!("{}/{}", one.os, one.architecture)).collect::<Vec<_>>().join(", ")
    };
    match index.manifests.as_slice() {
        [only] if only.platform.is_none() => Ok(only),
        all => all
            .iter()
            .find(fits)
            .ok_or_else(|| format!("it is for {}, and this machine is linux/{}", said(), architecture())),
    }
}

//! The repositories of a registry on disk: each is an image layout of its own, whose `index.json` names manifests by their tags.
//!
//! ```text
//! team+app/                     the repository team/app, because no name has a + in it
//!   oci-layout  index.json  blobs/sha256/DIGEST
//!   incoming/                   uploads that have begun
//! .lock                         one registry serves a directory
//! ```

use crate::ground::{Failure, Name};
use crate::image::{Descriptor, Digest, ImageError, Index, Layout, Store, is_repository};
use crate::kernel::{CallError, Within, quoted, try_lock};
use crate::registry::answer::{Code, Refusal};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All repositories of a registry. Nobody else serves them as long as this lives.
#[derive(Debug)]
pub struct Repositories {
    root: PathBuf,
    open: Mutex<BTreeMap<String, Arc<Repository>>>,
    _lock: File,
}

/// A repository: manifests, and the blobs that belong to them.
#[derive(Debug)]
pub struct Repository {
    store: Store,
    /// Who changes the index holds this.
    writing: Mutex<()>,
}

impl Repositories {
    /// The repositories in a directory, which is made where it is missing.
    ///
    /// # Errors
    /// When it cannot be made, is an image layout itself, or another registry serves it.
    pub fn open(root: &Path) -> Result<Repositories, ImageError> {
        let wanted = format!("cannot serve {}", Name::from(root));
        let failed = |error: CallError| {
            let fix = "name a directory of yours";
            ImageError::Host(Failure::kernel(&wanted, error, "the kernel or the file system refused it", fix))
        };
        if Layout::at(root).is_there() {
            let why = "it is an image layout itself; each repository will be one, in a directory below";
            return Err(ImageError::Refused(Failure::ours(wanted, why, "name a directory of its own")));
        }
        let made = std::fs::create_dir_all(root);
        made.map_err(|error| failed(CallError::of("mkdir", quoted(root), &error)))?;
        let lock = Within::open(root).and_then(|open| open.lock_file(".lock".as_ref())).map_err(failed)?;
        let free = try_lock(&lock).map_err(|error| failed(CallError::of("flock", quoted(root), &error)))?;
        if !free {
            let why = "another registry serves it";
            return Err(ImageError::Refused(Failure::ours(wanted, why, "end that one, or name another directory")));
        }
        Ok(Repositories { root: root.to_path_buf(), open: Mutex::default(), _lock: lock })
    }

    /// The names of all, sorted.
    pub fn names(&self) -> Vec<String> {
        let found = std::fs::read_dir(&self.root).into_iter().flatten().flatten();
        let names = found.filter_map(|entry| entry.file_name().into_string().ok()).map(|name| name.replace('+', "/"));
        let is_there = |name: &String| is_repository(name) && Layout::at(&self.place(name)).is_there();
        names.filter(is_there).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The repository of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, name: &str) -> Result<Arc<Repository>, Refusal> {
        match Layout::at(&self.place(name)).is_there() {
            true => self.make(name),
            false => Err(Refusal::new(Code::NameUnknown, format!("there is no repository {name}; a push makes it"))),
        }
    }

    /// The repository of this name, which is made where there is none.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make(&self, name: &str) -> Result<Arc<Repository>, Refusal> {
        let mut open = locked(&self.open);
        if let Some(repository) = open.get(name) {
            return Ok(repository.clone());
        }
        let repository = Arc::new(Repository { store: Store::of_blobs(&self.place(name))?, writing: Mutex::default() });
        open.insert(name.to_string(), repository.clone());
        Ok(repository)
    }

    /// No name has a plus in it, so no two come to the same place.
    fn place(&self, name: &str) -> PathBuf {
        self.root.join(name.replace('/', "+"))
    }
}

impl Repository {
    /// What is stored.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Its manifests, as its index has them.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn index(&self) -> Result<Index, Refusal> {
        Ok(self.store.layout().index()?)
    }

    /// The manifest that a tag or a digest means.
    ///
    /// # Errors
    /// When there is none.
    pub fn manifest(&self, reference: &str) -> Result<Descriptor, Refusal> {
        let index = self.index()?;
        let digest = Digest::parse(reference).ok();
        let is_meant = |one: &&Descriptor| match &digest {
            Some(digest) => one.digest == *digest,
            None => one.name() == Some(reference),
        };
        let unknown = || Refusal::new(Code::ManifestUnknown, format!("there is no manifest {reference} here"));
        index.manifests.iter().find(is_meant).cloned().ok_or_else(unknown)
    }

    /// Its tags, in the order of their letters, whether small or not.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn tags(&self) -> Result<Vec<String>, Refusal> {
        let index = self.index()?;
        let mut tags: Vec<String> = index.manifests.iter().filter_map(|one| one.name().map(str::to_string)).collect();
        tags.sort_by_key(|tag| (tag.to_lowercase(), tag.clone()));
        Ok(tags)
    }

    /// Notes a manifest whose bytes are stored, under a tag or without one. What had the tag stays without it.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn note(&self, manifest: &Descriptor, tag: Option<&str>) -> Result<(), Refusal> {
        let _alone = locked(&self.writing);
        Ok(self.store.name(manifest, tag)?)
    }

    /// Takes a tag from its manifest, or a manifest with all its tags.
    ///
    /// # Errors
    /// When there is none.
    pub fn forget(&self, reference: &str) -> Result<(), Refusal> {
        let _alone = locked(&self.writing);
        let meant = self.manifest(reference)?;
        let mut index = self.index()?;
        if meant.name() == Some(reference) {
            let others = |one: &&Descriptor| one.digest == meant.digest && one.name() != Some(reference);
            let stays = index.manifests.iter().any(|one| others(&one));
            index.manifests.retain(|one| one.name() != Some(reference));
            // It can still be had by its digest.
            index.manifests.extend((!stays).then(|| meant.named(None)));
            return Ok(self.store.put_index(&index)?);
        }
        index.manifests.retain(|one| one.digest != meant.digest);
        self.store.put_index(&index)?;
        self.store.remove_blob(&meant.digest)?;
        Ok(())
    }
}

/// What a mutex guards. Nobody leaves it half-changed.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

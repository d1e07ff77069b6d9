//! An image that comes from elsewhere, piece by piece: it grows in a small store of its own below `arriving` of the user's store,
//! which nobody has to wait for, and takes its place when it is whole.

use crate::image::layout::{Image, agrees};
use crate::image::{Descriptor, Hashing, ImageError, Layout, Store};
use crate::kernel::{Within, try_lock};
use crate::tree::remove_tree;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where an image grows, for who ends this process meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Growing(Arc<Mutex<Option<PathBuf>>>);

impl Growing {
    /// Takes away what has come. No image takes its place any more: the process has to end now. One that is just taking its place
    /// does so first.
    pub fn end(&self) {
        let place = self.lock();
        // Others of our threads may be writing there, until they find that it is gone.
        for _ in 0..20 {
            if place.as_ref().is_none_or(|place| !place.exists() || remove_tree(place).is_ok()) {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        std::mem::forget(place);
    }

    fn lock(&self) -> MutexGuard<'_, Option<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An image that is on its way. What has come of it goes with this.
#[derive(Debug)]
pub struct Arriving {
    root: PathBuf,
    place: PathBuf,
    store: Store,
    growing: Growing,
}

impl Arriving {
    /// Makes room beside the store in this directory, and takes away what was left by others that were killed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn begin(root: &Path, growing: &Growing) -> Result<Arriving, ImageError> {
        // The store itself, with its rights; it is not kept locked.
        drop(Store::write(root)?);
        let all = root.join("arriving");
        for left in std::fs::read_dir(&all).into_iter().flatten().flatten() {
            let lock = Within::open(&left.path()).and_then(|place| place.file("lock".as_ref()));
            // Who still fetches holds the lock. Whoever has just made the directory has none yet, and is left alone.
            if lock.is_ok_and(|lock| try_lock(&lock).unwrap_or(false)) {
                let _ = remove_tree(&left.path());
            }
        }
        let place = all.join(super::store::random_name());
        std::fs::create_dir_all(&all)
            .map_err(|error| ImageError::io("cannot fetch an image", "mkdir", &all, &error))?;
        let mut grows = growing.lock();
        *grows = Some(place.clone());
        let store = Store::of_blobs(&place)?;
        Ok(Arriving { root: root.to_path_buf(), place, store, growing: growing.clone() })
    }

    /// Where its pieces go.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Takes a blob from the user's store, where it is there and is still what it says.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn take(&self, blob: &Descriptor) -> Result<bool, ImageError> {
        let layout = Layout::at(&self.root);
        let Ok(file) = layout.open(blob) else { return Ok(false) };
        let mut file = Hashing::new(file);
        let read = std::io::copy(&mut file, &mut std::io::sink());
        if read.is_err() || agrees(blob, &file.digest(), file.length()).is_err() {
            return Ok(false);
        }
        self.store().link_blob(&layout, &blob.digest)
    }

    /// Gives the image its place and its name in the user's store.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub fn arrive(&self, image: &Image, name: Option<&str>) -> Result<(), ImageError> {
        let store = Store::write(&self.root)?;
        let _whole = self.growing.lock();
        for blob in image.blobs() {
            // What lies there by this name may have been changed; this was seen to be right, and takes its place.
            store.link_blob(self.store().layout(), &blob.digest)?;
        }
        store.name(&image.own, name)
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        // It is still locked while it goes.
        let _ = remove_tree(&self.place);
    }
}

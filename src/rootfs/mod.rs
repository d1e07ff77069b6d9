//! A directory that can be the root of a container: made of this host's own programs with the libraries they need, or
//! copied from a tree or an archive.
//!
//! [`make`] is the way in. What writes it is the room [`crate::tree`]; `host` says what of this host.

mod base;
mod busybox;
mod elf;
mod host;
mod host_files;
mod lack;
mod ld_so_conf;
mod libraries;
mod programs;
mod script;
mod terminfo;

pub use host::Wanted;
pub use host_files::{Copied, Missing, Unresolved};
pub use lack::{Lack, lack_of};

use crate::kernel::open_to_read;
use crate::tree::{Archive, Budget, DirectoryKind, Made, TreeError, TreeWriter, copy_tree, new_directory};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// Where a root file system comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Programs of this host.
    Host(Wanted),
    /// A directory or a tar archive.
    Path(PathBuf),
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The new root file system.
    pub directory: String,
    /// The programs of this host in it; nothing where it was copied from elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copied: Option<Copied>,
    /// All that is in it.
    pub made: Made,
}

const KIND: DirectoryKind = DirectoryKind { called: "the root file system", prefix: ".layerlab-rootfs-" };

/// Makes a root file system in a directory that does not exist or is empty. At most `limit` bytes are written; a number in
/// `stop` is the signal that ends the work.
///
/// # Errors
/// What could not be done; nothing is left of it then.
pub fn make(directory: &Path, source: &Source, limit: u64, stop: &AtomicUsize) -> Result<Report, TreeError> {
    let budget = Budget::new(limit, stop);
    let (copied, made) = new_directory(directory, KIND, &budget, |tree| match source {
        Source::Host(wanted) => host::fill(tree, wanted).map(Some),
        Source::Path(path) => copy(tree, path, &budget).map(|()| None),
    })?;
    Ok(Report { directory: directory.display().to_string(), copied, made })
}

fn copy(tree: &mut TreeWriter, path: &Path, budget: &Budget) -> Result<(), TreeError> {
    let wanted = format!("cannot copy {}", path.display());
    let found = std::fs::metadata(path).map_err(|error| TreeError::io(&wanted, "stat", path, &error))?;
    if found.is_dir() {
        return copy_tree(tree, path);
    }
    let file = open_to_read(path).map_err(|error| TreeError::io(&wanted, "openat", path, &error))?;
    let Some(file) = file else {
        let why = "it is a named pipe, and nobody may ever write to it";
        return Err(TreeError::refused(wanted, why, "store the archive in a file first"));
    };
    Archive::open(path, file, budget)?.unpack(tree)
}

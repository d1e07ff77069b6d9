//! A directory that can be the root of a container: made of this host's own programs with the libraries they need, or
//! copied from a tree or an archive.
//!
//! [`make`] is the way in. `build` sees to it that the directory appears whole or not at all; everything is written
//! through `tree`, which stays inside, counts, and stops when it is told to; `host`, `source` and `archive` say what.

mod archive;
mod base;
mod build;
mod busybox;
mod elf;
mod error;
mod host;
mod inside;
mod ld_so_conf;
mod libraries;
mod pax;
mod programs;
mod remove;
mod script;
mod source;
mod terminfo;
mod tree;
mod unpacked;

pub use error::RootfsError;
pub use host::{Copied, Missing, Unresolved, Wanted};
pub use tree::{LeftOut, Made};

use serde::Serialize;
use std::fs::File;
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

/// Makes a root file system in a directory that does not exist or is empty. At most `limit` bytes are written; a number in
/// `stop` is the signal that ends the work.
///
/// # Errors
/// What could not be done; nothing is left of it then.
pub fn make(directory: &Path, source: &Source, limit: u64, stop: &AtomicUsize) -> Result<Report, RootfsError> {
    let (copied, made) = build::build(directory, limit, stop, |tree| match source {
        Source::Host(wanted) => host::fill(tree, wanted).map(Some),
        Source::Path(path) => copy(tree, path).map(|()| None),
    })?;
    Ok(Report { directory: directory.display().to_string(), copied, made })
}

fn copy(tree: &mut tree::Tree, path: &Path) -> Result<(), RootfsError> {
    let wanted = format!("cannot copy {}", path.display());
    let found = std::fs::metadata(path).map_err(|error| RootfsError::io(&wanted, "stat", path, &error))?;
    if found.is_dir() {
        return source::fill(tree, path);
    }
    let file = File::open(path).map_err(|error| RootfsError::io(&wanted, "openat", path, &error))?;
    archive::fill(tree, path, file)
}

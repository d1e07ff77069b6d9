//! One entry of a layer or of a merged view: what stands at a path, and which layer gives it.

use crate::event::Kind;
use crate::ground::Errno;
use crate::observe::layers::{FoundOverlay, TreePosition};
use crate::observe::provenance::{NOWHERE, Provenance};
use crate::observe::tree::{Detail, ObservedTree, Stamp};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// What stands at a path. A symbolic link is itself, not what it points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedEntry {
    /// What it is.
    pub kind: Kind,
    /// Inode, mode, size, times.
    pub stamp: Stamp,
    /// A directory marked `overlay.opaque=y`.
    pub opaque: bool,
    /// The kernel copied it up (`overlay.origin`).
    pub copied_up: bool,
}

/// What stands at `path`; `None` where there is nothing, or where what should be a directory above it is none.
///
/// # Errors
/// When the kernel does not tell: EACCES, EIO, ENOTCONN of a FUSE file system whose program is gone …
pub fn entry(path: &Path) -> Result<Option<ObservedEntry>> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let Some(name) = path.file_name() else { return Ok(None) };
    // Asked for first, because a tree passes over what vanishes while it is read.
    match crate::kernel::look(None, path) {
        Ok(_) => {}
        Err(error) if is_nothing(&error) => return Ok(None),
        Err(error) => return Err(error),
    }
    // With the dot the last part of the way may be a link to a directory, as any part before it may.
    let tree = ObservedTree::along(&parent.join("."), Path::new(name), Detail::Upper)?;
    if tree.len() == 0 {
        return Ok(None);
    }
    let copied_up = tree.extra(1).is_some_and(|extra| extra.origin);
    Ok(Some(ObservedEntry { kind: tree.kind(1), stamp: tree.node(1).stamp, opaque: tree.is_opaque(1), copied_up }))
}

/// Whether an error says that there is nothing: ENOENT or ENOTDIR.
pub fn is_nothing(error: &Error) -> bool {
    matches!(Errno::from(error), Errno::ENOENT | Errno::ENOTDIR)
}

/// The layer of an overlay that gives `path`, which is relative to its mount point; `None` where no layer does.
pub fn layer_of(overlay: &FoundOverlay, path: &Path) -> Option<PathBuf> {
    let layers: Vec<&PathBuf> = overlay.upper.iter().chain(&overlay.lowers).collect();
    let merged = ObservedTree::along(&overlay.mountpoint, path, Detail::Names).ok()?;
    let trees: Vec<Option<ObservedTree>> =
        layers.iter().map(|layer| ObservedTree::along(layer, path, Detail::Upper).ok()).collect();
    let pile: Vec<Option<TreePosition<'_>>> =
        trees.iter().map(|tree| tree.as_ref().map(|tree| TreePosition { tree, node: 0 })).collect();
    let provenance = Provenance::of(&merged, &pile);
    let from = provenance.from(merged.find(path)?);
    (from != NOWHERE).then(|| layers[usize::from(from)].clone())
}

/// The topmost layer of an overlay that has a whiteout for `path` or for a directory above it.
pub fn whiteout_of(overlay: &FoundOverlay, path: &Path) -> Option<PathBuf> {
    overlay.upper.iter().chain(&overlay.lowers).find_map(|layer| {
        let tree = ObservedTree::along(layer, path, Detail::Layer).ok()?;
        tree.below(0).find(|id| tree.whiteout(*id).is_some()).map(|_| layer.clone())
    })
}

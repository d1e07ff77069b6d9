//! Which directories an overlay is made of, as absolute paths, and their trees.
//!
//! The mount table has the layers as they were given. A relative one (Docker and podman use `l/ABC…`) is looked for
//! from the working directory, then from each directory above the mount point: the first from which every layer exists.

use crate::ground::Errno;
use crate::kernel::proc::{Mount, OverlayOptions};
use crate::observe::tree::{Detail, NodeId, ObservedTree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// An overlay of the mount table with its layers found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundOverlay {
    /// Where it is mounted.
    pub mountpoint: PathBuf,
    /// Where we see it: there too, unless it is mounted in another mount namespace.
    pub seen_at: PathBuf,
    /// Its number in the mount table.
    pub id: u32,
    /// Lower layers, topmost first, absolute.
    pub lowers: Vec<PathBuf>,
    /// Upper, absolute.
    pub upper: Option<PathBuf>,
    /// Work directory, absolute.
    pub work: Option<PathBuf>,
    /// Nothing can be written through this mount.
    pub read_only: bool,
}

/// The overlays of a mount table; of several on one mount point, only the last is seen, and so only it is returned.
pub fn find_overlays(mounts: &[Mount], working_directory: &Path) -> Vec<FoundOverlay> {
    let mut found: Vec<FoundOverlay> = Vec::new();
    for mount in mounts.iter().filter(|mount| mount.root == Path::new("/")) {
        let Some(options) = mount.overlay() else { continue };
        found.retain(|other| other.mountpoint != mount.mountpoint);
        let base = base(&options, mount, working_directory);
        let absolute = |path: &PathBuf| base.join(path);
        found.push(FoundOverlay {
            mountpoint: mount.mountpoint.clone(),
            seen_at: mount.mountpoint.clone(),
            id: mount.id,
            lowers: options.lowers.iter().map(absolute).collect(),
            upper: options.upper.as_ref().map(absolute),
            work: options.work.as_ref().map(absolute),
            read_only: options.read_only,
        });
    }
    // Something else mounted over an overlay hides it.
    found.retain(|overlay| {
        let last = mounts.iter().rev().find(|mount| mount.mountpoint == overlay.mountpoint);
        last.is_some_and(|mount| mount.id == overlay.id)
    });
    found
}

/// The directory to which the relative layers of a mount are relative.
fn base(options: &OverlayOptions, mount: &Mount, working_directory: &Path) -> PathBuf {
    let layers = || options.lowers.iter().chain(&options.upper).chain(&options.work);
    if layers().all(|layer| layer.is_absolute()) {
        return PathBuf::from("/");
    }
    let candidates = std::iter::once(working_directory).chain(mount.mountpoint.ancestors().skip(1));
    let holds_all = |base: &&Path| layers().all(|layer| base.join(layer).is_dir());
    candidates.into_iter().find(holds_all).unwrap_or(working_directory).to_path_buf()
}

/// All trees of one look: the working directory's, and those of layers outside of it, each read once.
#[derive(Debug, Default)]
pub struct Forest {
    trees: BTreeMap<PathBuf, ObservedTree>,
    /// Layers that could not be read, with the reason.
    pub troubles: BTreeMap<PathBuf, String>,
}

/// A directory in a [`Forest`].
#[derive(Clone, Copy, Debug)]
pub struct TreePosition<'a> {
    /// The tree it is in.
    pub tree: &'a ObservedTree,
    /// Its node there.
    pub node: NodeId,
}

impl Forest {
    /// Reads the tree below `directory`, unless it is part of one that was read already.
    pub fn read(&mut self, directory: &Path, detail: Detail, uppers: &[PathBuf]) {
        if self.place(directory).is_some() {
            return;
        }
        match ObservedTree::read(directory, detail, uppers) {
            Ok(tree) => {
                for (path, reason) in &tree.troubles {
                    self.troubles.insert(path.clone(), reason.clone());
                }
                self.trees.insert(directory.to_path_buf(), tree);
            }
            Err(error) => {
                let reason = Errno::from(&error).words();
                self.troubles.insert(directory.to_path_buf(), reason.to_string());
            }
        }
    }

    /// Where an absolute path is in these trees. A mount point stands in the tree above it as an empty directory, so the
    /// deepest tree wins.
    pub fn place(&self, path: &Path) -> Option<TreePosition<'_>> {
        path.ancestors().find_map(|root| {
            let tree = self.trees.get(root)?;
            let node = tree.find(path.strip_prefix(root).ok()?)?;
            Some(TreePosition { tree, node })
        })
    }
}

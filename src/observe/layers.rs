//! Which directories an overlay is made of, as absolute paths, and their trees.
//!
//! The mount table has the layers as they were given; for links, and for other mount namespaces, see `followed`.

use crate::ground::Errno;
use crate::kernel::HeldDirectory;
use crate::kernel::proc::{Mount, OverlayOptions};
use crate::observe::mounted::{base_of, could_not_be_read, visible_overlays};
use crate::observe::tree::{Detail, NodeId, ObservedTree};
use std::collections::BTreeMap;
use std::io::Result;
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
    let visible = visible_overlays(mounts).into_iter();
    visible.map(|(mount, options)| FoundOverlay::of(mount, &options, working_directory)).collect()
}

impl FoundOverlay {
    /// The overlay of a line of a mount table; layers that are relative were most likely given in the working directory.
    pub fn of(mount: &Mount, options: &OverlayOptions, working_directory: &Path) -> FoundOverlay {
        let candidates = [working_directory, &mount.mountpoint].into_iter();
        let base = base_of(options, candidates, Path::new("/"));
        let absolute = |path: &PathBuf| base.join(path);
        FoundOverlay {
            mountpoint: mount.mountpoint.clone(),
            seen_at: mount.mountpoint.clone(),
            id: mount.id,
            lowers: options.lowers.iter().map(absolute).collect(),
            upper: options.upper.as_ref().map(absolute),
            work: options.work.as_ref().map(absolute),
            read_only: options.read_only,
        }
    }
}

/// All trees of one look: the working directory's, and those of layers outside of it, each read once.
#[derive(Debug, Default)]
pub struct Forest {
    trees: BTreeMap<PathBuf, ObservedTree>,
    /// What could not be read or followed: its path, and what is to be said behind that.
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
        self.add(directory, ObservedTree::read(directory, detail, uppers));
    }

    /// Reads the tree of a layer that is held; two overlays may share it.
    pub fn read_held(&mut self, held: HeldDirectory, detail: Detail) {
        let path = held.path.clone();
        if !self.trees.contains_key(&path) {
            self.add(&path, ObservedTree::read_held(held, detail));
        }
    }

    fn add(&mut self, directory: &Path, tree: Result<ObservedTree>) {
        match tree {
            Ok(tree) => {
                let troubles = tree.troubles.iter().map(|(path, errno)| (path.clone(), could_not_be_read(*errno)));
                self.troubles.extend(troubles);
                self.trees.insert(directory.to_path_buf(), tree);
            }
            Err(error) => _ = self.troubles.insert(directory.to_path_buf(), could_not_be_read(Errno::from(&error))),
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

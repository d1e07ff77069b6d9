//! What the overlay made of the entries of an upper layer: added, copied up, replaced, opaque, redirected.

use crate::event::{Content, State};
use crate::kernel::{EntryType, look, open_file};
use crate::observe::layers::TreePosition;
use crate::observe::provenance::{LayerIndex, Pile, Provenance};
use crate::observe::tree::{NodeId, ObservedTree};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Larger files are not compared byte for byte while somebody waits.
const MOST_COMPARED: u64 = 64 << 20;

/// An upper layer in its pile.
pub struct Upper<'a> {
    /// Its tree.
    pub place: TreePosition<'a>,
    /// All layers, this one first.
    pub pile: &'a Pile<'a>,
    /// Where the layers lie, in the same order.
    pub paths: &'a [PathBuf],
    /// What lies below its entries.
    pub provenance: &'a Provenance,
}

impl Upper<'_> {
    /// The states of one entry, whose path in the layer is `path`.
    pub fn states(&self, id: NodeId, path: &Path) -> Vec<State> {
        let tree = self.place.tree;
        if tree.whiteout(id).is_some() {
            return Vec::new();
        }
        let mut states = Vec::new();
        let extra = tree.extra(id);
        if let Some((xattr, _)) = extra.and_then(|extra| extra.opaque.clone()).filter(|_| tree.is_opaque(id)) {
            states.push(State::Opaque { xattr });
        }
        if let Some(to) = extra.and_then(|extra| extra.redirect.clone()) {
            states.push(State::Redirect { to: to.into() });
        }
        let metacopy = extra.is_some_and(|extra| extra.metacopy);
        if metacopy {
            states.push(State::Metacopy);
        }
        match self.source(id) {
            None if states.is_empty() => states.push(State::Added),
            Some((layer, source)) if !tree.is_opaque(id) => {
                let copied = tree.is_directory(id) || extra.is_some_and(|extra| extra.origin);
                let names = || {
                    let path = self.paths[usize::from(layer)].join(path);
                    let (directory, name) = self.tree_of(layer).directory_of(&path)?;
                    look(Some(&directory), name).map(|file| file.links)
                };
                states.push(match copied {
                    true => self.compared(id, (layer, source), path, metacopy),
                    false if names().is_ok_and(|names| names > 1) => State::CopiedOrReplaced,
                    false => State::Replaced,
                });
            }
            _ => {}
        }
        states
    }

    /// The entry below this one that it was copied from, or that it hides.
    pub fn source(&self, id: NodeId) -> Option<(LayerIndex, NodeId)> {
        let (layer, source) = *self.provenance.below(id).first()?;
        let tree = self.pile.get(usize::from(layer))?.as_ref()?.tree;
        // A directory over a file, or the other way round, is no copy of it.
        let alike = tree.is_directory(source) == self.place.tree.is_directory(id);
        alike.then_some((layer, source))
    }

    /// The tree that a layer is in; it is there, because an entry of it was found.
    fn tree_of(&self, layer: LayerIndex) -> &ObservedTree {
        self.pile[usize::from(layer)].as_ref().expect("its tree gave the source").tree
    }

    fn compared(&self, id: NodeId, source: (LayerIndex, NodeId), path: &Path, metacopy: bool) -> State {
        let (layer, source) = source;
        let below = self.tree_of(layer);
        let (new, old) = (self.place.tree.node(id), below.node(source));
        let mut metadata_changed =
            (new.stamp.mode, new.stamp.uid, new.stamp.gid) != (old.stamp.mode, old.stamp.uid, old.stamp.gid);
        let content = match new.kind {
            EntryType::File if metacopy => Content::Same,
            EntryType::File => {
                let files = [0, layer].map(|layer| (self.tree_of(layer), self.paths[usize::from(layer)].join(path)));
                metadata_changed |= new.stamp.modified != old.stamp.modified;
                compare(&files, (new.stamp.size, old.stamp.size))
            }
            EntryType::Symlink if self.place.tree.kind(id) == below.kind(source) => Content::Same,
            EntryType::Symlink => Content::Changed,
            _ => Content::NotCompared,
        };
        State::CopiedUp { content, metadata_changed }
    }
}

/// A file by the tree that it lies in and its path.
type FileOfTree<'a> = (&'a ObservedTree, PathBuf);

fn compare(files: &[FileOfTree<'_>; 2], sizes: (u64, u64)) -> Content {
    if sizes.0 != sizes.1 {
        return Content::Changed;
    }
    if sizes.0 > MOST_COMPARED {
        return Content::NotCompared;
    }
    match same_bytes(files) {
        Ok(true) => Content::Same,
        Ok(false) => Content::Changed,
        Err(_) => Content::NotCompared,
    }
}

fn same_bytes([one, other]: &[FileOfTree<'_>; 2]) -> std::io::Result<bool> {
    let open = |(tree, path): &FileOfTree<'_>| {
        let (parent, name) = tree.directory_of(path)?;
        let file = open_file(&parent, name)?;
        Ok::<_, std::io::Error>(BufReader::with_capacity(64 * 1024, std::fs::File::from(file)))
    };
    let (mut one, mut other) = (open(one)?, open(other)?);
    loop {
        let (left, right) = (one.fill_buf()?, other.fill_buf()?);
        let length = left.len().min(right.len());
        if left[..length] != right[..length] {
            return Ok(false);
        }
        if length == 0 {
            return Ok(left.len() == right.len());
        }
        one.consume(length);
        other.consume(length);
    }
}

//! Which layer gives each entry of a merged view, and which layers it hides.
//!
//! The names are what the kernel lists at the mount point; the layers are looked through from the top, as overlayfs
//! itself looks a name up (kernel: Documentation/filesystems/overlayfs.rst, "Upper and Lower", "whiteouts and opaque
//! directories", "redirect_dir"):
//!
//! - the first layer that has the name gives the entry,
//! - a directory is merged with the directories below it, until one is opaque or something else has its name,
//! - a whiteout ends the search: what lies below it is deleted.

use crate::observe::layers::TreePosition;
use crate::observe::tree::{NodeId, ObservedTree};
use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A layer by its place in the pile: 0 is the topmost (the upper, where there is one).
pub type LayerIndex = u16;

/// No layer has it.
pub const NOWHERE: LayerIndex = LayerIndex::MAX;

/// The answer for every node of a merged tree, and for every node of the topmost layer what lies below it.
#[derive(Debug, Default)]
pub struct Provenance {
    from: Vec<LayerIndex>,
    more: HashMap<NodeId, More>,
    below: HashMap<NodeId, Vec<(LayerIndex, NodeId)>>,
    /// Paths that the layers should show and the kernel doesn't, or the other way round.
    pub unexplained: Vec<PathBuf>,
}

/// What few entries of a merged view have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct More {
    /// Further layers whose directory is merged into this one.
    pub with: Vec<LayerIndex>,
    /// Layers whose entry of this name can't be seen.
    pub hides: Vec<LayerIndex>,
}

/// The layers of an overlay, topmost first; `None` for one that could not be read.
pub type Pile<'a> = [Option<TreePosition<'a>>];

impl Provenance {
    /// Looks every node of `merged` up in `layers`.
    pub fn of(merged: &ObservedTree, layers: &Pile<'_>) -> Provenance {
        let mut provenance = Provenance { from: vec![NOWHERE; merged.len() + 1], ..Provenance::default() };
        let roots: Vec<Contributor<'_>> = layers
            .iter()
            .enumerate()
            .filter_map(|(index, layer)| layer.map(|place| Contributor { layer: index as LayerIndex, place }))
            .collect();
        let mut walk = Walk { merged, layers, provenance: &mut provenance, path: PathBuf::new() };
        walk.directory(Some(0), &roots);
        provenance
    }

    /// The layer that gives a node of the merged tree; [`NOWHERE`] if none has it.
    pub fn from(&self, id: NodeId) -> LayerIndex {
        self.from.get(id as usize).copied().unwrap_or(NOWHERE)
    }

    /// What else there is to say about a node of the merged tree.
    pub fn more(&self, id: NodeId) -> Option<&More> {
        self.more.get(&id)
    }

    /// What could be seen at the path of a node of the topmost layer if that layer did not have it; topmost first.
    pub fn below(&self, id: NodeId) -> &[(LayerIndex, NodeId)] {
        self.below.get(&id).map_or(&[], Vec::as_slice)
    }
}

struct Walk<'a, 'b> {
    merged: &'a ObservedTree,
    layers: &'a Pile<'a>,
    provenance: &'b mut Provenance,
    path: PathBuf,
}

impl<'a> Walk<'a, '_> {
    /// Goes through all names that the directory has in any layer or in the merged view, in their order.
    fn directory(&mut self, merged: Option<NodeId>, contributors: &[Contributor<'a>]) {
        // Children are sorted in every tree, so one cursor a layer finds all names in a single pass.
        let mut cursors: Vec<_> = contributors.iter().map(|c| c.place.tree.children(c.place.node).peekable()).collect();
        let mut shown = merged.map(|id| self.merged.children(id).peekable());
        loop {
            let shown_next = shown.as_mut().and_then(|shown| shown.peek().copied());
            let next = |(contributor, cursor): (&Contributor<'a>, &mut std::iter::Peekable<_>)| {
                cursor.peek().map(|id| contributor.place.tree.name(*id))
            };
            let in_layers = contributors.iter().zip(&mut cursors).filter_map(next).min();
            let in_merged = shown_next.map(|id| self.merged.name(id));
            let Some(name) = in_layers.into_iter().chain(in_merged).min() else { break };
            let mut having: Vec<Contributor<'a>> = Vec::new();
            for (contributor, cursor) in contributors.iter().zip(&mut cursors) {
                let tree = contributor.place.tree;
                if let Some(node) = cursor.next_if(|id| tree.name(*id) == name) {
                    having.push(Contributor { layer: contributor.layer, place: TreePosition { tree, node } });
                }
            }
            let child = shown_next.filter(|_| in_merged == Some(name));
            if let Some(shown) = shown.as_mut().filter(|_| child.is_some()) {
                shown.next();
            }
            self.path.push(std::ffi::OsStr::from_bytes(name));
            self.entry(child, &having);
            self.path.pop();
        }
    }

    /// Records where one entry comes from and goes on into the directories that are merged into it.
    fn entry(&mut self, id: Option<NodeId>, having: &[Contributor<'a>]) {
        let first = having.first().copied();
        let visible_below = visible(having.get(1..).unwrap_or_default());
        if let Some(first) = first.filter(|first| first.layer == 0 && !visible_below.is_empty()) {
            let below = visible_below.iter().map(|below| (below.layer, below.place.node)).collect();
            self.provenance.below.insert(first.place.node, below);
        }
        let should_be_seen = first.is_some_and(|first| first.place.tree.whiteout(first.place.node).is_none());
        if should_be_seen != id.is_some() {
            self.provenance.unexplained.push(self.path.clone());
        }
        let (Some(first), true) = (first, should_be_seen) else { return };
        let mut hides = visible_below;
        let mut stack = Vec::new();
        if first.is_directory() {
            (stack, hides) = merged_directories(having, self.layers);
        }
        if let Some(id) = id {
            self.provenance.from[id as usize] = first.layer;
            let with: Vec<_> = stack.iter().skip(1).map(|contributor| contributor.layer).collect();
            let hides: Vec<_> = hides.iter().map(|contributor| contributor.layer).collect();
            if !with.is_empty() || !hides.is_empty() {
                self.provenance.more.insert(id, More { with, hides });
            }
        }
        if first.is_directory() {
            self.directory(id, &stack);
        }
    }
}

/// The directories that make up a merged one, and what they hide.
fn merged_directories<'a>(
    having: &[Contributor<'a>],
    layers: &Pile<'a>,
) -> (Vec<Contributor<'a>>, Vec<Contributor<'a>>) {
    let mut stack = Vec::new();
    for (at, candidate) in having.iter().enumerate() {
        if !candidate.is_directory() {
            // A file or a whiteout ends the directory; only a file is something that could have been seen.
            return (stack, visible(&having[at..]));
        }
        stack.push(*candidate);
        if let Some(redirected) = candidate.redirected(layers) {
            stack.extend(redirected);
            return (stack, visible(&having[at + 1..]));
        }
        if candidate.place.tree.is_opaque(candidate.place.node) {
            return (stack, visible(&having[at + 1..]));
        }
    }
    (stack, Vec::new())
}

/// What could be seen if nothing above had the name: down to the first whiteout.
fn visible<'a>(below: &[Contributor<'a>]) -> Vec<Contributor<'a>> {
    let until_whiteout = below.iter().take_while(|c| c.place.tree.whiteout(c.place.node).is_none());
    until_whiteout.copied().collect()
}

#[derive(Clone, Copy)]
struct Contributor<'a> {
    layer: LayerIndex,
    place: TreePosition<'a>,
}

impl<'a> Contributor<'a> {
    fn is_directory(&self) -> bool {
        self.place.tree.is_directory(self.place.node)
    }

    /// Where a redirected directory takes its lower content from: the directories at that path in the layers below.
    fn redirected(&self, layers: &Pile<'a>) -> Option<Vec<Contributor<'a>>> {
        let to = self.place.tree.extra(self.place.node)?.redirect.as_ref()?;
        let to = Path::new(std::ffi::OsStr::from_bytes(to));
        let below = layers.iter().enumerate().skip(usize::from(self.layer) + 1);
        // An absolute redirect counts from the layer's root. A relative one is a sibling's name; the path of its parent
        // is the same in every layer unless that was redirected too, and then the kernel writes an absolute one.
        let path = match to.strip_prefix("/") {
            Ok(path) => path.to_path_buf(),
            Err(_) => self.parent_path(layers)?.join(to),
        };
        let mut found = Vec::new();
        for (index, place) in below {
            let Some(place) = place else { continue };
            let Some(node) = place.tree.find_from(place.node, &path) else { continue };
            if !place.tree.is_directory(node) {
                break;
            }
            found.push(Contributor { layer: index as LayerIndex, place: TreePosition { tree: place.tree, node } });
            if place.tree.is_opaque(node) {
                break;
            }
        }
        Some(found)
    }

    /// The path of the parent directory within the layer.
    fn parent_path(&self, layers: &Pile<'a>) -> Option<PathBuf> {
        let root = layers.get(usize::from(self.layer)).copied().flatten()?;
        let mut path = PathBuf::new();
        let mut at = root.node;
        loop {
            let next =
                self.place.tree.children(at).find(|child| {
                    *child == self.place.node || self.place.tree.below(*child).contains(&self.place.node)
                })?;
            if next == self.place.node {
                return Some(path);
            }
            path.push(std::ffi::OsStr::from_bytes(self.place.tree.name(next)));
            at = next;
        }
    }
}

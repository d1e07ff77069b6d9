//! Which image was made from which: an image is the parent of those that have all its layers and more. Images without a parent
//! are the roots of trees, and all trees together a forest.

use crate::image::layout::Image;
use crate::image::{Digest, chain_ids};
use serde::Serialize;
use std::collections::BTreeMap;

/// An image among the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its ID.
    pub id: Digest,
    /// Its names.
    pub names: Vec<String>,
    /// What all its layers are together; nothing where it has none.
    pub chain_id: Option<Digest>,
    /// How many layers it has more than its parent.
    pub own_layers: usize,
    /// The bytes of these.
    pub own_bytes: u64,
    /// The images that were made from it.
    pub children: Vec<Node>,
}

/// The trees, each with its root first.
pub fn forest(images: &[Image]) -> Vec<Node> {
    // One node for each ID: an image may have several names.
    let mut nodes: BTreeMap<(usize, Digest), (&Image, Vec<String>)> = BTreeMap::new();
    for image in images {
        let node = nodes.entry((image.manifest.layers.len(), image.id().clone())).or_insert((image, Vec::new()));
        node.1.extend(image.descriptor.name().map(str::to_string));
    }
    let all: Vec<(&Image, Vec<String>)> = nodes.into_values().collect();
    below(&all, None)
}

/// The nodes whose parent is this one, or that have none.
fn below(all: &[(&Image, Vec<String>)], parent: Option<&Image>) -> Vec<Node> {
    let is_child = |image: &Image| match (parent_of(all, image), parent) {
        (Some(found), Some(parent)) => found.id() == parent.id(),
        (None, None) => true,
        _ => false,
    };
    let children = all.iter().filter(|(image, _)| is_child(image));
    let mut nodes: Vec<Node> = children
        .map(|(image, names)| {
            let shared = parent.map_or(0, |parent| parent.manifest.layers.len());
            let own = &image.manifest.layers[shared..];
            Node {
                id: image.id().clone(),
                names: names.clone(),
                chain_id: chain_ids(&image.config.rootfs.diff_ids).pop(),
                own_layers: own.len(),
                own_bytes: own.iter().map(|layer| layer.size).sum(),
                children: below(all, Some(image)),
            }
        })
        .collect();
    nodes.sort_by(|one, other| (&one.names, &one.id).cmp(&(&other.names, &other.id)));
    nodes
}

/// The image with the most layers, all of which this one has, too, and fewer than it.
fn parent_of<'a>(all: &[(&'a Image, Vec<String>)], image: &Image) -> Option<&'a Image> {
    let layers = &image.config.rootfs.diff_ids;
    let is_parent = |other: &&Image| {
        let theirs = &other.config.rootfs.diff_ids;
        !theirs.is_empty() && theirs.len() < layers.len() && layers.starts_with(theirs)
    };
    let mut parents = all.iter().map(|(other, _)| *other).filter(is_parent).collect::<Vec<_>>();
    parents.sort_by_key(|other| (other.config.rootfs.diff_ids.len(), other.id().clone()));
    parents.pop()
}

//! Which image was made from which: an image is the parent of those that have all its layers and more. Images without a parent
//! are the roots of trees, and all trees together a forest. Layers that several images share, and that are no image here, have a
//! place of their own in it, so every layer stands in a tree once.

use crate::image::layout::Image;
use crate::image::{Digest, chain_ids};
use serde::Serialize;
use std::collections::BTreeMap;

/// An image among the others, or layers that several share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its ID; nothing where no image here ends with these layers.
    pub id: Option<Digest>,
    /// Its names.
    pub names: Vec<String>,
    /// What all its layers are together; nothing where it has none.
    pub chain_id: Option<Digest>,
    /// How many layers it has, with those of its parent.
    pub layers: usize,
    /// The bytes of these.
    pub bytes: u64,
    /// How many layers it has more than its parent.
    pub own_layers: usize,
    /// The bytes of these.
    pub own_bytes: u64,
    /// The images that were made from it.
    pub children: Vec<Node>,
}

impl Node {
    /// How many images are here and below.
    pub fn images(&self) -> usize {
        usize::from(self.id.is_some()) + self.children.iter().map(Node::images).sum::<usize>()
    }
}

/// An image, its names and what its layers are together.
struct Named<'a> {
    image: &'a Image,
    names: Vec<String>,
    chain: Vec<Digest>,
}

/// The trees, each with its root first.
pub fn forest(images: &[Image]) -> Vec<Node> {
    // One node for each ID: an image may have several names.
    let mut all: BTreeMap<Digest, Named> = BTreeMap::new();
    for image in images {
        let new = || Named { image, names: Vec::new(), chain: chain_ids(&image.config.rootfs.diff_ids) };
        let one = all.entry(image.id().clone()).or_insert_with(new);
        one.names.extend(image.descriptor.name().map(str::to_string));
    }
    let all: Vec<Named> = all.into_values().collect();
    let parents: Vec<Option<usize>> = all.iter().map(|one| parent_of(&all, one)).collect();
    below(&all, &parents, None)
}

/// The nodes whose parent is this one, or that have none.
fn below(all: &[Named], parents: &[Option<usize>], parent: Option<usize>) -> Vec<Node> {
    let children = (0..all.len()).filter(|&at| parents[at] == parent).collect();
    grouped(all, parents, children, parent.map_or(0, |parent| all[parent].chain.len()))
}

/// These images as nodes; their parent has `shared` layers of theirs. Those that share more stand below a node for that.
fn grouped(all: &[Named], parents: &[Option<usize>], images: Vec<usize>, shared: usize) -> Vec<Node> {
    let mut groups: BTreeMap<Option<&Digest>, Vec<usize>> = BTreeMap::new();
    for at in images {
        groups.entry(all[at].chain.get(shared)).or_default().push(at);
    }
    let mut nodes = Vec::new();
    for (next, group) in groups {
        let one = &all[group[0]];
        if next.is_none() || group.len() == 1 {
            nodes.extend(group.iter().map(|&at| {
                let Named { image, names, chain } = &all[at];
                let node = node(image, chain.len(), shared, chain);
                Node {
                    id: Some(image.id().clone()),
                    names: names.clone(),
                    children: below(all, parents, Some(at)),
                    ..node
                }
            }));
        } else {
            let same = |upto: usize| group.iter().all(|&at| all[at].chain.get(upto) == one.chain.get(upto));
            let together =
                (shared..one.chain.len()).take_while(|&upto| same(upto)).last().map_or(shared, |last| last + 1);
            let node = node(one.image, together, shared, &one.chain);
            nodes.push(Node { children: grouped(all, parents, group, together), ..node });
        }
    }
    nodes.sort_by(|one, other| {
        (one.names.is_empty(), &one.names, &one.id).cmp(&(other.names.is_empty(), &other.names, &other.id))
    });
    nodes
}

/// The lowest `layers` layers of an image, of which its parent has `shared`.
fn node(image: &Image, layers: usize, shared: usize, chain: &[Digest]) -> Node {
    let bytes = |from: usize| image.manifest.layers[from..layers].iter().map(|layer| layer.size).sum();
    Node {
        id: None,
        names: Vec::new(),
        chain_id: layers.checked_sub(1).map(|last| chain[last].clone()),
        layers,
        bytes: bytes(0),
        own_layers: layers - shared,
        own_bytes: bytes(shared),
        children: Vec::new(),
    }
}

/// The image with the most layers, all of which this one has, too, and fewer than it. One with the same layers is its parent
/// only if its history is the beginning of this one's. Of several the one is taken whose history says more of this one.
fn parent_of(all: &[Named], one: &Named) -> Option<usize> {
    let (steps, layers) = (&one.image.config.history, one.chain.len());
    let is_parent = |other: &Named| {
        let (theirs, their_layers) = (&other.image.config.history, other.chain.len());
        let begins = theirs.len() < steps.len() && steps.starts_with(theirs);
        let fits = their_layers > 0 && other.chain.last() == one.chain.get(their_layers.wrapping_sub(1));
        (fits && (their_layers < layers || begins)).then_some((their_layers, begins, theirs.len()))
    };
    let parents = all.iter().enumerate().filter_map(|(at, other)| Some((is_parent(other)?, at)));
    parents.max().map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::{Node, forest};
    use crate::image::layout::Image;
    use crate::image::manifest::Manifest;
    use crate::image::{Config, Descriptor, hash, media};

    /// An image of layers that are called by a letter, and of one that is as large as its letter comes late.
    fn image(name: &str, layers: &str, steps: &[&str]) -> Image {
        let layer = |letter: char| {
            let text = letter.to_string();
            Descriptor::new(media::LAYER, hash(text.as_bytes()), u64::from(letter) - u64::from('a') + 1)
        };
        let layers: Vec<Descriptor> = layers.chars().map(layer).collect();
        let diff_ids: Vec<String> = layers.iter().map(|layer| layer.digest.to_string()).collect();
        let history: Vec<_> = steps.iter().map(|step| serde_json::json!({ "comment": step })).collect();
        let config = serde_json::json!({
            "architecture": "amd64", "os": "linux", "history": history,
            "rootfs": { "type": "layers", "diff_ids": diff_ids }, "config": { "Labels": { "name": name.trim_end_matches('+') } },
        });
        let config: Config = serde_json::from_value(config).unwrap();
        let id = Descriptor::new(media::CONFIG, hash(&serde_json::to_vec(&config).unwrap()), 1);
        let own = Descriptor::new(media::MANIFEST, hash(name.as_bytes()), 1);
        let manifest = Manifest {
            schema_version: 2,
            media_type: None,
            config: id,
            layers,
            more: std::collections::BTreeMap::new(),
        };
        Image { descriptor: own.clone().named(Some(name)), own, manifest, config }
    }

    fn drawn(nodes: &[Node]) -> String {
        let one = |node: &Node| {
            let name = if node.names.is_empty() { "-".to_string() } else { node.names.join("=") };
            let below = if node.children.is_empty() { String::new() } else { format!("({})", drawn(&node.children)) };
            format!("{name}:{}/{}:{}{below}", node.own_layers, node.layers, node.own_bytes)
        };
        nodes.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_layer_stands_in_a_tree_once() {
        for (images, trees) in [
            (vec![], ""),
            (vec![image("a", "a", &[]), image("b", "b", &[])], "a:1/1:1 b:1/1:2"),
            (vec![image("c", "abc", &[]), image("a", "a", &[]), image("b", "ab", &[])], "a:1/1:1(b:1/2:2(c:1/3:3))"),
            (vec![image("c", "abc", &[]), image("a", "a", &[])], "a:1/1:1(c:2/3:5)"),
            // Two share what is no image here.
            (vec![image("c", "abc", &[]), image("d", "abd", &[])], "-:2/2:3(c:1/3:3 d:1/3:4)"),
            (
                vec![image("a", "a", &[]), image("c", "abc", &[]), image("d", "abd", &[]), image("e", "ae", &[])],
                "a:1/1:1(e:1/2:5 -:1/2:2(c:1/3:3 d:1/3:4))",
            ),
            // One image, two names.
            (vec![image("a", "a", &[]), image("a+", "a", &[])], "a=a+:1/1:1"),
            // The same layers: by its history one was made from the other, or they have nothing to do with each other.
            (vec![image("x", "a", &["1", "2"]), image("y", "a", &["1"])], "y:1/1:1(x:0/1:0)"),
            (vec![image("x", "a", &["1"]), image("y", "a", &["2"])], "-:1/1:1(x:0/1:0 y:0/1:0)"),
            (
                vec![image("x", "a", &["1"]), image("y", "a", &["2"]), image("z", "ab", &["2", "3"])],
                "-:1/1:1(x:0/1:0 y:0/1:0(z:1/2:2))",
            ),
            // Without any layer an image is the parent of none.
            (vec![image("n", "", &[]), image("a", "a", &[])], "a:1/1:1 n:0/0:0"),
        ] {
            assert_eq!(drawn(&forest(&images)), trees);
        }
    }
}

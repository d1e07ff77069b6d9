//! `layerlab image tree`

use crate::cli::image::{place, readable, table};
use crate::cli::size::bytes;
use crate::cli::{CliError, Common};
use crate::ground::{Shown, Stream};
use crate::image::{Image, Node, Store, forest};
use std::collections::BTreeMap;

/// Which image was made from which
///
/// An image is below the one whose layers it has all, and more. What they share is stored once.
#[derive(Debug, clap::Args)]
pub struct Tree {
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Tree {
    /// Draws it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let images = readable(&Store::read(&place()?)?)?;
        let trees = forest(&images);
        let text = match (self.json, common.plain) {
            (true, _) => Shown::pretty_json(&trees)?.with("\n"),
            (false, true) => {
                (trees.iter().map(|tree| spoken(tree, None)).collect::<String>() + &sums(&trees, &images)).into()
            }
            (false, false) => {
                let mut rows = vec![["IMAGE", "ID", "ITS OWN", "SIZE", "ALL", "SIZE"].map(str::to_string).to_vec()];
                trees.iter().for_each(|tree| draw(tree, "", "", &mut rows));
                (table(&rows) + &sums(&trees, &images)).into()
            }
        };
        Ok(Stream::Output.show(text)?)
    }
}

/// Its names, or that it has none.
fn called(node: &Node) -> String {
    match (node.names.is_empty(), &node.id) {
        (false, _) => node.names.join(", "),
        (true, Some(_)) => "<none>".to_string(),
        (true, None) => "(shared layers)".to_string(),
    }
}

fn layers(count: usize) -> String {
    if count == 1 { "1 layer".to_string() } else { format!("{count} layers") }
}

/// A row for a node and for each below it: the branches stand before the names.
fn draw(node: &Node, branch: &str, before: &str, rows: &mut Vec<Vec<String>>) {
    rows.push(vec![
        format!("{branch}{}", called(node)),
        node.id.as_ref().map_or_else(String::new, |id| id.short().to_string()),
        layers(node.own_layers),
        bytes(node.own_bytes),
        layers(node.layers),
        bytes(node.bytes),
    ]);
    for (at, child) in node.children.iter().enumerate() {
        let (branch, below) =
            if at + 1 == node.children.len() { ("└── ", "    ") } else { ("├── ", "│   ") };
        draw(child, &format!("{before}{branch}"), &format!("{before}{below}"), rows);
    }
}

/// In sentences, for a screen reader.
fn spoken(node: &Node, parent: Option<&Node>) -> String {
    let name = |node: &Node| match &node.id {
        Some(id) if node.names.is_empty() => format!("the image {} without a name", id.short()),
        Some(id) => format!("{}, ID {},", called(node), id.short()),
        None => "layers that several images share, and that are no image here,".to_string(),
    };
    let from = match parent {
        None => "begins a tree".to_string(),
        Some(Node { id: None, .. }) => "lies on layers that others share".to_string(),
        Some(parent) => format!("is made from {}", name(parent).trim_end_matches(',')),
    };
    let own = match node.own_layers {
        0 => "it has no layer of its own".to_string(),
        count => format!("of its own: {}, {}", layers(count), bytes(node.own_bytes)),
    };
    let mut text = format!("{} {from}; {own}; in all: {}, {}.\n", name(node), layers(node.layers), bytes(node.bytes));
    node.children.iter().for_each(|child| text.push_str(&spoken(child, Some(node))));
    text
}

/// What is stored, and what it would be if no image shared anything.
fn sums(trees: &[Node], images: &[Image]) -> String {
    let count = |number: usize, what: &str| if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") };
    // A blob is stored once, be it in one tree or in several.
    let all = || images.iter().flat_map(|image| &image.manifest.layers);
    let stored: BTreeMap<_, u64> = all().map(|layer| (&layer.digest, layer.size)).collect();
    let different: BTreeMap<_, u64> = images.iter().map(|image| (image.id(), image.size())).collect();
    format!(
        "\n{} in {}. Their {} are stored once: {} bytes.\nIf none were shared: {} bytes.\n",
        count(trees.iter().map(Node::images).sum(), "image"),
        count(trees.len(), "tree"),
        layers(stored.len()),
        stored.values().sum::<u64>(),
        different.values().sum::<u64>(),
    )
}

//! `layerlab image tree`

use crate::cli::image::{place, readable};
use crate::cli::size::bytes;
use crate::cli::{CliError, Common};
use crate::ground::{Shown, Stream};
use crate::image::{Node, Store, forest};

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
        let trees = forest(&readable(&Store::read(&place()?)?)?);
        let text = match (self.json, common.plain) {
            (true, _) => Shown::pretty_json(&trees)?.with("\n"),
            (false, true) => trees.iter().map(|tree| spoken(tree, None)).collect::<String>().into(),
            (false, false) => {
                trees.iter().map(|tree| line(tree) + &drawn(&tree.children, "")).collect::<String>().into()
            }
        };
        Ok(Stream::Output.show(text)?)
    }
}

fn called(node: &Node) -> String {
    let id = node.id.short().to_string();
    if node.names.is_empty() { id } else { format!("{} {id}", node.names.join(" ")) }
}

fn line(node: &Node) -> String {
    let layers = if node.own_layers == 1 { "1 layer".to_string() } else { format!("{} layers", node.own_layers) };
    format!("{}  {layers}, {}\n", called(node), bytes(node.own_bytes))
}

fn drawn(nodes: &[Node], before: &str) -> String {
    let mut text = String::new();
    for (at, node) in nodes.iter().enumerate() {
        let (branch, below) = if at + 1 == nodes.len() { ("└── ", "    ") } else { ("├── ", "│   ") };
        text.push_str(&format!("{before}{branch}{}", line(node)));
        text.push_str(&drawn(&node.children, &format!("{before}{below}")));
    }
    text
}

/// In sentences, for a screen reader.
fn spoken(node: &Node, parent: Option<&Node>) -> String {
    let from = parent.map_or_else(|| "begins a tree".to_string(), |parent| format!("is made from {}", called(parent)));
    let mut text =
        format!("{} {from} and has layers of its own: {}, {}.\n", called(node), node.own_layers, bytes(node.own_bytes));
    node.children.iter().for_each(|child| text.push_str(&spoken(child, Some(node))));
    text
}

//! The words of the tables.

use crate::event::{Cell, Mark, PanelKind, PanelRow};

/// What a table is called.
pub fn panel_title(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Namespaces => "namespaces",
        PanelKind::Mounts => "mounts inside",
        PanelKind::Processes => "processes",
        PanelKind::Ids => "who the shell is",
        PanelKind::Network => "network inside",
        PanelKind::Cgroup => "cgroup",
        PanelKind::Root => "root directory",
        PanelKind::Image => "layers of the stored images",
    }
}

/// What its columns are called.
pub fn panel_columns(kind: PanelKind) -> &'static [&'static str] {
    match kind {
        PanelKind::Namespaces => &["", "outside", "inside"],
        PanelKind::Mounts => &["mount point", "type", "propagation"],
        PanelKind::Processes => &["outside", "inside", "name"],
        PanelKind::Ids => &["", "outside", "inside"],
        PanelKind::Network => &["interface", "state", "leads to"],
        PanelKind::Cgroup => &["", "limit", "in use"],
        PanelKind::Root => &["", "seen from outside", "seen from inside"],
        PanelKind::Image => &["chain ID", "digest", "bytes", "in"],
    }
}

/// A row of a table as a sentence.
pub fn panel_sentence(kind: PanelKind, row: &PanelRow) -> String {
    let cell = |at: usize| row.cells.get(at).unwrap_or(&Cell::Empty);
    let (one, two, three) = (cell(0).text(), cell(1).text(), cell(2).text());
    let text = match (kind, cell(1), cell(2)) {
        (PanelKind::Namespaces, _, Cell::Same) => {
            format!("the {one} namespace is the same inside, number {two}")
        }
        (PanelKind::Namespaces, ..) => format!("the {one} namespace is number {two} outside and number {three} inside"),
        (PanelKind::Mounts, ..) => format!("on {one} a {two} is mounted, {three}"),
        (PanelKind::Processes, Cell::Unseen, _) => format!("process {one}, {three}, is not seen inside"),
        (PanelKind::Processes, ..) => format!("process {one}, {three}, is number {two} inside"),
        (PanelKind::Ids | PanelKind::Cgroup, _, Cell::Empty) => format!("{one}: {two}"),
        (PanelKind::Ids | PanelKind::Root, ..) => format!("the {one} is {two} outside and {three} inside"),
        (PanelKind::Network, Cell::Empty, _) => format!("the interfaces are {one}"),
        (PanelKind::Network, _, Cell::Empty) => format!("the interface {one} is {two}"),
        (PanelKind::Network, ..) => format!("the interface {one} is {two}; it leads to {three}"),
        (PanelKind::Image, _, Cell::Empty) => format!("{one}: {two}"),
        (PanelKind::Image, ..) => {
            format!(
                "the layer {two} has {three} bytes; with all below it, it is {one}, and it is in {}",
                cell(3).text()
            )
        }
        (PanelKind::Cgroup, ..) => format!("{one}: limit {two}, in use {three}"),
    };
    match row.mark {
        None => text,
        Some(Mark::New) => format!("{text} (new)"),
        Some(Mark::Changed) => format!("{text} (changed)"),
        Some(Mark::Gone) => format!("{text} (gone)"),
    }
}

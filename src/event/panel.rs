//! What stands beside the trees where a lesson asks for it: tables of what the kernel says of a process and its
//! namespaces, as the outside and the inside see them.

use crate::event::Mark;
use serde::{Deserialize, Serialize};

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// What it is about.
    pub kind: PanelKind,
    /// Its rows; how many cells they have is the kind's own.
    pub rows: Vec<PanelRow>,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelRow {
    /// The first names the thing, the others say how it is.
    pub cells: Vec<Cell>,
    /// What happened to it since the step before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

/// One cell of a row. In a recording it is the text that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Cell {
    /// There is nothing to say.
    Empty,
    /// It is the same inside as outside.
    Same,
    /// The inside does not see it.
    Unseen,
    /// Anything else.
    Text(String),
}

impl Cell {
    /// What is shown.
    pub fn text(&self) -> &str {
        match self {
            Cell::Empty => "",
            Cell::Same => "the same",
            Cell::Unseen => "-",
            Cell::Text(text) => text,
        }
    }
}

/// As a recording has it.
impl From<String> for Cell {
    fn from(text: String) -> Cell {
        let cells = [Cell::Empty, Cell::Same, Cell::Unseen];
        cells.into_iter().find(|cell| cell.text() == text).unwrap_or(Cell::Text(text))
    }
}

impl From<Cell> for String {
    fn from(cell: Cell) -> String {
        cell.text().to_string()
    }
}

/// What a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PanelKind {
    /// Kind, number outside, number inside.
    Namespaces,
    /// Mount point, file system, propagation.
    Mounts,
    /// Number outside, number inside, name.
    Processes,
    /// What, outside, inside.
    Ids,
    /// Interface, state with addresses, where it leads.
    Network,
    /// Controller, limit, use.
    Cgroup,
    /// What, as the outside calls it.
    Root,
    /// Chain ID, digest, bytes, images.
    Image,
}

impl PanelKind {
    /// All of them, with the word by which a lesson asks for each.
    pub const ALL: &[(&str, PanelKind)] = &[
        ("namespaces", PanelKind::Namespaces),
        ("mounts", PanelKind::Mounts),
        ("processes", PanelKind::Processes),
        ("ids", PanelKind::Ids),
        ("network", PanelKind::Network),
        ("cgroup", PanelKind::Cgroup),
        ("root", PanelKind::Root),
        ("image", PanelKind::Image),
    ];
}

impl Panel {
    /// The table with its differences from an earlier one marked; a row is known by its first cell.
    pub fn since(self, before: &Panel) -> Panel {
        let same = |one: &PanelRow, other: &PanelRow| one.cells.first() == other.cells.first();
        let mut rows: Vec<PanelRow> = self
            .rows
            .into_iter()
            .map(|row| {
                let mark = match before.rows.iter().find(|other| same(other, &row)) {
                    None => Some(Mark::New),
                    Some(other) => (other.cells != row.cells).then_some(Mark::Changed),
                };
                PanelRow { mark, ..row }
            })
            .collect();
        let gone = before.rows.iter().filter(|other| other.mark != Some(Mark::Gone));
        let gone: Vec<PanelRow> = gone
            .filter(|other| !rows.iter().any(|row| same(row, other)))
            .map(|other| PanelRow { cells: other.cells.clone(), mark: Some(Mark::Gone) })
            .collect();
        rows.extend(gone);
        Panel { kind: self.kind, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Panel, PanelKind, PanelRow};
    use crate::event::Mark;

    fn panel(rows: &[(&str, &str)]) -> Panel {
        let cell = |text: &str| Cell::Text(text.to_string());
        let row = |(name, value): &(&str, &str)| PanelRow { cells: vec![cell(name), cell(value)], mark: None };
        Panel { kind: PanelKind::Root, rows: rows.iter().map(row).collect() }
    }

    #[test]
    fn a_cell_is_its_text_in_a_recording() {
        for (cell, text) in [
            (Cell::Empty, ""),
            (Cell::Same, "the same"),
            (Cell::Unseen, "-"),
            (Cell::Text("up, 10.0.0.1/24".into()), "up, 10.0.0.1/24"),
        ] {
            assert_eq!(serde_json::to_value(&cell).unwrap(), text);
            assert_eq!(serde_json::from_value::<Cell>(text.into()).unwrap(), cell);
        }
    }

    #[test]
    fn rows_are_marked_by_what_became_of_them() {
        let marked = panel(&[("a", "1"), ("b", "2"), ("d", "4")]).since(&panel(&[("a", "1"), ("b", "0"), ("c", "3")]));
        let marks: Vec<_> = marked.rows.iter().map(|row| (row.cells[0].text(), row.mark)).collect();
        assert_eq!(marks, [("a", None), ("b", Some(Mark::Changed)), ("d", Some(Mark::New)), ("c", Some(Mark::Gone))]);
        let next = panel(&[("a", "1")]).since(&marked);
        assert_eq!(next.rows.len(), 3, "what was gone is not told again: {next:?}");
    }
}

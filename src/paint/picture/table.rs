//! What all pictures of tables read from a row.

use crate::event::{Cell, Mark, Observation, Panel, PanelKind, PanelRow};
use crate::scene::words;

/// The table of a kind, where there is one with rows.
pub(super) fn of(observation: &Observation, kind: PanelKind) -> Option<&Panel> {
    observation.panels.iter().find(|panel| panel.kind == kind && !panel.rows.is_empty())
}

/// The rows of what is there now.
pub(super) fn there(panel: &Panel) -> impl Iterator<Item = &PanelRow> {
    panel.rows.iter().filter(|row| row.mark != Some(Mark::Gone))
}

/// The text of a cell; none is empty.
pub(super) fn cell(row: &PanelRow, at: usize) -> &str {
    row.cells.get(at).map_or("", Cell::text)
}

/// A text with the mark of its row before it.
pub(super) fn marked(row: &PanelRow, text: &str) -> String {
    row.mark.map_or(text.to_string(), |mark| format!("{} {text}", words::Sign::from(mark).mark()))
}

/// The look of a marked text.
pub(super) fn class(row: &PanelRow) -> &'static str {
    match row.mark {
        None => "",
        Some(Mark::New) => "n",
        Some(Mark::Changed) => "c",
        Some(Mark::Gone) => "g",
    }
}

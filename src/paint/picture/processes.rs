//! Processes in the PID namespaces that see them, each with the number that it has there.

use crate::event::{Cell, Panel, PanelRow};
use crate::paint::picture::canvas::Drawing;
use crate::paint::picture::nested::Nested;
use crate::paint::picture::table::{cell, class, marked};

/// The picture of the table.
pub(super) fn processes(panel: &Panel) -> Drawing {
    let mut outside = Nested::new("outside", "in", "PID namespace of the lesson");
    let (unseen, seen): (Vec<&PanelRow>, Vec<&PanelRow>) = panel.rows.iter().partition(|row| is_unseen(row));
    let has_own = !unseen.is_empty();
    for row in if has_own { &unseen } else { &seen } {
        outside.line(class(row), marked(row, &told(row, 0)));
    }
    if has_own {
        let mut inside = Nested::new("inside", "up", "PID namespace inside");
        for row in &seen {
            inside.line(class(row), marked(row, &format!("{}   outside it is {}", told(row, 1), cell(row, 0))));
        }
        if !seen.is_empty() {
            outside.inner.push(inside);
        }
    }
    outside.drawing()
}

/// Whether the inside does not see it.
pub(super) fn is_unseen(row: &PanelRow) -> bool {
    matches!(row.cells.get(1), Some(Cell::Unseen))
}

/// A process with the number that it has outside (0) or inside (1).
pub(super) fn told(row: &PanelRow, side: usize) -> String {
    format!("{:>3}  {}", cell(row, side), cell(row, 2))
}

//! Namespaces as two large boxes, the outside and the inside, with the processes in them. What both share is one box that
//! lies across them.

use crate::event::{Cell, Panel, PanelRow};
use crate::paint::picture::canvas::{Canvas, Drawing, LINE, width};
use crate::paint::picture::processes::{is_unseen, told};
use crate::paint::picture::table::{cell, class, marked};

const PADDING: usize = 10;
const APART: usize = 70;
const HIGH: usize = 32;

/// The picture of the table, with the processes where the lesson shows those too.
pub(super) fn namespaces(panel: &Panel, processes: Option<&Panel>) -> Drawing {
    let all: Vec<&PanelRow> = processes.map_or(Vec::new(), |panel| panel.rows.iter().collect());
    let shares_numbers = panel.rows.iter().any(|row| cell(row, 0) == "pid" && is_shared(row));
    let (outer, inner): (Vec<&PanelRow>, Vec<&PanelRow>) =
        all.into_iter().partition(|row| shares_numbers || is_unseen(row));
    let outer: Vec<(&str, String)> = outer.iter().map(|row| (class(row), marked(row, &told(row, 0)))).collect();
    let inner: Vec<(&str, String)> = inner
        .iter()
        .map(|row| (class(row), marked(row, &format!("{}  ({} outside)", told(row, 1), cell(row, 0)))))
        .collect();
    let words = outer.iter().chain(&inner).map(|(_, text)| width(text) + 2 * PADDING);
    let wide = words.chain([230]).max().unwrap_or(230);
    let lines = outer.len().max(inner.len());
    let below = 26 + panel.rows.len() * HIGH;
    let bottom = below + if lines == 0 { 2 } else { (lines + 1) * LINE + 8 };
    let mut canvas = Canvas::new();
    for (x, title, lines) in [(0, "outside", &outer), (wide + APART, "inside", &inner)] {
        canvas.rect((x, 0), (wide, bottom), "in");
        canvas.text((x + PADDING, 18), "b", title);
        if !lines.is_empty() {
            canvas.text((x + PADDING, below + 14), "q", "processes");
        }
        for (at, (class, text)) in lines.iter().enumerate() {
            canvas.text((x + PADDING, below + 14 + LINE * (at + 1)), class, text);
        }
    }
    for (index, row) in panel.rows.iter().enumerate() {
        let y = 26 + index * HIGH;
        let (kind, outside, inside) = (cell(row, 0), cell(row, 1), cell(row, 2));
        let look = if row.mark.is_some() { "ch" } else { "" };
        if is_shared(row) {
            canvas.rect((PADDING, y), (2 * wide + APART - 2 * PADDING, HIGH - 8), look);
            canvas.text((2 * PADDING, y + 16), class(row), &marked(row, &format!("{kind} {outside}")));
            canvas.text((wide + APART + 2 * PADDING, y + 16), "q", "the same");
        } else {
            for (x, number) in [(0, outside), (wide + APART, inside)] {
                canvas.rect((x + PADDING, y), (wide - 2 * PADDING, HIGH - 8), look);
                canvas.text((x + 2 * PADDING, y + 16), class(row), &marked(row, &format!("{kind} {number}")));
            }
        }
    }
    canvas.drawing()
}

fn is_shared(row: &PanelRow) -> bool {
    matches!(row.cells.get(2), Some(Cell::Same))
}

//! The tables beside the trees, as text: beside each other where they fit, else one under the other.

use crate::event::{Cell, Mark, Panel};
use crate::scene::words::{self, Sign};
use crate::scene::{Line, Role};
use unicode_width::UnicodeWidthStr;

/// Between two columns of a table, and between two tables.
const GAP: usize = 2;
const APART: usize = 5;

/// All tables of an observation.
pub(super) fn draw(panels: &[Panel], width: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut row: Vec<Vec<Line>> = Vec::new();
    for panel in panels {
        let drawn = table(panel, width);
        let needed: usize = row.iter().map(|table| widest(table) + APART).sum::<usize>() + widest(&drawn);
        if needed > width && !row.is_empty() {
            append(&mut lines, beside(std::mem::take(&mut row)));
        }
        row.push(drawn);
    }
    append(&mut lines, beside(row));
    lines
}

fn append(lines: &mut Vec<Line>, more: Vec<Line>) {
    if !lines.is_empty() && !more.is_empty() {
        lines.push(Line::new());
    }
    lines.extend(more);
}

fn beside(tables: Vec<Vec<Line>>) -> Vec<Line> {
    let height = tables.iter().map(Vec::len).max().unwrap_or(0);
    let mut joined = vec![Line::new(); height];
    let mut start = 0;
    for table in tables {
        let next = start + widest(&table) + APART;
        for (line, cell) in joined.iter_mut().zip(table) {
            line.pad(start);
            line.append(cell);
        }
        start = next;
    }
    joined
}

/// A title, the names of the columns, the rows with their marks before them.
fn table(panel: &Panel, width: usize) -> Vec<Line> {
    let titles = words::panel_columns(panel.kind);
    let column = |at: usize| {
        let cells = panel.rows.iter().map(|row| row.cells.get(at).map_or(0, |cell| cell.text().width()));
        cells.chain([titles[at].width()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..titles.len()).map(column).collect();
    let marked = panel.rows.iter().any(|row| row.mark.is_some());
    let gutter = if marked { 2 } else { 0 };
    let laid = |sign: Line, cells: &[&str], role: Role| {
        let mut line = sign;
        let mut start = gutter;
        for (cell, wide) in cells.iter().zip(&widths) {
            line.pad(start);
            line.push(role, cell);
            start += wide + GAP;
        }
        line
    };
    let mut lines = vec![Line::of(Role::Heading, words::panel_title(panel.kind))];
    if titles.iter().any(|title| !title.is_empty()) {
        lines.push(laid(Line::new(), titles, Role::Quiet));
    }
    for row in &panel.rows {
        let role = match row.mark {
            None => Role::Text,
            Some(Mark::New) => Role::Added,
            Some(Mark::Changed) => Role::Changed,
            Some(Mark::Gone) => Role::Gone,
        };
        let sign = match row.mark {
            None => Line::of(Role::Text, " ".repeat(gutter)),
            Some(mark) => Line::of(if mark == Mark::Gone { Role::Error } else { role }, Sign::from(mark).mark()),
        };
        let cells: Vec<&str> = row.cells.iter().map(Cell::text).collect();
        lines.push(laid(sign, &cells, role));
    }
    if panel.rows.is_empty() {
        lines.push(Line::of(Role::Provenance, "(none)"));
    }
    lines.into_iter().map(|line| line.cut(width)).collect()
}

fn widest(lines: &[Line]) -> usize {
    lines.iter().map(Line::width).max().unwrap_or(0)
}

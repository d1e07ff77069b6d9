//! User and group of a shell, outside and inside of its user namespace, with a line where the map leads from one to the
//! other.

use crate::event::Panel;
use crate::paint::picture::canvas::{Canvas, Drawing, LINE};
use crate::paint::picture::table::{cell, class, marked, there};

const WIDE: usize = 250;
const APART: usize = 110;
const PADDING: usize = 10;
const HIGH: usize = 34;

/// The picture of the table; nothing where every number is itself, because then there is no map to be seen.
pub(super) fn ids(panel: &Panel) -> Option<Drawing> {
    let map = there(panel).find(|row| cell(row, 0) == "uid_map")?;
    if cell(map, 1) == "every number is itself" {
        return None;
    }
    let mut canvas = Canvas::new();
    let rows: Vec<_> = there(panel).filter(|row| !cell(row, 2).is_empty()).collect();
    let bottom = 28 + rows.len() * HIGH + 4;
    let right = WIDE + APART;
    for (x, title) in [(0, "outside"), (right, "inside")] {
        canvas.rect((x, 0), (WIDE, bottom), "in");
        canvas.text((x + PADDING, 18), "b", title);
    }
    for (at, row) in rows.iter().enumerate() {
        let y = 28 + at * HIGH;
        for (x, side) in [(0, 1), (right, 2)] {
            let text = format!("{} {}", cell(row, 0), cell(row, side));
            canvas.rect((x + PADDING, y), (WIDE - 2 * PADDING, HIGH - 8), if row.mark.is_some() { "ch" } else { "" });
            canvas.text((x + 2 * PADDING, y + 17), class(row), &marked(row, &text));
        }
        // A capability counts in its own namespace alone: no map leads there.
        let is_id = matches!(cell(row, 0), "user" | "group");
        if is_id && !cell(row, 1).contains("not mapped") && !cell(row, 2).contains("not mapped") {
            let (start, end, y) = (WIDE - PADDING + 3, right + PADDING - 3, y + (HIGH - 8) / 2);
            canvas.path("u", &format!("M {start} {y} L {end} {y}"));
        }
    }
    for (at, row) in there(panel).filter(|row| cell(row, 2).is_empty()).enumerate() {
        let text = format!("{}: {}", cell(row, 0), cell(row, 1));
        canvas.text((0, bottom + 20 + at * LINE), class(row), &marked(row, &text));
    }
    Some(canvas.drawing())
}

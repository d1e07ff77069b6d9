//! Stored images as piles of layers beside each other: a layer that several images share lies below all of them, once.

use crate::event::{Panel, PanelRow};
use crate::paint::picture::canvas::{Canvas, Drawing, LINE, width};
use crate::paint::picture::table::{cell, class, marked, there};
use crate::scene::words;

const PADDING: usize = 10;
const GAP: usize = 10;
const HIGH: usize = LINE * 2 + 6;
const NARROWEST: usize = 150;

/// The picture of the table.
pub(super) fn images(panel: &Panel) -> Drawing {
    let mut canvas = Canvas::new();
    // What cannot be read has no images; it is told below the piles.
    let (layers, unreadable): (Vec<&PanelRow>, Vec<&PanelRow>) = there(panel).partition(|row| !cell(row, 3).is_empty());
    let forest = forest(&layers);
    let columns: Vec<Column> = forest.iter().flat_map(|root| columns(root, 0)).collect();
    let wide = forest.iter().map(widest).max().unwrap_or(0).max(NARROWEST);
    let wide = columns.iter().map(|column| width(column.image) + PADDING).chain([wide]).max().unwrap_or(wide);
    let highest = columns.iter().map(|column| column.layers).max().unwrap_or(0);
    let bottom = LINE + highest * (HIGH + 2);
    let mut left = 0;
    for root in &forest {
        left += draw(root, &mut canvas, (left, bottom), wide);
    }
    for (at, column) in columns.iter().enumerate() {
        canvas.text((at * (wide + GAP), bottom - column.layers * (HIGH + 2) - 5), "b", column.image);
    }
    for (at, row) in unreadable.iter().enumerate() {
        canvas.text((0, bottom + LINE * (at + 1)), "g", &format!("{}: {}", cell(row, 0), cell(row, 1)));
    }
    canvas.drawing()
}

/// A layer on those below it, and the layers that lie on it.
struct Lying<'p> {
    row: &'p PanelRow,
    /// The images whose topmost layer it is.
    ends: Vec<&'p str>,
    above: Vec<Lying<'p>>,
}

/// An image, and how many layers it has.
struct Column<'p> {
    image: &'p str,
    layers: usize,
}

fn of_images(row: &PanelRow) -> Vec<&str> {
    cell(row, 3).split(", ").collect()
}

/// The rows name below comes before above, and each has all images of those that lie on it: so what lies on what is told.
fn forest<'p>(rows: &[&'p PanelRow]) -> Vec<Lying<'p>> {
    let mut left = rows;
    let mut all = Vec::new();
    while let Some((row, rest)) = left.split_first() {
        let mut images = of_images(row);
        let within = |other: &&PanelRow| of_images(other).iter().all(|image| images.contains(image));
        let count = rest.iter().take_while(|other| within(other)).count();
        let above = forest(&rest[..count]);
        images.retain(|image| !above.iter().any(|one| of_images(one.row).contains(image)));
        all.push(Lying { row, ends: images, above });
        left = &rest[count..];
    }
    all
}

/// The images of a pile from left to right.
fn columns<'p>(lying: &Lying<'p>, below: usize) -> Vec<Column<'p>> {
    let ends = lying.ends.iter().map(|image| Column { image, layers: below + 1 });
    ends.chain(lying.above.iter().flat_map(|above| columns(above, below + 1))).collect()
}

fn told(row: &PanelRow) -> [String; 2] {
    let bytes = cell(row, 2).parse::<u64>().map_or_else(|_| cell(row, 2).to_string(), words::number);
    [marked(row, &format!("layer {}", cell(row, 1))), format!("{bytes} bytes")]
}

fn widest(lying: &Lying) -> usize {
    let own = told(lying.row).iter().map(|text| width(text) + 2 * PADDING).max().unwrap_or(0);
    lying.above.iter().map(widest).chain([own]).max().unwrap_or(0)
}

/// Draws it and what lies on it, from the bottom up; how much room that takes to the right.
fn draw(lying: &Lying, canvas: &mut Canvas, (left, bottom): (usize, usize), wide: usize) -> usize {
    let own = lying.ends.len() * (wide + GAP);
    let mut right = left + own;
    let top = bottom.saturating_sub(HIGH + 2);
    for above in &lying.above {
        right += draw(above, canvas, (right, top), wide);
    }
    let row = lying.row;
    canvas.rect(
        (left, bottom.saturating_sub(HIGH)),
        (right - left - GAP, HIGH),
        if row.mark.is_some() { "ch" } else { "" },
    );
    let [title, size] = told(row);
    let of_title = if row.mark.is_some() { class(row) } else { "b" };
    canvas.text((left + PADDING, bottom.saturating_sub(HIGH) + 18), of_title, &title);
    canvas.text((left + PADDING, bottom.saturating_sub(HIGH) + 18 + LINE), "", &size);
    right - left
}

#[cfg(test)]
mod tests {
    use super::{columns, forest, images};
    use crate::event::{Cell, Panel, PanelKind, PanelRow};

    #[test]
    fn a_shared_layer_lies_once_below_all_its_images() {
        let row = |cells: [&str; 4]| PanelRow { cells: cells.map(|text| Cell::Text(text.into())).to_vec(), mark: None };
        let rows = vec![
            row(["c1", "base", "1000", "a, b, c"]),
            row(["c2", "two", "10", "b, c"]),
            row(["c3", "three", "20", "c"]),
            row(["d1", "other", "5", "d"]),
        ];
        let all: Vec<&PanelRow> = rows.iter().collect();
        let piles: Vec<(&str, usize)> =
            forest(&all).iter().flat_map(|root| columns(root, 0)).map(|column| (column.image, column.layers)).collect();
        assert_eq!(piles, [("a", 1), ("b", 2), ("c", 3), ("d", 1)]);
        let said = crate::paint::picture::Said { title: String::new(), text: String::new() };
        let drawn = images(&Panel { kind: PanelKind::Image, rows }).svg(&said, false);
        assert_eq!(drawn.matches("<rect").count(), 4, "each layer once: {drawn}");
        assert!(drawn.contains("layer base") && drawn.contains("1,000 bytes"), "{drawn}");
    }
}

//! Cgroups as a tree, each with its limits and what is in use.

use crate::event::{Panel, PanelRow};
use crate::paint::picture::canvas::{Canvas, Drawing, LINE, width};
use crate::paint::picture::table::{cell, class, marked};

const PADDING: usize = 10;
const GAP: usize = 12;
/// A cgroup within another one stands so much further in.
const IN: usize = 30;
const DEEPEST: usize = 8;

/// The picture of the table.
pub(super) fn cgroups(panel: &Panel) -> Drawing {
    let mut canvas = Canvas::new();
    let mut names: Vec<&str> = Vec::new();
    for row in &panel.rows {
        let name = name(row);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let shell = |name: &str| name == "this shell" || name == "cgroup";
    // What was made in the lesson's own part of the tree hangs below it.
    let depth = |name: &str| if shell(name) { 0 } else { (1 + name.matches('/').count()).min(DEEPEST) };
    // Where the line down from a cgroup begins, by depth.
    let mut bottoms = [0; DEEPEST + 1];
    let mut y = 0;
    for one in &names {
        let rows: Vec<&PanelRow> = panel.rows.iter().filter(|row| name(row) == *one).collect();
        let (depth, x) = (depth(one), depth(one) * IN);
        let lines: Vec<(&str, String)> = rows.iter().map(|row| (class(row), marked(row, &limits(row)))).collect();
        let wide = lines.iter().map(|(_, text)| width(text)).chain([width(one), 240]).max().unwrap_or(0) + 2 * PADDING;
        let high = LINE * (lines.len() + 1) + PADDING;
        if depth > 0 {
            let (line, from) = (x - IN / 2, bottoms[depth - 1]);
            canvas.path("", &format!("M {line} {from} L {line} {} L {x} {}", y + 16, y + 16));
        }
        canvas.rect((x, y), (wide, high), if rows.iter().any(|row| row.mark.is_some()) { "ch" } else { "" });
        canvas.text((x + PADDING, y + 18), "b", one);
        for (at, (class, text)) in lines.iter().enumerate() {
            canvas.text((x + PADDING, y + 18 + (at + 1) * LINE), class, text);
        }
        bottoms[depth] = y + high;
        y += high + GAP;
    }
    canvas.drawing()
}

/// `box` of `box: memory`.
fn name(row: &PanelRow) -> &str {
    cell(row, 0).split(": ").next().unwrap_or_default()
}

/// `memory at most 16M, in use 96K`.
fn limits(row: &PanelRow) -> String {
    let what = cell(row, 0).split_once(": ").map_or(String::new(), |(_, what)| format!("{what}: "));
    let used = match cell(row, 2) {
        "" => String::new(),
        used if used.starts_with(|letter: char| letter.is_ascii_digit()) => format!(", in use {used}"),
        other => format!(", {other}"),
    };
    format!("{what}{}{used}", cell(row, 1))
}

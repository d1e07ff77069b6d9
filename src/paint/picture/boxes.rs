//! What the tables of a lesson say, as boxes: namespaces side by side, the root of a process within that of the machine,
//! interfaces with what they lead to, cgroups within each other.

use crate::event::{Cell, Mark, Panel, PanelKind, PanelRow};
use crate::paint::picture::canvas::{Canvas, Drawing, LINE, width};
use crate::scene::words;

const PADDING: usize = 10;
const GAP: usize = 14;

/// The picture of a table; nothing where a table says it best.
pub(super) fn panel(panel: &Panel) -> Option<Drawing> {
    if panel.rows.is_empty() {
        return None;
    }
    match panel.kind {
        PanelKind::Namespaces => Some(namespaces(panel)),
        PanelKind::Root => Some(root(panel)),
        PanelKind::Network => Some(network(panel)),
        PanelKind::Cgroup => Some(cgroups(panel)),
        PanelKind::Mounts | PanelKind::Processes | PanelKind::Ids => None,
    }
}

fn cell(row: &PanelRow, at: usize) -> &str {
    row.cells.get(at).map_or("", Cell::text)
}

fn marked(row: &PanelRow, text: &str) -> String {
    row.mark.map_or(text.to_string(), |mark| format!("{} {text}", words::Sign::from(mark).mark()))
}

fn class(row: &PanelRow) -> &'static str {
    match row.mark {
        None => "",
        Some(Mark::New) => "n",
        Some(Mark::Changed) => "c",
        Some(Mark::Gone) => "g",
    }
}

/// Two large boxes, the outside and the inside. What both share is one box that lies across them.
fn namespaces(panel: &Panel) -> Drawing {
    let (wide, apart, high) = (230, 70, 32);
    let bottom = 28 + panel.rows.len() * high + 4;
    let mut canvas = Canvas::new();
    for (x, title) in [(0, "outside"), (wide + apart, "inside")] {
        canvas.rect((x, 0), (wide, bottom), "in");
        canvas.text((x + PADDING, 18), "b", title);
    }
    for (index, row) in panel.rows.iter().enumerate() {
        let y = 26 + index * high;
        let (kind, outside, inside) = (cell(row, 0), cell(row, 1), cell(row, 2));
        let look = if row.mark.is_some() { "ch" } else { "" };
        if matches!(row.cells.get(2), Some(Cell::Same)) {
            canvas.rect((PADDING, y), (2 * wide + apart - 2 * PADDING, high - 8), look);
            canvas.text((2 * PADDING, y + 16), class(row), &marked(row, &format!("{kind} {outside}")));
            canvas.text((wide + apart + 2 * PADDING, y + 16), "q", "the same");
        } else {
            for (x, number) in [(0, outside), (wide + apart, inside)] {
                canvas.rect((x + PADDING, y), (wide - 2 * PADDING, high - 8), look);
                canvas.text((x + 2 * PADDING, y + 16), class(row), &marked(row, &format!("{kind} {number}")));
            }
        }
    }
    canvas.drawing()
}

/// The tree of directories as the outside has it, and in it the one that the inside calls `/`.
fn root(panel: &Panel) -> Drawing {
    let find = |name: &str| panel.rows.iter().find(|row| cell(row, 0) == name);
    let mut canvas = Canvas::new();
    let Some(root) = find("root") else { return canvas.drawing() };
    let stands = find("working directory");
    let inner = [
        marked(root, &format!("the inside calls this {}", cell(root, 2))),
        stands.map_or(String::new(), |row| marked(row, &format!("and stands in {}", cell(row, 2)))),
    ];
    let outside = cell(root, 1);
    let same = outside == "/";
    let wide = inner.iter().chain([&outside.to_string()]).map(|text| width(text)).max().unwrap_or(0) + 2 * PADDING;
    let high = 18 + 2 * LINE + PADDING;
    canvas.rect((0, 0), (wide.max(300) + 2 * PADDING, if same { high } else { high + 18 + 2 * PADDING }), "in");
    let (x, y) = if same { (0, 0) } else { (PADDING, 18 + PADDING) };
    if !same {
        canvas.text((PADDING, 18), "b", "/");
        canvas.rect((x, y), (wide, high), if root.mark.is_some() { "ch" } else { "up" });
    }
    canvas.text((x + PADDING, y + 18), "b", outside);
    canvas.text((x + PADDING, y + 18 + LINE), class(root), &inner[0]);
    canvas.text((x + PADDING, y + 18 + 2 * LINE), stands.map_or("", class), &inner[1]);
    canvas.drawing()
}

/// A network and its interfaces. A port has a line to its bridge; where another one leads, a cable leads out.
fn network(panel: &Panel) -> Drawing {
    let text = |row: &PanelRow| (marked(row, cell(row, 0)), cell(row, 1).to_string());
    let wide = panel.rows.iter().map(text).flat_map(|(name, state)| [width(&name), width(&state)]).max();
    let wide = wide.unwrap_or(0) + 2 * PADDING;
    let high = 18 + LINE + PADDING;
    let mut canvas = Canvas::new();
    let place = |at: usize| 28 + at * (high + GAP);
    let lines = 70;
    canvas.rect((0, 0), (PADDING + wide + lines, place(panel.rows.len())), "in");
    canvas.text((PADDING, 18), "b", words::panel_title(panel.kind));
    for (at, row) in panel.rows.iter().enumerate() {
        let ((name, state), y) = (text(row), place(at));
        canvas.rect((PADDING, y), (wide, high), if row.mark.is_some() { "ch" } else { "" });
        canvas.text((2 * PADDING, y + 18), if row.mark.is_some() { class(row) } else { "b" }, &name);
        canvas.text((2 * PADDING, y + 18 + LINE), "", &state);
        let (right, middle) = (PADDING + wide, y + high / 2);
        let leads = cell(row, 2);
        let bridge = leads.strip_prefix("bridge ");
        let bridge = bridge.and_then(|name| panel.rows.iter().position(|other| cell(other, 0) == name));
        match bridge {
            Some(bridge) => {
                let to = place(bridge) + high / 2;
                let far = right + lines / 2;
                canvas.path("u", &format!("M {right} {middle} C {far} {middle} {far} {to} {right} {to}"));
            }
            None if !leads.is_empty() => {
                let end = right + lines + 40;
                canvas.path("u", &format!("M {right} {middle} L {end} {middle}"));
                canvas.text((end + 6, middle + 4), "", leads);
            }
            None => {}
        }
    }
    canvas.drawing()
}

/// Cgroups within each other, each with its limits and what is in use.
fn cgroups(panel: &Panel) -> Drawing {
    let mut canvas = Canvas::new();
    let mut names: Vec<&str> = Vec::new();
    for row in &panel.rows {
        let name = cell(row, 0).split(": ").next().unwrap_or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut y = 0;
    for name in names {
        let rows: Vec<&PanelRow> =
            panel.rows.iter().filter(|row| cell(row, 0).split(": ").next() == Some(name)).collect();
        // A cgroup within another one stands further in.
        let x = name.matches('/').count().min(8) * 28;
        let lines: Vec<(&str, String)> = rows
            .iter()
            .map(|row| {
                let what = cell(row, 0).split_once(": ").map_or(String::new(), |(_, what)| format!("{what} "));
                let used = if cell(row, 2).is_empty() { String::new() } else { format!(", in use {}", cell(row, 2)) };
                (class(row), marked(row, &format!("{what}{}{used}", cell(row, 1))))
            })
            .collect();
        let wide = lines.iter().map(|(_, text)| width(text)).chain([width(name), 240]).max().unwrap_or(0) + 2 * PADDING;
        let high = 18 + lines.len() * LINE + PADDING;
        if x > 0 {
            canvas.path("", &format!("M {} {} L {} {} L {x} {}", x - 14, y - GAP, x - 14, y + 14, y + 14));
        }
        canvas.rect((x, y), (wide, high), if rows.iter().any(|row| row.mark.is_some()) { "ch" } else { "" });
        canvas.text((x + PADDING, y + 18), "b", name);
        for (at, (class, text)) in lines.iter().enumerate() {
            canvas.text((x + PADDING, y + 18 + (at + 1) * LINE), class, text);
        }
        y += high + GAP;
    }
    canvas.drawing()
}

//! An overlay: its layers lie on each other, the upper on top, and a line leads from each entry of the merged view to the
//! layer that gives it. What the last step copied up has an arrow from where it was.

use crate::event::{Kind, Layer, Lower, Mark, Overlay, Row, State};
use crate::paint::picture::canvas::{Canvas, Drawing, LINE, width};
use crate::scene::words;
use std::collections::{HashMap, HashSet};

/// Longer names are cut; the page has them whole.
const LONGEST_NAME: usize = 40;
/// Within a box, from its border to its words.
const PADDING: usize = 10;
/// Between two layers.
const BETWEEN: usize = 10;
/// For the lines between the layers and the merged view.
const BRIDGE: usize = 120;
/// Behind an entry that the merged view does not show.
const HIDDEN: &str = "  hidden";
/// For the arrows of what was copied up, left of the layers.
const ARROWS: usize = 112;

/// One overlay.
pub(super) fn overlay(overlay: &Overlay) -> Drawing {
    let slabs = slabs(overlay);
    let hidden = hidden(overlay, &slabs);
    let copied = copied(overlay, &slabs);
    let left = if copied.is_empty() { 0 } else { ARROWS };
    let wide = slabs.iter().map(|slab| slab.width(HIDDEN)).max().unwrap_or(0);
    let mut canvas = Canvas::new();
    let mut places: HashMap<(usize, &str), usize> = HashMap::new();
    let mut y = 0;
    for (at, slab) in slabs.iter().enumerate() {
        canvas.rect((left, y), (wide, slab.height()), slab.class);
        canvas.text((left + PADDING, y + 18), "b", &slab.title);
        for (index, entry) in slab.entries.iter().enumerate() {
            let below = y + 18 + LINE * (index + 1);
            let (class, text) = entry.shown(hidden.contains(&(at, entry.path.as_str())));
            canvas.text((left + PADDING, below), class, &text);
            places.insert((at, &entry.path), below - 4);
        }
        y += slab.height() + BETWEEN;
    }
    merged(overlay, &slabs, left + wide, &places, &mut canvas);
    for (path, from) in copied {
        let (Some(below), Some(above)) = (places.get(&(from, path)), places.get(&(0, path))) else { continue };
        let (start, end) = (left - 4, left - 12);
        canvas.path("u", &format!("M {start} {below} C {} {below} {} {above} {end} {above}", left - 64, left - 64));
        canvas.path("h", &format!("M {} {above} l -11 -5 l 0 10 z", left - 2));
        canvas.text((0, (above + below) / 2 - 4), "n", "copied");
        canvas.text((0, (above + below) / 2 + 10), "n", "up");
    }
    canvas.drawing()
}

/// A directory without an overlay: one box.
pub(super) fn workspace(rows: &[Row]) -> Drawing {
    let slab = Slab { title: "workspace".into(), class: "up", entries: entries(rows, &words::layer_notes) };
    let mut canvas = Canvas::new();
    canvas.rect((0, 0), (slab.width(""), slab.height()), slab.class);
    canvas.text((PADDING, 18), "b", &slab.title);
    for (index, entry) in slab.entries.iter().enumerate() {
        let (class, text) = entry.shown(false);
        canvas.text((PADDING, 18 + LINE * (index + 1)), class, &text);
    }
    canvas.drawing()
}

/// The merged view, right of the layers, and its lines.
fn merged(
    overlay: &Overlay,
    slabs: &[Slab],
    right: usize,
    places: &HashMap<(usize, &str), usize>,
    canvas: &mut Canvas,
) {
    let slab = Slab {
        title: format!("merged  {}", overlay.mountpoint),
        class: "in",
        entries: entries(&overlay.merged, &|_| Vec::new()),
    };
    let x = right + BRIDGE;
    canvas.rect((x, 0), (slab.width(""), slab.height()), slab.class);
    canvas.text((x + PADDING, 18), "b", &slab.title);
    for (index, (entry, row)) in slab.entries.iter().zip(&overlay.merged).enumerate() {
        let y = 18 + LINE * (index + 1);
        let (class, text) = entry.shown(false);
        canvas.text((x + PADDING, y), class, &text);
        if row.mark == Some(Mark::Gone) {
            continue;
        }
        let class = if row.kind == Kind::Directory { "d" } else { "" };
        for giver in row.from.iter().chain(&row.with) {
            let giver = giver.to_string();
            let Some(at) = slabs.iter().position(|slab| slab.title.ends_with(&format!("  {giver}"))) else { continue };
            let Some(from) = places.get(&(at, entry.path.as_str())) else { continue };
            let (start, end, y) = (right + 3, x - 3, y - 4);
            let middle = (start + end) / 2;
            canvas.path(class, &format!("M {start} {from} C {middle} {from} {middle} {y} {end} {y}"));
        }
    }
}

/// A layer as it is drawn.
struct Slab {
    title: String,
    class: &'static str,
    entries: Vec<Entry>,
}

struct Entry {
    /// From the top of the layer.
    path: String,
    text: String,
    class: &'static str,
    kind_hides: bool,
}

impl Slab {
    fn height(&self) -> usize {
        18 + LINE * self.entries.len() + PADDING
    }

    /// Wide enough for its words, and for one more where something in it may be hidden.
    fn width(&self, spare: &str) -> usize {
        let entries = self.entries.iter().map(|entry| width(&entry.text) + width(spare));
        entries.chain([width(&self.title)]).max().unwrap_or(0) + 2 * PADDING
    }
}

impl Entry {
    /// Its look and its words.
    fn shown(&self, hidden: bool) -> (&'static str, String) {
        if hidden { ("q", format!("{}{HIDDEN}", self.text)) } else { (self.class, self.text.clone()) }
    }
}

/// The upper, and the lower layers from the top down.
fn slabs(overlay: &Overlay) -> Vec<Slab> {
    let of = |what: &str, layer: &Layer, class| Slab {
        title: format!("{what}  {}", layer.name),
        class,
        entries: entries(&layer.rows, &words::layer_notes),
    };
    let upper = match &overlay.upper {
        Some(upper) => of("upper", upper, "up"),
        None => Slab { title: "no upper: read-only".into(), class: "ro", entries: Vec::new() },
    };
    let lowers = overlay.lowers.iter().map(|lower| match lower {
        Lower::Layer(layer) => of("lower", layer, ""),
        Lower::Folded { layers, entries } => {
            Slab { title: format!("… {}", words::folded_layers(*layers, *entries)), class: "ro", entries: Vec::new() }
        }
    });
    std::iter::once(upper).chain(lowers).collect()
}

fn entries(rows: &[Row], notes: &dyn Fn(&Row) -> Vec<String>) -> Vec<Entry> {
    let mut above: Vec<String> = Vec::new();
    let entry = |row: &Row| {
        above.truncate(usize::from(row.depth));
        let path = above.concat() + &row.name.to_string();
        let name = words::row_name(row);
        let shown: String = name.chars().take(LONGEST_NAME).collect();
        let shown = if shown == name { shown } else { shown + "…" };
        let mark = row.mark.map_or(String::new(), |mark| format!("{} ", words::Sign::from(mark).mark()));
        let note = notes(row).into_iter().nth(1).unwrap_or_default();
        let note = if note.is_empty() { note } else { format!("  {note}") };
        let class = match (&row.kind, row.mark) {
            (_, Some(Mark::Gone)) | (Kind::Whiteout { .. }, _) => "g",
            (_, Some(Mark::New)) => "n",
            (_, Some(Mark::Changed)) => "c",
            (_, None) => "",
        };
        let text = format!("{}{mark}{shown}{note}", "  ".repeat(usize::from(row.depth).min(16)));
        above.push(name);
        Entry { path, text, class, kind_hides: matches!(row.kind, Kind::Whiteout { .. }) }
    };
    rows.iter().map(entry).collect()
}

/// The entries of layers that the merged view does not show: those that it names, and those below a whiteout.
fn hidden<'s>(overlay: &Overlay, slabs: &'s [Slab]) -> HashSet<(usize, &'s str)> {
    let mut named: HashMap<String, HashSet<String>> = HashMap::new();
    for (entry, row) in entries(&overlay.merged, &|_| Vec::new()).into_iter().zip(&overlay.merged) {
        named.entry(entry.path).or_default().extend(row.hides.iter().map(ToString::to_string));
    }
    let mut hidden = HashSet::new();
    let mut deleted: HashSet<&str> = HashSet::new();
    for (at, slab) in slabs.iter().enumerate() {
        let (_, layer) = slab.title.split_once("  ").unwrap_or(("", ""));
        for entry in &slab.entries {
            let named = named.get(&entry.path).is_some_and(|layers| layers.contains(layer));
            if named || deleted.contains(entry.path.as_str()) {
                hidden.insert((at, entry.path.as_str()));
            }
        }
        deleted.extend(slab.entries.iter().filter(|entry| entry.kind_hides).map(|entry| entry.path.as_str()));
    }
    hidden
}

/// What the last step copied up: its path, and which layer had it.
fn copied<'s>(overlay: &Overlay, slabs: &'s [Slab]) -> Vec<(&'s str, usize)> {
    let Some(upper) = &overlay.upper else { return Vec::new() };
    let is_copied = |row: &Row| {
        let copied = row.states.iter().any(|state| matches!(state, State::CopiedUp { .. }));
        copied && row.mark == Some(Mark::New) && row.kind != Kind::Directory
    };
    let rows = slabs[0].entries.iter().zip(&upper.rows).filter(|(_, row)| is_copied(row));
    rows.filter_map(|(entry, _)| {
        let has = |slab: &Slab| slab.entries.iter().any(|other| other.path == entry.path && !other.kind_hides);
        let from = slabs.iter().skip(1).position(has)?;
        Some((entry.path.as_str(), from + 1))
    })
    .collect()
}

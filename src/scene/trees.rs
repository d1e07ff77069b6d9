//! Trees as text: lower, upper and merged of each overlay side by side, or one under the other.
//!
//! A column is a title and entries; an entry is a name behind its tree glyphs, a mark in a gutter of its own and a
//! note. Notes come in versions from full to none ([`words::merged_notes`]), names can lose their middle. What is drawn
//! is the fullest version that fits: three columns from [`SIDE_BY_SIDE`] on, each with at least its short notes; else
//! the columns one under the other. Marks are the last thing to go.

use crate::event::{Kind, Layer, Lower, Mark, Observation, Overlay, Row};
use crate::ground::Name;
use crate::scene::line::{shorten, tail};
use crate::scene::{Line, Role, words};
use unicode_width::UnicodeWidthStr;

/// From this width on, three columns are tried.
const SIDE_BY_SIDE: usize = 100;
/// Between two columns: what is wished for, and the least.
const GAPS: [usize; 3] = [4, 3, 2];
/// How far names may be shortened side by side, before notes lose words.
const NAMES_SIDE_BY_SIDE: [usize; 3] = [usize::MAX, 40, 28];
/// The same one under the other. A terminal may be 20 columns wide; what then fits nowhere gives way row by row.
const NAMES_STACKED: [usize; 5] = [usize::MAX, 60, 40, 28, 20];
/// Notes come in at most this many versions, the last being none.
const LEVELS: usize = 4;

/// All trees of an observation, without its sentences; with the work directories where nobody has just typed them.
pub(crate) fn draw(observation: &Observation, width: usize, with_work: bool) -> Vec<Line> {
    drawn(observation, width, with_work, Beside::WithNotes)
}

/// The same where lines are few: three columns beside each other even if they lose their notes by it; their marks stay.
pub(crate) fn draw_low(observation: &Observation, width: usize) -> Vec<Line> {
    drawn(observation, width, false, Beside::IfMarksFit)
}

/// When the three columns stand beside each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    WithNotes,
    IfMarksFit,
}

fn drawn(observation: &Observation, width: usize, with_work: bool, beside: Beside) -> Vec<Line> {
    let mut blocks = Vec::new();
    if !observation.workspace.is_empty() {
        let mut column = Column::new("workspace", "", "");
        column.rows(&observation.workspace, words::layer_notes);
        blocks.push(stacked(&[column], width));
    }
    for (index, overlay) in observation.overlays.iter().enumerate() {
        let before = observation.overlays[..index].iter().any(|other| same_lowers(other, overlay));
        let columns = [lower_column(overlay, before), upper_column(overlay, with_work), merged_column(overlay)];
        let mut block = match side_by_side(&columns, width, beside) {
            Some(lines) => lines,
            None => stacked(&columns, width),
        };
        for trouble in &overlay.troubles {
            let sign = Line::of(Role::Warning, "! ");
            block.extend(Line::of(Role::Text, trouble).wrap(width, &sign, &Line::of(Role::Text, "  ")));
        }
        blocks.push(block);
    }
    blocks.join(&Line::new())
}

/// Two overlays on the same pile: two containers of one image.
pub(crate) fn same_lowers(one: &Overlay, other: &Overlay) -> bool {
    let names = |overlay: &Overlay| -> Vec<Option<Name>> {
        let name = |lower: &Lower| match lower {
            Lower::Layer(layer) => Some(layer.directory.as_ref().unwrap_or(&layer.name).clone()),
            Lower::Folded { .. } => None,
        };
        overlay.lowers.iter().map(name).collect()
    };
    let named = |overlay: &Overlay| overlay.lowers.is_empty() || names(overlay).iter().any(Option::is_some);
    words::layer_count(&one.lowers) == words::layer_count(&other.lowers) && names(one) == names(other) && named(one)
}

fn lower_column(overlay: &Overlay, shown_before: bool) -> Column {
    let mut column = Column::new("lower", "", "(read-only)");
    let count = words::layer_count(&overlay.lowers);
    if shown_before {
        let text = match count {
            1 => "the same layer as above".to_string(),
            _ => format!("the same {} as above", words::plural(count, "layer")),
        };
        column.remark(&text);
        return column;
    }
    if let [Lower::Folded { layers, entries }] = overlay.lowers[..] {
        column.remark(&format!("{}, as before", words::layers_and_entries(layers, entries)));
        return column;
    }
    let last = overlay.lowers.len().saturating_sub(1);
    for (index, lower) in overlay.lowers.iter().enumerate() {
        match lower {
            Lower::Layer(layer) => {
                let place = match index {
                    0 if count > 1 => "top",
                    _ if index == last && count > 1 => "bottom",
                    _ => "",
                };
                column.entries.push(Entry::Layer { name: words::layer_title(layer), place });
                column.layer(layer);
            }
            Lower::Folded { layers, entries } => {
                column.remark(&format!("… {}", words::folded_layers(*layers, *entries)));
            }
        }
    }
    column
}

fn upper_column(overlay: &Overlay, with_work: bool) -> Column {
    match &overlay.upper {
        Some(layer) => {
            let note = if overlay.read_only { "(mounted read-only)" } else { "" };
            let mut column = Column::new("upper", &words::layer_title(layer), note);
            column.layer(layer);
            if let Some(work) = overlay.work.as_ref().filter(|_| with_work) {
                column.remark(&format!("work  {work}"));
            }
            column
        }
        None => {
            let mut column = Column::new("upper", "", "");
            column.remark("none: read-only");
            column
        }
    }
}

fn merged_column(overlay: &Overlay) -> Column {
    let mut column = Column::new("merged", &overlay.mountpoint.to_string(), "");
    let upper = overlay.upper.as_ref().map(|layer| &layer.name);
    column.rows(&overlay.merged, |row| words::merged_notes(row, upper));
    column
}

/// A title and what stands under it.
struct Column {
    what: &'static str,
    name: String,
    note: &'static str,
    entries: Vec<Entry>,
    /// Any row has a mark: then all notes stand behind a gutter for it.
    marked: bool,
}

enum Entry {
    Row { glyphs: String, name: String, role: Role, mark: Option<Mark>, notes: Vec<String>, note_role: Role },
    Layer { name: String, place: &'static str },
    Remark(String),
}

/// How a column is drawn.
#[derive(Clone, Copy)]
struct Version {
    level: usize,
    longest_name: usize,
    /// Room for glyphs and name together.
    room: usize,
}

impl Version {
    fn new(level: usize, longest_name: usize) -> Version {
        Version { level, longest_name, room: usize::MAX }
    }

    fn name(self, glyphs: &str, name: &str) -> String {
        shorten(name, self.longest_name.min(self.room.saturating_sub(glyphs.width()).max(1)))
    }

    /// Deep in a tree on a narrow terminal, only the last glyph is drawn.
    fn glyphs(self, glyphs: &str) -> String {
        let last = tail(glyphs, 4);
        if glyphs.width() <= self.room / 2 || last.len() == glyphs.len() { glyphs.into() } else { format!("…{last}") }
    }
}

impl Column {
    fn new(what: &'static str, name: &str, note: &'static str) -> Column {
        Column { what, name: name.to_string(), note, entries: Vec::new(), marked: false }
    }

    fn remark(&mut self, text: &str) {
        self.entries.push(Entry::Remark(text.to_string()));
    }

    fn layer(&mut self, layer: &Layer) {
        self.rows(&layer.rows, words::layer_notes);
    }

    fn rows(&mut self, rows: &[Row], notes: impl Fn(&Row) -> Vec<String>) {
        match rows {
            [] => self.remark("(empty)"),
            [Row { kind: Kind::Folded { entries }, .. }] => {
                return self.remark(&format!("{}, as before", words::entries(*entries)));
            }
            _ => {}
        }
        for (row, glyphs) in rows.iter().zip(glyphs(rows)) {
            let name = words::row_name(row);
            let (role, note_role) = roles(row);
            self.marked |= row.mark.is_some();
            self.entries.push(Entry::Row { glyphs, name, role, mark: row.mark, notes: notes(row), note_role });
        }
    }

    /// What even the narrowest version has behind its names: a blank, the mark, a blank and the W of a whiteout.
    fn least_behind_names(&self) -> usize {
        let last = Version::new(LEVELS, usize::MAX);
        let width = |entry: &Entry| if let Entry::Row { notes, .. } = entry { note(notes, last).width() } else { 0 };
        match (self.marked, self.entries.iter().map(width).max().unwrap_or(0)) {
            (true, 0) => self.gutter(last) + 1,
            (true, note) => self.gutter(last) + 2 + note,
            (false, 0) => 0,
            (false, note) => self.gutter(last) + note,
        }
    }

    /// Between the longest name and the gutter.
    fn gutter(&self, version: Version) -> usize {
        if version.level == 0 || !self.marked { 2 } else { 1 }
    }

    /// Where the gutter begins: behind the longest name that has a mark or a note.
    fn name_width(&self, version: Version) -> usize {
        let width = |entry: &Entry| match entry {
            Entry::Row { glyphs, name, mark, notes, .. } if mark.is_some() || !note(notes, version).is_empty() => {
                (glyphs.width() + name.width().min(version.longest_name)).min(version.room)
            }
            _ => 0,
        };
        self.entries.iter().map(width).max().unwrap_or(0)
    }

    /// How wide [`Column::lines`] will be.
    fn width(&self, version: Version) -> usize {
        let width = |entry: &Entry| if let Entry::Remark(text) = entry { text.width() } else { 0 };
        let remarks = self.entries.iter().map(width).max().unwrap_or(0);
        self.tree_width(version).max(remarks).max(self.title(version).width())
    }

    /// The same without title and remarks, which can be wrapped. Nothing is drawn: a tree may have 100,000 rows.
    fn tree_width(&self, version: Version) -> usize {
        let name_width = self.name_width(version);
        let gutter = self.gutter(version) + usize::from(self.marked);
        let width = |entry: &Entry| match entry {
            Entry::Layer { name, place } => {
                name.width().min(version.longest_name) + if place.is_empty() { 0 } else { 2 + place.width() }
            }
            Entry::Remark(_) => 0,
            Entry::Row { glyphs, name, mark, notes, .. } => match note(notes, version) {
                "" if mark.is_none() => glyphs.width() + name.width().min(version.longest_name),
                "" => name_width + gutter,
                note => name_width + gutter + usize::from(self.marked) + note.width(),
            },
        };
        self.entries.iter().map(width).max().unwrap_or(0)
    }

    fn lines(&self, version: Version) -> Vec<Line> {
        let name_width = self.name_width(version);
        let marked = self.marked;
        let mut lines = vec![self.title(version)];
        for entry in &self.entries {
            lines.push(match entry {
                Entry::Layer { name, place } => {
                    let mut line = Line::of(Role::Directory, shorten(name, version.longest_name));
                    if !place.is_empty() {
                        line.push(Role::Provenance, &format!("  {place}"));
                    }
                    line
                }
                Entry::Remark(text) => Line::of(Role::Provenance, text),
                Entry::Row { glyphs, name, role, mark, notes, note_role } => {
                    let glyphs = version.glyphs(glyphs);
                    let mut line = Line::of(Role::Glyph, &glyphs);
                    line.push(*role, &version.name(&glyphs, name));
                    let note = note(notes, version);
                    if mark.is_some() || !note.is_empty() {
                        line.pad(name_width + self.gutter(version));
                        let mark = mark.map(|mark| words::Sign::from(mark).mark());
                        match (marked, mark) {
                            (true, Some(mark)) => line.push(*note_role, mark),
                            (true, None) => line.push(Role::Text, " "),
                            (false, _) => {}
                        }
                        if !note.is_empty() {
                            line.push(Role::Text, if marked { " " } else { "" });
                            line.push(*note_role, note);
                        }
                    }
                    line
                }
            });
        }
        lines
    }

    fn title(&self, version: Version) -> Line {
        let mut line = Line::of(Role::Heading, self.what);
        if !self.name.is_empty() {
            line.push(Role::Text, "  ");
            line.push(Role::Heading, &shorten(&self.name, version.longest_name));
        }
        if !self.note.is_empty() {
            line.push(Role::Provenance, &format!(" {}", self.note));
        }
        line
    }

    /// Every version has at least its short notes while this holds; the last one has none.
    fn loses_all_notes_at(&self) -> usize {
        let levels = |entry: &Entry| if let Entry::Row { notes, .. } = entry { notes.len() } else { 1 };
        self.entries.iter().map(levels).max().unwrap_or(1).max(2) - 1
    }
}

/// The note of this version; the last one stands for all after it.
fn note(notes: &[String], version: Version) -> &str {
    notes.get(version.level).or(notes.last()).map(String::as_str).unwrap_or_default()
}

fn roles(row: &Row) -> (Role, Role) {
    match (&row.kind, row.mark) {
        (Kind::Folded { .. }, _) => (Role::Provenance, Role::Provenance),
        (_, Some(Mark::Gone)) => (Role::Gone, Role::Error),
        (Kind::Whiteout { .. }, _) => (Role::Whiteout, Role::Whiteout),
        (_, Some(Mark::New)) => (Role::Added, Role::Added),
        (_, Some(Mark::Changed)) => (Role::Changed, Role::Changed),
        (Kind::Directory, None) => (Role::Directory, Role::Provenance),
        (_, None) => (Role::Text, Role::Provenance),
    }
}

/// `├── `, `└── ` and the bars before them, for each row.
pub fn glyphs(rows: &[Row]) -> Vec<String> {
    /// Deeper than this, only the last levels are drawn: a recording may say anything.
    const DEEPEST: usize = 32;
    let mut later: Vec<bool> = Vec::new();
    let mut all: Vec<String> = Vec::with_capacity(rows.len());
    for row in rows.iter().rev() {
        let depth = usize::from(row.depth);
        later.resize(depth + 1, false);
        let mut glyphs = String::new();
        let skipped = depth.saturating_sub(DEEPEST);
        if skipped > 0 {
            glyphs.push_str("…   ");
        }
        for &bar in &later[skipped..depth] {
            glyphs.push_str(if bar { "│   " } else { "    " });
        }
        glyphs.push_str(if later[depth] { "├── " } else { "└── " });
        later[depth] = true;
        all.push(glyphs);
    }
    all.reverse();
    all
}

/// The three columns in the fullest versions that fit, or nothing.
fn side_by_side(columns: &[Column; 3], width: usize, beside: Beside) -> Option<Vec<Line>> {
    if width < SIDE_BY_SIDE && beside == Beside::WithNotes {
        return None;
    }
    // Which column keeps its notes longest: what is merged says most; where there is little room, the marks of the upper
    // do, for they are told nowhere else.
    let [keeps, then, last] = match beside {
        Beside::WithNotes => [2, 1, 0],
        Beside::IfMarksFit => [1, 0, 2],
    };
    let without_notes = usize::from(beside == Beside::IfMarksFit);
    let ends = columns.each_ref().map(|column| column.loses_all_notes_at() + without_notes);
    let most = ends.iter().map(|end| end - 1).sum();
    for lost in 0..=most {
        for longest_name in NAMES_SIDE_BY_SIDE {
            for one in 0..ends[keeps] {
                for two in 0..ends[then] {
                    let Some(three) = lost.checked_sub(one + two).filter(|three| *three < ends[last]) else {
                        continue;
                    };
                    let mut versions = [Version::new(0, longest_name); 3];
                    for (column, level) in [(keeps, one), (then, two), (last, three)] {
                        versions[column].level = level;
                    }
                    let drawn = || columns.iter().zip(versions);
                    let needed: usize = drawn().map(|(column, version)| column.width(version)).sum();
                    if let Some(gap) = GAPS.into_iter().find(|gap| needed + 2 * gap <= width) {
                        return Some(join(drawn().map(|(column, version)| column.lines(version)).collect(), gap));
                    }
                }
            }
        }
    }
    None
}

fn join(columns: Vec<Vec<Line>>, gap: usize) -> Vec<Line> {
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut joined = vec![Line::new(); height];
    let mut start = 0;
    for column in columns {
        let next = start + widest(&column) + gap;
        for (line, cell) in joined.iter_mut().zip(column) {
            line.pad(start);
            line.append(cell);
        }
        start = next;
    }
    joined
}

fn stacked(columns: &[Column], width: usize) -> Vec<Line> {
    let blocks: Vec<Vec<Line>> = columns.iter().map(|column| alone(column, width)).collect();
    blocks.join(&Line::new())
}

/// One column in the fullest version that fits; where none does, each row has its mark and what fits of its name.
fn alone(column: &Column, width: usize) -> Vec<Line> {
    let versions = (0..LEVELS).flat_map(|level| NAMES_STACKED.map(|longest_name| Version::new(level, longest_name)));
    let room = width.saturating_sub(column.least_behind_names()).max(1);
    let narrow = Version { level: LEVELS, longest_name: usize::MAX, room };
    let version = versions.into_iter().find(|version| column.tree_width(*version) <= width).unwrap_or(narrow);
    let hang = Line::of(Role::Text, if width > 8 { "  " } else { "" });
    let fit = |line: Line| if line.width() <= width { vec![line] } else { line.wrap(width, &Line::new(), &hang) };
    column.lines(version).into_iter().flat_map(fit).collect()
}

fn widest(lines: &[Line]) -> usize {
    lines.iter().map(Line::width).max().unwrap_or(0)
}

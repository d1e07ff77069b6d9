//! What changed in a look, with what stands around it: the directories on the way, and the neighbours.
//!
//! Whoever reads step after step on a terminal of 24 rows has seen the rest. The first look is drawn whole, and so is
//! what was not there in the look before: an overlay that was mounted, say, except for layers that were drawn already. Of
//! a tree that would take a screen and more, such as a whole root file system, only the outermost entries are drawn.

use crate::event::{Change, Kind, Layer, Lower, Mark, Observation, Overlay, Row};
use crate::ground::Name;
use crate::scene::words;
use std::collections::BTreeSet;

/// A layer or a merged view with no more rows is drawn whole when it is new.
const LONG: usize = 30;

/// What was drawn until now.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// The last look, without what became of it. A look may be another one without a mark: from a shell in another
    /// namespace, say.
    last: Option<Observation>,
    /// Every lower layer that was drawn.
    layers: BTreeSet<Name>,
    /// What was said to be wrong with an overlay is said once.
    troubles: BTreeSet<(Name, String)>,
}

impl Surroundings {
    /// What is drawn of a look, and a sentence without its full stop that names what is left out because it is as before.
    pub(super) fn around_changes(&mut self, whole: &Observation) -> (Observation, Option<String>) {
        let now = whole.still();
        let before = self.last.take();
        let first = before.is_none();
        let before = before.unwrap_or_default();
        let mut drawn = Observation { changes: whole.changes.clone(), ..Observation::default() };
        let mut same: Vec<String> = Vec::new();
        if !whole.workspace.is_empty() {
            match (is_marked(&whole.workspace), before.workspace == now.workspace) {
                (true, _) if !first && !before.workspace.is_empty() => drawn.workspace = around_marks(&whole.workspace),
                (false, true) => same.push("the workspace".to_string()),
                _ => drawn.workspace.clone_from(&whole.workspace),
            }
        }
        for (overlay, now) in whole.overlays.iter().zip(&now.overlays) {
            let moved = |change: &Change| matches!(change, Change::Moved { to, .. } if *to == overlay.mountpoint);
            let moved = whole.changes.iter().any(moved);
            // A pile in another order is another pile.
            let is_it = |other: &Overlay| other.mountpoint == overlay.mountpoint && names(other) == names(overlay);
            let known = moved || before.overlays.iter().any(is_it);
            let mut shown = match (known, moved || has_marks(overlay)) {
                (true, true) => around_marks_of(overlay),
                (true, false) if before.overlays.contains(now) => {
                    same.push(words::called(&overlay.mountpoint));
                    continue;
                }
                _ => self.mounted(overlay),
            };
            let place = &overlay.mountpoint;
            shown.troubles.retain(|trouble| self.troubles.insert((place.clone(), trouble.clone())));
            drawn.overlays.push(shown);
        }
        for (panel, now) in whole.panels.iter().zip(&now.panels) {
            let changed = panel.rows.iter().any(|row| row.mark.is_some());
            match changed || !before.panels.contains(now) {
                true => drawn.panels.push(panel.clone()),
                false => same.push(words::panel_title(panel.kind).to_string()),
            }
        }
        self.remember(whole);
        self.last = Some(now);
        (drawn, (!same.is_empty()).then(|| format!("As before: {}", words::and(&same))))
    }

    fn remember(&mut self, whole: &Observation) {
        let lowers = whole.overlays.iter().flat_map(|overlay| &overlay.lowers);
        self.layers.extend(lowers.filter_map(|lower| match lower {
            Lower::Layer(layer) => Some(layer.name.clone()),
            Lower::Folded { .. } => None,
        }));
    }

    /// An overlay that is new; of its lower layers those that were drawn already are named in their order, without their
    /// entries.
    fn mounted(&self, overlay: &Overlay) -> Overlay {
        let lower = |lower: &Lower| match lower {
            Lower::Layer(layer) if self.layers.contains(&layer.name) => {
                Lower::Layer(Layer { rows: around_marks(&layer.rows), ..layer.clone() })
            }
            Lower::Layer(layer) => Lower::Layer(Layer { rows: outline(&layer.rows), ..layer.clone() }),
            other => other.clone(),
        };
        let lowers = overlay.lowers.iter().map(lower).collect();
        Overlay { lowers, merged: outline(&overlay.merged), ..overlay.clone() }
    }
}

/// The lower layers by their names, topmost first.
fn names(overlay: &Overlay) -> Vec<Option<&Name>> {
    let lowers = overlay.lowers.iter();
    lowers.map(|lower| if let Lower::Layer(layer) = lower { Some(&layer.name) } else { None }).collect()
}

fn is_marked(rows: &[Row]) -> bool {
    rows.iter().any(|row| row.mark.is_some())
}

fn has_marks(overlay: &Overlay) -> bool {
    let in_lower = |lower: &Lower| matches!(lower, Lower::Layer(layer) if is_marked(&layer.rows));
    is_marked(&overlay.merged)
        || overlay.upper.as_ref().is_some_and(|upper| is_marked(&upper.rows))
        || overlay.lowers.iter().any(in_lower)
}

fn around_marks_of(overlay: &Overlay) -> Overlay {
    let around = |layer: &Layer| Layer { rows: around_marks(&layer.rows), ..layer.clone() };
    let lowers = counted(&overlay.lowers, |layer| !is_marked(&layer.rows));
    Overlay {
        lowers: lowers
            .iter()
            .map(|lower| match lower {
                Lower::Layer(layer) => Lower::Layer(around(layer)),
                folded => folded.clone(),
            })
            .collect(),
        upper: overlay.upper.as_ref().map(around),
        merged: around_marks(&overlay.merged),
        ..overlay.clone()
    }
}

/// The layers, those that are left out as a number.
fn counted(lowers: &[Lower], left_out: impl Fn(&Layer) -> bool) -> Vec<Lower> {
    let mut all: Vec<Lower> = Vec::new();
    for lower in lowers {
        let (more, below) = match lower {
            Lower::Layer(layer) if left_out(layer) => (1, layer.rows.iter().map(entries).sum::<u64>()),
            Lower::Folded { layers, entries } => (*layers, *entries),
            shown => {
                all.push(shown.clone());
                continue;
            }
        };
        match all.last_mut() {
            Some(Lower::Folded { layers, entries }) => {
                *layers = layers.saturating_add(more);
                *entries = entries.saturating_add(below);
            }
            _ => all.push(Lower::Folded { layers: more, entries: below }),
        }
    }
    all
}

fn entries(row: &Row) -> u64 {
    match row.kind {
        _ if row.mark == Some(Mark::Gone) => 0,
        Kind::Folded { entries } => entries,
        _ => 1,
    }
}

/// The rows that changed, the directories on the way to them, and the entry before and behind each; the others are counted
/// at the end of their directory. One that would be counted alone is shown.
fn around_marks(rows: &[Row]) -> Vec<Row> {
    let mut shown = Vec::new();
    level(rows, &kept(rows), &mut 0, 0, &mut shown);
    shown
}

/// The rows; of many those that changed and the outermost, and what lies below is counted.
fn outline(rows: &[Row]) -> Vec<Row> {
    if rows.len() <= LONG {
        return rows.to_vec();
    }
    let mut kept = kept(rows);
    for (kept, row) in kept.iter_mut().zip(rows) {
        *kept |= row.depth == 0 && !matches!(row.kind, Kind::Folded { .. });
    }
    let mut shown = Vec::new();
    level(rows, &kept, &mut 0, 0, &mut shown);
    shown
}

fn kept(rows: &[Row]) -> Vec<bool> {
    /// Where a row's directory is among the rows, and the entries before and behind it there.
    #[derive(Clone, Copy, Default)]
    struct Around {
        above: Option<usize>,
        before: Option<usize>,
        behind: Option<usize>,
    }
    let mut around = vec![Around::default(); rows.len()];
    // The last row of each depth on the way to the present one.
    let mut way: Vec<usize> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let depth = usize::from(row.depth);
        around[at].before = way.get(depth).copied();
        if let Some(before) = around[at].before {
            around[before].behind = Some(at);
        }
        way.truncate(depth);
        around[at].above = way.last().copied();
        way.push(at);
    }
    let mut kept = vec![false; rows.len()];
    for at in (0..rows.len()).filter(|at| rows[*at].mark.is_some()) {
        for beside in [around[at].before, around[at].behind].into_iter().flatten() {
            kept[beside] |= !matches!(rows[beside].kind, Kind::Folded { .. });
        }
        let mut on_the_way = Some(at);
        while let Some(row) = on_the_way.filter(|row| !std::mem::replace(&mut kept[*row], true) || *row == at) {
            on_the_way = around[row].above;
        }
    }
    kept
}

fn level(rows: &[Row], kept: &[bool], at: &mut usize, depth: u16, shown: &mut Vec<Row>) {
    let mut left_out = 0;
    let mut only = None;
    while let Some(row) = rows.get(*at).filter(|row| row.depth >= depth) {
        let is_kept = kept[*at];
        *at += 1;
        if is_kept {
            shown.push(row.clone());
            level(rows, kept, at, depth + 1, shown);
            continue;
        }
        only.get_or_insert((shown.len(), row));
        left_out += entries(row);
        while let Some(below) = rows.get(*at).filter(|below| below.depth > depth) {
            left_out += entries(below);
            *at += 1;
        }
    }
    match only {
        Some((place, row)) if left_out == 1 && !matches!(row.kind, Kind::Folded { .. }) => {
            shown.insert(place, row.clone());
        }
        _ if left_out > 0 => shown.push(Row {
            depth,
            name: Name::default(),
            kind: Kind::Folded { entries: left_out },
            states: Vec::new(),
            from: None,
            with: Vec::new(),
            hides: Vec::new(),
            mark: None,
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Surroundings, around_marks, outline};
    use crate::event::{Kind, Layer, Lower, Mark, Observation, Overlay, Row};
    use crate::ground::Name;
    use crate::scene::words;

    fn row(depth: u16, name: &str, directory: bool, mark: Option<Mark>) -> Row {
        let kind = if directory { Kind::Directory } else { Kind::File };
        let name = Name::from(name.as_bytes());
        Row { depth, name, kind, states: vec![], from: None, with: vec![], hides: vec![], mark }
    }

    fn file(depth: u16, name: &str) -> Row {
        row(depth, name, false, None)
    }

    fn directory(depth: u16, name: &str) -> Row {
        row(depth, name, true, None)
    }

    fn drawn(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|row| format!("{}{}", " ".repeat(row.depth.into()), words::row_name(row))).collect()
    }

    #[test]
    fn a_change_stands_between_its_neighbours_below_its_directories() {
        let new = row(2, "m", false, Some(Mark::New));
        let rows = [
            directory(0, "a"),
            file(1, "a1"),
            file(1, "a2"),
            directory(0, "b"),
            directory(1, "deep"),
            file(2, "k"),
            file(2, "l"),
            new,
            file(2, "n"),
            file(2, "o"),
            file(2, "p"),
            file(1, "z"),
            file(0, "c"),
        ];
        assert_eq!(
            drawn(&around_marks(&rows)),
            ["b/", " deep/", "  l", "  m", "  n", "  … 3 more entries", " z", "… 4 more entries"]
        );
        assert_eq!(drawn(&around_marks(&rows[..7])), ["… 7 more entries"]);
        assert_eq!(drawn(&around_marks(&rows[12..])), ["c"], "one that would be counted alone is shown");
    }

    #[test]
    fn of_a_long_tree_the_outermost_entries_are_drawn_and_what_changed() {
        let mut rows = vec![directory(0, "a"), directory(0, "b"), directory(1, "deep")];
        rows.extend((0..30).map(|_| file(2, "x")));
        rows.extend([row(2, "y", false, Some(Mark::New)), file(0, "c")]);
        let expected = ["a/", "b/", " deep/", "  x", "  y", "  … 29 more entries", "c"];
        assert_eq!(drawn(&outline(&rows)), expected);
        assert_eq!(outline(&rows[..30]), rows[..30]);
    }

    #[test]
    fn a_pile_that_is_turned_over_is_named_in_its_new_order() {
        let name = |name: &str| Name::from(name.as_bytes());
        let layer =
            |at: &str| Layer { name: name(at), directory: None, role: None, rows: vec![file(0, "x"), file(0, "y")] };
        let pile = |order: [&str; 2]| Overlay {
            mountpoint: name("mnt"),
            lowers: order.into_iter().map(|at| Lower::Layer(layer(at))).collect(),
            upper: None,
            work: None,
            merged: vec![file(0, "x")],
            read_only: true,
            troubles: vec![],
        };
        let look = |order| Observation { overlays: vec![pile(order)], ..Observation::default() };
        let mut drawn = Surroundings::default();
        drawn.around_changes(&look(["a", "b"]));
        let (turned, rest) = drawn.around_changes(&look(["b", "a"]));
        assert_eq!(rest, None);
        let names: Vec<_> = super::names(&turned.overlays[0]).into_iter().flatten().cloned().collect();
        assert_eq!(names, [name("b"), name("a")]);
        let (_, rest) = drawn.around_changes(&look(["b", "a"]));
        assert_eq!(rest.as_deref(), Some("As before: mnt"));
    }

    #[test]
    fn the_first_look_is_whole_and_what_is_as_before_is_named() {
        let mut drawn = Surroundings::default();
        let workspace = vec![file(0, "a"), file(0, "b"), file(0, "c"), file(0, "d")];
        let look = Observation { workspace, ..Observation::default() };
        assert_eq!(drawn.around_changes(&look), (look.clone(), None));
        let (again, rest) = drawn.around_changes(&look);
        assert_eq!((again, rest.as_deref()), (Observation::default(), Some("As before: the workspace")));
        let other = Observation { workspace: vec![file(0, "elsewhere")], ..Observation::default() };
        assert_eq!(drawn.around_changes(&other), (other.clone(), None), "another one, without a mark");
        drawn.around_changes(&look);
        let mut later = look.clone();
        later.workspace[0].mark = Some(Mark::Changed);
        let (changed, rest) = drawn.around_changes(&later);
        assert_eq!((changed.workspace.len(), rest), (3, None));
        assert_eq!(changed.workspace[2].kind, Kind::Folded { entries: 2 });
    }
}

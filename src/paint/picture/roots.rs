//! What a shell has as its root, and what is mounted below it: boxes that lie in each other as the mounts do. Where a step
//! changed that, before and after stand beside each other, and an arrow leads from where a file system was to where it is.

use crate::event::{Observation, Panel, PanelKind};
use crate::paint::picture::canvas::{Canvas, Drawing};
use crate::paint::picture::nested::{Nested, Place};
use crate::paint::picture::table::{cell, class, marked, of, there};
use std::path::Path;

/// Between before and after, for the arrows.
const APART: usize = 110;
/// How the table says that the outside has no path for this root.
const ELSEWHERE: &str = "/ of its own mount namespace";

/// The picture of the tables of root and mounts; nothing where there are none.
pub(super) fn roots(now: &Observation, before: Option<&Observation>) -> Option<Drawing> {
    let after = Tables::of(now)?;
    let before = before.and_then(Tables::of).filter(|_| after.changed());
    let Some(before) = before else { return Some(after.nested(true).drawing()) };
    let (old, new) = (before.nested(false), after.nested(true));
    let mut canvas = Canvas::new();
    let right = old.size().0 + APART;
    canvas.text((0, 14), "q", "before");
    canvas.text((right, 14), "q", "after");
    let from = old.draw(&mut canvas, (0, 24));
    let to = new.draw(&mut canvas, (right, 24));
    for (was, is) in moved(&before, &after) {
        let place = |places: &[(String, Place)], path: &str| {
            places.iter().find(|(key, _)| key == path).map(|(_, place)| *place)
        };
        let (Some(was), Some(is)) = (place(&from, was), place(&to, is)) else { continue };
        let (start, end) = (was.right + 3, is.left.saturating_sub(12));
        let middle = right - APART / 2;
        canvas.path(
            "u",
            &format!("M {start} {} C {middle} {} {middle} {} {end} {}", was.middle, was.middle, is.middle, is.middle),
        );
        canvas.path("h", &format!("M {} {} l -11 -5 l 0 10 z", is.left.saturating_sub(2), is.middle));
    }
    Some(canvas.drawing())
}

/// The tables that say where a shell is.
struct Tables<'o> {
    root: Option<&'o Panel>,
    mounts: Option<&'o Panel>,
}

impl<'o> Tables<'o> {
    fn of(observation: &'o Observation) -> Option<Tables<'o>> {
        let tables = Tables { root: of(observation, PanelKind::Root), mounts: of(observation, PanelKind::Mounts) };
        (tables.root.is_some() || tables.mounts.is_some()).then_some(tables)
    }

    fn changed(&self) -> bool {
        self.root.iter().chain(&self.mounts).any(|panel| panel.rows.iter().any(|row| row.mark.is_some()))
    }

    /// A row of the table of the root: as the outside has it, as the inside has it.
    fn row(&self, name: &str) -> Option<(&'o str, &'o str)> {
        let row = there(self.root?).find(|row| cell(row, 0) == name)?;
        Some((cell(row, 1), cell(row, 2)))
    }

    /// The boxes; with the marks of what changed, or without.
    fn nested(&self, marks: bool) -> Nested {
        match self.mounts {
            Some(mounts) => self.of_mounts(mounts, marks),
            None => self.of_root(),
        }
    }

    /// As the inside has it.
    fn of_mounts(&self, mounts: &Panel, marks: bool) -> Nested {
        let mut rows: Vec<_> = there(mounts).collect();
        rows.sort_by_key(|row| Path::new(cell(row, 0)).components().count());
        let mut whole = Nested::new("/", "in", "/");
        for row in rows {
            let (path, said) = (cell(row, 0), format!("{}, {}", cell(row, 1), cell(row, 2)));
            let title = if marks { marked(row, path) } else { path.to_string() };
            let look = if marks && row.mark.is_some() { "ch" } else { "" };
            let (of_title, of_text) = if marks && row.mark.is_some() { (class(row), class(row)) } else { ("b", "") };
            if path == "/" {
                whole.lines = vec![(of_title, title), (of_text, said)];
                whole.look = if look.is_empty() { "in" } else { look };
                continue;
            }
            let mut mount = Nested::new(path, look, title);
            mount.lines[0].0 = of_title;
            mount.line(of_text, said);
            deepest(&mut whole, path).inner.push(mount);
        }
        if self.row("root").is_some() {
            whole.line("", "the shell calls this /");
        }
        if let Some((_, here)) = self.row("working directory") {
            let around = deepest(&mut whole, here);
            let said =
                if around.key == here { "the shell is here".to_string() } else { format!("the shell is in {here}") };
            around.line("", said);
        }
        whole
    }

    /// As the outside has it.
    fn of_root(&self) -> Nested {
        let (root, _) = self.row("root").unwrap_or(("/", "/"));
        let (outside, inside) = self.row("working directory").unwrap_or_default();
        let calls = "the shell calls this /";
        if let Some(kind) = root.strip_prefix(ELSEWHERE) {
            let mut own = Nested::new("/", "up", "/");
            own.line("", format!("of a mount namespace of its own{kind}"));
            own.line("", calls);
            own.line("", format!("the shell is in {inside}"));
            return own;
        }
        let mut whole = Nested::new("/", "in", "/");
        let around = match root {
            "/" => &mut whole,
            path => {
                whole.line("q", "the machine's root");
                whole.inner.push(Nested::new(path, "up", path));
                &mut whole.inner[0]
            }
        };
        around.line("", calls);
        let is_in = if inside.starts_with('/') {
            format!("the shell is in {inside}")
        } else {
            format!("the shell is in {outside}, {inside}")
        };
        around.line("", is_in);
        whole
    }
}

/// The box of the mount that a path lies in.
fn deepest<'n>(around: &'n mut Nested, path: &str) -> &'n mut Nested {
    match around.inner.iter().position(|inner| Path::new(path).starts_with(&inner.key)) {
        Some(at) => deepest(&mut around.inner[at], path),
        None => around,
    }
}

/// Where file systems were that are somewhere else now, by the paths of both. Where another one became the root, one kind of
/// file system that was mounted once before and is mounted once after it is the same one: pivot_root(2) only moves.
fn moved<'o>(before: &Tables<'o>, after: &Tables<'o>) -> Vec<(&'o str, &'o str)> {
    let (Some(old), Some(new)) = (before.mounts, after.mounts) else { return Vec::new() };
    let root = |panel: &'o Panel| there(panel).find(|row| cell(row, 0) == "/").map(|row| cell(row, 1));
    if root(old) == root(new) {
        return Vec::new();
    }
    let places = |panel: &'o Panel, kind: &str| {
        there(panel).filter(|row| cell(row, 1) == kind).map(|row| cell(row, 0)).collect::<Vec<_>>()
    };
    let once = |kind: &str| match (&places(old, kind)[..], &places(new, kind)[..]) {
        (&[was], &[is]) if was != is => Some((was, is)),
        _ => None,
    };
    there(old).filter_map(|row| once(cell(row, 1))).collect()
}

//! A tree as the rows that are shown: marked, and folded where it is long.
//!
//! A tree of up to [`SHORT`] entries is shown whole. In a longer one each directory shows its first few entries and
//! counts the rest; whatever changed is always shown.

use crate::event::{Kind, Mark, Row};
use crate::ground::Name;
use crate::observe::delta::Delta;
use crate::observe::layers::TreePosition;
use crate::observe::tree::NodeId;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A tree with no more entries is never folded.
const SHORT: usize = 40;
/// So many entries of a directory are shown in a folded tree that are unchanged, or new together with their directory:
/// of the outermost one most, of deeper ones fewer.
const FIRST: [usize; 4] = [16, 3, 2, 0];
/// So many changed entries of one directory are shown; a step that makes more of them is counted.
const MOST_CHANGED: usize = 100;

/// How the rows of a tree are made.
pub struct Rows<'a> {
    /// The directory that is shown; it has no row itself.
    pub place: TreePosition<'a>,
    /// The same directory before, with the differences; absent on the first look.
    pub before: Option<(TreePosition<'a>, &'a Delta)>,
    /// Show everything, however long.
    pub full: bool,
}

impl Rows<'_> {
    /// The rows; `decorate` adds what only the caller knows (states, provenance) to a row of the tree as it is now.
    pub fn build(&self, decorate: &mut dyn FnMut(NodeId, &Path, &mut Row)) -> Vec<Row> {
        let fold = !self.full && self.place.tree.below(self.place.node).len() > SHORT;
        let mut builder = Builder { rows: Vec::new(), path: PathBuf::new(), fold, wanted: self, decorate };
        builder.directory(self.place.node, 0, false);
        builder.rows
    }
}

struct Builder<'a, 'b> {
    rows: Vec<Row>,
    path: PathBuf,
    fold: bool,
    wanted: &'a Rows<'a>,
    decorate: &'b mut dyn FnMut(NodeId, &Path, &mut Row),
}

impl Builder<'_, '_> {
    fn directory(&mut self, id: NodeId, depth: u16, all_new: bool) {
        let tree = self.wanted.place.tree;
        let gone = self.gone(id);
        let mut gone = gone.into_iter().peekable();
        let (mut unchanged, mut changed, mut left_out) = (0, 0, 0u64);
        for child in tree.children(id) {
            while let Some(row) = gone.next_if(|row| row.name.as_bytes() < tree.name(child)) {
                self.rows.push(Row { depth, ..row });
            }
            let mark = if all_new { Some(Mark::New) } else { self.mark(child) };
            let touched = self.wanted.before.is_some_and(|(_, delta)| delta.touched.contains(&child));
            let room = match (mark.is_some() && !all_new) || touched {
                true => {
                    changed += 1;
                    changed <= MOST_CHANGED
                }
                false => {
                    unchanged += 1;
                    let deep = usize::from(depth).min(FIRST.len() - 1);
                    unchanged <= FIRST[deep] && (deep == 0 || self.rows.len() < SHORT)
                }
            };
            if self.fold && !room {
                left_out += 1 + tree.below(child).len() as u64;
                continue;
            }
            self.child(child, depth, mark);
        }
        self.rows.extend(gone.map(|row| Row { depth, ..row }));
        if left_out > 0 {
            self.rows.push(row(depth, Name::default(), Kind::Folded { entries: left_out }, None));
        }
    }

    fn child(&mut self, id: NodeId, depth: u16, mark: Option<Mark>) {
        let tree = self.wanted.place.tree;
        self.path.push(std::ffi::OsStr::from_bytes(tree.name(id)));
        let mut shown = row(depth, Name::from(tree.name(id)), tree.kind(id), mark);
        (self.decorate)(id, &self.path, &mut shown);
        self.rows.push(shown);
        if tree.is_directory(id) {
            self.directory(id, depth + 1, mark == Some(Mark::New));
        }
        self.path.pop();
    }

    fn mark(&self, id: NodeId) -> Option<Mark> {
        self.wanted.before.and_then(|(_, delta)| delta.marks.get(&id).copied())
    }

    /// The entries that a directory no longer has.
    fn gone(&self, id: NodeId) -> Vec<Row> {
        let Some((before, delta)) = self.wanted.before else { return Vec::new() };
        let nodes = delta.gone.get(&id).map_or(&[][..], Vec::as_slice);
        let ghost = |id: &NodeId| row(0, Name::from(before.tree.name(*id)), before.tree.kind(*id), Some(Mark::Gone));
        let mut rows: Vec<Row> = nodes.iter().take(MOST_CHANGED).map(ghost).collect();
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        rows
    }
}

fn row(depth: u16, name: Name, kind: Kind, mark: Option<Mark>) -> Row {
    Row { depth, name, kind, states: Vec::new(), from: None, with: Vec::new(), hides: Vec::new(), mark }
}

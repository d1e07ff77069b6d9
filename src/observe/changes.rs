//! The differences, in the order in which they are told.

use crate::event::{Change, Mark, State};
use crate::ground::Name;
use crate::observe::delta::Delta;
use crate::observe::layers::TreePosition;
use crate::observe::tree::NodeId;
use crate::observe::upper::Upper;
use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// More than this many of one layer are not told one by one: they are counted, and the trees show them.
const MOST_TOLD: usize = 200;

/// The differences of one directory.
#[derive(Debug)]
pub struct LayerDelta<'a> {
    /// As it is.
    pub now: TreePosition<'a>,
    /// As it was.
    pub before: TreePosition<'a>,
    /// What is different.
    pub delta: Delta,
}

/// Gathers what is told under the trees.
#[derive(Debug, Default)]
pub struct Changes {
    told: Vec<Change>,
    /// Layers that were told already: two containers may share them.
    layers: HashSet<PathBuf>,
}

impl Changes {
    /// All of it.
    pub fn told(self) -> Vec<Change> {
        self.told
    }

    /// An overlay was mounted.
    pub fn mounted(&mut self, mountpoint: Name, lowers: u64, upper: Option<Name>) {
        self.told.push(Change::Mounted { mountpoint, lowers, upper });
    }

    /// An overlay is no longer mounted.
    pub fn unmounted(&mut self, mountpoint: Name) {
        self.told.push(Change::Unmounted { mountpoint });
    }

    /// An overlay is seen at another place.
    pub fn moved(&mut self, from: Name, to: Name) {
        self.told.push(Change::Moved { from, to });
    }

    /// What happened in an upper layer. `names` are those of the pile, the upper first.
    pub fn of_upper(
        &mut self,
        delta: &LayerDelta<'_>,
        upper: &Upper<'_>,
        names: &[Name],
        deltas: &HashMap<PathBuf, LayerDelta<'_>>,
    ) {
        if !self.layers.insert(upper.paths[0].clone()) {
            return;
        }
        let mut few = Few::default();
        walk(delta, &mut |entry| few.add(entry.mark, || of_upper_entry(&entry, delta, upper, names, deltas)));
        self.told.extend(few.told(names.first()));
    }

    /// What happened in a lower layer: it should have been nothing.
    pub fn of_lower(&mut self, delta: &LayerDelta<'_>, path: &Path, name: &Name) {
        if !self.layers.insert(path.to_path_buf()) {
            return;
        }
        let mut few = Few::default();
        walk(delta, &mut |ChangedEntry { path, mark, .. }| {
            few.add(mark, || Some(Change::LowerChanged { path, layer: name.clone(), mark }));
        });
        self.told.extend(few.told(Some(name)));
    }

    /// What happened in the working directory `directory`, outside of the directories `elsewhere`.
    pub fn of_workspace(&mut self, delta: &LayerDelta<'_>, directory: &Path, elsewhere: &[PathBuf]) {
        let mut few = Few::default();
        walk(delta, &mut |ChangedEntry { path, directory: is_directory, mark, .. }| {
            let absolute = directory.join(path.as_path());
            if !elsewhere.iter().any(|other| absolute.starts_with(other)) {
                few.add(mark, || Some(Change::Workspace { path, directory: is_directory, mark }));
            }
        });
        self.told.extend(few.told(None));
    }
}

/// The changes of one directory: the first ones, and how many more of each kind there are.
#[derive(Default)]
struct Few {
    told: Vec<Change>,
    more: [u64; 3],
}

impl Few {
    const MARKS: [Mark; 3] = [Mark::New, Mark::Changed, Mark::Gone];

    fn add(&mut self, mark: Mark, change: impl FnOnce() -> Option<Change>) {
        match self.told.len() < MOST_TOLD {
            true => self.told.extend(change()),
            false => self.more[Few::MARKS.iter().position(|one| *one == mark).expect("there are three")] += 1,
        }
    }

    fn told(self, layer: Option<&Name>) -> Vec<Change> {
        let counted = Few::MARKS.into_iter().zip(self.more).filter(|(_, entries)| *entries > 0);
        let untold = counted.map(|(mark, entries)| Change::Untold { layer: layer.cloned(), mark, entries });
        self.told.into_iter().chain(untold).collect()
    }
}

/// An entry that is new, changed or gone.
struct ChangedEntry {
    path: Name,
    /// In the tree of now; absent for what is gone.
    now: Option<NodeId>,
    /// In the tree before; absent for what is new.
    before: Option<NodeId>,
    directory: bool,
    mark: Mark,
}

/// Calls `each` with every entry that is different, in the order of printing; a new directory is followed by all that
/// is in it, one that is gone stands for all that was in it.
fn walk(delta: &LayerDelta<'_>, each: &mut dyn FnMut(ChangedEntry)) {
    Walk { delta, each }.directory(delta.now.node, Some(delta.before.node), &Name::default(), false);
}

struct Walk<'a, 'b> {
    delta: &'a LayerDelta<'a>,
    each: &'b mut dyn FnMut(ChangedEntry),
}

impl Walk<'_, '_> {
    fn directory(&mut self, id: NodeId, before: Option<NodeId>, path: &Name, all_new: bool) {
        let LayerDelta { now, before: old, delta } = self.delta;
        if !all_new && !delta.touched.contains(&id) {
            return;
        }
        for gone in delta.gone.get(&id).into_iter().flatten() {
            (self.each)(ChangedEntry {
                path: path.join(old.tree.name(*gone)),
                now: None,
                before: Some(*gone),
                directory: old.tree.is_directory(*gone),
                mark: Mark::Gone,
            });
        }
        for child in now.tree.children(id) {
            let name = now.tree.name(child);
            let was =
                before.and_then(|before| old.tree.find_from(before, Path::new(std::ffi::OsStr::from_bytes(name))));
            let mark = if all_new { Some(Mark::New) } else { delta.marks.get(&child).copied() };
            let path = path.join(name);
            let directory = now.tree.is_directory(child);
            if let Some(mark) = mark {
                (self.each)(ChangedEntry { path: path.clone(), now: Some(child), before: was, directory, mark });
            }
            if directory {
                self.directory(child, was, &path, mark == Some(Mark::New));
            }
        }
    }
}

fn of_upper_entry(
    entry: &ChangedEntry,
    delta: &LayerDelta<'_>,
    upper: &Upper<'_>,
    names: &[Name],
    deltas: &HashMap<PathBuf, LayerDelta<'_>>,
) -> Option<Change> {
    let layer = names[0].clone();
    let path = entry.path.clone();
    let Some(id) = entry.now else {
        let was_whiteout = entry.before.is_some_and(|before| delta.before.tree.whiteout(before).is_some());
        return Some(match was_whiteout {
            true => Change::WhiteoutRemoved { path, layer },
            false => Change::Removed { path, layer },
        });
    };
    let hides = || {
        let below = upper.provenance.below(id).iter();
        below.filter_map(|(layer, _)| names.get(usize::from(*layer)).cloned()).collect::<Vec<_>>()
    };
    if upper.place.tree.whiteout(id).is_some() {
        return Some(Change::WhitedOut { path, layer, hides: hides() });
    }
    let states = upper.states(id, path.as_path());
    // An entry that was a whiteout, or another kind of thing, is told as what it is now.
    let became = entry.before.is_none_or(|before| {
        delta.before.tree.whiteout(before).is_some() || delta.before.tree.kind(before) != delta.now.tree.kind(id)
    });
    let became_opaque = entry.before.is_none_or(|before| !delta.before.tree.is_opaque(before));
    for state in &states {
        match state {
            State::Opaque { .. } if became_opaque => return Some(Change::BecameOpaque { path, layer, hides: hides() }),
            State::Replaced if became => return Some(Change::Replaced { path, layer, hides: hides() }),
            State::CopiedOrReplaced if became => {
                return Some(Change::CopiedOrReplaced { path, layer, hides: hides() });
            }
            State::CopiedUp { content, metadata_changed } if became => {
                let (from, source) = upper.source(id)?;
                let source_path = &upper.paths[usize::from(from)];
                let touched = deltas.get(source_path).is_some_and(|delta| delta.delta.marks.contains_key(&source));
                return Some(Change::CopiedUp {
                    path,
                    from: names.get(usize::from(from))?.clone(),
                    to: layer,
                    directory: entry.directory,
                    content: *content,
                    metadata_changed: *metadata_changed,
                    metacopy: states.contains(&State::Metacopy),
                    source_unchanged: !touched,
                });
            }
            _ => {}
        }
    }
    Some(match became {
        true => Change::Created { path, directory: entry.directory, layer },
        false => Change::Modified { path, layer },
    })
}

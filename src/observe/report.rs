//! Two moments become an [`Observation`]: trees as rows, and the sentences under them as data.

use crate::event::{Layer, Lower, Observation, Overlay, PathContent, Row, State};
use crate::ground::Name;
use crate::kernel::proc::mounts;
use crate::kernel::{EntryType, look, open_directory, open_file};
use crate::observe::changes::{Changes, LayerDelta};
use crate::observe::delta::{Delta, entry_differs};
use crate::observe::followed::FollowedOverlay;
use crate::observe::layers::{FoundOverlay, TreePosition};
use crate::observe::moment::{Moment, Seen};
use crate::observe::provenance::NOWHERE;
use crate::observe::rows::Rows;
use crate::observe::upper::Upper;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// So many lower layers are shown of a longer pile, from its top …
const FIRST_LOWERS: usize = 4;
/// … and from its bottom.
const LAST_LOWERS: usize = 2;

/// Looks again and again, and says what is different.
#[derive(Debug)]
pub struct Observer {
    root: PathBuf,
    before: Option<Moment>,
}

impl Observer {
    /// An observer of the directory below which everything of a run lies.
    pub fn new(root: PathBuf) -> Observer {
        Observer { root, before: None }
    }

    /// Looks, and compares with the last look. `working_directory` is what names are told relative to; `full` unfolds;
    /// `inside` are the directories in /proc of processes whose mounts are looked at too.
    pub fn observe(
        &mut self,
        working_directory: &Path,
        full: bool,
        inside: &[PathBuf],
    ) -> std::io::Result<Observation> {
        let now = Moment::of_run(&self.root, working_directory, &mounts()?, inside);
        let observation =
            Report { now: &now, before: self.before.as_ref(), names: working_directory, full }.observation();
        self.before = Some(now);
        Ok(observation)
    }
}

/// A single look at overlays of this machine, whoever mounted them.
pub fn look_at_overlays(overlays: Vec<FoundOverlay>, working_directory: &Path, full: bool) -> Observation {
    let now = Moment::of_overlays(overlays);
    Report { now: &now, before: None, names: working_directory, full }.observation()
}

/// A single look at overlays of any mount namespace, whose layers are held.
pub fn look_at_followed(overlays: Vec<FollowedOverlay>, working_directory: &Path, full: bool) -> Observation {
    let now = Moment::of_followed(overlays);
    Report { now: &now, before: None, names: working_directory, full }.observation()
}

/// What stands at a path, without following a link: a short text file says what it reads.
pub fn found_at(path: &Path) -> PathContent {
    let Ok(stat) = look(None, path) else { return PathContent::Nothing };
    match stat.kind {
        EntryType::Directory => PathContent::Directory,
        EntryType::CharacterDevice if stat.numbers == (0, 0) => PathContent::Whiteout,
        EntryType::Symlink => PathContent::Link,
        EntryType::File => PathContent::File { reads: short_text(path) },
        _ => PathContent::Other,
    }
}

/// The content of a file that is one short line of text.
fn short_text(path: &Path) -> Option<String> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let parent = open_directory(None, parent).ok()?;
    let file = std::fs::File::from(open_file(&parent, Path::new(path.file_name()?)).ok()?);
    let mut text = String::new();
    file.take(400).read_to_string(&mut text).ok()?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    (line.len() < 300 && !line.contains('\n')).then(|| line.to_string())
}

struct Report<'a> {
    now: &'a Moment,
    before: Option<&'a Moment>,
    names: &'a Path,
    full: bool,
}

impl Report<'_> {
    fn observation(&self) -> Observation {
        let deltas = self.layer_deltas();
        let mut observation = Observation::default();
        let mut changes = Changes::default();
        self.mounts(&mut changes);
        for seen in &self.now.overlays {
            observation.overlays.push(self.overlay(seen, &deltas, &mut changes));
        }
        self.workspace(&mut observation, &mut changes);
        observation.changes = changes.told();
        observation
    }

    /// The differences in every layer, each compared once.
    fn layer_deltas(&self) -> HashMap<PathBuf, LayerDelta<'_>> {
        let mut deltas = HashMap::new();
        let layers = self.now.overlays.iter().flat_map(Seen::layer_paths);
        for layer in layers {
            if let Some(delta) = self.delta(&layer) {
                deltas.insert(layer, delta);
            }
        }
        deltas
    }

    fn delta(&self, directory: &Path) -> Option<LayerDelta<'_>> {
        let now = self.now.forest.place(directory)?;
        let before = self.before?.forest.place(directory)?;
        let delta = Delta::between(now, before, &mut |new, old, path| {
            let (new, old) = (TreePosition { node: new, ..now }, TreePosition { node: old, ..before });
            entry_differs((new, &directory.join(path)), old)
        });
        Some(LayerDelta { now, before, delta })
    }

    fn overlay(&self, seen: &Seen, deltas: &HashMap<PathBuf, LayerDelta<'_>>, changes: &mut Changes) -> Overlay {
        let paths = seen.layer_paths();
        let pile: Vec<Option<TreePosition<'_>>> = paths.iter().map(|path| self.now.forest.place(path)).collect();
        let names: Vec<Name> = paths.iter().map(|path| self.layer_name(path)).collect();
        let mut upper = None;
        if let (Some(_), Some(Some(place))) = (&seen.found.upper, pile.first()) {
            let states = Upper { place: *place, pile: &pile, paths: &paths, provenance: &seen.provenance };
            let delta = deltas.get(&paths[0]);
            let rows = self.rows(*place, delta).build(&mut |id, path, row| row.states = states.states(id, path));
            upper = Some(self.layer(&paths[0], rows));
            if let Some(delta) = delta {
                changes.of_upper(delta, &states, &names, deltas);
            }
        }
        let has_upper = usize::from(seen.found.upper.is_some());
        for (path, name) in paths.iter().zip(&names).skip(has_upper) {
            if let Some(delta) = deltas.get(path) {
                changes.of_lower(delta, path, name);
            }
        }
        Overlay {
            mountpoint: self.name(&seen.found.mountpoint),
            lowers: self.lowers(&paths[has_upper..], deltas),
            upper,
            work: seen.found.work.as_ref().map(|work| self.name(work)),
            merged: self.merged(seen, &names, &paths, deltas),
            read_only: seen.found.read_only,
            troubles: self.troubles(seen, &paths),
        }
    }

    fn lowers(&self, paths: &[PathBuf], deltas: &HashMap<PathBuf, LayerDelta<'_>>) -> Vec<Lower> {
        let fold = !self.full && paths.len() > FIRST_LOWERS + LAST_LOWERS + 2;
        let mut lowers: Vec<Lower> = Vec::new();
        for (at, path) in paths.iter().enumerate() {
            let delta = deltas.get(path);
            let changed = delta.is_some_and(|delta| !delta.delta.is_empty());
            let place = self.now.forest.place(path);
            if fold && !changed && (FIRST_LOWERS..paths.len() - LAST_LOWERS).contains(&at) {
                let here = place.map_or(0, |place| place.tree.below(place.node).len() as u64);
                match lowers.last_mut() {
                    Some(Lower::Folded { layers, entries }) => {
                        *layers += 1;
                        *entries += here;
                    }
                    _ => lowers.push(Lower::Folded { layers: 1, entries: here }),
                }
                continue;
            }
            let mut rows = Vec::new();
            if let Some(place) = place {
                rows = self.rows(place, delta).build(&mut |id, _, row| {
                    let opaque = place.tree.extra(id).and_then(|extra| extra.opaque.clone());
                    if let Some((xattr, _)) = opaque.filter(|_| place.tree.is_opaque(id)) {
                        row.states.push(crate::event::State::Opaque { xattr });
                    }
                });
            }
            lowers.push(Lower::Layer(self.layer(path, rows)));
        }
        lowers
    }

    fn merged(
        &self,
        seen: &Seen,
        names: &[Name],
        paths: &[PathBuf],
        deltas: &HashMap<PathBuf, LayerDelta<'_>>,
    ) -> Vec<Row> {
        let place = TreePosition { tree: &seen.merged, node: 0 };
        let before = self
            .before
            .and_then(|before| before.overlays.iter().find(|other| other.found.mountpoint == seen.found.mountpoint));
        let same_pile = before.filter(|before| before.layer_paths() == paths);
        let delta = same_pile.map(|before| {
            let before_place = TreePosition { tree: &before.merged, node: 0 };
            let delta = Delta::between(place, before_place, &mut |new, old, path| {
                let from = seen.provenance.from(new);
                if from != before.provenance.from(old) || seen.merged.node(new).kind != before.merged.node(old).kind {
                    return true;
                }
                // The same layer gives it: it is another one where that layer's entry is.
                let layer = paths.get(usize::from(from)).and_then(|layer| deltas.get(layer));
                let entry = layer.and_then(|layer| {
                    let node = layer.now.tree.find_from(layer.now.node, path)?;
                    layer.delta.marks.get(&node)
                });
                entry.is_some()
            });
            (before_place, delta)
        });
        let rows = Rows { place, before: delta.as_ref().map(|(before, delta)| (*before, delta)), full: self.full };
        let named = |layer: u16| names.get(usize::from(layer)).cloned();
        rows.build(&mut |id, _, row| {
            let from = seen.provenance.from(id);
            row.from = (from != NOWHERE).then(|| named(from)).flatten();
            if let Some(more) = seen.provenance.more(id) {
                row.with = more.with.iter().copied().filter_map(named).collect();
                row.hides = more.hides.iter().copied().filter_map(named).collect();
            }
        })
    }

    fn rows<'b>(&self, place: TreePosition<'b>, delta: Option<&'b LayerDelta<'b>>) -> Rows<'b> {
        Rows { place, before: delta.map(|delta| (delta.before, &delta.delta)), full: self.full }
    }

    fn troubles(&self, seen: &Seen, paths: &[PathBuf]) -> Vec<String> {
        let mut troubles = Vec::new();
        for (path, reason) in &self.now.forest.troubles {
            if paths.iter().any(|layer| path.starts_with(layer)) {
                troubles.push(format!("{} {reason}", self.name(path)));
            }
        }
        let unexplained = &seen.provenance.unexplained;
        if troubles.is_empty() && !unexplained.is_empty() {
            let first = Name::from(unexplained[0].as_path());
            troubles.push(match unexplained.len() {
                1 => format!("the layers do not explain {first}: a layer was changed under the mount"),
                more => format!(
                    "the layers do not explain {first} and {} more: a layer was changed under the mount",
                    more - 1
                ),
            });
        }
        troubles
    }

    fn mounts(&self, changes: &mut Changes) {
        let Some(before) = self.before else {
            // On the first look of a run everything that is mounted was mounted just now.
            if self.now.root.is_some() {
                self.now.overlays.iter().for_each(|seen| self.mounted(seen, changes));
            }
            return;
        };
        for seen in &self.now.overlays {
            if !before.overlays.iter().any(|other| other.found.id == seen.found.id) {
                self.mounted(seen, changes);
            }
        }
        for other in &before.overlays {
            if self.now.overlays.iter().any(|seen| seen.found.mountpoint == other.found.mountpoint) {
                continue;
            }
            let from = self.name(&other.found.mountpoint);
            match self.now.overlays.iter().find(|seen| seen.found.id == other.found.id) {
                Some(seen) => changes.moved(from, self.name(&seen.found.mountpoint)),
                None => changes.unmounted(from),
            }
        }
    }

    fn mounted(&self, seen: &Seen, changes: &mut Changes) {
        let upper = seen.found.upper.as_ref().map(|upper| self.name(upper));
        changes.mounted(self.name(&seen.found.mountpoint), seen.found.lowers.len() as u64, upper);
    }

    /// The working directory itself, and what changed in it outside of all layers.
    fn workspace(&self, observation: &mut Observation, changes: &mut Changes) {
        let Some(root) = &self.now.root else { return };
        let Some(place) = self.now.forest.place(self.names).or_else(|| self.now.forest.place(root)) else { return };
        // What is new is told from the root: the first step makes the working directory itself.
        let delta = self.delta(self.names).or_else(|| {
            let nothing = TreePosition { tree: empty_tree(), node: 0 };
            let delta = Delta::between(place, nothing, &mut |_, _, _| false);
            self.before.is_some().then_some(LayerDelta { now: place, before: nothing, delta })
        });
        if self.now.overlays.is_empty() {
            observation.workspace = self.rows(place, delta.as_ref()).build(&mut |_, path, row| {
                let mounted = self.now.others.iter().rfind(|(point, _)| *point == self.names.join(path));
                row.states.extend(mounted.map(|(_, kind)| State::Mounted { kind: kind.clone() }));
            });
        }
        if let Some(delta) = &delta {
            let of_overlays = |seen: &Seen| {
                let mut paths = seen.layer_paths();
                paths.extend(seen.found.work.clone());
                paths.push(seen.found.mountpoint.clone());
                paths
            };
            // A layer's changes are told as such; the work directory is the kernel's own business.
            let earlier = self.before.iter().flat_map(|before| &before.overlays);
            let elsewhere: Vec<PathBuf> = self.now.overlays.iter().chain(earlier).flat_map(of_overlays).collect();
            changes.of_workspace(delta, self.names, &elsewhere);
        }
    }

    fn layer(&self, path: &Path, rows: Vec<Row>) -> Layer {
        let role = self.now.roles.get(path).copied();
        Layer { name: self.layer_name(path), directory: role.map(|_| self.name(path)), role, rows }
    }

    /// What a layer is called: by what it is, where that is known.
    fn layer_name(&self, path: &Path) -> Name {
        let role = self.now.roles.get(path).map(|role| Name::from(role.to_string().as_str()));
        role.unwrap_or_else(|| self.name(path))
    }

    /// A path, as short as it can be said from the working directory.
    fn name(&self, path: &Path) -> Name {
        match path.strip_prefix(self.names) {
            Ok(relative) if !relative.as_os_str().is_empty() => Name::from(relative),
            _ => Name::from(path),
        }
    }
}

fn empty_tree() -> &'static crate::observe::tree::ObservedTree {
    static EMPTY: std::sync::OnceLock<crate::observe::tree::ObservedTree> = std::sync::OnceLock::new();
    EMPTY.get_or_init(crate::observe::tree::ObservedTree::nothing)
}

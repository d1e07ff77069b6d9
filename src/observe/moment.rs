//! One look at everything: the mount table, the layers of each overlay, the merged views.

use crate::event::LayerRole;
use crate::ground::{Errno, Name};
use crate::kernel::NotHeld;
use crate::kernel::proc::{Mount, mounts_of};
use crate::observe::followed::FollowedOverlay;
use crate::observe::layers::{Forest, FoundOverlay, TreePosition, find_overlays};
use crate::observe::mounted::could_not_be_read;
use crate::observe::provenance::Provenance;
use crate::observe::tree::{Detail, ObservedTree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What was there at one moment.
#[derive(Debug, Default)]
pub struct Moment {
    /// The directory below which everything of a run lies; absent when foreign mounts are looked at.
    pub root: Option<PathBuf>,
    /// The trees of `root` and of all layers.
    pub forest: Forest,
    /// The overlays, in the order of the mount table.
    pub overlays: Vec<Seen>,
    /// What else is mounted below `root`: where, and its type.
    pub others: Vec<(PathBuf, String)>,
    /// What layers are to the engine that made them.
    pub roles: BTreeMap<PathBuf, LayerRole>,
}

/// An overlay with what it shows.
#[derive(Debug)]
pub struct Seen {
    /// Its layers.
    pub found: FoundOverlay,
    /// What a process sees at the mount point.
    pub merged: ObservedTree,
    /// Where each entry comes from.
    pub provenance: Provenance,
}

impl Seen {
    /// The layers, topmost first: the upper, where there is one, then the lowers.
    pub fn layer_paths(&self) -> Vec<PathBuf> {
        self.found.upper.iter().chain(&self.found.lowers).cloned().collect()
    }
}

impl Moment {
    /// Looks at the directory `root` of a run and at the overlays mounted below it.
    ///
    /// What is mounted in another mount namespace alone is found by way of a process there (`inside`: its directory in
    /// /proc), whatever its root may be.
    pub fn of_run(root: &Path, working_directory: &Path, mounts: &[Mount], inside: &[PathBuf]) -> Moment {
        let below: Vec<Mount> = mounts.iter().filter(|mount| mount.is_below(root)).cloned().collect();
        let mut found = find_overlays(&below, working_directory);
        let mut known: Vec<String> = mounts.iter().map(|mount| mount.device.clone()).collect();
        for process in inside {
            let theirs = mounts_of(process).unwrap_or_default();
            for mut overlay in find_overlays(&theirs, working_directory) {
                let mount = theirs.iter().find(|mount| mount.id == overlay.id);
                let Some(device) = mount.map(|mount| mount.device.clone()).filter(|device| !known.contains(device))
                else {
                    continue;
                };
                known.push(device);
                let inside = overlay.mountpoint.strip_prefix("/").unwrap_or(&overlay.mountpoint);
                overlay.seen_at = process.join("root").join(inside);
                found.push(overlay);
            }
        }
        let others = below.iter().filter(|mount| mount.kind != "overlay" && mount.mountpoint != root);
        let others = others.map(|mount| (mount.mountpoint.clone(), mount.kind.clone())).collect();
        Moment { others, ..Moment::look(Some(root), found) }
    }

    /// Looks at some overlays of this machine.
    pub fn of_overlays(overlays: Vec<FoundOverlay>) -> Moment {
        Moment::look(None, overlays)
    }

    /// Looks at some overlays whose layers are held.
    pub fn of_followed(overlays: Vec<FollowedOverlay>) -> Moment {
        let mut moment = Moment::default();
        for overlay in overlays {
            let mut paths = Vec::new();
            for (at, layer) in overlay.layers.into_iter().enumerate() {
                let detail = if overlay.has_upper && at == 0 { Detail::Upper } else { Detail::Layer };
                let path = layer.held.as_ref().map_or(&layer.given, |held| &held.path).clone();
                moment.roles.extend(layer.role.map(|role| (path.clone(), role)));
                match layer.held {
                    Ok(held) => moment.forest.read_held(held, detail),
                    Err(why) => _ = moment.forest.troubles.insert(path.clone(), not_held(&why, &layer.store)),
                }
                paths.push(path);
            }
            let found = FoundOverlay {
                seen_at: overlay.mountpoint.clone(),
                mountpoint: overlay.mountpoint,
                id: overlay.id,
                upper: overlay.has_upper.then(|| paths.remove(0)),
                lowers: paths,
                work: overlay.work,
                read_only: overlay.read_only,
            };
            let merged = overlay.merged.map_err(|why| not_held(&why, Path::new("/"))).and_then(|held| {
                ObservedTree::read_held(held, Detail::Names).map_err(|error| could_not_be_read(Errno::from(&error)))
            });
            moment.add(found, merged);
        }
        moment
    }

    fn look(root: Option<&Path>, overlays: Vec<FoundOverlay>) -> Moment {
        let mut forest = Forest::default();
        let uppers: Vec<PathBuf> = overlays.iter().filter_map(|overlay| overlay.upper.clone()).collect();
        if let Some(root) = root {
            forest.read(root, Detail::Layer, &uppers);
        }
        for overlay in &overlays {
            for layer in overlay.upper.iter().chain(&overlay.lowers) {
                forest.read(layer, Detail::Layer, &uppers);
            }
        }
        let mut moment = Moment { root: root.map(Path::to_path_buf), forest, ..Moment::default() };
        for found in overlays {
            let merged = ObservedTree::read(&found.seen_at, Detail::Names, &[]);
            moment.add(found, merged.map_err(|error| could_not_be_read(Errno::from(&error))));
        }
        moment
    }

    /// Finds out where what is seen of an overlay comes from.
    fn add(&mut self, found: FoundOverlay, merged: Result<ObservedTree, String>) {
        let merged = match merged {
            Ok(merged) => merged,
            Err(reason) => {
                self.forest.troubles.insert(found.mountpoint, reason);
                return;
            }
        };
        let paths: Vec<&PathBuf> = found.upper.iter().chain(&found.lowers).collect();
        let pile: Vec<Option<TreePosition<'_>>> = paths.iter().map(|path| self.forest.place(path)).collect();
        let provenance = Provenance::of(&merged, &pile);
        self.overlays.push(Seen { found, merged, provenance });
    }
}

/// Why a directory is not held, behind its path.
fn not_held(why: &NotHeld, store: &Path) -> String {
    match why {
        NotHeld::Refused(error) => could_not_be_read(error.errno),
        NotHeld::LeadsOut(_) => format!("leads out of {}, and was not followed", Name::from(store)),
        NotHeld::OthersLink(_) => "was not followed: on the way there is a link of another user".to_string(),
        NotHeld::AnotherMount(_) => "is covered: something else is mounted there by now".to_string(),
    }
}

//! All overlays of this machine, in whatever mount namespace they are mounted, with whose they are.
//!
//! Every process tells its mount table in `/proc/PID/mountinfo`, and one process of each mount namespace is enough. An
//! overlay has one device number wherever it is seen: as the root of a container, and as a directory of the engine's.

use crate::kernel::Process;
use crate::kernel::proc::{Mount, OverlayOptions, mounts};
use crate::observe::containers::Container;
use crate::observe::mounted::visible_overlays;
use std::collections::BTreeMap;
use std::io::Result;
use std::path::{Path, PathBuf};

/// The mount tables of a machine.
#[derive(Debug)]
pub struct Machine {
    /// That of the calling process.
    pub own: Vec<Mount>,
    /// One for each other mount namespace: its oldest process, and what is mounted there; the oldest first.
    pub others: Vec<MountNamespace>,
}

/// A mount namespace that is not ours.
#[derive(Debug)]
pub struct MountNamespace {
    /// Its oldest process, as our /proc counts: of a container, the first.
    pub pid: u32,
    /// What that process is called in `ps`.
    pub command: String,
    /// The container that it is in, where an engine started it.
    pub container: Option<Container>,
    /// What is mounted there.
    pub mounts: Vec<Mount>,
}

/// An overlay of the machine.
#[derive(Clone, Debug)]
pub struct MachineOverlay {
    /// The number of its file system, `0:40`.
    pub device: String,
    /// Its layers, as they were given.
    pub options: OverlayOptions,
    /// Where it is mounted; what we see ourselves is the first, and a root the last.
    pub places: Vec<MountPlace>,
}

/// A place where an overlay is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountPlace {
    /// A process that sees it there; `None` is the calling process.
    pub pid: Option<u32>,
    /// The directory.
    pub mountpoint: PathBuf,
    /// Its number in that mount table.
    pub id: u32,
}

impl Machine {
    /// Reads all mount tables that we may read.
    ///
    /// # Errors
    /// Where there is no /proc.
    pub fn now() -> Result<Machine> {
        let own = mounts()?;
        // The number of a mount is its alone, so a table is known by its first line.
        let key = |table: &[Mount]| table.first().map(|mount| mount.id);
        let mut oldest: BTreeMap<u32, (u64, u32, Vec<Mount>)> = BTreeMap::new();
        for pid in process_numbers()? {
            // What ends meanwhile, or may not be looked at, is passed over.
            let Some((started, table)) =
                Process::open(pid).ok().and_then(|it| Some((it.started().ok()?, it.mounts().ok()?)))
            else {
                continue;
            };
            let Some(number) = key(&table).filter(|number| Some(*number) != key(&own)) else { continue };
            if oldest.get(&number).is_none_or(|(known, ..)| started < *known) {
                oldest.insert(number, (started, pid, table));
            }
        }
        let mut oldest: Vec<_> = oldest.into_values().collect();
        oldest.sort_by_key(|(started, pid, _)| (*started, *pid));
        let others = oldest
            .into_iter()
            .filter_map(|(_, pid, mounts)| {
                let command = Process::open(pid).and_then(|process| process.status("Name")).ok()?;
                let container = Container::of(pid, &mounts, &own);
                Some(MountNamespace { pid, command, container, mounts })
            })
            .collect();
        Ok(Machine { own, others })
    }

    /// All overlays, those of our own mount namespace first.
    pub fn overlays(&self) -> Vec<MachineOverlay> {
        let mut found: Vec<MachineOverlay> = Vec::new();
        let own = std::iter::once((None, &self.own));
        for (pid, table) in own.chain(self.others.iter().map(|other| (Some(other.pid), &other.mounts))) {
            for (mount, options) in visible_overlays(table) {
                let place = MountPlace { pid, mountpoint: mount.mountpoint.clone(), id: mount.id };
                match found.iter_mut().find(|overlay| overlay.device == mount.device) {
                    Some(known) => known.places.push(place),
                    None => found.push(MachineOverlay { device: mount.device.clone(), options, places: vec![place] }),
                }
            }
        }
        for overlay in &mut found {
            overlay.places.sort_by_key(|place| (place.mountpoint == Path::new("/"), place.pid.is_some()));
        }
        found
    }

    /// The namespace of a process that is among `others`.
    pub fn namespace(&self, pid: u32) -> Option<&MountNamespace> {
        self.others.iter().find(|other| other.pid == pid)
    }

    /// The mount namespace whose root an overlay is.
    pub fn rooted_in(&self, overlay: &MachineOverlay) -> Option<&MountNamespace> {
        let roots = overlay.places.iter().filter(|place| place.mountpoint == Path::new("/"));
        roots.filter_map(|place| self.namespace(place.pid?)).min_by_key(|namespace| namespace.container.is_none())
    }
}

/// The numbers of all processes that /proc shows.
pub fn process_numbers() -> Result<Vec<u32>> {
    let names = std::fs::read_dir("/proc")?;
    Ok(names.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect())
}

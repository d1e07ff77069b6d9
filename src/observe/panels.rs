//! The tables beside the trees, read from /proc: one file each.
//!
//! Everything is read from outside, by way of the directories that processes have in the outermost shell's /proc, so
//! it can be read whatever root and whatever /proc a shell has. To add one: a file, its `mod` line, its arm below, its
//! kind in `event/panel.rs`.

mod cgroup;
mod ids;
mod image;
mod mounts;
mod namespaces;
pub(super) mod network;
mod processes;
mod root;

use crate::event::{Cell, Panel, PanelKind, PanelRow};
use crate::kernel::proc::Cgroups;
use std::path::{Path, PathBuf};

/// The shells of a run, by their directories in /proc.
#[derive(Clone, Debug)]
pub struct Shells {
    /// The outermost.
    pub outside: PathBuf,
    /// The others, the innermost last.
    pub inside: Vec<PathBuf>,
}

impl Shells {
    /// The one in which the lines run.
    pub(super) fn innermost(&self) -> &Path {
        self.inside.last().unwrap_or(&self.outside)
    }
}

/// Looks again and again, and marks what is different.
#[derive(Debug, Default)]
pub struct PanelObserver {
    /// Those of the run, where it has some of its own.
    cgroups: Option<Cgroups>,
    /// The store of images of the run.
    images: PathBuf,
    /// The mounts at the first look, which no lesson made.
    host: Option<Vec<(PathBuf, String)>>,
    /// The network namespace at the last look: two networks are not compared, whatever their interfaces are called.
    network: String,
    before: Vec<Panel>,
}

impl PanelObserver {
    /// Of a run with these cgroups and this store of images.
    pub fn of(cgroups: Option<Cgroups>, images: PathBuf) -> PanelObserver {
        PanelObserver { cgroups, images, ..PanelObserver::default() }
    }

    /// The tables that are asked for.
    pub fn observe(&mut self, kinds: &[PanelKind], shells: &Shells) -> Vec<Panel> {
        let network = link(shells.innermost(), "ns/net");
        if network != self.network {
            self.before.retain(|panel| panel.kind != PanelKind::Network);
            self.network = network;
        }
        let host = self.host.get_or_insert_with(|| mounts::all(&shells.outside));
        let seen: Vec<Panel> = kinds
            .iter()
            .map(|kind| {
                let rows = match kind {
                    PanelKind::Namespaces => namespaces::rows(shells),
                    PanelKind::Mounts => texts(mounts::rows(shells, host)),
                    PanelKind::Processes => processes::rows(shells),
                    PanelKind::Ids => texts(ids::rows(shells)),
                    PanelKind::Network => texts(network::rows(shells)),
                    PanelKind::Cgroup => texts(cgroup::rows(shells, self.cgroups.as_ref())),
                    PanelKind::Root => texts(root::rows(shells)),
                    PanelKind::Image => texts(image::rows(&self.images)),
                };
                let rows = rows.into_iter().map(|cells| PanelRow { cells, mark: None }).collect();
                Panel { kind: *kind, rows }
            })
            .collect();
        let marked = seen
            .iter()
            .map(|panel| match self.before.iter().find(|before| before.kind == panel.kind) {
                Some(before) => panel.clone().since(before),
                None => panel.clone(),
            })
            .collect();
        self.before = seen;
        marked
    }
}

/// Rows whose cells are text, or empty.
fn texts(rows: Vec<Vec<String>>) -> Vec<Vec<Cell>> {
    let cell = |text: String| if text.is_empty() { Cell::Empty } else { Cell::Text(text) };
    rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect()
}

/// A file of a process, empty where it cannot be read.
fn read(process: &Path, file: &str) -> String {
    std::fs::read_to_string(process.join(file)).unwrap_or_default()
}

/// What a link of a process says; `?` where it cannot be read.
pub(super) fn link(process: &Path, name: &str) -> String {
    std::fs::read_link(process.join(name)).map_or("?".into(), |target| target.display().to_string())
}

/// The words behind a key of `status` (proc_pid_status(5)).
fn status(process: &Path, key: &str) -> Vec<String> {
    let text = read(process, "status");
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    line.unwrap_or_default().split_whitespace().map(str::to_string).collect()
}

//! The layers of an overlay, found as they were when it was mounted, and held open.
//!
//! The mount table has the layers as they were given. Docker and podman give links, `STORE/l/ABC…`, each of which leads to
//! `../ID/diff`; with many layers they stand in the store when they mount, and give `l/ABC…`. containerd gives
//! `STORE/3/fs`, and with many layers `3/fs` beside an absolute upper. Nobody records where they stood: it is the
//! directory from which every layer can be found. Candidates are our own working directory, those above the mount point and
//! above the layers that are absolute, and where processes stand.

use crate::event::LayerRole;
use crate::kernel::{DirectoryToHold, HeldDirectory, NotHeld, Process, effective_ids, hold_directories};
use crate::observe::machine::{MachineOverlay, MountPlace, process_numbers};
use crate::observe::mounted::base_of;
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// An overlay with its layers held open.
#[derive(Debug)]
pub struct FollowedOverlay {
    /// Where it is mounted, in the namespace of those who use it.
    pub mountpoint: PathBuf,
    /// Its number in the mount table.
    pub id: u32,
    /// The layers, topmost first, each with the path that it was given by.
    pub layers: Vec<FollowedLayer>,
    /// The first layer is the upper.
    pub has_upper: bool,
    /// The upper's work directory.
    pub work: Option<PathBuf>,
    /// Nothing can be written through this mount.
    pub read_only: bool,
    /// What can be seen at the mount point.
    pub merged: Result<HeldDirectory, NotHeld>,
}

/// A layer.
#[derive(Debug)]
pub struct FollowedLayer {
    /// Its path as the mount table has it, made absolute.
    pub given: PathBuf,
    /// The directory that must not be left on the way there.
    pub store: PathBuf,
    /// The directory itself.
    pub held: Result<HeldDirectory, NotHeld>,
    /// What it is to an engine.
    pub role: Option<LayerRole>,
}

impl FollowedOverlay {
    /// Finds the layers of an overlay. `shown_at` is the place whose name it gets; `here` our working directory.
    pub fn follow(overlay: &MachineOverlay, shown_at: &MountPlace, here: &Path) -> FollowedOverlay {
        // Where the overlay is a root the engine's directories are out of sight. What was mounted there before the root
        // was exchanged is seen by us, if by anybody.
        let mut views: Vec<Option<u32>> = Vec::new();
        let outside = overlay.places.iter().filter(|place| place.mountpoint != Path::new("/")).map(|place| place.pid);
        for view in outside.chain([None]).chain(overlay.places.iter().map(|place| place.pid)) {
            if !views.contains(&view) {
                views.push(view);
            }
        }
        let mut layers = Vec::new();
        for view in views {
            let found = layers_in(view, overlay, here);
            let is_better = layers.is_empty() || found.iter().any(|layer| layer.held.is_ok());
            if is_better {
                layers = found;
            }
            if layers.iter().any(|layer: &FollowedLayer| layer.held.is_ok()) {
                break;
            }
        }
        let has_upper = overlay.options.upper.is_some();
        name_layers(&mut layers, has_upper);
        let mut places: Vec<&MountPlace> = vec![shown_at];
        places.extend(&overlay.places);
        let seen = places.into_iter().map(|place| merged_at(place, &overlay.device));
        let mut seen: Vec<_> = seen.collect();
        let at = seen.iter().position(Result::is_ok).unwrap_or(0);
        FollowedOverlay {
            mountpoint: shown_at.mountpoint.clone(),
            id: shown_at.id,
            layers,
            has_upper,
            work: overlay.options.work.clone(),
            read_only: overlay.options.read_only,
            merged: seen.swap_remove(at),
        }
    }
}

/// The layers as a process sees them, the upper first.
fn layers_in(view: Option<u32>, overlay: &MachineOverlay, here: &Path) -> Vec<FollowedLayer> {
    let process = view.and_then(|pid| Process::open(pid).ok());
    let base = base_in(view, overlay, here);
    let options = &overlay.options;
    let given: Vec<PathBuf> = options.upper.iter().chain(&options.lowers).map(|path| base.join(path)).collect();
    let stores = stores(&given);
    let wanted: Vec<DirectoryToHold> = given
        .iter()
        .zip(&stores)
        .map(|(given, store)| {
            let path = given.strip_prefix(store).unwrap_or(given).to_path_buf();
            DirectoryToHold { store: store.clone(), path }
        })
        .collect();
    let held = match (view, &process) {
        // It has ended meanwhile.
        (Some(_), None) => Vec::new(),
        _ => hold_directories(process.as_ref(), &wanted),
    };
    let layers = given.into_iter().zip(stores).zip(held);
    layers.map(|((given, store), held)| FollowedLayer { given, store, held, role: None }).collect()
}

/// The directory that the relative layers are relative to.
fn base_in(view: Option<u32>, overlay: &MachineOverlay, here: &Path) -> PathBuf {
    let root = view.map_or_else(|| PathBuf::from("/"), |pid| PathBuf::from(format!("/proc/{pid}/root")));
    let seen = overlay.places.iter().filter(|place| place.pid == view).map(|place| place.mountpoint.as_path());
    let standing = match view {
        None => here.to_path_buf(),
        Some(pid) => std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_else(|_| "/".into()),
    };
    let is_relative = overlay.options.layers().any(|layer| layer.is_relative());
    let others = if is_relative { where_others_stand() } else { Vec::new() };
    let candidates = std::iter::once(standing.as_path()).chain(seen).chain(others.iter().map(PathBuf::as_path));
    base_of(&overlay.options, candidates, &root)
}

/// Where the processes of root and our own stand. Other users could stand where it looks as if the mount was made there.
fn where_others_stand() -> Vec<PathBuf> {
    let trusted = [0, effective_ids().0];
    let mut found: Vec<PathBuf> = process_numbers()
        .unwrap_or_default()
        .into_iter()
        .map(|pid| PathBuf::from(format!("/proc/{pid}")))
        .filter(|process| std::fs::metadata(process).is_ok_and(|found| trusted.contains(&found.uid())))
        .filter_map(|process| std::fs::read_link(process.join("cwd")).ok())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// For each layer the directory that must not be left on the way to it. Of `STORE/l/ABC…` and all else in the store it is
/// the store; of others the directory that they have in common, unless that is the whole machine.
fn stores(layers: &[PathBuf]) -> Vec<PathBuf> {
    let of_links = |layer: &PathBuf| {
        let links = layer.parent().filter(|links| links.file_name().is_some_and(|name| name == "l"))?;
        links.parent().map(Path::to_path_buf)
    };
    let engines: BTreeSet<PathBuf> = layers.iter().filter_map(of_links).collect();
    let engine_of = |layer: &PathBuf| engines.iter().find(|store| layer.starts_with(store)).cloned();
    let others: Vec<&PathBuf> = layers.iter().filter(|layer| engine_of(layer).is_none()).collect();
    let common = others.first().and_then(|first| {
        let mut above = first.ancestors().skip(1);
        above.find(|above| others.iter().all(|layer| layer.parent().is_some_and(|parent| parent.starts_with(above))))
    });
    let common = common.filter(|common| common.parent().is_some());
    let alone = |layer: &PathBuf| common.or(layer.parent()).unwrap_or(Path::new("/")).to_path_buf();
    layers.iter().map(|layer| engine_of(layer).unwrap_or_else(|| alone(layer))).collect()
}

/// What is seen at a mount point, if it is this file system.
fn merged_at(place: &MountPlace, device: &str) -> Result<HeldDirectory, NotHeld> {
    let path = place.mountpoint.strip_prefix("/").unwrap_or(&place.mountpoint).to_path_buf();
    let wanted = [DirectoryToHold { store: "/".into(), path }];
    let process = place.pid.map(Process::open).transpose();
    let held = process.map(|process| hold_directories(process.as_ref(), &wanted).remove(0));
    match held {
        Ok(Ok(held)) if held.device != device => Err(NotHeld::AnotherMount(place.mountpoint.clone())),
        Ok(held) => held,
        Err(_) => Err(NotHeld::AnotherMount(place.mountpoint.clone())),
    }
}

/// Says what each layer is, where they lie as the layers of an engine do.
fn name_layers(layers: &mut [FollowedLayer], has_upper: bool) {
    let real = |layer: &FollowedLayer| layer.held.as_ref().ok().map_or(layer.given.clone(), |held| held.path.clone());
    let paths: Vec<PathBuf> = layers.iter().map(real).collect();
    if !paths.iter().all(|path| is_engines(path)) {
        return;
    }
    let upper = paths.first().filter(|_| has_upper).cloned();
    let mut number = (layers.len() - usize::from(has_upper)) as u32;
    for (at, (layer, path)) in layers.iter_mut().zip(&paths).enumerate() {
        let is_first_lower = at == usize::from(has_upper);
        layer.role = Some(match &upper {
            Some(_) if at == 0 => LayerRole::Container,
            Some(upper) if is_first_lower && is_init(path, upper, layer) => LayerRole::Init,
            _ => LayerRole::Image { number },
        });
        number -= u32::from(at >= usize::from(has_upper));
    }
}

/// `overlay2/ID/diff` of Docker, `overlay/ID/diff` of podman, `snapshots/N/fs` of containerd.
fn is_engines(path: &Path) -> bool {
    let name = |path: Option<&Path>| path.and_then(Path::file_name).and_then(|name| name.to_str()).map(String::from);
    let store = path.ancestors().nth(2);
    match (name(Some(path)).as_deref(), name(store).as_deref()) {
        (Some("diff"), Some("overlay2" | "overlay")) => true,
        (Some("fs"), Some("snapshots")) => {
            name(store.and_then(Path::parent)).is_some_and(|name| name.starts_with("io.containerd.snapshotter."))
        }
        _ => false,
    }
}

/// The layer that Docker makes between the image and the container: empty files for it to mount `/etc/hosts` and the like on.
fn is_init(path: &Path, upper: &Path, layer: &FollowedLayer) -> bool {
    let id = |path: &Path| path.parent().and_then(Path::file_name).map(std::ffi::OsStr::to_os_string);
    let by_name = id(upper).is_some_and(|mut of_upper| {
        of_upper.push("-init");
        id(path) == Some(of_upper)
    });
    let has_marker = || {
        let held = layer.held.as_ref().ok()?;
        crate::kernel::look(Some(&held.directory), Path::new(".dockerenv")).ok().filter(|found| found.size == 0)
    };
    by_name || has_marker().is_some()
}

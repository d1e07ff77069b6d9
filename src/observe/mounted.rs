//! What a mount table says of overlays: which can be seen, and from where layers that are relative were meant.

use crate::ground::Errno;
use crate::kernel::proc::{Mount, OverlayOptions};
use std::path::{Path, PathBuf};

/// The overlays of a mount table that nothing else was mounted over, with their options as they were given.
pub fn visible_overlays(mounts: &[Mount]) -> Vec<(&Mount, OverlayOptions)> {
    let is_last = |mount: &Mount| {
        let last = mounts.iter().rfind(|other| other.mountpoint == mount.mountpoint);
        last.is_some_and(|last| last.id == mount.id)
    };
    let whole = mounts.iter().filter(|mount| mount.root == Path::new("/") && is_last(mount));
    whole.filter_map(|mount| Some((mount, mount.overlay()?))).collect()
}

/// The first directory from which every layer of an overlay can be found: one of the candidates, or above one, or above a
/// layer that is absolute. `root` is where these paths begin for us.
pub fn base_of<'a>(options: &OverlayOptions, candidates: impl Iterator<Item = &'a Path>, root: &Path) -> PathBuf {
    let layers = || options.layers();
    if layers().all(|layer| layer.is_absolute()) {
        return PathBuf::from("/");
    }
    let seen = |path: PathBuf| root.join(path.strip_prefix("/").unwrap_or(&path));
    let holds_all = |base: &&Path| layers().all(|layer| seen(base.join(layer)).is_dir());
    let candidates: Vec<&Path> = candidates.collect();
    let absolute = layers().filter(|layer| layer.is_absolute()).flat_map(|layer| layer.ancestors().skip(1));
    let mut above = candidates.iter().flat_map(|candidate| candidate.ancestors()).chain(absolute);
    let first = candidates.first().copied().unwrap_or(Path::new("/"));
    above.find(holds_all).unwrap_or(first).to_path_buf()
}

/// The trouble with a directory, behind its path.
pub fn could_not_be_read(errno: Errno) -> String {
    format!("could not be read: {}", errno.words())
}

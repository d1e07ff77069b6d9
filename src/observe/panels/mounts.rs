//! What is mounted for the innermost shell: /proc/PID/mountinfo. Of the host's own mounts only `/` and /proc are told.

use super::Shells;
use crate::kernel::proc::mounts_of;
use std::path::{Path, PathBuf};

/// The mount points of a process, with their file systems' numbers.
pub(super) fn all(process: &Path) -> Vec<(PathBuf, String)> {
    let mounts = mounts_of(process).unwrap_or_default();
    mounts.into_iter().map(|mount| (mount.mountpoint, mount.device)).collect()
}

/// Mount point, file system, propagation; the last of several at one place hides the others.
pub(super) fn rows(shells: &Shells, host: &[(PathBuf, String)]) -> Vec<Vec<String>> {
    let mounts = mounts_of(shells.innermost()).unwrap_or_default();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for mount in mounts {
        let is_main = mount.mountpoint == Path::new("/") || mount.mountpoint == Path::new("/proc");
        // After pivot_root(2) the host's mounts stand below the directory where the old root was put.
        let is_hosts = host.iter().any(|(path, device)| {
            let inside = path.strip_prefix("/").unwrap_or(path);
            *device == mount.device && *path != Path::new("/") && mount.mountpoint.ends_with(inside)
        });
        if is_hosts && !is_main {
            continue;
        }
        let point = mount.mountpoint.display().to_string();
        rows.retain(|row| row[0] != point);
        rows.push(vec![point, mount.kind.clone(), mount.propagation.word().to_string()]);
    }
    rows
}

//! Where the innermost shell has its root and itself: /proc/PID/root, /proc/PID/cwd.

use super::{Shells, link};
use crate::kernel::proc::mounts_of;
use std::path::Path;

/// What, as the outside calls it, as the inside calls it.
pub(super) fn rows(shells: &Shells) -> Vec<Vec<String>> {
    let process = shells.innermost();
    let (root, here) = (link(process, "root"), link(process, "cwd"));
    let row = |cells: [&str; 3]| cells.map(str::to_string).to_vec();
    // Of a root that is not in the outside's tree the kernel can only say that it is one.
    let elsewhere = root == "/" && link(process, "ns/mnt") != link(&shells.outside, "ns/mnt");
    let mounts = if elsewhere { mounts_of(process).unwrap_or_default() } else { Vec::new() };
    if let Some(mount) = mounts.iter().rfind(|mount| mount.mountpoint == Path::new("/")) {
        let shown = format!("/ of its own mount namespace, {}", mount.kind);
        return vec![row(["root", &shown, "/"]), row(["working directory", "", &here])];
    }
    let inside = match here.strip_prefix(root.trim_end_matches('/')) {
        Some("") => "/",
        Some(path) if path.starts_with('/') => path,
        _ => "outside of its root",
    };
    vec![row(["root", &root, "/"]), row(["working directory", &here, inside])]
}

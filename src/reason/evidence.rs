//! What can be seen of this machine. Nothing is changed, and nothing is tried.

use crate::kernel::proc::{IdMap, Mount, id_map, knows_filesystem, mounts, sysctl};
use crate::kernel::{
    Capabilities, effective_capabilities, effective_ids, is_mount_root, kernel_release, open_directory,
};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The kinds of namespaces, as the limits `user.max_KIND_namespaces` call them.
const LIMITED: &[&str] = &["user", "mnt", "uts", "ipc", "net", "pid", "cgroup", "time"];

/// What a process can see of itself only before it goes into a user namespace of its own: there it has every capability,
/// other numbers, and limits of its own.
#[derive(Clone, Debug)]
pub struct Before {
    /// The effective user and group.
    pub ids: (u32, u32),
    pub(super) capabilities: Capabilities,
    /// The limits that are 0.
    at_zero: Vec<&'static str>,
}

impl Before {
    /// As it is now.
    pub fn now() -> Before {
        let mut before = Before { ids: effective_ids(), capabilities: effective_capabilities(), at_zero: Vec::new() };
        // Who needs no user namespace can look when it is asked.
        if !before.has_rights_of_root() {
            before.at_zero = LIMITED.iter().copied().filter(|kind| is_zero(kind)).collect();
        }
        before
    }

    /// Whether this capability was effective.
    pub fn has(&self, capability: Capabilities) -> bool {
        self.capabilities.contains(capability)
    }

    /// Whether we were root with all that root needs here: to make namespaces, and to take another root, by which sessions
    /// are entered, too. In a container root may have been given less.
    pub fn has_rights_of_root(&self) -> bool {
        self.ids.0 == 0 && self.has(Capabilities::SYS_ADMIN) && self.has(Capabilities::SYS_CHROOT)
    }

    pub(super) fn is_at_zero(&self, kind: &str) -> bool {
        self.at_zero.contains(&kind) || self.has_rights_of_root() && is_zero(kind)
    }
}

/// Whether there may be no namespace of a kind, as our user namespace has it.
fn is_zero(kind: &str) -> bool {
    sysctl(&format!("user.max_{kind}_namespaces")).as_deref() == Some("0")
}

/// Whether our root is a directory of a mount, and no mount itself: so it is after chroot(2).
pub(super) fn is_in_chroot() -> bool {
    open_directory(None, Path::new("/")).is_ok_and(|root| !is_mount_root(&root))
}

/// Whether the root is the kernel's first file system, which an initramfs lies in: it is mounted on itself, and nothing is
/// mounted over it.
pub(super) fn is_first_file_system() -> bool {
    mounts().is_ok_and(|table| is_first(&table))
}

fn is_first(table: &[Mount]) -> bool {
    let root = table.iter().rfind(|mount| mount.mountpoint == Path::new("/"));
    root.is_some_and(|root| root.kind == "rootfs" || root.parent == root.id)
}

/// Whether every id is mapped to itself (user_namespaces(7)); so it is where a kernel has none, too.
pub fn is_machines_user_namespace() -> bool {
    id_map().is_none_or(|map| map == IdMap::Everybody)
}

/// Whether nobody has a number in the user namespace that we are in.
pub(super) fn is_nobody_mapped() -> bool {
    id_map() == Some(IdMap::Nobody)
}

/// What is mounted over a part of /proc.
pub(super) fn cover_of_proc() -> Option<PathBuf> {
    let below = |mount: &Mount| mount.mountpoint != Path::new("/proc") && mount.is_below(Path::new("/proc"));
    mounts().ok()?.into_iter().find(below).map(|mount| mount.mountpoint)
}

/// A value of /proc/self/status: `Seccomp` → `2`.
fn status(name: &str) -> Option<String> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().to_string())
}

/// Whether a filter weighs our system calls (seccomp(2)).
pub(super) fn is_filtered() -> bool {
    status("Seccomp").as_deref() == Some("2")
}

/// The profile of AppArmor that confines us, if one does.
pub(super) fn apparmor_profile() -> Option<String> {
    let read = |file| std::fs::read_to_string(file).ok();
    let label = read("/proc/self/attr/apparmor/current").or_else(|| read("/proc/self/attr/current"))?;
    label.trim().strip_suffix(" (enforce)").map(str::to_string)
}

/// What there is of a part of the kernel that may be a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Module {
    /// It is part of the kernel, or loaded.
    There,
    /// A module that is not loaded.
    File,
    /// This kernel's modules do not lie here: in a container, say.
    NoModules,
    /// This kernel's modules lie here, and it is none of them.
    Nowhere,
}

/// How it is with a file system of the kernel. None where /proc/filesystems cannot be read.
pub(super) fn filesystem_module(kind: &str) -> Option<Module> {
    if knows_filesystem(kind)? {
        return Some(Module::There);
    }
    Some(module(kind))
}

/// How it is with a module that is not loaded.
fn module(name: &str) -> Module {
    let lists = [Path::new("/lib/modules"), Path::new("/usr/lib/modules")]
        .map(|modules| modules.join(kernel_release()).join("modules.dep"));
    let Some(list) = lists.iter().find_map(|list| std::fs::read_to_string(list).ok()) else {
        return Module::NoModules;
    };
    let file = format!("/{name}.ko");
    match list.lines().any(|line| line.split(':').next().is_some_and(|path| path.contains(&file))) {
        true => Module::File,
        false => Module::Nowhere,
    }
}

/// The nearest directory that exists, and whose it is where it is not ours.
pub(super) fn foreign_directory(path: &Path, us: u32) -> Option<(PathBuf, u32)> {
    let (there, found) = path.ancestors().find_map(|path| Some((path, std::fs::metadata(path).ok()?)))?;
    (found.uid() != us).then(|| (there.to_path_buf(), found.uid()))
}

#[cfg(test)]
mod tests {
    use super::is_first;
    use crate::kernel::proc::parse_mounts;

    #[test]
    fn a_root_in_the_initramfs_is_told_from_others() {
        // As 6.1 has them: of an initramfs, of a disk, and of an initramfs in a mount namespace of its own.
        for (line, first) in [
            ("1 1 0:2 / / rw shared:1 - rootfs rootfs rw,size=1000k\n", true),
            ("27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n", false),
            ("63 63 0:2 / / rw - rootfs rootfs rw\n", true),
            ("1 1 0:2 / / rw - rootfs rootfs rw\n27 1 254:0 / / rw - ext4 /dev/vda rw\n", false),
        ] {
            assert_eq!(is_first(&parse_mounts(line.as_bytes())), first, "{line}");
        }
    }
}

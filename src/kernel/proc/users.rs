//! Which processes keep a mount busy, and which mount namespaces there are besides our own: proc_pid_cwd(5),
//! proc_pid_root(5), proc_pid_exe(5), proc_pid_fd(5).

use crate::kernel::proc::{mounts, mounts_of};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A process, as a person finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountUser {
    /// Its number in this /proc.
    pub pid: u32,
    /// What it is called in `ps`.
    pub name: String,
    /// What it does with the mount: `works in mnt/a`.
    pub does: String,
}

/// Whether something is mounted on this path itself, in our mount namespace.
pub fn is_mount_point(path: &Path) -> bool {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    mounts().unwrap_or_default().iter().any(|mount| mount.mountpoint == path)
}

/// The processes of our mount namespace that keep what is mounted at this path busy. A process called `umount` is not one:
/// it is who asks.
pub fn users_of(mountpoint: &Path) -> Vec<MountUser> {
    let device = std::fs::metadata(mountpoint).map(|found| found.dev()).ok();
    let own = namespace(Path::new("/proc/self"));
    let uses = |(pid, process): (u32, PathBuf)| {
        if namespace(&process) != own || own.is_none() {
            return None;
        }
        let name = std::fs::read_to_string(process.join("comm")).ok()?.trim_end().to_string();
        let leads = |link: &Path| {
            let path = std::fs::read_link(link).ok()?;
            let is_there =
                path.starts_with(mountpoint) && std::fs::metadata(link).map(|found| found.dev()).ok() == device;
            is_there.then_some(path)
        };
        let found = |what: &str, link: &str| Some(format!("{what} {}", leads(&process.join(link))?.display()));
        let open = || {
            let descriptors = std::fs::read_dir(process.join("fd")).ok()?;
            descriptors.flatten().find_map(|one| Some(format!("has {} open", leads(&one.path())?.display())))
        };
        let does = found("works in", "cwd").or_else(|| found("has its root in", "root"));
        let does = does.or_else(|| found("runs", "exe")).or_else(open)?;
        (name != "umount").then_some(MountUser { pid, name, does })
    };
    processes().into_iter().filter_map(uses).collect()
}

/// The processes, one of each other mount namespace, that have something mounted at this path: `process 12 (sleep)`.
pub fn mounts_elsewhere(path: &Path) -> Vec<String> {
    let mut seen = vec![namespace(Path::new("/proc/self"))];
    let mut found = Vec::new();
    for (pid, process) in processes() {
        let of = namespace(&process);
        if of.is_none() || seen.contains(&of) {
            continue;
        }
        seen.push(of);
        if mounts_of(&process).unwrap_or_default().iter().any(|mount| mount.mountpoint == path) {
            let name = std::fs::read_to_string(process.join("comm")).unwrap_or_default();
            found.push(format!("process {pid} ({})", name.trim_end()));
        }
    }
    found
}

/// Whether the mount table of any process that we may read names this, as a layer of an overlay for example.
pub fn is_in_a_mount_table(text: &str) -> bool {
    let names = |table: Vec<u8>| table.windows(text.len()).any(|part| part == text.as_bytes());
    processes().iter().any(|(_, process)| std::fs::read(process.join("mountinfo")).is_ok_and(names))
}

fn namespace(process: &Path) -> Option<PathBuf> {
    std::fs::read_link(process.join("ns/mnt")).ok()
}

fn processes() -> Vec<(u32, PathBuf)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let number = |entry: &std::fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
    let mut all: Vec<_> = entries.filter_map(|entry| Some((number(&entry)?, entry.path()))).collect();
    all.sort();
    all
}

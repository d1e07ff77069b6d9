//! All that can be told of a working directory and its processes at one moment, as lines of text: where the lines of two
//! moments are the same, nobody can say what was done otherwise.
//!
//! Left out is what chance decides (inodes, numbers of namespaces, devices and processes, the kernel's own names in a work
//! directory, a mount's uuid), and all times.

use crate::ground::KEPT_LOWERS;
use crate::kernel::proc::{Cgroups, Mount, limit_file, mounts, oom_file};
use crate::kernel::{Network, get_attribute, hostname, list_attributes, message_queues, network};
use crate::observe::processes::{NAMESPACES, Processes, Running};
use crate::observe::tree::fingerprint_of;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// A larger file is told by its size alone.
const MOST_READ: u64 = 4 << 20;
/// What is in them happens by itself.
const OF_THE_KERNEL: [&str; 5] = ["proc", "sysfs", "cgroup", "cgroup2", "devpts"];

/// The state below `here`, of the images stored in `images`, and of the processes of the stage that the calling process is in.
pub fn state(here: &Path, images: &Path, cgroups: Option<&Cgroups>) -> Vec<String> {
    let processes = Processes::at_rest();
    let table = mounts().unwrap_or_default();
    let mut lines = Vec::new();
    below(here, here, &table, &mut lines);
    if !images.starts_with(here) {
        // What is unpacked there, and under which random names, follows from this.
        lines.extend(std::fs::read_to_string(images.join("index.json")).map(|index| format!("images: {index}")).ok());
        below(&images.join("blobs"), images, &table, &mut lines);
    }
    lines.extend(mount_lines(&table));
    for mount in table.iter().filter(|mount| mount.kind == "nsfs" && mount.is_below(here)) {
        // Of the other kinds there is nothing to be told.
        if let Ok(found) = network(&mount.mountpoint) {
            lines.push(format!("network on {}: {}", mount.mountpoint.display(), network_text(&found)));
        }
    }
    lines.push(format!("host name {}", hostname()));
    lines.push(format!("{} message queues", message_queues().map_or(0, |queues| queues.len())));
    lines.extend(cgroups.into_iter().flat_map(cgroup_lines));
    match &processes {
        Ok(processes) => lines.extend(process_lines(processes, cgroups)),
        Err(_) => lines.push("no processes".to_string()),
    }
    lines
}

/// Everything in a directory, and below it.
fn below(directory: &Path, here: &Path, table: &[Mount], lines: &mut Vec<String>) {
    let mut names: Vec<_> =
        std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    for name in names {
        let path = directory.join(&name);
        let Ok(found) = path.symlink_metadata() else { continue };
        let kind = found.file_type();
        let shown = path.strip_prefix(here).unwrap_or(&path).to_string_lossy().into_owned();
        let is_random = name.as_encoded_bytes().starts_with(b"#");
        let shown =
            if is_random { shown.rsplit_once('#').map_or("#", |(before, _)| before).to_string() } else { shown };
        let (mode, uid, gid) = (found.mode() & 0o7777, found.uid(), found.gid());
        let mut line = format!("{shown}: {mode:o} {uid}:{gid} ");
        let _ = match () {
            () if kind.is_dir() => write!(line, "directory"),
            () if kind.is_symlink() => write!(line, "link to {:?}", std::fs::read_link(&path).unwrap_or_default()),
            () if kind.is_file() => {
                // The directories of a stored image have random names.
                let is_random = name == KEPT_LOWERS;
                let content = if found.len() <= MOST_READ && !is_random { fingerprint_of(&path) } else { 0 };
                write!(line, "file of {} bytes, {content:x}, {} names", found.len(), found.nlink())
            }
            () if kind.is_char_device() || kind.is_block_device() => write!(line, "device {}", found.rdev()),
            () => write!(line, "{kind:?}"),
        };
        for attribute in list_attributes(&path).iter().filter(|name| name.contains(".overlay.")) {
            let is_random = attribute.ends_with(".uuid") || attribute.ends_with(".origin");
            let value = get_attribute(&path, attribute).filter(|_| !is_random).unwrap_or_default();
            let _ = write!(line, " {attribute}={:?}", String::from_utf8_lossy(&value));
        }
        lines.push(line);
        let covered = table.iter().rfind(|mount| mount.mountpoint == path);
        if kind.is_dir() && !covered.is_some_and(|mount| OF_THE_KERNEL.contains(&mount.kind.as_str())) {
            below(&path, here, table, lines);
        }
    }
}

/// A mount table, in the order of mount points: what was mounted first is of account only where it is covered.
fn mount_lines(table: &[Mount]) -> Vec<String> {
    let mut sorted: Vec<&Mount> = table.iter().collect();
    sorted.sort_by(|one, other| one.mountpoint.cmp(&other.mountpoint));
    let (mut file_systems, mut groups) = (Numbers::default(), Numbers::default());
    let line = |mount: &&Mount| {
        // Such as `net:[4026531840]`.
        let root = mount.root.to_string_lossy();
        let root = root.split(":[").next().unwrap_or_default();
        // The cgroups of a run are called after its process.
        let stays = |part: &&str| !mount.kind.starts_with("cgroup") || !part.starts_with("layerlab-");
        let mountpoint = mount.mountpoint.to_string_lossy();
        let mountpoint = mountpoint.split('/').filter(stays).collect::<Vec<_>>().join("/");
        let mut line = format!(
            "mount {mountpoint} of {} {root} {} {:?} {} {}",
            file_systems.of(&format!("{} {}", mount.device, mount.root.display())),
            mount.kind,
            mount.source,
            mount.options.join(","),
            options_text(mount),
        );
        for (word, group) in [("shared", mount.propagation.shared), ("slave", mount.propagation.slave)] {
            let group = group.map(|group| groups.of(&group.to_string()));
            let _ = write!(line, " {word} {group:?}");
        }
        line
    };
    sorted.iter().map(line).collect()
}

/// The options of a file system; an overlay's layers as they were meant, whichever system call was given them.
fn options_text(mount: &Mount) -> String {
    let text = String::from_utf8_lossy(&mount.super_options);
    let Some(overlay) = mount.overlay() else { return text.into_owned() };
    let layers = |option: &&str| !["lowerdir", "upperdir", "workdir"].iter().any(|name| option.starts_with(name));
    format!("{} {overlay:?}", text.split(',').filter(layers).collect::<Vec<_>>().join(","))
}

fn network_text(found: &Network) -> String {
    let interface = |one: &crate::kernel::Interface| {
        // Those of version 6 the kernel makes of numbers that chance has given.
        let addresses: Vec<_> = one.addresses.iter().filter(|(address, _)| address.is_ipv4()).collect();
        format!("{} {} {} {} {:?} {addresses:?}", one.name, one.kind, one.up, one.linked, one.bridge)
    };
    let mut interfaces: Vec<String> = found.interfaces.iter().map(interface).collect();
    interfaces.sort();
    format!("{interfaces:?} {:?}", found.routes)
}

fn cgroup_lines(cgroups: &Cgroups) -> Vec<String> {
    let mut lines = Vec::new();
    for name in cgroups.names() {
        for controller in cgroups.trees.iter().flat_map(|tree| &tree.controllers) {
            let limit = limit_file(cgroups.version, controller);
            let more = ["cpu.cfs_period_us", "memory.swappiness", "memory.swap.max", "cgroup.subtree_control"];
            for file in [limit, oom_file(cgroups.version)].into_iter().chain(more) {
                if let Ok(text) = cgroups.read(controller, name.as_path(), file) {
                    lines.push(format!("cgroup {name} {controller} {file}: {text:?}"));
                }
            }
        }
    }
    lines
}

/// What each process has of its own, and which of it it shares with others.
fn process_lines(processes: &Processes, cgroups: Option<&Cgroups>) -> Vec<String> {
    let own = |running: &Running, kind: &str| processes.has_own(running, kind);
    let text = |running: &Running| {
        let is_first = running.pid() == 1;
        // What waits for the shell that it has started may have been told in many ways to do so.
        let arguments = running.process.arguments().ok().filter(|_| running.name != "unshare");
        let mut line = format!("process {} {arguments:?} first: {is_first}", running.name);
        let places = [running.process.root(), running.process.here()].map(|place| place.unwrap_or_default());
        let _ = write!(line, " at {places:?}");
        let maps = ["uid_map", "gid_map"].map(|map| running.process.text(map).unwrap_or_default());
        let _ = write!(line, " {maps:?}");
        if own(running, "uts") {
            let _ = write!(line, " {:?}", running.process.within("uts", hostname));
        }
        if own(running, "ipc") {
            let queues = running.process.within("ipc", message_queues);
            let _ = write!(line, " {:?}", queues.map(|queues| queues.map_or(0, |queues| queues.len())));
        }
        if own(running, "mnt") {
            let _ = write!(line, " {:?}", mount_lines(&running.process.mounts().unwrap_or_default()));
        }
        if own(running, "net") {
            let found = network(&running.process.path().join("ns/net"));
            let _ = write!(line, " {:?}", found.map(|found| network_text(&found)));
        }
        let tells = running.process.namespace_of_its_proc().ok();
        let _ = write!(line, " proc of its own: {}", tells == running.namespaces.get("pid").copied());
        for controller in cgroups.iter().flat_map(|cgroups| cgroups.trees.iter().flat_map(|tree| &tree.controllers)) {
            let membership = running.process.membership().ok();
            let version = cgroups.map(|cgroups| cgroups.version);
            let path = membership.as_ref().zip(version).and_then(|(it, version)| it.path(version, controller));
            let _ = write!(line, " {controller} {path:?}");
        }
        line
    };
    let mut lines: Vec<(String, &Running)> = processes.others.iter().map(|running| (text(running), running)).collect();
    lines.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut numbers: BTreeMap<&'static str, Numbers> = BTreeMap::new();
    let spaces = |running: &Running| {
        let own = NAMESPACES.iter().filter(|kind| own(running, kind));
        let number = |kind: &&'static str| {
            let space = running.namespaces.get(kind).map_or_else(String::new, u64::to_string);
            format!(" {kind} {}", numbers.entry(*kind).or_default().of(&space))
        };
        own.map(number).collect::<String>()
    };
    let spaces: Vec<String> = lines.iter().map(|(_, running)| running).copied().map(spaces).collect();
    lines.into_iter().zip(spaces).map(|((line, _), spaces)| line + &spaces).collect()
}

/// Numbers in the order in which they are asked for, in the place of those that chance gives.
#[derive(Default)]
struct Numbers(Vec<String>);

impl Numbers {
    fn of(&mut self, name: &str) -> usize {
        self.0.iter().position(|known| known == name).unwrap_or_else(|| {
            self.0.push(name.to_string());
            self.0.len() - 1
        })
    }
}

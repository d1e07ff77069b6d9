//! The cgroup of the innermost shell, and where a run has cgroups of its own, all that were made in them: their limits and
//! what is used; cgroups(7).

use super::Shells;
use crate::ground::{CgroupVersion, Name};
use crate::kernel::proc::{
    CONTROLLERS, Cgroups, Limit, Membership, cgroup_trees, counted, limit_file, mounts, per_cent, use_file,
};
use std::path::Path;

/// What, limit, use.
pub(super) fn rows(shells: &Shells, own: Option<&Cgroups>) -> Vec<Vec<String>> {
    match own {
        Some(own) => of_run(shells, own),
        None => of_machine(shells),
    }
}

/// Where the shell is, and what was made beside it.
fn of_run(shells: &Shells, own: &Cgroups) -> Vec<Vec<String>> {
    let membership = Membership::of(shells.innermost()).unwrap_or_default();
    let place = |controller: &str| shown(membership.path(own.version, controller));
    let mut places: Vec<(String, Vec<&str>)> = Vec::new();
    for controller in CONTROLLERS {
        match places.iter_mut().find(|(path, _)| *path == place(controller)) {
            Some((_, controllers)) => controllers.push(controller),
            None => places.push((place(controller), vec![controller])),
        }
    }
    let mut rows: Vec<Vec<String>> = match places.as_slice() {
        [(path, _)] => vec![vec!["this shell".into(), format!("is in {path}"), String::new()]],
        several => several
            .iter()
            .map(|(path, controllers)| {
                vec![format!("this shell: {}", controllers.join(", ")), format!("is in {path}"), String::new()]
            })
            .collect(),
    };
    for name in own.names() {
        let directories = CONTROLLERS.iter().filter(|one| own.read(one, name.as_path(), "cgroup.procs").is_ok());
        let limits: Vec<Vec<String>> = directories.filter_map(|one| limit(own, one, &name)).collect();
        if limits.is_empty() {
            rows.push(vec![name.to_string(), "no limit".to_string(), String::new()]);
        } else {
            rows.extend(limits);
        }
    }
    rows
}

/// A limit of a cgroup, where it has one: `box: processes`, `3`, `1`.
fn limit(own: &Cgroups, controller: &str, name: &Name) -> Option<Vec<String>> {
    let read = |file: &str| own.read(controller, name.as_path(), file).ok();
    let used = || read(use_file(own.version, controller)?);
    let (what, limit, used) = match own.limit(controller, name.as_path()).ok()?.0? {
        Limit::Processes(most) => ("processes", most.to_string(), used()?),
        Limit::Bytes(bytes) => ("memory", size(bytes), size(used()?.parse().ok()?)),
        Limit::Cpu(share) => {
            let throttled = match counted(&read("cpu.stat")?, "nr_throttled").unwrap_or(0) {
                0 => String::new(),
                times => format!("held back {times} times"),
            };
            ("cpu", format!("{} of one", per_cent(share)), throttled)
        }
    };
    Some(vec![format!("{name}: {what}"), limit, used])
}

/// Bytes, as people write them.
fn size(bytes: u64) -> String {
    match bytes {
        0 => "0".to_string(),
        bytes if bytes.is_multiple_of(1 << 20) => format!("{}M", bytes >> 20),
        bytes => format!("{}K", bytes.div_ceil(1 << 10)),
    }
}

/// The path of a cgroup, where there is one.
fn shown(path: Option<&Path>) -> String {
    path.map_or("?".to_string(), |path| Name::from(path).to_string())
}

/// The cgroup of the innermost shell as the machine has it.
fn of_machine(shells: &Shells) -> Vec<Vec<String>> {
    let membership = Membership::of(shells.innermost()).unwrap_or_default();
    let table = mounts().unwrap_or_default();
    let mut rows = Vec::new();
    let path = membership.path(CgroupVersion::Two, "");
    if path.is_some() {
        rows.push(vec!["cgroup".to_string(), shown(path), String::new()]);
    }
    for controller in CONTROLLERS {
        // Where the shell itself is: for root a cgroup would be made elsewhere.
        let Ok(trees) = cgroup_trees(&table, &membership, &[controller]) else { continue };
        let Some(tree) = trees.first() else { continue };
        let directory = match tree.version {
            CgroupVersion::One => tree.directory.clone(),
            CgroupVersion::Two => {
                let mount = table.iter().rfind(|mount| mount.kind == "cgroup2");
                let top = mount.map_or(Path::new("/sys/fs/cgroup"), |mount| &mount.mountpoint);
                let path = path.unwrap_or(Path::new("/"));
                top.join(path.strip_prefix("/").unwrap_or(path))
            }
        };
        let value = |file| std::fs::read_to_string(directory.join(file)).ok().map(|text| text.trim().to_string());
        let used = use_file(tree.version, controller).map_or(Some(String::new()), value);
        if let (Some(limit), Some(used)) = (value(limit_file(tree.version, controller)), used) {
            let name = if *controller == "pids" { "processes" } else { controller };
            rows.push(vec![name.to_string(), limit, used]);
        }
    }
    if rows.is_empty() {
        rows.push(vec!["cgroup".to_string(), "this machine shows none".to_string(), String::new()]);
    }
    rows
}

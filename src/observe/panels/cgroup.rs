//! The cgroup of the innermost shell, and where a run has cgroups of its own, all that were made in them: their limits and
//! what is used; cgroups(7).

use super::{Shells, read};
use crate::ground::CgroupVersion;
use crate::kernel::proc::{CONTROLLERS, Cgroups, cgroup_trees, mounts};
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
    let groups = read(shells.innermost(), "cgroup");
    let place = |controller: &str| path_of(&groups, own.version, controller).unwrap_or("?").to_string();
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
        let directories = CONTROLLERS.iter().filter(|one| own.read(one, &name, "cgroup.procs").is_ok());
        let limits: Vec<Vec<String>> = directories.filter_map(|one| limit(own, one, &name)).collect();
        if limits.is_empty() {
            rows.push(vec![name, "no limit".to_string(), String::new()]);
        } else {
            rows.extend(limits);
        }
    }
    rows
}

/// A limit of a cgroup, where it has one: `box: processes`, `3`, `1`.
fn limit(own: &Cgroups, controller: &str, name: &str) -> Option<Vec<String>> {
    let read = |file: &str| own.read(controller, name, file).ok();
    let (what, limit, used) = match (controller, own.version) {
        ("pids", _) => ("processes", read("pids.max").filter(|max| max != "max")?, read("pids.current")?),
        ("memory", CgroupVersion::Two) => {
            ("memory", size(&read("memory.max")?)?, size(&read("memory.current")?).unwrap_or_default())
        }
        ("memory", CgroupVersion::One) => (
            "memory",
            size(&read("memory.limit_in_bytes")?)?,
            size(&read("memory.usage_in_bytes")?).unwrap_or_default(),
        ),
        (_, version) => {
            let (quota, period) = match version {
                CgroupVersion::Two => {
                    read("cpu.max")?.split_once(' ').map(|(quota, period)| (quota.into(), period.into()))?
                }
                CgroupVersion::One => (read("cpu.cfs_quota_us")?, read("cpu.cfs_period_us")?),
            };
            let share = quota.parse::<f64>().ok().filter(|quota| *quota > 0.0)? * 100.0 / period.parse::<f64>().ok()?;
            let stat = read("cpu.stat")?;
            let throttled = stat.lines().find_map(|line| line.strip_prefix("nr_throttled ")).unwrap_or("0");
            let throttled = match throttled {
                "0" => String::new(),
                times => format!("held back {times} times"),
            };
            ("cpu", format!("{}% of one", (share * 10.0).round() / 10.0), throttled)
        }
    };
    Some(vec![format!("{name}: {what}"), limit, used])
}

/// Bytes, as people write them; nothing where there is no limit.
fn size(text: &str) -> Option<String> {
    let bytes: u64 = text.parse().ok()?;
    // Version 1 says "no limit" by the largest number of whole pages.
    match bytes {
        more if more > 1 << 60 => None,
        0 => Some("0".to_string()),
        bytes if bytes.is_multiple_of(1 << 20) => Some(format!("{}M", bytes >> 20)),
        bytes => Some(format!("{}K", bytes.div_ceil(1 << 10))),
    }
}

/// The cgroup of the innermost shell as the machine has it.
fn of_machine(shells: &Shells) -> Vec<Vec<String>> {
    let groups = read(shells.innermost(), "cgroup");
    let table = mounts().unwrap_or_default();
    let mut rows = Vec::new();
    if let Some(path) = groups.lines().find_map(|line| line.strip_prefix("0::")) {
        rows.push(vec!["cgroup".to_string(), path.to_string(), String::new()]);
    }
    for (name, controller, two, one) in LIMITS {
        // Where the shell itself is: for root a cgroup would be made elsewhere.
        let Ok(trees) = cgroup_trees(&table, &groups, &[controller]) else { continue };
        let Some(tree) = trees.first() else { continue };
        let (directory, files) = match tree.version {
            CgroupVersion::One => (tree.directory.clone(), one),
            CgroupVersion::Two => {
                let mount = table.iter().rfind(|mount| mount.kind == "cgroup2");
                let top = mount.map_or(Path::new("/sys/fs/cgroup"), |mount| &mount.mountpoint);
                let path = path_of(&groups, CgroupVersion::Two, controller).unwrap_or("/");
                (top.join(path.trim_start_matches('/')), two)
            }
        };
        let value = |file: &str| match file {
            "" => Some(String::new()),
            file => std::fs::read_to_string(directory.join(file)).ok().map(|text| text.trim().to_string()),
        };
        if let (Some(limit), Some(used)) = (value(files[0]), value(files[1])) {
            rows.push(vec![name.to_string(), limit, used]);
        }
    }
    if rows.is_empty() {
        rows.push(vec!["cgroup".to_string(), "this machine shows none".to_string(), String::new()]);
    }
    rows
}

/// What is looked at: the name in words, the controller, the files with the limit and the use in v2 and in v1.
const LIMITS: &[(&str, &str, [&str; 2], [&str; 2])] = &[
    ("processes", "pids", ["pids.max", "pids.current"], ["pids.max", "pids.current"]),
    ("memory", "memory", ["memory.max", "memory.current"], ["memory.limit_in_bytes", "memory.usage_in_bytes"]),
    ("cpu", "cpu", ["cpu.max", ""], ["cpu.cfs_quota_us", ""]),
];

/// The path in the line of a controller: `4:pids:/a/b`, in version 2 `0::/a/b`.
fn path_of<'t>(groups: &'t str, version: CgroupVersion, controller: &str) -> Option<&'t str> {
    groups.lines().find_map(|line| {
        let mut words = line.splitn(3, ':').skip(1);
        let (controllers, path) = (words.next()?, words.next()?);
        let is_it = match version {
            CgroupVersion::Two => controllers.is_empty(),
            CgroupVersion::One => controllers.split(',').any(|one| one == controller),
        };
        is_it.then_some(path)
    })
}

//! The cgroup of the innermost shell, with its limits and what is used: /proc/PID/cgroup, cgroups(7).

use super::{Shells, read};
use std::path::{Path, PathBuf};

/// What is looked at: the name in words, the controller of v1, the files with the limit and the use in v2 and in v1.
const LIMITS: &[(&str, &str, [&str; 2], [&str; 2])] = &[
    ("processes", "pids", ["pids.max", "pids.current"], ["pids.max", "pids.current"]),
    ("memory", "memory", ["memory.max", "memory.current"], ["memory.limit_in_bytes", "memory.usage_in_bytes"]),
    ("cpu", "cpu", ["cpu.max", ""], ["cpu.cfs_quota_us", ""]),
];

/// What, limit, use.
pub(super) fn rows(shells: &Shells) -> Vec<Vec<String>> {
    let groups = read(shells.innermost(), "cgroup");
    let mut rows = Vec::new();
    if let Some(path) = groups.lines().find_map(|line| line.strip_prefix("0::")) {
        rows.push(vec!["cgroup".to_string(), path.to_string(), String::new()]);
    }
    for (name, controller, two, one) in LIMITS {
        let (directory, files) = match of_version_one(&groups, controller) {
            Some(directory) => (directory, one),
            None => {
                let path = groups.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/");
                (unified().join(path.trim_start_matches('/')), two)
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

/// Where the unified hierarchy is mounted; on a hybrid machine beside those of version 1.
fn unified() -> PathBuf {
    let hybrid = Path::new("/sys/fs/cgroup/unified");
    if hybrid.is_dir() { hybrid.to_path_buf() } else { PathBuf::from("/sys/fs/cgroup") }
}

/// `4:pids:/a/b` where a hierarchy of version 1 has the controller.
fn of_version_one(groups: &str, controller: &str) -> Option<PathBuf> {
    let path = groups.lines().find_map(|line| {
        let mut words = line.splitn(3, ':').skip(1);
        let (controllers, path) = (words.next()?, words.next()?);
        controllers.split(',').any(|one| one == controller).then_some((controllers, path))
    });
    let (controllers, path) = path?;
    Some(Path::new("/sys/fs/cgroup").join(controllers).join(path.trim_start_matches('/')))
}

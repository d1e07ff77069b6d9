//! Where cgroups can be made: cgroups(7).

use crate::ground::{CgroupVersion, Failure};
use crate::kernel::proc::{CONTROLLERS, CgroupTree, Membership, Mount, cgroup_trees, mounts};
use crate::kernel::{CallError, open_directory, quoted};
use crate::reason::{Tried, refused};
use std::path::Path;

/// What cgroups of a run or a session are for.
pub(super) const WANTED: &str = "cannot make cgroups of our own";

/// Where the calling process may make cgroups with these controllers; `wanted` is what for.
///
/// # Errors
/// Why it cannot: no tree has them.
pub fn cgroup_places(controllers: &[&str], wanted: &str) -> Result<Vec<CgroupTree>, Failure> {
    places(&table(wanted)?, &Membership::own(), controllers, wanted)
}

/// Where it may make cgroups with all the controllers that lessons are about, in one version.
///
/// # Errors
/// Why it cannot: no tree has them, or they are not where lessons look for them.
pub fn lesson_cgroup_places() -> Result<Vec<CgroupTree>, Failure> {
    lesson_places(&table(WANTED)?, &Membership::own())
}

fn table(wanted: &str) -> Result<Vec<Mount>, Failure> {
    mounts().map_err(|error| {
        let error = CallError::of("openat", "AT_FDCWD, \"/proc/self/mountinfo\", O_RDONLY|O_CLOEXEC", error);
        refused(wanted, Tried::Other, error)
    })
}

fn places(table: &[Mount], own: &Membership, controllers: &[&str], wanted: &str) -> Result<Vec<CgroupTree>, Failure> {
    cgroup_trees(table, own, controllers).map_err(|lacking| {
        let why = format!("no cgroup tree of this host has the controller {}", lacking.join(" and "));
        let is_mounted = table.iter().any(|mount| mount.kind == "cgroup" || mount.kind == "cgroup2");
        let fix = match is_mounted {
            false => "nothing of cgroups is mounted here: mount -t cgroup2 none /sys/fs/cgroup",
            true => {
                "have it handed down to you: where systemd runs, systemd-run --user --scope -p Delegate=yes layerlab …"
            }
        };
        // Where a machine usually has it.
        let place = Path::new(UNIFIED).join(&lacking[0]);
        match open_directory(None, &place) {
            Err(error) => Failure::kernel(wanted, CallError::of("openat", quoted(&place), &error), why, fix),
            Ok(_) => Failure::ours(wanted, why, fix),
        }
    })
}

/// Where version 2 is mounted on a machine that has nothing but it.
const UNIFIED: &str = "/sys/fs/cgroup";

fn lesson_places(table: &[Mount], own: &Membership) -> Result<Vec<CgroupTree>, Failure> {
    let trees = places(table, own, CONTROLLERS, WANTED)?;
    let is_two = |tree: &CgroupTree| tree.version == CgroupVersion::Two;
    let why = if trees.iter().any(is_two) && !trees.iter().all(is_two) {
        "some controllers are in trees of version 1 and some in that of version 2".to_string()
    } else if trees.iter().any(is_two)
        && let Some(other) = table.iter().find(|mount| mount.kind == "cgroup")
    {
        format!(
            "the controllers are in the tree of version 2, but there is one of version 1 too, on {}, and every process is in both",
            other.mountpoint.display()
        )
    } else {
        return Ok(trees);
    };
    let fix = format!(
        "boot with version 2 alone, on {UNIFIED}: systemd.unified_cgroup_hierarchy=1 on the kernel's command line"
    );
    Err(Failure::ours(WANTED, why, fix))
}

#[cfg(test)]
mod tests {
    use super::lesson_places;
    use crate::ground::CgroupVersion;
    use crate::kernel::proc::{Membership, parse_mounts};

    /// What is said of a machine with these trees, the one of version 2 having all controllers.
    fn said(own: &str, mounts: &[(&str, &str, &str)]) -> Result<CgroupVersion, String> {
        let tree = tempfile::tempdir().unwrap();
        std::fs::write(tree.path().join("cgroup.controllers"), "cpu memory pids\n").unwrap();
        let lines = mounts.iter().enumerate().map(|(at, (place, kind, options))| {
            let place = if *place == "2" { tree.path().to_str().unwrap() } else { place };
            format!("{} 1 0:{at} / {place} rw - {kind} {kind} rw,{options}\n", at + 30)
        });
        let table = parse_mounts(lines.collect::<String>().as_bytes());
        lesson_places(&table, &Membership::parse(own))
            .map(|trees| trees[0].version)
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn each_way_in_which_a_machine_has_its_cgroups_is_told_apart() {
        let one = [("/c/pids", "cgroup", "pids"), ("/c/memory", "cgroup", "memory"), ("/c/cpu", "cgroup", "cpu")];
        assert_eq!(said("3:pids:/\n2:memory:/\n1:cpu:/\n0::/\n", &one), Ok(CgroupVersion::One));
        assert_eq!(said("0::/\n", &[("2", "cgroup2", "nsdelegate")]), Ok(CgroupVersion::Two));
        let mixed = said("1:pids:/\n0::/\n", &[("/c/pids", "cgroup", "pids"), ("2", "cgroup2", "")]).unwrap_err();
        assert!(mixed.contains("some controllers are in trees of version 1"), "{mixed}");
        let named = said("1:name=systemd:/\n0::/\n", &[("/c/systemd", "cgroup", "name=systemd"), ("2", "cgroup2", "")]);
        let named = named.unwrap_err();
        assert!(named.contains("one of version 1 too, on /c/systemd") && named.contains("unified_cgroup"), "{named}");
        let none = said("0::/\n", &[]).unwrap_err();
        assert!(none.contains("no cgroup tree") && none.contains("fix   nothing of cgroups is mounted here"), "{none}");
    }
}

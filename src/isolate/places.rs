//! Where cgroups can be made: cgroups(7).

use crate::ground::{Errno, Failure};
use crate::kernel::CallError;
use crate::kernel::proc::{CONTROLLERS, CgroupTree, Membership, cgroup_trees, mounts};

/// What cgroups of a run or a session are for.
pub(super) const WANTED: &str = "cannot make cgroups of our own";

/// Where the calling process may make cgroups with these controllers; `wanted` is what for.
///
/// # Errors
/// Why it cannot: no tree has them.
pub fn cgroup_places(controllers: &[&str], wanted: &str) -> Result<Vec<CgroupTree>, Failure> {
    let table = mounts().map_err(|error| {
        let error = CallError::of("openat", "AT_FDCWD, \"/proc/self/mountinfo\", O_RDONLY|O_CLOEXEC", error);
        Failure::kernel(wanted, error, "the mount table says where cgroups are", "mount -t proc proc /proc")
    })?;
    cgroup_trees(&table, &Membership::own(), controllers).map_err(|lacking| {
        let args = format!("AT_FDCWD, \"/sys/fs/cgroup/{}\", O_RDONLY", lacking[0]);
        let why = format!("no cgroup tree of this host has the controller {}", lacking.join(" and "));
        let fix = "do it on a host that mounts cgroups (mount -t cgroup2 none /sys/fs/cgroup); in a user session, where \
                   systemd did not hand the controller down: systemd-run --user --scope -p Delegate=yes layerlab …";
        Failure::kernel(wanted, CallError::of("openat", args, Errno::ENOENT), why, fix)
    })
}

/// Where it may make cgroups with all the controllers that lessons are about, in one version.
///
/// # Errors
/// Why it cannot: no tree has them, or some are here and some there.
pub fn lesson_cgroup_places() -> Result<Vec<CgroupTree>, Failure> {
    let trees = cgroup_places(CONTROLLERS, WANTED)?;
    if trees.iter().any(|tree| tree.version != trees[0].version) {
        let error = CallError::of("openat", "…", Errno::ENOENT);
        let why = "some controllers are in trees of version 1 and some in that of version 2";
        return Err(Failure::kernel(WANTED, error, why, "boot with cgroup_no_v1=all, so that all are in version 2"));
    }
    Ok(trees)
}

//! Why the kernel refused namespaces, id maps or cgroups: what is the case on this machine, and what to do.

use crate::ground::{Errno, Failure};
use crate::kernel::CallError;
use crate::kernel::proc::sysctl;
use std::path::Path;

/// Writing an id map failed: why, and what to do.
pub fn why_no_map() -> (&'static str, &'static str) {
    let why = match sysctl("kernel.apparmor_restrict_unprivileged_userns").as_deref() {
        Some("1") => {
            "AppArmor lets only named programs use user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1)"
        }
        _ => "the kernel refused the id map of our user namespace",
    };
    (why, "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, or run layerlab with sudo")
}

/// unshare(2) failed: which of the known switches is off, and what to do.
pub(super) fn why_no_namespaces(error: &CallError) -> (&'static str, &'static str) {
    namespaces_switched_off(error).unwrap_or(match error.errno {
        Errno::EINVAL => ("this kernel was built without user namespaces", "run layerlab with sudo"),
        _ => (
            "we may not make namespaces here: a container's seccomp filter or missing capability, or we are in a chroot",
            "run layerlab outside of this container, with sudo, or with: docker run --security-opt seccomp=unconfined --cap-add SYS_ADMIN",
        ),
    })
}

/// The switch of this machine that keeps user namespaces from us, and what to do; none where all are on.
pub fn namespaces_switched_off(error: &CallError) -> Option<(&'static str, &'static str)> {
    if sysctl("kernel.unprivileged_userns_clone").as_deref() == Some("0") {
        Some((
            "user namespaces are switched off for ordinary users (kernel.unprivileged_userns_clone is 0)",
            "sudo sysctl kernel.unprivileged_userns_clone=1, or run layerlab with sudo",
        ))
    } else if sysctl("user.max_user_namespaces").as_deref() == Some("0") {
        Some((
            "this machine allows no user namespaces (user.max_user_namespaces is 0)",
            "sudo sysctl user.max_user_namespaces=10000, or run layerlab with sudo",
        ))
    } else if error.errno == Errno::ENOSPC {
        Some((
            "the limit of user namespaces is reached (user.max_user_namespaces, or too many nested ones)",
            "sudo sysctl user.max_user_namespaces=10000, or run layerlab with sudo",
        ))
    } else {
        None
    }
}

/// The kernel refused a call that makes cgroups in a directory: why, and what to do.
pub fn why_no_cgroup(error: &CallError, parent: &Path) -> (String, &'static str) {
    let one = parent.join("tasks").exists();
    let parent = parent.display();
    match error.errno {
        Errno::EROFS => (
            format!("{parent} is read-only: we are in a container ourselves"),
            "run layerlab outside of it, or let the container have cgroups of its own: docker run --privileged --cgroupns=private",
        ),
        // Nobody gives away trees of version 1; they have a file `tasks`.
        Errno::EACCES | Errno::EPERM if one => (format!("{parent} belongs to root"), "sudo layerlab …"),
        Errno::EACCES | Errno::EPERM => (
            format!("{parent} was not given to this user"),
            "sudo layerlab …, or where systemd runs: systemd-run --user --scope -p Delegate=yes layerlab …",
        ),
        Errno::EBUSY => (
            format!("there are processes in {parent}, and then it can have no cgroups with limits"),
            "systemd-run --scope -p Delegate=yes layerlab …, or run layerlab outside of this container",
        ),
        Errno::EINVAL | Errno::ERANGE => ("the kernel does not take this value".to_string(), "give another limit"),
        _ => (format!("the kernel refuses it in {parent}"), "run layerlab outside of this container, or with sudo"),
    }
}

/// A refused call that makes cgroups in a directory.
pub fn no_cgroup(wanted: &str, error: CallError, parent: &Path) -> Failure {
    let (why, fix) = why_no_cgroup(&error, parent);
    Failure::kernel(wanted, error, why, fix)
}

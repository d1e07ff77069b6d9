//! New namespaces of the calling process, which must have a single thread: unshare(2), user_namespaces(7). PID and time
//! namespaces begin with its next child.
//!
//! Root may have them directly. Anybody else makes a user namespace first and alone, has its own ids mapped in it, and then
//! has the right to the others.

use crate::ground::{Errno, Failure};
use crate::kernel::{Namespaces, Sys};
use crate::reason::{Before, Tried};

/// Makes these.
///
/// # Errors
/// What the kernel refused, and why; `wanted` is what it was for, `before` what we were before any of them.
pub fn unshare(sys: &mut Sys, namespaces: Namespaces, wanted: &str, before: &Before) -> Result<(), Failure> {
    sys.unshare(namespaces).map_err(|error| before.refused(wanted, Tried::Namespaces(namespaces), error))
}

/// Root tries to have them directly. False where that needs a user namespace: who is not root, and root of a container that
/// lacks what root needs.
///
/// # Errors
/// As of [`unshare`].
pub fn unshare_as_root(sys: &mut Sys, namespaces: Namespaces, wanted: &str, before: &Before) -> Result<bool, Failure> {
    if !before.has_rights_of_root() {
        return Ok(false);
    }
    match sys.unshare(namespaces) {
        Ok(()) => Ok(true),
        Err(error) if error.errno == Errno::EPERM => Ok(false),
        Err(error) => Err(before.refused(wanted, Tried::Namespaces(namespaces), error)),
    }
}

/// Maps the ids that we had before to root's in the user namespace that was just made. An ordinary user may map one id, and
/// its group only after giving up setgroups(2).
///
/// # Errors
/// What the kernel refused, and why.
pub fn map_to_root(sys: &mut Sys, before: &Before) -> Result<(), Failure> {
    map(sys, (0, 0), before.ids, before)
}

/// The same of `nobody`, whom root has become.
///
/// # Errors
/// As of [`map_to_root`].
pub fn map_nobody_to_root(sys: &mut Sys, nobody: (u32, u32), before: &Before) -> Result<(), Failure> {
    map(sys, (0, 0), nobody, before)
}

/// Maps the ids that we had before to themselves: for a user namespace in which another one follows.
///
/// # Errors
/// As of [`map_to_root`].
pub fn map_to_same(sys: &mut Sys, before: &Before) -> Result<(), Failure> {
    map(sys, before.ids, before.ids, before)
}

fn map(sys: &mut Sys, inside: (u32, u32), outside: (u32, u32), before: &Before) -> Result<(), Failure> {
    let maps = [
        ("setgroups", "deny".to_string()),
        ("uid_map", format!("{} {} 1", inside.0, outside.0)),
        ("gid_map", format!("{} {} 1", inside.1, outside.1)),
    ];
    maps.iter().try_for_each(|(file, content)| {
        let wanted = "cannot become root in a user namespace of our own";
        sys.write_proc(format!("/proc/self/{file}"), content)
            .map_err(|error| before.refused(wanted, Tried::IdMap, error))
    })
}

//! New namespaces of the calling process, which must have a single thread: unshare(2), user_namespaces(7). PID and time
//! namespaces begin with its next child.
//!
//! Root may have them directly. Anybody else makes a user namespace first and alone, has its own ids mapped in it, and then
//! has the right to the others.

use crate::ground::{Errno, Failure};
use crate::isolate::why::{why_no_map, why_no_namespaces};
use crate::kernel::{CallError, Namespaces, Sys};

/// Makes these.
///
/// # Errors
/// What the kernel refused, and why; `wanted` is what it was for.
pub fn unshare(sys: &mut Sys, namespaces: Namespaces, wanted: &str) -> Result<(), Failure> {
    sys.unshare(namespaces).map_err(|error| refused(wanted, error))
}

/// Tries to have them directly. False where that needs a user namespace: root of a container without CAP_SYS_ADMIN is an
/// ordinary user.
///
/// # Errors
/// As of [`unshare`].
pub fn unshare_as_root(sys: &mut Sys, namespaces: Namespaces, wanted: &str) -> Result<bool, Failure> {
    match sys.unshare(namespaces) {
        Ok(()) => Ok(true),
        Err(error) if error.errno == Errno::EPERM => Ok(false),
        Err(error) => Err(refused(wanted, error)),
    }
}

fn refused(wanted: &str, error: CallError) -> Failure {
    let (why, fix) = why_no_namespaces(&error);
    Failure::kernel(wanted, error, why, fix)
}

/// Maps the ids that we have outside to root's in the user namespace that was just made. An ordinary user may map one id, and
/// its group only after giving up setgroups(2).
///
/// # Errors
/// What the kernel refused, and why.
pub fn map_to_root(sys: &mut Sys, (user, group): (u32, u32)) -> Result<(), Failure> {
    let maps =
        [("setgroups", "deny".to_string()), ("uid_map", format!("0 {user} 1")), ("gid_map", format!("0 {group} 1"))];
    maps.iter().try_for_each(|(file, content)| {
        sys.write_proc(format!("/proc/self/{file}"), content).map_err(|error| {
            let (why, fix) = why_no_map();
            Failure::kernel("cannot become root in a user namespace of our own", error, why, fix)
        })
    })
}

/// Whether every id is mapped to itself (user_namespaces(7)); so it is where a kernel has none, too.
pub fn is_machines_user_namespace() -> bool {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let mut words = map.split_whitespace();
    map.is_empty() || (words.next(), words.next(), words.next()) == (Some("0"), Some("0"), Some("4294967295"))
}

//! Why a mount could not be taken away. A copy of the mount namespace does not help here: in it nobody keeps the mount busy.

use crate::action::{Action, why_not_unmounted};
use crate::ground::{Errno, Failure};
use crate::kernel::CallError;
use crate::kernel::proc::{is_mount_point, mounts, users_of};
use std::ffi::CStr;
use std::path::{Path, PathBuf};

/// How the processes call themselves that look for what keeps a mount busy.
pub(super) const PASSED_BY: &CStr = c"umount";

/// The first of the targets for which a reason is found; `tried` tries all of them in a copy.
pub(super) fn explain(words: &[String], tried: impl FnOnce() -> Option<Failure>) -> Option<Failure> {
    let Ok(Action::Umount(umount)) = Action::parse(words) else { return None };
    let busy = umount.targets().find_map(|target| {
        let path = std::fs::canonicalize(target).ok()?;
        let is_busy = is_mount_point(&path) && (!users_of(&path).is_empty() || has_mounts_within(&path));
        let call = CallError::of("umount2", format!("{}, 0", crate::kernel::quoted(&path)), Errno::EBUSY);
        is_busy.then(|| why_not_unmounted(target, &call)).flatten()
    });
    busy.filter(|_| !umount.is_lazy()).or_else(tried)
}

fn has_mounts_within(path: &Path) -> bool {
    let within = |point: &PathBuf| point != path && point.starts_with(path);
    mounts().unwrap_or_default().iter().any(|mount| within(&mount.mountpoint))
}

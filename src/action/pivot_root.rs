//! `pivot_root NEW_ROOT PUT_OLD`: pivot_root(2) (util-linux's pivot_root(8)).
//!
//! The kernel has one errno, EINVAL, for nearly everything that is wrong; which of its rules was broken is found here,
//! as far as it can be seen from inside.

use crate::action::unshare::why;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::ground::{Errno, Failure};
use crate::kernel::proc::{Mount, mount_of, mounts};
use crate::kernel::{CallError, is_mount_root, open_directory};
use crate::reason::{Before, Tried};
use std::path::Path;

/// The new root, and where the old one is found afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PivotRoot {
    new_root: String,
    put_old: String,
}

impl Verb for PivotRoot {
    const NAME: &'static str = "pivot_root";
    const SYNOPSIS: &'static str = "pivot_root NEW_ROOT PUT_OLD";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<PivotRoot, UsageError> {
        let mut arguments = Arguments::sort(words, Self::FLAGS)?.between(2, 2, words, Self::SYNOPSIS)?;
        let put_old = arguments.operands.remove(1);
        Ok(PivotRoot { new_root: arguments.operands.remove(0), put_old })
    }

    fn run(&self, context: &mut Context) -> Status {
        match context.sys.pivot_root(self.new_root.as_ref(), self.put_old.as_ref()) {
            Ok(()) => 0,
            Err(error) => {
                context.failure = self.why(&error);
                let message =
                    format!("pivot_root: failed to change root from `{}' to `{}'", self.new_root, self.put_old);
                context.fail(message, &error)
            }
        }
    }
}

impl PivotRoot {
    /// Which rule of pivot_root(2) was broken, in the order in which one meets them.
    fn why(&self, error: &CallError) -> Option<Failure> {
        if error.errno != Errno::EINVAL && error.errno != Errno::EBUSY {
            return None;
        }
        let PivotRoot { new_root, put_old } = self;
        let is_mount = open_directory(None, Path::new(new_root)).is_ok_and(|directory| is_mount_root(&directory));
        let inside = match (std::fs::canonicalize(new_root), std::fs::canonicalize(put_old)) {
            (Ok(new_root), Ok(put_old)) => put_old.starts_with(new_root),
            _ => true,
        };
        let is_root = std::fs::canonicalize(new_root).is_ok_and(|path| path == Path::new("/"));
        let (why, fix) = if is_root {
            (
                format!("{new_root} is the root already"),
                "name the directory that shall become the root".to_string(),
            )
        } else if !is_mount {
            (
                format!("{new_root} is not a mount point: the kernel exchanges mounts, not directories"),
                format!("mount something there: an overlay, or the directory on itself (mount --bind {new_root} {new_root})"),
            )
        } else if !inside {
            (
                format!("{put_old} does not lie in {new_root}: the old root must find a place within the new one"),
                format!("mkdir {new_root}/old, and name that"),
            )
        } else if let Some(failure) = why("cannot exchange the root", Tried::PivotRoot, error, &Before::now()) {
            return Some(failure);
        } else if is_shared(new_root).unwrap_or(true) {
            (
                "the mount that is the root now, or the one around the new root, is shared with other mount namespaces, \
                 where it must not change"
                    .to_string(),
                "begin with a mount namespace of your own: unshare --mount".to_string(),
            )
        } else {
            return None;
        };
        Some(Failure::kernel("cannot exchange the root", error.call.clone(), why, fix))
    }
}

/// Whether the mount around the new root, or the one that is the root now, is shared (pivot_root(2)). None where there is no
/// mount table.
fn is_shared(new_root: &str) -> Option<bool> {
    let table = mounts().ok().filter(|table| !table.is_empty())?;
    let new_root = mount_of(Path::new(new_root))?;
    let root = table.iter().rfind(|mount| mount.mountpoint == Path::new("/"));
    let around = |mount: &Mount| table.iter().find(|other| other.id == mount.parent);
    let of_root = root.and_then(around);
    Some([around(&new_root), root, of_root].into_iter().flatten().any(|mount| mount.propagation.shared.is_some()))
}

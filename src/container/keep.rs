//! The directory of `--keep`: what a container changed is in `upper`, and beside it stands what that lay on.
//!
//! A container makes files of any user, with any bits: a set-user-ID program in `upper` would be one of the host. So nobody
//! but the owner may enter the directory above, nobody else can exchange it, and no second container works in it.

use crate::container::error::ContainerError;
use crate::ground::{Errno, Failure, KEPT_IMAGE, KEPT_LOWERS, Name};
use crate::kernel::{CallError, Sys, Within, effective_ids, names_in, open_directory, quoted, try_lock};
use crate::tree::{exchanged_by_others, write_whole};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What a container leaves there.
const OURS: &[&str] = &["upper", "work", KEPT_LOWERS, KEPT_IMAGE];

/// Opens the directory, closes it to everybody else, and locks it for as long as it is open.
pub(super) fn take(keep: &Path) -> Result<OwnedFd, ContainerError> {
    const WANTED: &str = "cannot keep what the container changes";
    let refused = |why: String, fix: &str| ContainerError::Refused(Failure::ours(WANTED, why, fix));
    let shown = Name::from(keep);
    if let Some(why) = keep.parent().and_then(exchanged_by_others) {
        return Err(refused(why, "give --keep a directory below one of yours"));
    }
    let failed = |call: &str, error: std::io::Error| {
        let error = CallError::of(call, quoted(keep), &error);
        ContainerError::refused(WANTED, error, "it can't be opened", "give --keep a directory of yours")
    };
    let directory = open_directory(None, keep).map_err(|error| failed("openat", error))?;
    let found = crate::kernel::look(Some(&directory), Path::new(".")).map_err(|error| failed("fstatat", error))?;
    if found.uid != effective_ids().0 {
        return Err(refused(format!("{shown} belongs to somebody else"), "give --keep a directory of yours"));
    }
    let names = names_in(&directory).map_err(|error| failed("getdents64", error))?;
    if let Some(other) = names.iter().find(|name| !OURS.iter().any(|ours| **name == **ours)) {
        let why = format!("{shown} holds other things: {}", Name::from(other.as_os_str()));
        return Err(refused(why, "give --keep a directory that is new, or empty, or that a container was kept in"));
    }
    let open = found.mode & 0o022 != 0;
    let may_be_theirs = || {
        let why = format!("others may write in {shown}, and what lies there may be theirs");
        refused(why, "give --keep a new directory")
    };
    if open && !names.is_empty() {
        return Err(may_be_theirs());
    }
    if !try_lock(&directory).map_err(|error| failed("flock", error))? {
        let why = format!("another container keeps its changes in {shown}");
        return Err(refused(why, "wait until it has ended, or give --keep another directory"));
    }
    let closed = Within::set_mode_of(&directory, 0o700);
    closed.map_err(|error| {
        let why = "what a container makes must be out of reach of others";
        ContainerError::refused(WANTED, error, why, "give --keep a directory on another file system")
    })?;
    // Until now somebody could have put something there.
    if open && !names_in(&directory).is_ok_and(|names| names.is_empty()) {
        return Err(may_be_theirs());
    }
    Ok(directory)
}

/// Writes down what the upper layer lies on, and which stored image that is, for whoever looks at it afterwards.
pub(super) fn note_lowers(keep: &Path, lowers: &[PathBuf], image: Option<&str>) -> Result<(), CallError> {
    let mut text = Vec::new();
    for lower in lowers {
        text.extend_from_slice(lower.as_os_str().as_bytes());
        text.push(b'\n');
    }
    match image {
        Some(digest) => write_whole(&keep.join(KEPT_IMAGE), format!("{digest}\n").as_bytes())?,
        // What was kept there before may have been of another one.
        None => match Within::open(keep)?.remove(KEPT_IMAGE.as_ref(), false) {
            Err(error) if error.errno != Errno::ENOENT => return Err(error),
            _ => {}
        },
    }
    write_whole(&keep.join(KEPT_LOWERS), &text)
}

/// Removes overlayfs's own scratch beside a kept upper layer: nobody without rights could, because of its mode. A whiteout
/// that it holds ready for the next deletion is in it.
pub(super) fn tidy(kept: &OwnedFd) {
    let mut sys = Sys::default();
    let inner = open_directory(Some(kept), Path::new("work/work"));
    for name in inner.as_ref().ok().and_then(|inner| names_in(inner).ok()).unwrap_or_default() {
        let _ = inner.as_ref().map(|inner| sys.unlink_in(inner, Path::new(&name), false));
    }
    for name in ["work/work", "work/index", "work"] {
        let _ = sys.unlink_in(kept, Path::new(name), true);
    }
}

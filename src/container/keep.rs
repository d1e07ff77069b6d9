//! The directory of `--keep`: what a container changed is in `upper`, and beside it stands what that lay on.

use crate::ground::KEPT_LOWERS;
use crate::kernel::{CallError, Sys, names_in, open_directory};
use crate::tree::write_whole;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Writes down what the upper layer lies on, for whoever looks at it afterwards.
pub(super) fn note_lowers(keep: &Path, lowers: &[PathBuf]) -> Result<(), CallError> {
    let mut text = Vec::new();
    for lower in lowers {
        text.extend_from_slice(lower.as_os_str().as_bytes());
        text.push(b'\n');
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

//! What `container run --keep` has left: `upper`, and beside it a note of the layers that it lay on.

use crate::ground::KEPT_LOWERS;
use crate::kernel::open_at_once;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// An image has at most 500 layers, whose paths have at most 4,096 bytes.
const MOST: u64 = 500 * 4097;

/// The lower layers of a container that was run with `--keep` of this directory; nothing where it is none.
pub fn kept_lowers(keep: &Path) -> Option<Vec<PathBuf>> {
    let file = open_at_once(&keep.join(KEPT_LOWERS)).ok().filter(|_| keep.join("upper").is_dir())?;
    let mut text = Vec::new();
    file.take(MOST).read_to_end(&mut text).ok()?;
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let lowers: Vec<PathBuf> = lines.map(|line| OsStr::from_bytes(line).into()).collect();
    (!lowers.is_empty()).then_some(lowers)
}

//! The directories above a path: who could exchange what lies there, and who may get there.
//!
//! What is asked here holds for as long as nobody but root and this user changes it: whoever may neither write nor owns a
//! directory on the way can put no link and no other directory into it.

use crate::ground::Name;
use crate::kernel::effective_ids;
use crate::kernel::proc::{IdMap, id_map};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Why somebody else could exchange the directory at this path, or one above it; nothing where nobody can. What does not
/// exist yet is passed over.
///
/// A directory with the sticky bit, `/tmp` for example, may be written by all: nobody moves in it what is not theirs.
pub fn exchanged_by_others(path: &Path) -> Option<String> {
    // A user namespace that does not know everybody shows the machine's root as whom it does not know (user_namespaces(7)).
    let of_machine = if id_map() == Some(IdMap::Everybody) { 0 } else { UNKNOWN };
    let trusted = [0, of_machine, effective_ids().0];
    let above: Vec<&Path> = path.ancestors().collect();
    above.into_iter().rev().find_map(|path| {
        let found = std::fs::symlink_metadata(path).ok()?;
        let shown = Name::from(path);
        if !trusted.contains(&found.uid()) {
            return Some(format!("{shown} belongs to somebody else, who can put another one in its place"));
        }
        let everybody = found.is_dir() && found.mode() & 0o002 != 0 && found.mode() & 0o1000 == 0;
        everybody.then(|| format!("everybody may write in {shown}, and put another one in its place"))
    })
}

/// Who belongs to nobody that this user namespace knows (`/proc/sys/kernel/overflowuid`).
const UNKNOWN: u32 = 65534;

/// Whether a directory above this path lets nobody through but its owner, who is root or this user.
pub fn is_out_of_reach(path: &Path) -> bool {
    let above = path.canonicalize().ok().or_else(|| {
        let name = path.file_name()?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some::<PathBuf>(parent.canonicalize().ok()?.join(name))
    });
    let ours = [0, effective_ids().0];
    let closed = |path: &Path| {
        std::fs::symlink_metadata(path).is_ok_and(|found| ours.contains(&found.uid()) && found.mode() & 0o011 == 0)
    };
    above.is_some_and(|path| path.ancestors().skip(1).any(closed))
}

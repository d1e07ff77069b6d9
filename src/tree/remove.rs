//! Removing a tree by descriptors: no symbolic link is followed, whatever takes a directory's place meanwhile, and what is
//! mounted in it is not entered.

use crate::ground::Errno;
use crate::kernel::{CallError, EntryType, Within, effective_ids, is_mount_root, read_directory};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Removes a directory with all that is in it. Those that their modes lock are opened first (overlayfs leaves `work/work`
/// with mode 000).
///
/// # Errors
/// The first entry that could not be removed; EBUSY where something is mounted.
pub fn remove_tree(directory: &Path) -> Result<(), CallError> {
    let above = directory.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let remove = || remove(&Within::open(above)?, directory.file_name().unwrap_or_default());
    match remove() {
        // Root may have locked a file with `chattr +i`; the attribute goes, and then the file.
        Err(error) if error.errno == Errno::EPERM && effective_ids().0 == 0 => {
            let mut chattr = Command::new("chattr");
            chattr.args(["-R", "-f", "-ia", "--"]).arg(directory).stdout(Stdio::null()).stderr(Stdio::null());
            if chattr.status().is_ok() { remove() } else { Err(error) }
        }
        removed => removed,
    }
}

/// A directory that is being emptied.
struct Level {
    name: OsString,
    identity: (u64, u64),
    /// What is still in it.
    entries: Vec<(OsString, EntryType)>,
}

/// The same, of a directory in an open one. Only one directory is open at a time, so a tree may be as deep as it likes.
pub(super) fn remove(above: &Within, name: &OsStr) -> Result<(), CallError> {
    let Some((mut at, level)) = enter(above, name)? else { return above.remove(name, true) };
    let mut levels = vec![level];
    while let Some(level) = levels.last_mut() {
        if let Some((name, kind)) = level.entries.pop() {
            let removed = if kind == EntryType::Directory { None } else { Some(at.remove(&name, false)) };
            match removed {
                Some(Ok(())) => {}
                Some(Err(error)) if error.errno == Errno::ENOENT => {}
                Some(Err(error)) if error.errno != Errno::EISDIR => return Err(error),
                _ => match enter(&at, &name)? {
                    Some((directory, level)) => {
                        at = directory;
                        levels.push(level);
                    }
                    None => at.remove(&name, true)?,
                },
            }
        } else {
            let Some(Level { name, .. }) = levels.pop() else { break };
            let Some(level) = levels.last() else { return above.remove(&name, true) };
            at = at.parent(level.identity)?;
            at.remove(&name, true)?;
        }
    }
    Ok(())
}

/// Opens a directory to empty it; nothing where something is mounted.
fn enter(above: &Within, name: &OsStr) -> Result<Option<(Within, Level)>, CallError> {
    let held = above.hold(name)?;
    if is_mount_root(held.fd()) {
        return Ok(None);
    }
    held.unlock()?;
    let directory = held.again()?;
    let mut entries = Vec::new();
    read_directory(directory.fd(), |entry, kind| entries.push((OsStr::from_bytes(entry).to_os_string(), kind)))
        .map_err(|error| CallError::of("getdents64", crate::kernel::quoted(name.as_ref()), &error))?;
    let level = Level { name: name.to_os_string(), identity: directory.identity()?, entries };
    Ok(Some((directory, level)))
}

#[cfg(test)]
mod tests {
    use super::remove_tree;
    use crate::ground::Errno;
    use crate::kernel::Within;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn locked_and_deep_directories_go_and_what_links_lead_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (tree, kept) = (folder.path().join("tree"), folder.path().join("kept"));
        fs::create_dir_all(tree.join("work/work/in")).unwrap();
        fs::create_dir(&kept).unwrap();
        fs::write(kept.join("file"), "").unwrap();
        fs::set_permissions(&kept, fs::Permissions::from_mode(0o500)).unwrap();
        symlink(&kept, tree.join("link")).unwrap();
        fs::hard_link(kept.join("file"), tree.join("file")).unwrap();
        for locked in ["work/work/in", "work/work", "work"] {
            fs::set_permissions(tree.join(locked), fs::Permissions::from_mode(0o000)).unwrap();
        }
        // Deeper than there may be files open, and than a path may be long.
        let mut at = Within::open(&tree).unwrap();
        for _ in 0..1500 {
            at.make_directory("deep".as_ref()).unwrap();
            at = at.directory("deep".as_ref()).unwrap();
        }
        remove_tree(&tree).unwrap();
        assert!(!tree.exists());
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o500);
        assert!(kept.join("file").exists());
        assert!(remove_tree(&tree).unwrap_err().errno == Errno::ENOENT);
        symlink(&kept, &tree).unwrap();
        assert!(remove_tree(&tree).unwrap_err().errno == Errno::ENOTDIR);
        assert!(kept.join("file").exists());
    }
}

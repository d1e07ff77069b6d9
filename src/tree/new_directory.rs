//! The directory appears whole or not at all: it is made beside, under another name, and gets its own at the end.

use crate::ground::Errno;
use crate::kernel::{EntryType, Within, names_in, try_lock};
use crate::tree::budget::Budget;
use crate::tree::error::TreeError;
use crate::tree::remove::remove;
use crate::tree::way::is_out_of_reach;
use crate::tree::writer::{Made, TreeWriter};
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A kind of directory that is made whole or not at all.
#[derive(Clone, Copy, Debug)]
pub struct DirectoryKind {
    /// `the root file system`
    pub called: &'static str,
    /// With what the name begins that it has until it is ready: `.layerlab-rootfs-`.
    pub prefix: &'static str,
}

/// Makes `directory` with what `fill` puts into it, and returns what `fill` returned with the sum of it.
///
/// # Errors
/// What could not be done; nothing is left of it then.
pub fn new_directory<T>(
    directory: &Path,
    kind: DirectoryKind,
    budget: &Budget,
    fill: impl FnOnce(&mut TreeWriter) -> Result<T, TreeError>,
) -> Result<(T, Made), TreeError> {
    let wanted = format!("cannot make {}", directory.display());
    let Some((parent, name)) = split(directory) else {
        let why = "it has no name of its own that a new directory could take";
        return Err(TreeError::refused(wanted, why, "name a directory that does not exist yet"));
    };
    let above = Within::open(&parent).map_err(|error| TreeError::call(&wanted, error))?;
    is_free(&above, &name, &wanted)?;
    sweep(&above, kind.prefix);
    let partial = OsString::from(format!("{}{}", kind.prefix, std::process::id()));
    above.make_directory(&partial).map_err(|error| TreeError::call(&wanted, error))?;
    let fill_and_name = || {
        let root = above.directory(&partial).map_err(|error| TreeError::call(&wanted, error))?;
        // Held until it has its name: nobody else sweeps it.
        let lock = root.again().map_err(|error| TreeError::call(&wanted, error))?;
        let _ = try_lock(&lock);
        let mut tree = TreeWriter::new(root, kind.called, budget);
        let filled = fill(&mut tree)?;
        let mut made = tree.finish()?;
        // A set-user-ID program in it would be one of this machine for everybody who gets there.
        if made.lends_rights && !is_out_of_reach(directory) {
            Within::set_mode_of(&lock, 0o700).map_err(|error| TreeError::call(&wanted, error))?;
            made.closed = true;
        }
        above.rename(&partial, &name).map_err(|error| TreeError::call(&wanted, error))?;
        Ok((filled, made))
    };
    fill_and_name().inspect_err(|_| {
        // Should a part resist, it has no name that anybody takes for what is ready; the next run tries again.
        let _ = remove(&above, &partial);
    })
}

/// The directory above, and the name in it.
fn split(directory: &Path) -> Option<(PathBuf, OsString)> {
    let name = directory.file_name()?.to_os_string();
    // `root/.` is `root` for file_name(3), and should be no other here.
    let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some((parent.to_path_buf(), name))
}

/// Whether a new directory can have this name: it does not exist, or is an empty one in which we do not stand.
fn is_free(above: &Within, name: &OsStr, wanted: &str) -> Result<(), TreeError> {
    let found = match above.look(name) {
        Err(error) if error.errno == Errno::ENOENT => return Ok(()),
        found => found.map_err(|error| TreeError::call(wanted, error))?,
    };
    let fix = "name a directory that does not exist, or remove what is there";
    if found.kind != EntryType::Directory {
        return Err(TreeError::refused(wanted, "there is something of that name, and it is no directory", fix));
    }
    if std::fs::metadata(".").is_ok_and(|here| here.dev() == found.device && here.ino() == found.inode) {
        let why = "you stand in it, and would stand in nothing when another takes its place";
        return Err(TreeError::refused(wanted, why, "cd .. and name it from there"));
    }
    let directory = above.directory(name).map_err(|error| TreeError::call(wanted, error))?;
    let names = names_in(directory.fd()).map_err(|error| TreeError::io(wanted, "getdents64", name.as_ref(), &error))?;
    match names.len() {
        0 => Ok(()),
        1 => Err(TreeError::refused(wanted, "the directory is not empty: it has 1 entry", fix)),
        many => Err(TreeError::refused(wanted, format!("the directory is not empty: it has {many} entries"), fix)),
    }
}

/// Removes what runs that were killed have left: ours by name and owner, and held by nobody.
fn sweep(above: &Within, prefix: &str) {
    let names = names_in(above.fd()).unwrap_or_default();
    for name in names.iter().filter(|name| name.as_encoded_bytes().starts_with(prefix.as_bytes())) {
        let ours = above.look(name).is_ok_and(|found| found.uid == crate::kernel::effective_ids().0);
        if ours && above.directory(name).is_ok_and(|left| try_lock(&left).unwrap_or(false)) {
            let _ = remove(above, name);
        }
    }
}

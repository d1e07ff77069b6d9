//! Removing a tree of ours, by descriptors from its top: no symbolic link is followed.

use crate::kernel::{CallError, Within, is_directory_in, names_in};
use std::ffi::OsStr;

/// Removes a directory with all that is in it. Those that their modes lock are opened first.
pub(super) fn remove(above: &Within, name: &OsStr) -> Result<(), CallError> {
    if above.look(name)?.mode & 0o700 != 0o700 {
        above.unlock(name)?;
    }
    let directory = above.directory(name)?;
    for entry in names_in(directory.fd()).unwrap_or_default() {
        match is_directory_in(directory.fd(), entry.as_ref()) {
            true => remove(&directory, &entry)?,
            false => directory.remove(&entry, false)?,
        }
    }
    above.remove(name, true)
}

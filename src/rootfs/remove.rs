//! Removing a tree of ours, by descriptors from its top: no symbolic link is followed.

use crate::kernel::{CallError, Within, is_directory_in, names_in};
use std::ffi::OsStr;

/// Removes a directory with all that is in it. Locked directories are opened first.
pub(super) fn remove(above: &Within, name: &OsStr) -> Result<(), CallError> {
    let directory = match above.directory(name) {
        Err(error) if error.is("EACCES") => above.unlock(name).and_then(|()| above.directory(name))?,
        opened => opened?,
    };
    for entry in names_in(directory.fd()).unwrap_or_default() {
        match is_directory_in(directory.fd(), entry.as_ref()) {
            true => remove(&directory, &entry)?,
            false => match directory.remove(&entry, false) {
                // A directory whose owner may not write to it.
                Err(error) if error.is("EACCES") => {
                    above.unlock(name)?;
                    directory.remove(&entry, false)?;
                }
                removed => removed?,
            },
        }
    }
    match above.remove(name, true) {
        Err(error) if error.is("ENOTEMPTY") => {
            // It could not be read, or not all of it.
            Err(error)
        }
        removed => removed,
    }
}

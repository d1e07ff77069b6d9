//! The lower layers of an overlay, as far as a layer above them has to know them: which names they show in a directory.

use crate::ground::Errno;
use crate::image::error::ImageError;
use crate::image::layer::attributes::{Marks, marks};
use crate::kernel::{CallError, EntryType, Stat, Within, names_in};
use crate::tree::Inside;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// Lower layers, the topmost first.
#[derive(Debug)]
pub(super) struct Lowers(Vec<Within>);

impl Lowers {
    /// Opens them.
    pub fn open(directories: &[PathBuf]) -> Result<Lowers, ImageError> {
        let open = |directory: &PathBuf| {
            let wanted = format!("cannot read the lower layer {}", directory.display());
            Within::open(directory).map_err(|error| ImageError::call(wanted, error))
        };
        directories.iter().map(open).collect::<Result<_, _>>().map(Lowers)
    }

    /// The names that they show together in a directory, by overlayfs's own rules.
    pub fn names(&self, path: &Inside) -> Result<BTreeSet<OsString>, ImageError> {
        let failed = |error| ImageError::call(format!("cannot read {path} in the lower layers"), error);
        let mut shown: BTreeMap<OsString, bool> = BTreeMap::new();
        for layer in &self.0 {
            let (directory, goes_on) = reach(layer, path).map_err(failed)?;
            if let Some(directory) = directory {
                let held = marks(&Within::attributes_of(&directory));
                let names = names_in(directory.fd()).map_err(|error| {
                    failed(CallError::of("getdents64", crate::kernel::quoted(&path.absolute()), &error))
                })?;
                for name in names.into_iter().filter(|name| !shown.contains_key(name)).collect::<Vec<_>>() {
                    let found = directory.look(&name).map_err(failed)?;
                    let hidden = is_whiteout(&directory, &name, &found, &held);
                    shown.insert(name, !hidden);
                }
            }
            if !goes_on {
                break;
            }
        }
        Ok(shown.into_iter().filter(|(_, is_shown)| *is_shown).map(|(name, _)| name).collect())
    }
}

/// The directory in one layer, where it has it, and whether the layers below it can be seen there.
fn reach(layer: &Within, path: &Inside) -> Result<(Option<Within>, bool), CallError> {
    let mut at = layer.again()?;
    let mut goes_on = true;
    for name in path.names() {
        match at.look(name) {
            Err(error) if error.errno == Errno::ENOENT => return Ok((None, goes_on)),
            Ok(found) if found.kind != EntryType::Directory => return Ok((None, false)),
            found => found.map(|_| ())?,
        }
        at = at.directory(name)?;
        goes_on &= !marks(&Within::attributes_of(&at)).opaque;
    }
    Ok((Some(at), goes_on))
}

/// Whether an entry says that a name is deleted: a character device 0, 0, or an empty file with an attribute, in a directory
/// that says so.
pub(in crate::image) fn is_whiteout(directory: &Within, name: &OsStr, found: &Stat, held: &Marks) -> bool {
    match found.kind {
        EntryType::CharacterDevice => found.numbers == (0, 0),
        EntryType::File if found.size == 0 && held.may_hold_whiteouts => {
            directory.file(name).is_ok_and(|file| marks(&Within::attributes_of(&file)).whiteout)
        }
        _ => false,
    }
}

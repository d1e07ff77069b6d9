//! The layers of an overlay one upon the other, and what they hold together under a name: by overlayfs's own rules
//! (`Documentation/filesystems/overlayfs.rst`, and `ovl_lookup` in the kernel).
//!
//! A directory that was renamed holds the way to what is below it ("redirect_dir"), and a file whose mode or owner alone was
//! changed has its content below ("metadata only copy up").

use crate::ground::Errno;
use crate::image::layer::attributes::{Marks, marks};
use crate::kernel::{CallError, EntryType, Stat, Within, names_in, quoted};
use crate::tree::Inside;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// Layers, the topmost first.
#[derive(Debug)]
pub(super) struct Stack(Vec<Within>);

/// A directory of one layer. A merged directory has one for each layer that it is in, the topmost first.
#[derive(Debug)]
pub(super) struct Part {
    layer: usize,
    pub directory: Within,
}

/// A name in the directory of one layer that is no directory.
#[derive(Debug)]
pub(super) struct File {
    pub parent: Within,
    pub name: OsString,
    pub found: Stat,
    /// Its content is in the next one.
    pub metacopy: bool,
}

/// What the layers have under a name.
#[derive(Debug)]
pub(super) enum Merged {
    /// No name, or a deleted one.
    Nothing,
    /// A directory.
    Directory(Vec<Part>),
    /// Anything else. The first says what it is, the last has the content.
    File(Vec<File>),
}

/// Where the next layer is asked.
enum Place {
    /// By this name, in the directory that the layer above was asked in.
    Name(OsString),
    /// By this path from the top of the layer.
    Path(Inside),
}

type Outcome<T> = Result<T, CallError>;

impl Stack {
    /// These layers.
    pub fn new(layers: Vec<Within>) -> Stack {
        Stack(layers)
    }

    /// The top directory, in the layers from this one on.
    pub fn top(&self, first: usize) -> Outcome<Vec<Part>> {
        let parts = self.0.iter().enumerate().skip(first);
        parts.map(|(layer, root)| Ok(Part { layer, directory: root.again()? })).collect()
    }

    /// What there is at a path, in the layers from this one on.
    pub fn at(&self, path: &Inside, first: usize) -> Outcome<Merged> {
        path.names().iter().try_fold(Merged::Directory(self.top(first)?), |above, name| match above {
            Merged::Directory(parts) => self.child(&parts, name),
            _ => Ok(Merged::Nothing),
        })
    }

    /// What there is of this name in a directory.
    pub fn child(&self, above: &[Part], name: &OsStr) -> Outcome<Merged> {
        let mut place = Place::Name(name.to_os_string());
        let (mut parts, mut files) = (Vec::new(), Vec::new());
        for (layer, root) in self.0.iter().enumerate() {
            let (parent, name, mut is_last) = match &place {
                Place::Name(name) => match above.iter().find(|part| part.layer == layer) {
                    Some(part) => (part.directory.again()?, name.clone(), false),
                    None => continue,
                },
                // Only the layers below the one that says so.
                Place::Path(path) => match walk(root, path)? {
                    Way::There(parent, name, is_last) => (parent, name, is_last),
                    Way::Missing(false) => continue,
                    Way::Missing(true) => break,
                },
            };
            let found = match parent.look(&name) {
                Err(error) if error.errno == Errno::ENOENT => {
                    if is_last {
                        break;
                    }
                    continue;
                }
                found => found?,
            };
            if is_whiteout(&parent, &name, &found, &marks(&Within::attributes_of(&parent))) {
                break;
            }
            let held = match found.kind {
                EntryType::Directory if files.is_empty() => {
                    let directory = parent.directory(&name)?;
                    let held = marks(&Within::attributes_of(&directory));
                    is_last |= held.opaque;
                    parts.push(Part { layer, directory });
                    held
                }
                // A directory below a file, or a file below a directory, is hidden.
                EntryType::Directory => break,
                _ if !parts.is_empty() => break,
                EntryType::File => {
                    let held = marks(&Within::attributes_of(parent.file(&name)?));
                    is_last |= !held.metacopy;
                    files.push(File { parent, name: name.clone(), found, metacopy: held.metacopy });
                    held
                }
                _ => {
                    files.push(File { parent, name, found, metacopy: false });
                    break;
                }
            };
            if is_last {
                break;
            }
            if let Some(to) = held.redirect {
                place = redirected(&place, &to).map_err(|_| {
                    CallError::of(
                        "fgetxattr",
                        format!("{}, \"overlay.redirect\"", quoted(name.as_ref())),
                        Errno::EINVAL,
                    )
                })?;
            }
        }
        Ok(match (parts.is_empty(), files.is_empty()) {
            (false, _) => Merged::Directory(parts),
            (true, false) => Merged::File(files),
            (true, true) => Merged::Nothing,
        })
    }

    /// The names that a directory shows.
    pub fn names(&self, parts: &[Part]) -> Outcome<BTreeSet<OsString>> {
        let mut shown: BTreeMap<OsString, bool> = BTreeMap::new();
        for Part { directory, .. } in parts {
            let held = marks(&Within::attributes_of(directory));
            let names = names_in(directory.fd())
                .map_err(|error| CallError::of("getdents64", quoted(Path::new(".")), &error))?;
            for name in names {
                if let Entry::Vacant(vacant) = shown.entry(name) {
                    let found = directory.look(vacant.key())?;
                    let is_shown = !is_whiteout(directory, vacant.key(), &found, &held);
                    vacant.insert(is_shown);
                }
            }
        }
        Ok(shown.into_iter().filter(|(_, is_shown)| *is_shown).map(|(name, _)| name).collect())
    }

    /// The names that the layers from this one on show in the directory at a path.
    pub fn names_at(&self, path: &Inside, first: usize) -> Outcome<BTreeSet<OsString>> {
        match self.at(path, first)? {
            Merged::Directory(parts) => self.names(&parts),
            _ => Ok(BTreeSet::new()),
        }
    }
}

/// The way to a path in one layer.
enum Way {
    /// The directory that holds it, its name there, and whether the layers below cannot be seen there.
    There(Within, OsString, bool),
    /// It is not in this layer; and whether the layers below cannot be seen there.
    Missing(bool),
}

fn walk(root: &Within, path: &Inside) -> Outcome<Way> {
    let Some((above, name)) = path.split() else { return Ok(Way::Missing(true)) };
    let mut at = root.again()?;
    let mut is_last = false;
    for name in above.names() {
        match at.look(name) {
            Err(error) if error.errno == Errno::ENOENT => return Ok(Way::Missing(is_last)),
            Ok(found) if found.kind != EntryType::Directory => return Ok(Way::Missing(true)),
            found => found.map(|_| ())?,
        }
        at = at.directory(name)?;
        is_last |= marks(&Within::attributes_of(&at)).opaque;
    }
    Ok(Way::There(at, name.to_os_string(), is_last))
}

/// Where the layers below are asked after a mark that says so: an absolute path, or another name in the same directory.
fn redirected(place: &Place, to: &[u8]) -> Result<Place, &'static str> {
    match (to.strip_prefix(b"/"), place) {
        (Some(path), _) => Ok(Place::Path(Inside::parse(path)?)),
        (None, _) if to.contains(&b'/') || to.is_empty() => Err("it is neither a path nor a name"),
        (None, Place::Name(_)) => Ok(Place::Name(OsString::from_vec(to.to_vec()))),
        (None, Place::Path(path)) => {
            let (above, _) = path.split().ok_or("the top has no name")?;
            Ok(Place::Path(above.join(OsStr::from_bytes(to))?))
        }
    }
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

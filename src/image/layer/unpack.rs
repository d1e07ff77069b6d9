//! An archive becomes a directory that overlayfs takes as a lower layer.
//!
//! Names that say that something is deleted become what overlayfs has for that: a character device 0, 0, and an attribute of
//! the directory. They are made at the end, because they never hide what the same layer has. Nobody has to trust the archive.

use crate::image::layer::attributes::on_disk;
use crate::image::layer::owners::{NOTED, Owners, note};
use crate::image::layer::{OPAQUE, WHITEOUT};
use crate::tree::{Archive, Entry, EntryKind, Inside, TreeError, TreeWriter};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The largest number of a user or a group.
const LARGEST_ID: u32 = i32::MAX as u32;

/// What an ordinary user could not keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Symbolic links and pipes that belong to somebody else in the image: no attribute can say so of them.
    pub owners_lost: u64,
    /// Whiteouts and opaque directories.
    pub whiteouts: u64,
}

/// Writes what the archive holds.
///
/// # Errors
/// When it cannot be trusted, and when something cannot be written.
pub fn unpack(archive: &mut Archive, owners: Owners, tree: &mut TreeWriter) -> Result<Unpacked, TreeError> {
    let mut unpacked = Unpacked::default();
    let (mut deleted, mut opaque): (Vec<Inside>, Vec<Inside>) = (Vec::new(), Vec::new());
    tree.keep_special_bits();
    while let Some(entry) = archive.next_entry()? {
        let Some((above, name)) = entry.path.split() else {
            archive.write(prepared(entry, owners, &mut unpacked)?, tree)?;
            continue;
        };
        match meaning(name) {
            Meaning::Entry => archive.write(prepared(entry, owners, &mut unpacked)?, tree)?,
            Meaning::Opaque => opaque.push(above),
            Meaning::Deleted(name) => {
                deleted.push(above.join(&name).map_err(|why| nonsense(&entry.path, why))?);
            }
            Meaning::Nothing(why) => return Err(nonsense(&entry.path, why)),
        }
    }
    unpacked.whiteouts = (deleted.len() + opaque.len()) as u64;
    deleted.iter().try_for_each(|path| tree.whiteout(path))?;
    opaque.iter().try_for_each(|path| tree.opaque(path))?;
    Ok(unpacked)
}

enum Meaning {
    Entry,
    Opaque,
    Deleted(OsString),
    Nothing(&'static str),
}

/// What the name of an entry says.
fn meaning(name: &OsStr) -> Meaning {
    match name.as_bytes().strip_prefix(WHITEOUT) {
        None => Meaning::Entry,
        _ if name.as_bytes() == OPAQUE => Meaning::Opaque,
        Some(b"" | b"." | b"..") => {
            Meaning::Nothing("behind .wh. stands the name of what is deleted, and here stands none")
        }
        Some(rest) if rest.starts_with(WHITEOUT) => Meaning::Nothing(
            "names that begin with .wh..wh. are reserved, and .wh..wh..opq is the only one that we know",
        ),
        Some(rest) => Meaning::Deleted(OsString::from_vec(rest.to_vec())),
    }
}

/// The entry as it has to be on disk.
fn prepared(mut entry: Entry, owners: Owners, unpacked: &mut Unpacked) -> Result<Entry, TreeError> {
    for (name, _) in &mut entry.meta.attributes {
        *name = on_disk(name);
    }
    let owner = entry.meta.owner.unwrap_or_default();
    if owner.0.max(owner.1) > LARGEST_ID {
        let why = format!(
            "it belongs to user {} and group {}, and some programs take a number above {LARGEST_ID} for a negative one",
            owner.0, owner.1
        );
        return Err(nonsense(&entry.path, &why));
    }
    if owners != Owners::Same && owner != (0, 0) {
        match entry.kind {
            EntryKind::File(_) | EntryKind::Directory => {
                entry.meta.attributes.push((OsString::from_vec(NOTED.to_vec()), note(owner)));
            }
            EntryKind::Symlink(_) | EntryKind::Pipe => unpacked.owners_lost += 1,
            EntryKind::Link(_) | EntryKind::Device | EntryKind::Other(_) => {}
        }
    }
    Ok(entry)
}

fn nonsense(path: &Inside, why: &str) -> TreeError {
    TreeError::refused(format!("cannot unpack {path}"), why, "do not trust this layer; look: tar --list")
}

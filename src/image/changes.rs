//! What the topmost layer of an image changes in what lies below, or an image in comparison with another one: `A` for added, `C` for
//! changed, `D` for deleted, as `docker diff` tells it of a container.

use crate::image::layer::{OPAQUE, WHITEOUT};
use crate::image::layout::{Image, Layout};
use crate::image::{Descriptor, Hashing, ImageError};
use crate::tree::{Archive, Budget, Entry, EntryKind, Inside, TreeError, decompressed};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;

/// A path that is otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// `A`, `C` or `D`
    pub kind: char,
    /// From the root of the image.
    pub path: String,
}

/// The changes, in the order of the paths.
///
/// # Errors
/// When a layer cannot be read.
pub fn changes(layout: &Layout, image: &Image, budget: &Budget) -> Result<Vec<Changed>, ImageError> {
    let Some((top, below)) = image.manifest.layers.split_last() else { return Ok(Vec::new()) };
    let mut paths = BTreeMap::new();
    let mut nothing = |_: &mut Archive, _: &Entry| Ok(());
    for layer in below {
        apply(&mut paths, layout, layer, budget, &mut nothing)?;
    }
    let changed = apply(&mut paths, layout, top, budget, &mut nothing)?;
    Ok(changed.into_iter().map(|(path, kind)| Changed { kind, path: path.to_string() }).collect())
}

/// What is otherwise in `other` than in `one`: content, kind, mode, owner, time or attributes.
///
/// # Errors
/// When a layer cannot be read.
pub fn differences(layout: &Layout, one: &Image, other: &Image, budget: &Budget) -> Result<Vec<Changed>, ImageError> {
    let held = |image: &Image| {
        let mut paths = BTreeMap::new();
        let mut look = |archive: &mut Archive, entry: &Entry| {
            let mut content = Hashing::new(std::io::sink());
            if let EntryKind::File(size) = entry.kind {
                archive.content(size, &mut |bytes| drop(content.write_all(bytes)))?;
            }
            Ok((entry.kind.clone(), entry.meta.clone(), content.digest()))
        };
        for layer in &image.manifest.layers {
            apply(&mut paths, layout, layer, budget, &mut look)?;
        }
        Ok::<_, ImageError>(paths)
    };
    let (before, after) = (held(one)?, held(other)?);
    let paths: BTreeSet<&Inside> = before.keys().chain(after.keys()).collect();
    let changed = paths.into_iter().filter_map(|path| {
        let kind = match (before.get(path), after.get(path)) {
            (Some(before), Some(after)) if before == after => return None,
            (Some(_), Some(_)) => 'C',
            (None, _) => 'A',
            (_, None) => 'D',
        };
        Some(Changed { kind, path: path.to_string() })
    });
    Ok(changed.collect())
}

/// Changes the paths as a layer says, and tells which it changed.
fn apply<V>(
    paths: &mut BTreeMap<Inside, V>,
    layout: &Layout,
    layer: &Descriptor,
    budget: &Budget,
    look: &mut dyn FnMut(&mut Archive, &Entry) -> Result<V, TreeError>,
) -> Result<BTreeMap<Inside, char>, ImageError> {
    let called = format!("the layer {}", layer.digest);
    let stream = decompressed(Box::new(layout.open(layer)?), &called)?;
    let mut archive = Archive::plain(stream, called.clone(), budget);
    let (mut entries, mut hidden) = (BTreeMap::new(), BTreeSet::new());
    while let Some(entry) = archive.next_entry()? {
        let Some((above, name)) = entry.path.split() else { continue };
        match name.as_bytes().strip_prefix(WHITEOUT) {
            None => {
                let value = look(&mut archive, &entry)?;
                entries.insert(entry.path, value);
            }
            Some(_) if name.as_bytes() == OPAQUE => {
                hidden.extend(paths.keys().filter(|path| is_below(path, &above)).cloned())
            }
            Some(deleted) => {
                let of = |why| ImageError::refused(format!("cannot read {called}"), why, "do not trust this image");
                let deleted = above.join(std::ffi::OsStr::from_bytes(deleted)).map_err(of)?;
                hidden.extend(paths.keys().filter(|path| **path == deleted || is_below(path, &deleted)).cloned());
            }
        }
    }
    let mut changed = BTreeMap::new();
    for path in &hidden {
        // What goes with its directory is not told of one by one.
        if !path.split().is_some_and(|(above, _)| hidden.contains(&above) && !entries.contains_key(&above)) {
            changed.insert(path.clone(), 'D');
        }
    }
    for path in entries.keys() {
        changed.insert(path.clone(), if paths.contains_key(path) { 'C' } else { 'A' });
    }
    paths.retain(|path, _| !hidden.contains(path));
    paths.extend(entries);
    Ok(changed)
}

fn is_below(path: &Inside, directory: &Inside) -> bool {
    path.names().len() > directory.names().len() && path.names().starts_with(directory.names())
}

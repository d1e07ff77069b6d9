//! What the topmost layer of an image changes in what lies below: `A` for added, `C` for changed, `D` for deleted, as
//! `docker diff` tells it of a container.

use crate::image::layer::{OPAQUE, WHITEOUT};
use crate::image::layout::{Image, Layout};
use crate::image::{Descriptor, ImageError};
use crate::tree::{Archive, Budget, Inside, decompressed};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
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
    let mut paths = BTreeSet::new();
    for layer in below {
        apply(&mut paths, layout, layer, budget)?;
    }
    let changed = apply(&mut paths, layout, top, budget)?;
    Ok(changed.into_iter().map(|(path, kind)| Changed { kind, path: path.to_string() }).collect())
}

/// Changes the paths as a layer says, and tells which it changed.
fn apply(
    paths: &mut BTreeSet<Inside>,
    layout: &Layout,
    layer: &Descriptor,
    budget: &Budget,
) -> Result<BTreeMap<Inside, char>, ImageError> {
    let called = format!("the layer {}", layer.digest);
    let stream = decompressed(Box::new(layout.open(layer)?), &called)?;
    let mut archive = Archive::plain(stream, called.clone(), budget);
    let (mut entries, mut hidden) = (BTreeSet::new(), BTreeSet::new());
    while let Some(entry) = archive.next_entry()? {
        let Some((above, name)) = entry.path.split() else { continue };
        match name.as_bytes().strip_prefix(WHITEOUT) {
            None => drop(entries.insert(entry.path)),
            Some(_) if name.as_bytes() == OPAQUE => {
                hidden.extend(paths.iter().filter(|path| is_below(path, &above)).cloned())
            }
            Some(deleted) => {
                let of = |why| ImageError::refused(format!("cannot read {called}"), why, "do not trust this image");
                let deleted = above.join(std::ffi::OsStr::from_bytes(deleted)).map_err(of)?;
                hidden.extend(paths.iter().filter(|path| **path == deleted || is_below(path, &deleted)).cloned());
            }
        }
    }
    let mut changed = BTreeMap::new();
    for path in &hidden {
        // What goes with its directory is not told of one by one.
        if !path.split().is_some_and(|(above, _)| hidden.contains(&above) && !entries.contains(&above)) {
            changed.insert(path.clone(), 'D');
        }
    }
    for path in &entries {
        changed.insert(path.clone(), if paths.contains(path) { 'C' } else { 'A' });
    }
    paths.retain(|path| !hidden.contains(path));
    paths.extend(entries);
    Ok(changed)
}

fn is_below(path: &Inside, directory: &Inside) -> bool {
    path.names().len() > directory.names().len() && path.names().starts_with(directory.names())
}

//! The layers of all images in a store, each once: what it is together with those below it, itself, how large it is, and which
//! images have it. The lock is not taken, so whoever works on the store never waits for us.

use crate::ground::Name;
use crate::image::{Digest, Image, Layout};
use std::collections::BTreeMap;
use std::path::Path;

/// Chain ID, digest, bytes, the images; those below a layer come before it.
pub(super) fn rows(store: &Path) -> Vec<Vec<String>> {
    let layout = Layout::at(store);
    if !layout.is_there() {
        return Vec::new();
    }
    let row = |one: String, two: String| vec![one, two, String::new(), String::new()];
    let index = match layout.index() {
        Ok(index) => index,
        Err(_) => return vec![row("index.json".into(), "cannot be read".into())],
    };
    let mut unreadable = Vec::new();
    let mut layers: BTreeMap<Vec<Digest>, (u64, Digest, Vec<String>)> = BTreeMap::new();
    for one in &index.manifests {
        let Ok(image) = layout.image(one) else {
            let name = one
                .name()
                .map_or_else(|| one.digest.short().to_string(), |name| Name::from(Path::new(name)).to_string());
            unreadable.push(row(name, "cannot be read".into()));
            continue;
        };
        let chain = image.chain();
        for (at, layer) in image.manifest.layers.iter().enumerate() {
            let new = || (layer.size, layer.digest.clone(), Vec::new());
            layers.entry(chain[..=at].to_vec()).or_insert_with(new).2.push(called(&image));
        }
    }
    let layers = layers.into_iter().filter_map(|(chain, (bytes, digest, images))| {
        let chain = chain.last()?.short().to_string();
        Some(vec![chain, digest.short().to_string(), bytes.to_string(), images.join(", ")])
    });
    layers.chain(unreadable).collect()
}

/// Its name, without the tag that everything has; else its ID.
fn called(image: &Image) -> String {
    let called = image.called();
    called.strip_suffix(":latest").map_or(called.clone(), str::to_string)
}

//! Images in one archive, which others read: an image layout, and beside it the `manifest.json` that `docker load` looks for.
//! The same images make the same bytes.

use crate::image::layer::header::{self, BLOCK, Broken, Header};
use crate::image::layout::Image;
use crate::image::{Descriptor, Digest, Hashing, ImageError, Index, Layout, manifest};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

/// Writes these images as an archive.
///
/// # Errors
/// When a blob is not what it was, or cannot be written.
pub fn save(layout: &Layout, images: &[Image], out: &mut dyn Write) -> Result<(), ImageError> {
    let mut blobs: BTreeMap<Digest, Descriptor> = BTreeMap::new();
    let mut index = Index::default();
    let mut docker = Vec::new();
    for image in images {
        let one = image.own.clone().named(image.descriptor.name());
        let path = |digest: &Digest| format!("blobs/sha256/{}", digest.hex());
        let layers: Vec<String> = image.manifest.layers.iter().map(|layer| path(&layer.digest)).collect();
        let names: Vec<&str> = image.descriptor.name().into_iter().collect();
        docker.push(json!({ "Config": path(image.id()), "RepoTags": names, "Layers": layers }));
        index.manifests.push(one);
        blobs.extend(image.blobs().into_iter().map(|blob| (blob.digest.clone(), blob.clone())));
    }
    let mut archive = Out { out };
    archive.directory("blobs/")?;
    archive.directory("blobs/sha256/")?;
    for blob in blobs.values() {
        let mut file = Hashing::new(layout.open(blob)?);
        archive.file(&format!("blobs/sha256/{}", blob.digest.hex()), blob.size, &mut file)?;
        crate::image::layout::agrees(blob, &file.digest(), file.length())?;
    }
    let bytes = |json: serde_json::Result<Vec<u8>>| {
        json.map_err(|error| {
            ImageError::refused("cannot save the images", error.to_string(), "this is a fault of layerlab")
        })
    };
    archive.bytes("index.json", &bytes(serde_json::to_vec(&index))?)?;
    archive.bytes("manifest.json", &bytes(serde_json::to_vec(&docker))?)?;
    archive.bytes("oci-layout", b"{\"imageLayoutVersion\":\"1.0.0\"}")?;
    archive.put(&[0; 2 * BLOCK])
}

struct Out<'a> {
    out: &'a mut dyn Write,
}

impl Out<'_> {
    fn directory(&mut self, path: &str) -> Result<(), ImageError> {
        self.header(Header { path: path.as_bytes(), kind: b'5', mode: 0o755, ..Header::default() })
    }

    fn bytes(&mut self, path: &str, bytes: &[u8]) -> Result<(), ImageError> {
        debug_assert!(bytes.len() as u64 <= 8 * manifest::MOST);
        self.file(path, bytes.len() as u64, &mut &bytes[..])
    }

    fn file(&mut self, path: &str, size: u64, content: &mut dyn Read) -> Result<(), ImageError> {
        self.header(Header { path: path.as_bytes(), kind: b'0', mode: 0o644, size, ..Header::default() })?;
        let mut buffer = vec![0; 128 * 1024];
        header::content(content, size, &mut buffer, |bytes| self.put(bytes)).map_err(|broken| match broken {
            Broken::Unreadable(error) => ImageError::io("cannot save the images", "read", Path::new(path), &error),
            Broken::Short => {
                let why = format!("{path} became shorter while it was read");
                ImageError::refused("cannot save the images", why, "layerlab image check")
            }
            Broken::Refused(error) => error,
        })
    }

    fn header(&mut self, header: Header) -> Result<(), ImageError> {
        let bytes = header.bytes().map_err(|why| ImageError::refused("cannot save the images", why, "rename them"))?;
        self.put(&bytes)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), ImageError> {
        let put = self.out.write_all(bytes);
        put.map_err(|error| ImageError::io("cannot save the images", "write", Path::new("archive"), &error))
    }
}

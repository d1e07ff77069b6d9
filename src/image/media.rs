//! The media types of images: those of the OCI image specification, and Docker's older names for the same.

/// An index: several images under one name.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// A manifest: one image.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The configuration of an image.
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// A layer, not compressed.
pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// A layer compressed by gzip.
pub const LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// A layer compressed by zstd.
pub const LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";

const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const LAYERS: &[&str] = &[
    LAYER,
    LAYER_GZIP,
    LAYER_ZSTD,
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.diff.tar.zstd",
];

/// What we can read that a tag may lead to.
pub const ACCEPTED: &[&str] = &[INDEX, MANIFEST, DOCKER_INDEX, DOCKER_MANIFEST];

/// Whether it is an index of images.
pub fn is_index(media_type: &str) -> bool {
    [INDEX, DOCKER_INDEX].contains(&media_type)
}

/// Whether it is the manifest of one image.
pub fn is_manifest(media_type: &str) -> bool {
    [MANIFEST, DOCKER_MANIFEST].contains(&media_type)
}

/// Whether it is the configuration of an image.
pub fn is_config(media_type: &str) -> bool {
    [CONFIG, DOCKER_CONFIG].contains(&media_type)
}

/// Whether it is a layer that we can read.
pub fn is_layer(media_type: &str) -> bool {
    LAYERS.contains(&media_type)
}

/// So many bytes of a layer tell how it is compressed.
pub(super) const FIRST: usize = 4;

/// What a layer is that begins with these bytes.
pub(super) fn of_layer(first: &[u8]) -> &'static str {
    match first {
        [0x1f, 0x8b, ..] => LAYER_GZIP,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => LAYER_ZSTD,
        _ => LAYER,
    }
}

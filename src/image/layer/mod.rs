//! A layer: what one step changes in a file system, as a tar archive (OCI image specification, "Image Layer Filesystem
//! Changeset").
//!
//! [`write()`] makes one of an upper layer of overlayfs; [`unpack`] makes a directory of one, which overlayfs takes as a lower
//! layer.

mod attributes;
mod compress;
pub(super) mod header;
mod owners;
pub(super) mod stack;
#[cfg(test)]
mod tests;
mod unpack;
mod write;

pub use compress::{Blocks, Compression};
pub use owners::Owners;
pub use unpack::{Unpacked, unpack};
pub use write::{Entry, Opaque, Rules, Written, write};

/// With what the name of a whiteout begins.
pub(super) const WHITEOUT: &[u8] = b".wh.";
/// The name that says of a directory that it hides what lies below it.
pub(super) const OPAQUE: &[u8] = b".wh..wh..opq";

/// What overlayfs says of a directory.
pub(super) fn marks_of(directory: &crate::kernel::Within) -> attributes::Marks {
    attributes::marks(&crate::kernel::Within::attributes_of(directory))
}

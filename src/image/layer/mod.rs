//! A layer: what one step changes in a file system, as a tar archive (OCI image specification, "Image Layer Filesystem
//! Changeset").
//!
//! [`write`] makes one of an upper layer of overlayfs; [`unpack`] makes a directory of one, which overlayfs takes as a lower
//! layer.

mod attributes;
mod header;
mod lowers;
mod owners;
#[cfg(test)]
mod tests;
mod unpack;
mod write;

pub use owners::Owners;
pub use unpack::{Unpacked, unpack};
pub use write::{Entry, Opaque, Rules, Written, write};

/// With what the name of a whiteout begins.
const WHITEOUT: &[u8] = b".wh.";
/// The name that says of a directory that it hides what lies below it.
const OPAQUE: &[u8] = b".wh..wh..opq";

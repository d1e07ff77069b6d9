//! Images: layers as archives, and what is written about them (OCI image specification 1.1).
//!
//! [`layer`] makes an archive of what a container changed, the same bytes each time, and unpacks one so that overlayfs takes
//! the place as a lower layer. A [`Digest`] names what bytes hold. Nothing in this room mounts anything.

mod digest;
mod error;
pub mod layer;

pub use digest::{Digest, Hashing, hash};
pub use error::ImageError;

//! Images: layers as archives, and what is written about them (OCI image specification 1.1).
//!
//! [`layer`] makes an archive of what a container changed, the same bytes each time, and unpacks one so that overlayfs takes
//! the place as a lower layer. A [`Digest`] names what bytes hold. A [`Manifest`] names layers and their [`Config`], an
//! [`Index`] manifests. A [`Layout`] is a directory with all of that, a [`Store`] one that is written to. Nothing in this room mounts anything.

mod arriving;
mod change;
mod changes;
mod check;
mod commit;
pub mod config;
mod descriptor;
mod digest;
mod error;
mod forest;
pub mod layer;
mod layout;
mod load;
pub mod manifest;
pub mod media;
mod reference;
mod save;
mod store;
mod threads;
mod user;

pub use arriving::{Arriving, Growing};
pub use change::Change;
pub use changes::{Changed, changes, differences};
pub use check::{Finding, Report, check};
pub use commit::{Commit, Committed, Told, commit, source_date_epoch};
pub use config::{Config, chain_ids};
pub use descriptor::{Descriptor, Platform, REF_NAME, architecture};
pub use digest::{Digest, Hashing, Seen, hash, watch};
pub use error::ImageError;
pub use forest::{Node, forest};
pub use layout::{Image, Layout};
pub use load::{Loaded, load_archive, load_directory, store_layer};
pub use manifest::{Document, Index, Manifest};
pub use reference::{Reference, is_repository, is_tag};
pub use save::save;
pub use store::{LIMIT, NewBlob, Removed, Store};
pub use user::user;

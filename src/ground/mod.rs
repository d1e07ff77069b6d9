//! What every room knows: plain data that asks nothing of the machine.
//!
//! A type comes down here only when two rooms that may not use each other need it.

mod call;
mod cgroup_version;
mod errno;
mod escape;
mod failure;
#[cfg(test)]
pub mod mutation;
mod name;
mod need;
pub mod path_bytes;
mod role;
mod shown;
mod variable;

pub use call::{Call, CallResult};
pub use cgroup_version::CgroupVersion;
pub use errno::Errno;
pub use escape::{acts, escaped, escaped_lines};
pub use failure::Failure;
pub use name::Name;
pub use need::Need;
pub use role::Role;
pub use shown::{Shown, Stream, complain, pass_through, say};
pub use variable::{CALLER_VARIABLE, EPOCH, EXERCISE_VARIABLE, IMAGES, IMAGES_VARIABLE};

/// The file beside the upper layer that `container run --keep` leaves: the layers below it, topmost first, a path a line.
pub const KEPT_LOWERS: &str = "lowers";
/// Beside it, where the container was one of a stored image: the digest of that image's manifest.
pub const KEPT_IMAGE: &str = "image";

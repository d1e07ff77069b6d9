//! What the kernel tells in text files: the one reader of each. Nothing here is recorded, and nothing is changed.
//!
//! - `mountinfo` is the mount table,
//! - `cgroups` are those of a run or an exercise, and the places where one can make some.

mod cgroups;
mod mountinfo;

pub use cgroups::{CONTROLLERS, CgroupTree, Cgroups, LEAF, cgroup_trees};
pub use mountinfo::{Mount, OverlayOptions, Propagation, mount_of, mounts, mounts_of, parse_mounts};

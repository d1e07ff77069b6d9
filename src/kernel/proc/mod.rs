//! What the kernel tells in text files, and where programs lie: the one reader of each. Nothing here is recorded, and nothing is changed.
//!
//! - `mountinfo` is the mount table,
//! - `cgroups` are those of a run or an exercise, and the places where one can make some,
//! - `membership` says in which a process is, `limits` what it may use there,
//! - `machine` is what it is set to,
//! - `programs` are found in the directories of PATH,
//! - `users` are the processes that keep a mount busy.

mod cgroups;
mod limits;
mod machine;
mod membership;
mod mountinfo;
mod programs;
mod users;

pub use cgroups::{CONTROLLERS, CgroupTree, Cgroups, LEAF, cgroup_trees, controllers_in};
pub use limits::{Limit, counted, limit_file, oom_file, per_cent, use_file};
pub use machine::{IdMap, id_map, knows_filesystem, sysctl};
pub use membership::Membership;
pub use mountinfo::{Mount, OverlayOptions, Propagation, mount_of, mounts, mounts_of, parse_mounts};
pub use programs::{USUAL_PATH, find_program, is_program, with_usual_path};
pub use users::{MountUser, is_in_a_mount_table, is_mount_point, mounts_elsewhere, users_of};

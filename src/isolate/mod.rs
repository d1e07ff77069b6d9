//! What a process has of its own: namespaces, id maps, cgroups.
//!
//! - `namespaces` makes new ones, by way of a user namespace for who is not root,
//! - `places` are the directories in which cgroups can be made, `own_cgroups` makes them there and removes them,
//! - `cgroup_root` is the part of the tree that a run or an exercise sees,
//! - `steps` tells the calls that make it all, and what each is for.

mod cgroup_root;
mod namespaces;
mod own_cgroups;
mod places;
mod steps;

pub use cgroup_root::{begin, enter, make_fresh, make_root, make_session_root, move_into};
pub use namespaces::{map_nobody_to_root, map_to_root, map_to_same, unshare, unshare_as_root};
pub use own_cgroups::{OwnCgroup, OwnCgroups, remove_cgroups};
pub use places::{cgroup_places, lesson_cgroup_places};
pub use steps::Steps;

//! Looking, and nothing else: trees, which layer a file comes from, the mount table, processes.
//!
//! - `mounted` reads what the mount table says of overlays, `layers` finds their directories,
//! - `machine` finds the overlays of all mount namespaces, `containers` whose they are, `followed` holds their layers,
//! - `tree` is a directory at one moment, `moment` all of them together,
//! - `provenance` says which layer gives each entry, `upper` what the overlay made of the entries of an upper,
//! - `entry` is one path alone, `snapshot` what stood at a path at one moment, to be compared later,
//! - `processes` are those of a session, with their namespaces,
//! - `state` is all that can be told of a moment, so that two can be held to be the same,
//! - `delta` compares two moments, `rows` and `changes` say the result as data, `report` puts it together.

mod changes;
mod containers;
mod delta;
mod entry;
mod followed;
mod kept;
mod layers;
mod machine;
mod moment;
mod mounted;
mod networks;
mod panels;
mod processes;
mod provenance;
mod report;
mod rows;
mod snapshot;
mod state;
mod tree;
mod upper;

pub use containers::{Container, Engine};
pub use entry::{ObservedEntry, entry, layer_of, whiteout_of};
pub use followed::{FollowedLayer, FollowedOverlay};
pub use kept::kept_lowers;
pub use layers::{FoundOverlay, find_overlays};
pub use machine::{Machine, MachineOverlay, MountNamespace, MountPlace};
pub use networks::networks;
pub use panels::{PanelObserver, Shells};
pub use processes::{NAMESPACES, Processes, Running};
pub use report::{Observer, found_at, look_at_followed, look_at_overlays};
pub use snapshot::{Snapshot, Touch};
pub use state::state;

//! Who runs the commands of a lesson.

use serde::{Deserialize, Serialize};

/// Who runs the commands of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Root of the machine: a mount namespace is enough.
    Root,
    /// An ordinary user, or a root that may not mount: a user namespace comes first.
    User,
}

//! What a lesson may ask of a machine.

use serde::Serialize;

/// Something that the host must be able to do for a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Mount overlays.
    Overlay,
    /// Make network namespaces, and cables and bridges in them.
    Network,
    /// Make cgroups, and set limits in them.
    Cgroup,
    /// Make user namespaces, which for root no lesson does but these.
    User,
    /// Put another mount in the place of the root, by pivot_root(2).
    PivotRoot,
}

impl Need {
    /// Every need with the word for it in the front matter.
    pub const ALL: &[(&str, Need)] = &[
        ("overlay", Need::Overlay),
        ("network", Need::Network),
        ("cgroup", Need::Cgroup),
        ("user", Need::User),
        ("pivot_root", Need::PivotRoot),
    ];
}

//! What a lesson may ask of a machine.

/// Something that the host must be able to do for a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// Mount overlays.
    Overlay,
    /// Make network namespaces, and cables and bridges in them.
    Network,
    /// Make cgroups, and set limits in them.
    Cgroup,
}

impl Need {
    /// Every need with the word for it in the front matter.
    pub const ALL: &[(&str, Need)] =
        &[("overlay", Need::Overlay), ("network", Need::Network), ("cgroup", Need::Cgroup)];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Need::ALL.iter().find(|(_, need)| *need == self).map_or("", |(word, _)| word)
    }
}

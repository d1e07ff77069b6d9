//! Which of its two interfaces to cgroups the kernel offers here.

use serde::{Deserialize, Serialize};

/// A version of the kernel's interface to cgroups; cgroups(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CgroupVersion {
    /// A tree for each controller.
    #[serde(rename = "v1")]
    One,
    /// One tree for all controllers.
    #[serde(rename = "v2")]
    Two,
}

impl CgroupVersion {
    /// Both.
    pub const ALL: [CgroupVersion; 2] = [CgroupVersion::One, CgroupVersion::Two];

    /// The word for it in a lesson.
    pub fn word(self) -> &'static str {
        match self {
            CgroupVersion::One => "v1",
            CgroupVersion::Two => "v2",
        }
    }

    /// 1 or 2.
    pub fn number(self) -> u32 {
        match self {
            CgroupVersion::One => 1,
            CgroupVersion::Two => 2,
        }
    }

    /// The version of this word.
    pub fn called(word: &str) -> Option<CgroupVersion> {
        CgroupVersion::ALL.into_iter().find(|version| version.word() == word)
    }
}

//! What one check found: plain data that crosses a process boundary.

use crate::ground::path_bytes;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The case, and whether it is what the exercise asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// One sentence without its full stop.
    pub sentence: String,
    /// Absent where the check holds.
    pub fault: Option<Fault>,
}

/// Why a check does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What the exercise asks for.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// What that means; may be empty.
    pub means: String,
    /// What to type or do next.
    pub next: String,
    /// How grave it is, which is also what may follow from it.
    pub rank: Rank,
    /// The paths it is about, absolute.
    #[serde(with = "path_bytes")]
    pub about: Vec<PathBuf>,
    /// The same within the union, as far as they lie in one: `report.txt` for `container/report.txt`.
    #[serde(with = "path_bytes")]
    pub names: Vec<PathBuf>,
}

/// What kind of thing is wrong, the gravest first: the cause of several faults is among the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Something was touched that must stay as it was.
    Harm,
    /// A mount or a namespace is missing, or there is one that should not be.
    Mount,
    /// A mount has other layers, or another nature.
    Layers,
    /// Something else stands where it should: a file in the place of a whiteout.
    Wrong,
    /// Something is there that should not be.
    Surplus,
    /// Something is not there.
    Missing,
    /// It is there, but does not read so, or comes from elsewhere.
    Content,
    /// It compares two things, or is what the kernel made of another one.
    Relation,
    /// What was promised does not work, though it was tried.
    Effect,
}

impl Outcome {
    /// The check holds, and this is what is the case.
    pub fn holds(sentence: impl Into<String>) -> Outcome {
        Outcome { sentence: sentence.into(), fault: None }
    }

    /// The check does not hold.
    pub fn fails(sentence: impl Into<String>, fault: Fault) -> Outcome {
        Outcome { sentence: sentence.into(), fault: Some(fault) }
    }
}

impl Fault {
    /// A fault about nothing in particular yet.
    pub fn new(rank: Rank, expected: impl Into<String>, found: impl Into<String>) -> Fault {
        Fault {
            expected: expected.into(),
            found: found.into(),
            means: String::new(),
            next: String::new(),
            rank,
            about: Vec::new(),
            names: Vec::new(),
        }
    }

    /// What it means.
    pub fn means(mut self, means: impl Into<String>) -> Fault {
        self.means = means.into();
        self
    }

    /// What to type or do next.
    pub fn next(mut self, next: impl Into<String>) -> Fault {
        self.next = next.into();
        self
    }
}

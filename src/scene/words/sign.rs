//! What stands before a sentence or an entry that is different: one character.

use crate::event::Mark;

/// What stands before a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `+`
    New,
    /// `~`
    Changed,
    /// `-`
    Gone,
    /// `W`
    Whiteout,
    /// `!`
    Care,
    /// A remark about several.
    More,
}

impl Sign {
    /// One character.
    pub fn mark(self) -> &'static str {
        match self {
            Sign::New => "+",
            Sign::Changed => "~",
            Sign::Gone => "-",
            Sign::Whiteout => "W",
            Sign::Care => "!",
            Sign::More => "…",
        }
    }
}

impl From<Mark> for Sign {
    fn from(mark: Mark) -> Sign {
        match mark {
            Mark::New => Sign::New,
            Mark::Changed => Sign::Changed,
            Mark::Gone => Sign::Gone,
        }
    }
}

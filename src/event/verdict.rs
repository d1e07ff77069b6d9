//! What the checks of an exercise found.

use serde::{Deserialize, Serialize};

/// An exercise, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// How it is called: `3.hide`.
    pub exercise: String,
    /// Its heading.
    pub title: String,
    /// Every check holds.
    pub solved: bool,
    /// One a check, in the order of the lesson.
    pub verdicts: Vec<Verdict>,
    /// What happened and why, as Markdown; told only where it is solved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<String>,
    /// What to type next, and why one would.
    pub next: Next,
}

/// What to type next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// The command.
    pub command: String,
    /// What it does, as the end of a sentence: `to go on to 3.restore`.
    pub why: String,
}

/// One check's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The check as the lesson has it: `whiteout container/report.txt`.
    pub check: String,
    /// What is the case, as one sentence without its full stop.
    pub sentence: String,
    /// Why it does not hold; absent where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
}

/// A check that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// What the exercise asks for.
    pub expected: String,
    /// What is there, with blanks that matter made visible.
    pub found: String,
    /// What that means, in a sentence or two.
    pub means: String,
    /// What to type or to do next.
    pub next: String,
    /// The place in the list of the check that failed first and brought this about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<usize>,
}

impl Verified {
    /// Whether the verdict at a place of the list follows from another one and says what was said before it: several
    /// checks miss the same mount.
    pub fn repeats(&self, at: usize) -> bool {
        let verdict = &self.verdicts[at];
        verdict.broken.as_ref().is_some_and(|broken| broken.follows.is_some())
            && self.verdicts[..at].iter().any(|before| before.sentence == verdict.sentence)
    }

    /// The verdicts that failed for a reason of their own, with their places; the gravest first.
    pub fn causes(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.broken.as_ref().is_some_and(|broken| broken.follows.is_none()))
    }
}

//! What a class tried out beside the path of a lesson, and how many hands were up: part of the record of an hour.

use crate::event::{Observation, Statement};
use serde::{Deserialize, Serialize};

/// A detour: a shell in the state of a beat. The lesson went on as if nothing had happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detour {
    /// Where it began: `detour from beat 5`.
    pub title: String,
    /// Numbers that were others there than the class had seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherNumber>,
    /// What was tried, command after command.
    pub tried: Vec<Tried>,
}

/// A command of a detour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// What the terminal showed: the prompt with the command, and what came of it.
    pub shown: String,
    /// The trees and tables after it, where somebody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Observation>,
}

/// A number that is another one on another stage: of a process, of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherNumber {
    /// What it is of.
    pub of: String,
    /// As the class had seen it.
    pub was: String,
    /// As it was in the detour.
    pub is: String,
}

/// Hands that were up for yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hands {
    /// The statement that was asked about.
    pub statement: Statement,
    /// How many said yes.
    pub yes: u32,
    /// Of how many.
    pub of: u32,
}

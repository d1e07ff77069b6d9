//! What is written down of a session.

use crate::ground::path_bytes;
use crate::stage::Keeper;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The version of the record's form.
pub const VERSION: u32 = 1;

/// A session of one lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The version of its form.
    pub version: u32,
    /// The folder of lessons, where it is not the program's own.
    #[serde(with = "path_bytes")]
    pub lessons: Option<PathBuf>,
    /// The process that keeps the namespaces.
    pub keeper: Keeper,
    /// The exercise that was entered last.
    pub exercise: String,
}

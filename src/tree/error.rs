//! Why a tree could not be made.

use crate::ground::{Errno, Failure};
use crate::kernel::{CallError, quoted};
use crate::reason::{Tried, refused};
use std::path::Path;

/// A tree that is not made; nothing half-made is left.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The kernel refused a call.
    #[error(transparent)]
    Host(Failure),
    /// What was asked for, or what the source holds, cannot be done.
    #[error(transparent)]
    Refused(Failure),
    /// A signal came.
    #[error("stopped by signal {0}")]
    Stopped(u8),
}

impl TreeError {
    /// The kernel refused a call; why, the table of reasons knows.
    pub fn call(wanted: impl Into<String>, error: CallError) -> TreeError {
        TreeError::Host(refused(wanted, Tried::Entry, error))
    }

    /// The same, for a call that the standard library made.
    pub fn io(wanted: impl Into<String>, call: &str, path: &Path, error: impl Into<Errno>) -> TreeError {
        TreeError::call(wanted, CallError::of(call, quoted(path), error))
    }

    /// It cannot be done: what, why, and what to do.
    pub fn refused(wanted: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> TreeError {
        TreeError::Refused(Failure::ours(wanted, why, fix))
    }
}

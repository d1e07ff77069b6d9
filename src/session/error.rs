//! Why something of a session could not be done.

use crate::ground::Failure;
use crate::kernel::{CallError, quoted};
use crate::stage::StageError;
use std::path::Path;

/// A session that can't be had, in three lines.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The sandbox.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// A file or directory of ours.
    #[error("{0}")]
    Disk(Box<Failure>),
    /// What was asked for makes no sense as things stand.
    #[error("{0}")]
    Refused(String),
}

impl SessionError {
    /// A call on one of our files failed.
    pub(super) fn disk(
        wanted: &str,
        call: &str,
        path: &Path,
        error: &std::io::Error,
        why: &str,
        fix: &str,
    ) -> SessionError {
        SessionError::call(wanted, CallError::of(call, quoted(path), error), why, fix)
    }

    /// The same, of a call that the kernel's room made.
    pub(super) fn call(wanted: &str, error: CallError, why: &str, fix: &str) -> SessionError {
        let (wanted, why, fix) = (wanted.into(), why.into(), fix.into());
        SessionError::Disk(Box::new(Failure { wanted, call: error.call, why, fix }))
    }

    /// What was asked for makes no sense as things stand: what, why, and what to do.
    pub(super) fn refused(wanted: &str, why: &str, fix: &str) -> SessionError {
        SessionError::Refused(format!("{wanted}\n  why   {why}\n  fix   {fix}"))
    }
}

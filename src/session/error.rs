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
        let call = CallError::from_io(call, quoted(path), error).call;
        SessionError::Disk(Box::new(Failure { wanted: wanted.into(), call, why: why.into(), fix: fix.into() }))
    }

    /// What was asked for makes no sense as things stand: what, why, and what to do.
    pub(super) fn refused(wanted: &str, why: &str, fix: &str) -> SessionError {
        SessionError::Refused(format!("{wanted}\n  why   {why}\n  fix   {fix}"))
    }
}

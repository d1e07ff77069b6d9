//! Why something of a session could not be done.

use crate::ground::{Errno, Failure};
use crate::kernel::{CallError, quoted};
use crate::stage::StageError;
use std::path::Path;

/// A session that can't be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub enum SessionError {
    /// The sandbox.
    Stage(#[from] StageError),
    /// A file or directory of ours.
    Disk(Failure),
    /// What was asked for makes no sense as things stand.
    Refused(Failure),
}

impl SessionError {
    /// A call on one of our files failed.
    pub fn disk(wanted: &str, call: &str, path: &Path, error: impl Into<Errno>, why: &str, fix: &str) -> SessionError {
        SessionError::call(wanted, CallError::of(call, quoted(path), error), why, fix)
    }

    /// The same, of a call that the kernel's room made.
    pub(super) fn call(wanted: &str, error: CallError, why: &str, fix: &str) -> SessionError {
        // So it is in the shell of a session, where nobody outside does it instead.
        if error.errno == Errno::EROFS && std::env::var_os("LAYERLAB_STATE").is_some() {
            let why = "in a session nothing can be written but its benches, and what is noted lies elsewhere";
            return SessionError::Disk(Failure::kernel(wanted, error, why, "do it in another terminal"));
        }
        SessionError::Disk(Failure::kernel(wanted, error, why, fix))
    }

    /// What was asked for makes no sense as things stand: what, why, and what to do.
    pub(super) fn refused(wanted: &str, why: impl Into<String>, fix: &str) -> SessionError {
        SessionError::Refused(Failure::ours(wanted, why, fix))
    }
}

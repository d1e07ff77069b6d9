//! Why something could not be done with an image.

use crate::ground::Failure;
use crate::kernel::CallError;
use crate::tree::TreeError;
use std::path::Path;

/// It could not be done; nothing half-made is left.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The kernel refused a call.
    #[error(transparent)]
    Host(Failure),
    /// What was asked for, or what the source holds, cannot be done.
    #[error(transparent)]
    Refused(Failure),
    /// What is stored is not what it says it is.
    #[error(transparent)]
    Damaged(Failure),
    /// A signal came.
    #[error("stopped by signal {0}")]
    Stopped(u8),
}

impl From<TreeError> for ImageError {
    fn from(error: TreeError) -> ImageError {
        match error {
            TreeError::Host(failure) => ImageError::Host(failure),
            TreeError::Refused(failure) => ImageError::Refused(failure),
            TreeError::Stopped(signal) => ImageError::Stopped(signal),
        }
    }
}

impl ImageError {
    /// The kernel refused a call; why, as far as its errno tells.
    pub(super) fn call(wanted: impl Into<String>, error: CallError) -> ImageError {
        TreeError::call(wanted, error).into()
    }

    /// The same, for a call that the standard library made.
    pub(super) fn io(wanted: impl Into<String>, call: &str, path: &Path, error: &std::io::Error) -> ImageError {
        TreeError::io(wanted, call, path, error).into()
    }

    /// It cannot be done: what, why, and what to do.
    pub(super) fn refused(wanted: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> ImageError {
        ImageError::Refused(Failure::ours(wanted, why, fix))
    }
}

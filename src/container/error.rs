//! Why there is no container.

use crate::ground::Failure;
use crate::kernel::CallError;
use crate::reason::{Tried, refused};

/// A container that could not be made. Nothing of it is left.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// The host refuses something that we need, and here is what to do.
    #[error(transparent)]
    Host(Failure),
    /// What was asked for makes no sense here.
    #[error(transparent)]
    Refused(Failure),
    /// The command could not be started; the code as a shell would give it.
    #[error("{1}")]
    Command(u8, Failure),
    /// A fault of ours.
    #[error(transparent)]
    Broken(Failure),
}

impl From<Failure> for ContainerError {
    fn from(failure: Failure) -> ContainerError {
        ContainerError::Host(failure)
    }
}

impl ContainerError {
    /// The host refused a call.
    pub(super) fn host(
        wanted: impl Into<String>,
        error: CallError,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> ContainerError {
        ContainerError::Host(Failure::kernel(wanted, error, why, fix))
    }

    /// The same, of the command, with the exit code that a shell would give.
    pub(super) fn with_code(self, code: u8) -> ContainerError {
        match self {
            ContainerError::Host(failure) => ContainerError::Command(code, failure),
            other => other,
        }
    }

    /// What was asked for cannot be had.
    pub(super) fn refused(
        wanted: impl Into<String>,
        error: CallError,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> ContainerError {
        ContainerError::Refused(Failure::kernel(wanted, error, why, fix))
    }

    /// A fault of ours, and what happened.
    pub(super) fn broken(what: impl Into<String>) -> ContainerError {
        ContainerError::Broken(Failure::ours(
            what,
            "this is a fault of layerlab, or somebody ended its process",
            "run the command again",
        ))
    }
}

/// Says of a call what was wanted by it; why it failed, the table of reasons knows.
pub(super) trait Wanted<T> {
    /// What was tried is named where the table has rows for it.
    fn wanted_by(self, wanted: &str, tried: Tried) -> Result<T, ContainerError>;

    /// See [`Wanted`].
    fn wanted(self, wanted: &str) -> Result<T, ContainerError>
    where
        Self: Sized,
    {
        self.wanted_by(wanted, Tried::Other)
    }
}

impl<T> Wanted<T> for Result<T, CallError> {
    fn wanted_by(self, wanted: &str, tried: Tried) -> Result<T, ContainerError> {
        self.map_err(|error| ContainerError::Host(refused(wanted, tried, error)))
    }
}

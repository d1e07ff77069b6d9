//! Why there is no container.

use crate::ground::Failure;
use crate::kernel::CallError;

/// A container that could not be made. Nothing of it is left.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// The host refuses something that we need, and here is what to do.
    #[error("{0}")]
    Host(Box<Failure>),
    /// What was asked for makes no sense here.
    #[error("{0}")]
    Refused(Box<Failure>),
    /// The command could not be started; the code as a shell would give it.
    #[error("{1}")]
    Command(u8, Box<Failure>),
    /// A fault of ours.
    #[error("{0}")]
    Broken(String),
}

impl From<Box<Failure>> for ContainerError {
    fn from(failure: Box<Failure>) -> ContainerError {
        ContainerError::Host(failure)
    }
}

impl ContainerError {
    /// The host refused a call.
    pub(super) fn host(
        wanted: &str,
        error: CallError,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> ContainerError {
        ContainerError::Host(failure(wanted, error, why, fix))
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
        wanted: &str,
        error: CallError,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> ContainerError {
        ContainerError::Refused(failure(wanted, error, why, fix))
    }
}

fn failure(wanted: &str, error: CallError, why: impl Into<String>, fix: impl Into<String>) -> Box<Failure> {
    Box::new(Failure { wanted: wanted.into(), call: error.call, why: why.into(), fix: fix.into() })
}

/// Says of a call what was wanted by it, and what to do where it fails.
pub(super) trait Wanted<T> {
    /// See [`Wanted`].
    fn wanted(self, wanted: &str, why: &str, fix: &str) -> Result<T, ContainerError>;
}

impl<T> Wanted<T> for Result<T, CallError> {
    fn wanted(self, wanted: &str, why: &str, fix: &str) -> Result<T, ContainerError> {
        self.map_err(|error| ContainerError::host(wanted, error, why, fix))
    }
}

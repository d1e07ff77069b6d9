//! Why something of the course could not be done.

use crate::lesson::{LoadError, Refusal, Unknown};
use crate::session::SessionError;
use crate::stage::StageError;

/// A lesson, an exercise or a session that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CourseError {
    /// The session, or what is written down of it.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The sandbox.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// A lesson's content.
    #[error(transparent)]
    Lesson(#[from] LoadError),
    /// What was asked for makes no sense as things stand.
    #[error("{0}")]
    Refused(String),
}

impl From<Refusal> for CourseError {
    fn from(refusal: Refusal) -> CourseError {
        CourseError::Refused(refusal.to_string())
    }
}

impl From<Unknown> for CourseError {
    fn from(unknown: Unknown) -> CourseError {
        CourseError::Refused(unknown.to_string())
    }
}

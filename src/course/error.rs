//! Why something of the course could not be done.

use crate::ground::Failure;
use crate::lesson::LoadError;
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
    #[error(transparent)]
    Refused(#[from] Failure),
}

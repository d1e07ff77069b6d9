//! The way through the lessons: which exercise a command is about, what was done, what comes next, and what the shell of a
//! session reads. It makes no output; it reads and writes what the [`session`](crate::session) keeps.
//!
//! - `lessons` are those that a command is about, `target` the lesson and the exercise,
//! - `journey` is what was done of all lessons, and the command that goes on from there,
//! - `look` looks at an exercise, `verify` notes what it saw in the progress,
//! - `inside` tells whether we are in the shell of a session, `shell` is what that shell reads when it begins.

mod error;
mod inside;
mod journey;
mod lessons;
mod look;
mod shell;
mod target;
mod verify;

pub use error::CourseError;
pub use inside::{HERE, LESSON, STATE, bench, is_inside, word};
pub use journey::{Journey, LessonProgress, NextCommand};
pub use lessons::Lessons;
pub use look::{ExerciseLook, ExerciseVisit};
pub use shell::{PROMPT_HELP, PROMPT_NAME, SessionShellOptions, session_shell, write_here};
pub use target::Target;
pub use verify::{Report, verify};

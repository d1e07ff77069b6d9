//! Whether a command is typed in the shell of a session. What is started in that shell inherits the variables by which it
//! knows where it is.

use crate::ground::EXERCISE_VARIABLE;
use std::path::PathBuf;

/// The lesson's folder name.
pub const LESSON: &str = "LAYERLAB_LESSON";
/// The directory in which the exercise is worked on.
pub const HERE: &str = "LAYERLAB_HERE";

/// The directory of what is noted of the session.
pub const STATE: &str = "LAYERLAB_STATE";

/// Whether the command is typed in the shell of a session.
pub fn is_inside() -> bool {
    std::env::var_os(LESSON).is_some()
}

/// A command as the learner types it: `hint` in the shell of a session, `layerlab hint` elsewhere.
pub fn word(word: &str) -> String {
    if is_inside() { word.to_string() } else { format!("layerlab {word}") }
}

/// In the shell of a session: where its exercise is worked on.
pub fn bench() -> Option<PathBuf> {
    let here = PathBuf::from(std::env::var_os(HERE).filter(|_| is_inside())?);
    here.is_dir().then_some(here)
}

/// In the shell of a session: its lesson.
pub(super) fn lesson() -> Option<String> {
    std::env::var(LESSON).ok()
}

/// In the shell of a session: the exercise that it is at.
pub(super) fn exercise() -> Option<String> {
    std::env::var(EXERCISE_VARIABLE).ok().filter(|_| is_inside())
}

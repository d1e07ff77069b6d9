//! What processes of a session find in their environment.

/// The exercise that they were started for. By it one tells whose a process is.
pub const EXERCISE_VARIABLE: &str = "LAYERLAB_EXERCISE";

//! What processes of a lesson find in their environment.

/// The exercise that they were started for. By it one tells whose a process is.
pub const EXERCISE_VARIABLE: &str = "LAYERLAB_EXERCISE";
/// The directory of the store of images. In a lesson it lies on the bench, so the student's own images are never touched.
pub const IMAGES_VARIABLE: &str = "LAYERLAB_IMAGES";
/// How that directory is called: on a bench, and among our files.
pub const IMAGES: &str = "images";
/// No file in an image is younger than this, in seconds since 1970 (<https://reproducible-builds.org/specs/source-date-epoch/>),
/// and in lessons its value: so the same lines make the same image on every machine.
pub const EPOCH: (&str, &str) = ("SOURCE_DATE_EPOCH", "0");

/// Of a command that was typed in a session and is done outside of it: the process inside, by its number outside.
pub const CALLER_VARIABLE: &str = "LAYERLAB_CALLER";

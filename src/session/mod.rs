//! Exercise sessions and progress, on disk.
//!
//! ```text
//! ~/.local/share/layerlab/            LAYERLAB_HOME; yours alone (mode 0700)
//!   progress.json                     what was solved, with how many hints
//!   03-whiteouts/HOW-TO-ENTER.txt     for who opens the directory elsewhere; also in each bench
//!   03-whiteouts/hide/                a bench: the files of one exercise, to be seen and edited
//!   .state/03-whiteouts/session.json  the process that keeps the session's namespaces: pid, start time, boot id
//!   .state/03-whiteouts/hide.start.json how the exercise began; without it the bench is not ready
//!   .state/03-whiteouts.lock          locked while a layerlab makes or ends something here
//!   .state/present/03-whiteouts.json  where the last hour in front of a class was left; beside it its socket and its lock
//! ```
//!
//! A session belongs to one lesson. Its benches live side by side, so the last exercise stays as it was when the learner
//! goes on to the next one. Every file is written whole or not at all.

mod error;
mod file;
mod home;
mod hour;
mod progress;
mod record;
#[expect(clippy::module_inception, reason = "a session is what this room is about")]
mod session;

pub use error::SessionError;
pub use home::Home;
pub use hour::{LastHour, meeting_place, presenter_lock};
pub use progress::{Done, Predicted, Progress, now};
pub use record::Record;
pub use session::{Begun, Reset, Session};

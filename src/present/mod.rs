//! A lesson in front of a class: beat after beat on a whole terminal, forth and back.
//!
//! [`beats`] cuts a lesson into beats. What came of their commands is what happened in this hour (`live`, a run of the lesson
//! in a thread), or what a recording has; [`Hour`] holds both, and where one is. Behind the beat that is shown a stage stands by
//! that was led to the same point without a word (`standby`), so that a detour begins at once and harms nothing.
//! [`Presenter`] is the screen with its keys, `notes` the instructor's own one, and `link` keeps them in step.

mod beats;
mod detour;
mod hour;
mod inbox;
mod keys;
mod link;
mod live;
mod notes;
mod preflight;
mod presenter;
mod record;
mod stage_thread;
mod standby;
mod transcript;

pub use beats::{Beat, BeatLine, beats};
pub use hour::{Hour, Place};
pub use link::{Address, Presented};
pub use notes::Follower;
pub use preflight::{Found, Preflight, preflight};
pub use presenter::{Ended, Presenter, PresenterOptions, RecordWriter};

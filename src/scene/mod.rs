//! Events in, lines of styled words out.
//!
//! A scene is told how wide it is and lays out one [`Event`](crate::event::Event) after the other as [`Line`]s: text in
//! pieces, each with its [`Role`] such as heading, hint or added. It names no colour and no escape sequence, makes no
//! system call, and remembers no more than the layout needs. [`Screen`] is for the eye, [`Spoken`] for the ear. What is
//! said in words ([`words`]) is the same in all of them.

mod beat;
mod exercise;
mod failure;
mod finding;
mod line;
mod look;
pub mod markdown;
mod panels;
mod picture;
mod role;
mod screen;
mod spoken;
mod surroundings;
mod trees;
mod verdict;
pub mod words;

pub use beat::{
    Asked, BeatLook, BeatPicture, BeatSource, Prose, SeenBeat, SeenBeats, columns, first_sentence, observation,
};
pub use exercise::{exercise, exercise_spoken};
pub use failure::failure;
pub use finding::{Sign, finding};
pub use line::Line;
pub(crate) use line::hanging;
pub use look::Look;
pub use picture::{Picture, waiting};
pub use role::Role;
pub use screen::Screen;
pub use spoken::Spoken;
pub use trees::glyphs;

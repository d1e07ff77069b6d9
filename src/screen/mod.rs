//! The whole screen of a terminal, for whatever takes all of it: `watch`, `present`.
//!
//! [`FullScreen`] makes the terminal raw, shows [lines](crate::scene::Line) by sending only what is different from what it
//! shows, waits for keys, and sets the terminal as it was when it is dropped and before a panic is told.

mod full_screen;
mod widths;

pub use full_screen::{FullScreen, Happened};
pub use widths::{Widths, widths};

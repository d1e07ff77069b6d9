//! Events in, text out: the only room that names a colour, and one that makes no system call.
//!
//! Whoever calls says how wide the terminal is and whether it has colours; a renderer turns one
//! [`Event`] after the other into text. What is said in words ([`words`]) is the same in all of
//! them; how it is laid out is each one's own.

mod exercise;
mod finding;
mod json;
mod junit;
mod line;
pub mod markdown;
mod page;
mod panels;
mod picture;
mod plain;
mod style;
mod terminal;
mod trees;
mod verdict;
pub mod words;

pub use exercise::exercise;
pub use finding::{Sign, finding};
pub use json::Json;
pub use junit::junit;
pub use page::page;
pub use picture::{Picture, waiting};
pub use plain::{Plain, PlainOptions};
pub use style::{Paint, Role};
pub use terminal::{Terminal, TerminalOptions, failure};

use crate::event::{Event, Observation, Timed};
use std::io::{self, Write};

/// Turns the events of a run into text, one after the other.
pub trait Renderer {
    /// Writes what this event adds.
    fn event(&mut self, told: &Timed, out: &mut dyn Write) -> io::Result<()>;

    /// Writes one observation alone, without a lesson around it (`layerlab trees`).
    fn observation(&mut self, observation: &Observation, out: &mut dyn Write) -> io::Result<()> {
        self.event(&Event::Observation(observation.clone()).into(), out)
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

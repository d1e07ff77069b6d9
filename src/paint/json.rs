//! One event a line, as JSON: what a recording holds and what a program reads.

use crate::event::Timed;
use crate::ground::Shown;
use crate::paint::Painter;
use std::io;

/// Writes each event as one line of JSON.
pub(super) struct Json;

impl Painter for Json {
    fn paint(&mut self, told: &Timed) -> io::Result<Shown> {
        Ok(told.shown()?.with("\n"))
    }
}

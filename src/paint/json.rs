//! One event a line, as JSON: what a recording holds and what a program reads.

use crate::event::Timed;
use crate::paint::Painter;
use std::io::{self, Write};

/// Writes each event as one line of JSON.
pub(super) struct Json;

impl Painter for Json {
    fn paint(&mut self, told: &Timed, out: &mut dyn Write) -> io::Result<()> {
        told.write(out)
    }
}

//! One event a line, as JSON: what a recording holds and what a program reads.

use crate::event::Timed;
use crate::render::Renderer;
use std::io::{self, Write};

/// Writes each event as one line of JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

impl Renderer for Json {
    fn event(&mut self, told: &Timed, out: &mut dyn Write) -> io::Result<()> {
        told.write(out)
    }
}

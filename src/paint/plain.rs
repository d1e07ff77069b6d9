//! Sentences without any style, for a screen reader.

use crate::event::Timed;
use crate::ground::Shown;
use crate::paint::Painter;
use crate::scene::{Look, Spoken};
use std::io;

/// Writes what is spoken, a sentence a line.
pub(super) struct Plain(Spoken);

impl Plain {
    pub(super) fn new(look: Look) -> Plain {
        Plain(Spoken::new(look))
    }
}

impl Painter for Plain {
    fn paint(&mut self, told: &Timed) -> io::Result<Shown> {
        Ok(self.0.lines(&told.event).iter().map(|line| Shown::from(line.text() + "\n")).collect())
    }
}

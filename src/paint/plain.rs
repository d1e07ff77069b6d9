//! Sentences without any style, for a screen reader.

use crate::event::Timed;
use crate::paint::Painter;
use crate::scene::{Look, Spoken};
use std::io::{self, Write};

/// Writes what is spoken, a sentence a line.
pub(super) struct Plain(Spoken);

impl Plain {
    pub(super) fn new(look: Look) -> Plain {
        Plain(Spoken::new(look))
    }
}

impl Painter for Plain {
    fn paint(&mut self, told: &Timed, out: &mut dyn Write) -> io::Result<()> {
        self.0.lines(&told.event).iter().try_for_each(|line| writeln!(out, "{}", line.text()))
    }
}

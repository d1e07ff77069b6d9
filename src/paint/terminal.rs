//! The terminal as a person sees it, with colours or without.

use crate::event::Timed;
use crate::ground::Shown;
use crate::paint::{Painter, Palette};
use crate::scene::{Look, Screen};
use std::io;

/// Writes the lines of a screen.
pub(super) struct Terminal {
    screen: Screen,
    palette: Palette,
}

impl Terminal {
    pub(super) fn new(look: Look) -> Terminal {
        Terminal { screen: Screen::new(look), palette: Palette::new(look.styled) }
    }
}

impl Painter for Terminal {
    fn paint(&mut self, told: &Timed) -> io::Result<Shown> {
        Ok(self.palette.lines(&self.screen.lines(&told.event)))
    }
}

//! The terminal as a person sees it, with colours or without.

use crate::event::Timed;
use crate::paint::{Painter, Palette};
use crate::scene::{Look, Screen};
use std::io::{self, Write};

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
    fn paint(&mut self, told: &Timed, out: &mut dyn Write) -> io::Result<()> {
        self.screen.lines(&told.event).iter().try_for_each(|line| writeln!(out, "{}", self.palette.line(line)))
    }
}

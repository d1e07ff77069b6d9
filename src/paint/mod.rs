//! Scenes in, text out: the only room that names a colour or an escape sequence. No painter computes.
//!
//! A painter gets one event of a run after the other. It has a [scene](crate::scene) lay it out, and says how its words look:
//! coloured, or plain, or as a page. [`page`] makes the parts of a page for the book, [`junit`]
//! a report for graders; a [`Grid`] is a whole screen, and a [`Key`] what somebody presses there.

mod cast;
mod erase;
mod grid;
mod html;
mod json;
mod junit;
mod key;
mod markdown;
mod page;
mod palette;
mod picture;
mod plain;
mod terminal;

pub use erase::take_away;
pub use grid::{ASK_WIDTHS, ENTER_SCREEN, FORGET_WIDTHS, Grid, LEAVE_SCREEN, SHOW_CURSOR, asked_columns};
pub use html::markdown as markdown_to_html;
pub use junit::junit;
pub use key::Key;
pub use page::{Hints, Html, PLAYER, STYLE, page};
pub use palette::{Palette, Theme};

use crate::event::Timed;
use crate::ground::Shown;
use crate::scene::Look;
use std::io;

/// Turns what happens in a run into text, one event after the other.
pub trait Painter {
    /// What this event adds.
    ///
    /// # Errors
    /// Where the event cannot be written.
    fn paint(&mut self, told: &Timed) -> io::Result<Shown>;
}

/// Makes a painter for a run that looks so.
pub type NewPainter = fn(Look) -> Box<dyn Painter>;

/// All painters of a run, by their names: `layerlab replay --as NAME`. The first is a person's own.
pub const PAINTERS: &[(&str, NewPainter)] = &[
    ("terminal", |look| Box::new(terminal::Terminal::new(look))),
    ("plain", |look| Box::new(plain::Plain::new(look))),
    ("json", |_| Box::new(json::Json)),
    ("cast", |look| Box::new(cast::Cast::new(look, cast::Version::Two))),
    ("cast3", |look| Box::new(cast::Cast::new(look, cast::Version::Three))),
    ("html", |_| Box::new(page::Html::new(Box::new(|_| Vec::new())))),
    ("markdown", |look| Box::new(markdown::Markdown::new(look))),
    ("svg", |_| Box::new(picture::Svg::new())),
];

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

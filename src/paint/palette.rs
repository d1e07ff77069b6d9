//! How each role looks on a terminal. Nothing outside this file names a colour.
//!
//! The colours are fixed entries in the middle of the 256-colour palette: each has a contrast of about 4 to 1 or more
//! on black and on white, while the sixteen "system" colours mean something else on every terminal. `dim` is not
//! used, because projectors swallow it. No role carries meaning by its colour alone; marks and words do.

use crate::scene::{Line, Role};
use colored::Colorize;

/// Puts on the colours, or leaves them all away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    colour: bool,
}

const GREY: u8 = 243;
const GREEN: u8 = 28;
const RED: u8 = 160;
const PURPLE: u8 = 133;
const TEAL: u8 = 30;
const ORANGE: u8 = 130;

impl Palette {
    /// With or without colours.
    pub fn new(colour: bool) -> Palette {
        if colour {
            // `colored` would else decide by the environment, which is the business of whoever calls us.
            colored::control::set_override(true);
        }
        Palette { colour }
    }

    /// Whether there are colours.
    pub fn colour(self) -> bool {
        self.colour
    }

    /// The text in the style of its role, for a prompt of bash, which is told which bytes take no room.
    pub fn prompt(self, role: Role, text: &str) -> String {
        match self.piece(role, "x").split_once('x') {
            Some((before, after)) if !before.is_empty() => format!("\\[{before}\\]{text}\\[{after}\\]"),
            _ => text.to_string(),
        }
    }

    /// A line with its colours, without spaces at its end.
    pub fn line(self, line: &Line) -> String {
        let mut pieces: Vec<(Role, &str)> = line.pieces().collect();
        while let Some((_, text)) = pieces.last_mut() {
            *text = text.trim_end_matches(' ');
            if !text.is_empty() {
                break;
            }
            pieces.pop();
        }
        pieces.into_iter().map(|(role, text)| self.piece(role, text)).collect()
    }

    /// Lines with their colours, a line feed behind each.
    pub fn lines(self, lines: &[Line]) -> String {
        lines.iter().map(|line| self.line(line) + "\n").collect()
    }

    fn piece(self, role: Role, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_string();
        }
        match role {
            Role::Text | Role::Output => return text.to_string(),
            Role::Heading | Role::Command | Role::Strong | Role::Directory => text.bold(),
            Role::Syscall | Role::Quiet | Role::Provenance | Role::Glyph | Role::Address => text.ansi_color(GREY),
            Role::Added | Role::Right => text.ansi_color(GREEN).bold(),
            Role::Changed => text.ansi_color(PURPLE).bold(),
            Role::Gone => text.ansi_color(RED).strikethrough(),
            Role::Whiteout | Role::Wrong | Role::Error => text.ansi_color(RED).bold(),
            Role::Hint | Role::Code => text.ansi_color(TEAL),
            Role::Warning => text.ansi_color(ORANGE).bold(),
            Role::Emphasis => text.italic(),
        }
        .to_string()
    }
}

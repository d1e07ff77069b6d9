//! Styles by role. Nothing outside this file names a colour.
//!
//! The colours are fixed entries in the middle of the 256-colour palette: each has a contrast of about 4 to 1 or more
//! on black and on white, while the sixteen "system" colours mean something else on every terminal. `dim` is not
//! used, because projectors swallow it. No role carries meaning by its colour alone; marks and words do.

use colored::Colorize;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing special.
    Text,
    /// The title of a step, a column or an exercise.
    Heading,
    /// A line that is executed.
    Command,
    /// What a command printed.
    Output,
    /// A system call.
    Syscall,
    /// A directory's name.
    Directory,
    /// New since the step before.
    Added,
    /// Different since the step before.
    Changed,
    /// Gone since the step before.
    Gone,
    /// A whiteout.
    Whiteout,
    /// Something that is told quietly, because something louder says nearly the same.
    Quiet,
    /// Which layer an entry comes from.
    Provenance,
    /// The glyphs that draw a tree, or a bar beside a quotation.
    Glyph,
    /// A hint, or what an author says aside.
    Hint,
    /// A prediction or a check that holds.
    Right,
    /// One that does not.
    Wrong,
    /// Something to know about.
    Warning,
    /// Something that failed.
    Error,
    /// Emphasis in prose.
    Emphasis,
    /// Strong emphasis in prose.
    Strong,
    /// Code within prose.
    Code,
    /// The address of a link.
    Address,
}

/// Puts on the colours, or leaves them all away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    colour: bool,
}

const GREY: u8 = 243;
const GREEN: u8 = 28;
const RED: u8 = 160;
const PURPLE: u8 = 133;
const TEAL: u8 = 30;
const ORANGE: u8 = 130;

impl Paint {
    /// With or without colours.
    pub fn new(colour: bool) -> Paint {
        if colour {
            // `colored` would else decide by the environment, which is the business of whoever calls us.
            colored::control::set_override(true);
        }
        Paint { colour }
    }

    /// Whether there are colours.
    pub fn colour(self) -> bool {
        self.colour
    }

    /// The text in the style of its role, for a prompt of bash, which is told which bytes take no room.
    pub fn prompt(self, role: Role, text: &str) -> String {
        match self.paint(role, "x").split_once('x') {
            Some((before, after)) if !before.is_empty() => format!("\\[{before}\\]{text}\\[{after}\\]"),
            _ => text.to_string(),
        }
    }

    /// The text in the style of its role.
    pub fn paint(self, role: Role, text: &str) -> String {
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

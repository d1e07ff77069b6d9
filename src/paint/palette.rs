//! How each role looks on a terminal. Nothing outside this file names a colour.
//!
//! Lines that stand on a terminal's own background have colours in the middle of the 256-colour palette: each has a contrast
//! of about 4 to 1 or more on black and on white, while the sixteen "system" colours mean something else on every terminal.
//! A screen that is projected has a background of its own, dark or light, and then every text has 7 to 1 or more (a test
//! measures it). `dim` is not used, because projectors swallow it. No role carries meaning by its colour alone; marks and
//! words do.

use crate::ground::Shown;
use crate::scene::{Line, Role};
use colored::{ColoredString, Colorize};

/// Puts on the colours, or leaves them all away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    colours: Option<&'static Colours>,
}

/// A screen's own background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Light text on black.
    Dark,
    /// Dark text on white.
    Light,
}

/// The colours of a palette, by their numbers among xterm's 256.
#[derive(Debug, PartialEq, Eq)]
struct Colours {
    /// Text and background, where they are not the terminal's own.
    ground: Option<(u8, u8)>,
    grey: u8,
    green: u8,
    red: u8,
    purple: u8,
    teal: u8,
    orange: u8,
}

/// On whatever background the terminal has.
const ANYWHERE: Colours = Colours { ground: None, grey: 243, green: 28, red: 160, purple: 133, teal: 30, orange: 130 };
const DARK: Colours =
    Colours { ground: Some((255, 16)), grey: 248, green: 114, red: 210, purple: 177, teal: 80, orange: 215 };
const LIGHT: Colours =
    Colours { ground: Some((16, 231)), grey: 239, green: 22, red: 124, purple: 90, teal: 23, orange: 88 };

impl Palette {
    /// With or without colours.
    pub fn new(colour: bool) -> Palette {
        Palette::of(colour.then_some(&ANYWHERE))
    }

    /// For a screen with a background of its own.
    pub fn themed(theme: Theme) -> Palette {
        Palette::of(Some(match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
        }))
    }

    fn of(colours: Option<&'static Colours>) -> Palette {
        if colours.is_some() {
            // `colored` would else decide by the environment, which is the business of whoever calls us.
            colored::control::set_override(true);
        }
        Palette { colours }
    }

    /// Whether there are colours.
    pub fn colour(self) -> bool {
        self.colours.is_some()
    }

    /// The text in the style of its role, for a prompt of bash, which is told which bytes take no room.
    pub fn prompt(self, role: Role, text: &str) -> String {
        match self.style(role) {
            Some((before, after)) if !before.is_empty() => format!("\\[{before}\\]{text}\\[{after}\\]"),
            _ => text.to_string(),
        }
    }

    /// A line with its colours, without spaces at its end.
    pub fn line(self, line: &Line) -> Shown {
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
    pub fn lines(self, lines: &[Line]) -> Shown {
        lines.iter().map(|line| self.line(line).with("\n")).collect()
    }

    /// Cells of a screen, in the style of their role and on the screen's background.
    pub(super) fn cells(self, role: Role, text: &str) -> Shown {
        self.piece(role, text)
    }

    fn piece(self, role: Role, text: &str) -> Shown {
        match self.style(role).filter(|_| !text.is_empty()) {
            Some((before, after)) => Shown::styled(&before, text, &after),
            None => text.into(),
        }
    }

    /// What a terminal is sent before and behind a text of this role.
    fn style(self, role: Role) -> Option<(String, String)> {
        const TEXT: &str = "x";
        let colours = self.colours?;
        let (styled, colour) = colours.style(role, TEXT);
        let styled = match (colour, colours.ground) {
            (Some(colour), _) => styled.ansi_color(colour),
            (None, Some((plain, _))) => styled.ansi_color(plain),
            (None, None) => styled,
        };
        let styled = match colours.ground {
            Some((_, background)) => styled.on_ansi_color(background).to_string(),
            None => styled.to_string(),
        };
        styled.split_once(TEXT).map(|(before, behind)| (before.to_string(), behind.to_string()))
    }
}

impl Colours {
    /// The text as bold or as slanted as its role is, and its colour, where that is none of its background's.
    fn style(&self, role: Role, text: &str) -> (ColoredString, Option<u8>) {
        match role {
            Role::Text | Role::Output => (text.normal(), None),
            Role::Heading | Role::Command | Role::Strong | Role::Directory => (text.bold(), None),
            Role::Syscall | Role::Quiet | Role::Provenance | Role::Glyph | Role::Address => {
                (text.normal(), Some(self.grey))
            }
            Role::Added | Role::Right => (text.bold(), Some(self.green)),
            Role::Changed => (text.bold(), Some(self.purple)),
            Role::Gone => (text.strikethrough(), Some(self.red)),
            Role::Whiteout | Role::Wrong | Role::Error => (text.bold(), Some(self.red)),
            Role::Hint | Role::Code => (text.normal(), Some(self.teal)),
            Role::Warning => (text.bold(), Some(self.orange)),
            Role::Emphasis => (text.italic(), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Palette, Theme};
    use crate::scene::Role;

    /// The relative luminance of one of xterm's colours from 16 on, as WCAG 2 computes it.
    fn luminance(number: u8) -> f64 {
        let levels = [0.0, 95.0, 135.0, 175.0, 215.0, 255.0];
        let [red, green, blue] = match number {
            16..=231 => [36, 6, 1].map(|unit| levels[usize::from((number - 16) / unit % 6)]),
            232.. => [8.0 + 10.0 * f64::from(number - 232); 3],
            _ => panic!("colour {number} is another one on every terminal"),
        };
        let linear = |part: f64| {
            let part: f64 = part / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// The number that a terminal is sent behind these words.
    fn sent(painted: &str, before: &str) -> u8 {
        let (_, rest) = painted.split_once(before).unwrap_or_else(|| panic!("{before} in {painted:?}"));
        rest.split(['m', ';']).next().unwrap().parse().unwrap()
    }

    #[test]
    fn every_text_on_a_screen_of_its_own_has_a_contrast_of_seven_to_one() {
        for theme in [Theme::Dark, Theme::Light] {
            for role in Role::ALL {
                let painted = Palette::themed(theme).cells(*role, "x");
                let painted = painted.as_str();
                let (text, background) = (luminance(sent(painted, "38;5;")), luminance(sent(painted, "48;5;")));
                let contrast = (text.max(background) + 0.05) / (text.min(background) + 0.05);
                assert!(contrast >= 7.0, "{theme:?} {role:?}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn colours_on_an_unknown_background_can_be_read_on_black_and_on_white() {
        for role in Role::ALL {
            let painted = Palette::new(true).piece(*role, "x");
            let painted = painted.as_str();
            if painted.contains("38;5;") {
                let text = luminance(sent(painted, "38;5;"));
                let contrast = (1.05 / (text + 0.05)).min((text + 0.05) / 0.05);
                assert!(contrast >= 3.5, "{role:?}: {contrast:.2}");
            }
        }
    }
}

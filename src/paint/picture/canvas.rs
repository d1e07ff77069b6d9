//! Boxes, lines and words at their places, and the SVG that holds them.

use crate::paint::html::html;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// How wide a letter is, in tenths of a pixel: 13 pixels of a monospaced font.
const LETTER: usize = 79;
/// From one line of text to the next.
pub(super) const LINE: usize = 19;
/// Longer text is cut: a picture is looked at, and the page has all words.
pub(super) const LONGEST: usize = 110;

/// The look of a picture that stands alone.
const ALONE: &str = "svg { --ground: #ffffff; --block: #f4f4f1; --text: #1b1b1b; --quiet: #474747; --link: #0a4a86; --new: #0b5327; --gone: #8c1616; --changed: #5f1c96; }
@media (prefers-color-scheme: dark) { svg { --ground: #15171b; --block: #1f2228; --text: #ececea; --quiet: #c3c6cc; --link: #9ccbff; --new: #8be0a6; --gone: #ffb0ab; --changed: #dcc0ff; } }
.ground { fill: var(--ground); stroke: none; }
";

/// What a picture shows, in words; both are HTML already.
pub struct Said {
    /// In a few words.
    pub title: String,
    /// All of it.
    pub text: String,
}

/// A drawing that is finished.
pub struct Drawing {
    width: usize,
    height: usize,
    parts: String,
}

/// A drawing that grows; places are in pixels from its upper left corner.
pub(super) struct Canvas(Drawing);

/// How wide a text is in pixels.
pub(super) fn width(text: &str) -> usize {
    (text.width().min(LONGEST) * LETTER).div_ceil(10)
}

impl Canvas {
    pub(super) fn new() -> Canvas {
        Canvas(Drawing { width: 0, height: 0, parts: String::new() })
    }

    /// A box.
    pub(super) fn rect(&mut self, (x, y): (usize, usize), (width, height): (usize, usize), class: &str) {
        let _ = write!(
            self.0.parts,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"5\"/>"
        );
        self.reach(x + width, y + height);
    }

    /// Words; `y` is where they stand.
    pub(super) fn text(&mut self, (x, y): (usize, usize), class: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let cut: String = text.chars().take(LONGEST - 1).collect();
        let text = if text.width() > LONGEST { cut + "…" } else { text.to_string() };
        let _ = write!(self.0.parts, "<text{class} x=\"{x}\" y=\"{y}\">{}</text>", html(&text));
        self.reach(x + width(&text), y + 5);
    }

    /// One more line of words below all that there is.
    pub(super) fn line(&mut self, class: &str, text: &str) {
        let y = if self.0.height == 0 { 14 } else { self.0.height - 5 + LINE };
        self.text((0, y), class, text);
    }

    /// A line, by the commands of SVG.
    pub(super) fn path(&mut self, class: &str, way: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = write!(self.0.parts, "<path{class} d=\"{way}\"/>");
    }

    /// Everything that was drawn.
    pub(super) fn drawing(self) -> Drawing {
        self.0
    }

    fn reach(&mut self, right: usize, bottom: usize) {
        self.0.width = self.0.width.max(right + 2);
        self.0.height = self.0.height.max(bottom);
    }
}

impl Drawing {
    /// Several drawings as one.
    pub(super) fn below_each_other(all: impl IntoIterator<Item = Drawing>, gap: usize) -> Drawing {
        let mut whole = Drawing { width: 0, height: 0, parts: String::new() };
        for drawing in all {
            let top = if whole.height == 0 { 0 } else { whole.height + gap };
            let _ = write!(whole.parts, "<g transform=\"translate(0 {top})\">{}</g>", drawing.parts);
            whole.width = whole.width.max(drawing.width);
            whole.height = top + drawing.height;
        }
        whole
    }

    /// The picture; alone, with its own look and ground, or within a page that has the look.
    pub fn svg(&self, said: &Said, alone: bool) -> String {
        let margin = if alone { 16 } else { 2 };
        let (width, height) = (self.width + 2 * margin, self.height + 2 * margin);
        let look = match alone {
            true => format!(
                "<style>\n{ALONE}{}</style><rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>",
                include_str!("../page/picture.css")
            ),
            false => String::new(),
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\"><title>{}</title><desc>{}</desc>{look}\
             <g class=\"llp\" transform=\"translate({margin} {margin})\">{}</g></svg>",
            said.title, said.text, self.parts
        )
    }
}

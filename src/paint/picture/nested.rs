//! Boxes within boxes: each as wide as its words and what is in it.

use crate::paint::picture::canvas::{Canvas, Drawing, LINE, width};

const PADDING: usize = 10;
const GAP: usize = 8;
const NARROWEST: usize = 150;

/// A box with lines of words, and boxes below them.
pub(super) struct Nested {
    /// What it is found by among the places.
    pub(super) key: String,
    /// The look of its border.
    pub(super) look: &'static str,
    /// Look and words, the title first.
    pub(super) lines: Vec<(&'static str, String)>,
    /// What is in it, from the top down.
    pub(super) inner: Vec<Nested>,
}

/// Where a box came to lie.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) left: usize,
    pub(super) right: usize,
    /// Where a line to it ends: at the height of its title.
    pub(super) middle: usize,
}

impl Nested {
    /// A box with a title.
    pub(super) fn new(key: impl Into<String>, look: &'static str, title: impl Into<String>) -> Nested {
        Nested { key: key.into(), look, lines: vec![("b", title.into())], inner: Vec::new() }
    }

    /// One more line.
    pub(super) fn line(&mut self, class: &'static str, text: impl Into<String>) {
        self.lines.push((class, text.into()));
    }

    /// Draws it with its corner there, and tells where all boxes came to lie.
    pub(super) fn draw(&self, canvas: &mut Canvas, corner: (usize, usize)) -> Vec<(String, Place)> {
        let mut places = Vec::new();
        self.put(canvas, corner, self.size().0, &mut places);
        places
    }

    /// A drawing of it alone.
    pub(super) fn drawing(&self) -> Drawing {
        let mut canvas = Canvas::new();
        self.draw(&mut canvas, (0, 0));
        canvas.drawing()
    }

    /// Width and height.
    pub(super) fn size(&self) -> (usize, usize) {
        let words = self.lines.iter().map(|(_, text)| width(text));
        let inner: Vec<(usize, usize)> = self.inner.iter().map(Nested::size).collect();
        let wide = words.chain(inner.iter().map(|(wide, _)| *wide)).max().unwrap_or(0).max(NARROWEST) + 2 * PADDING;
        (
            wide,
            self.head()
                + inner.iter().map(|(_, high)| high + GAP).sum::<usize>()
                + if inner.is_empty() { 0 } else { 2 },
        )
    }

    fn head(&self) -> usize {
        LINE * self.lines.len() + PADDING
    }

    fn put(&self, canvas: &mut Canvas, (x, y): (usize, usize), wide: usize, places: &mut Vec<(String, Place)>) {
        let (_, high) = self.size();
        canvas.rect((x, y), (wide, high), self.look);
        for (at, (class, text)) in self.lines.iter().enumerate() {
            canvas.text((x + PADDING, y + 18 + LINE * at), class, text);
        }
        places.push((self.key.clone(), Place { left: x, right: x + wide, middle: y + 14 }));
        let mut below = y + self.head();
        for inner in &self.inner {
            inner.put(canvas, (x + PADDING, below), wide - 2 * PADDING, places);
            below += inner.size().1 + GAP;
        }
    }
}

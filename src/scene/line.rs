//! A line of styled text whose width is known before any colour is put on, and the wrapping of such lines.
//!
//! All text passes through [`Line::push`], so nothing that a file name or a command's output holds can move the
//! cursor: control characters and the ones that turn the direction of writing around become escapes.

use crate::ground::escaped;
use crate::scene::Role;
use textwrap::core::Fragment;
use textwrap::wrap_algorithms::wrap_first_fit;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Pieces of text with their roles, on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<(Role, String)>);

impl Line {
    /// An empty line.
    pub fn new() -> Line {
        Line::default()
    }

    /// A line of one piece.
    pub fn of(role: Role, text: impl AsRef<str>) -> Line {
        Line::new().with(role, text)
    }

    /// The line with one more piece.
    pub fn with(mut self, role: Role, text: impl AsRef<str>) -> Line {
        self.push(role, text.as_ref());
        self
    }

    /// Adds a piece. Whatever the text holds, it stays on its line and moves no cursor.
    pub fn push(&mut self, role: Role, text: &str) {
        let safe = escaped(text);
        match self.0.last_mut() {
            Some((last, before)) if *last == role => before.push_str(&safe),
            _ if safe.is_empty() => {}
            _ => self.0.push((role, safe.into_owned())),
        }
    }

    /// Adds all pieces of another line.
    pub fn append(&mut self, other: Line) {
        for (role, text) in other.0 {
            self.push(role, &text);
        }
    }

    /// Its pieces with their roles, in order; neighbours have different roles.
    pub fn pieces(&self) -> impl Iterator<Item = (Role, &str)> {
        self.0.iter().map(|(role, text)| (*role, text.as_str()))
    }

    /// The text alone.
    pub fn text(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| text.width()).sum()
    }

    /// Spaces up to this width.
    pub fn pad(&mut self, width: usize) {
        let missing = width.saturating_sub(self.width());
        self.push(Role::Text, &" ".repeat(missing));
    }

    /// At most this wide; what is cut off at the end leaves `…` behind.
    pub fn cut(self, width: usize) -> Line {
        if self.width() <= width {
            return self;
        }
        let mut cut = Line::new();
        let mut left = width.saturating_sub(1);
        for (role, text) in self.0 {
            let kept = head(&text, left);
            left -= kept.width();
            cut.push(role, kept);
            if kept.len() < text.len() {
                if width > 0 {
                    cut.push(role, "…");
                }
                break;
            }
        }
        cut
    }

    /// Wrapped into lines at most `width` wide: the first begins with `first`, the others with `rest`.
    pub fn wrap(&self, width: usize, first: &Line, rest: &Line) -> Vec<Line> {
        let room = |indent: &Line| width.saturating_sub(indent.width()).max(1);
        let narrowest = room(first).min(room(rest));
        let fragments = self.fragments(narrowest);
        let widths = [room(first) as f64, room(rest) as f64];
        let lines = wrap_first_fit(&fragments, &widths);
        let wrapped = lines.iter().enumerate().map(|(index, fragments)| {
            let mut line = if index == 0 { first.clone() } else { rest.clone() };
            for (at, fragment) in fragments.iter().enumerate() {
                line.append(fragment.text.clone());
                if at + 1 < fragments.len() {
                    line.append(fragment.blank.clone());
                }
            }
            line.cut(width.max(1))
        });
        wrapped.collect()
    }

    /// Words, each with the blank after it. A line may also be broken beside a wide (Chinese, say) character, and
    /// inside a word that is wider than the line: behind a `/`, `,` or `:`, if the word has one.
    fn fragments(&self, widest: usize) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        let mut word = Word::default();
        for (role, text) in &self.0 {
            for letter in text.chars() {
                let mut bytes = [0; 4];
                let letter_text: &str = letter.encode_utf8(&mut bytes);
                if letter == ' ' {
                    word.blank.push(*role, " ");
                    continue;
                }
                let width = letter.width().unwrap_or(0);
                let wide = width == 2 && !closes(letter);
                let after_wide = word.last_wide && (wide || letter.is_alphanumeric());
                let full = word.text.width() + width > widest;
                if !word.blank.is_empty() || (!word.text.is_empty() && (wide || after_wide || full)) {
                    let parted = (full && word.blank.is_empty()).then(|| word.parted()).flatten();
                    let (before, after) = parted.unwrap_or_else(|| (std::mem::take(&mut word), Word::default()));
                    words.push(before);
                    word = after;
                }
                word.text.push(*role, letter_text);
                if width > 0 {
                    word.last_wide = width == 2;
                }
            }
        }
        words.push(word);
        words
    }
}

#[derive(Clone, Debug, Default)]
struct Word {
    text: Line,
    blank: Line,
    last_wide: bool,
}

impl Word {
    /// What stands before and behind the last place where a path or a list of options has an end of a part.
    fn parted(&self) -> Option<(Word, Word)> {
        let letters = self.text.0.iter().flat_map(|(role, text)| text.chars().map(|letter| (*role, letter)));
        let letters: Vec<_> = letters.collect();
        let end = letters.iter().rposition(|(_, letter)| "/,:".contains(*letter))? + 1;
        let of = |letters: &[(Role, char)]| {
            let mut text = Line::new();
            letters.iter().for_each(|(role, letter)| text.push(*role, letter.encode_utf8(&mut [0; 4])));
            Word { text, ..Word::default() }
        };
        (end < letters.len()).then(|| (of(&letters[..end]), of(&letters[end..])))
    }
}

impl Fragment for Word {
    fn width(&self) -> f64 {
        self.text.width() as f64
    }
    fn whitespace_width(&self) -> f64 {
        self.blank.width() as f64
    }
    fn penalty_width(&self) -> f64 {
        0.0
    }
}

/// Punctuation that never begins a line.
fn closes(letter: char) -> bool {
    "，。、；：？！）》」』】〉…".contains(letter) || ",.;:?!)]}".contains(letter)
}

/// As much of the beginning as fits into `width`.
pub(crate) fn head(text: &str, width: usize) -> &str {
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        let next = at + letter.len_utf8();
        if text[..next].width() > width {
            break;
        }
        end = next;
    }
    &text[..end]
}

/// As much of the end as fits into `width`.
pub(crate) fn tail(text: &str, width: usize) -> &str {
    let mut start = text.len();
    for (at, _) in text.char_indices().rev() {
        if text[at..].width() > width {
            break;
        }
        start = at;
    }
    &text[start..]
}

/// At most this wide, with `…` in the middle: the end of a name often tells more than its middle.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let room = width.saturating_sub(1);
    let front = head(text, room.div_ceil(2));
    let back = tail(text, room - front.width());
    if width == 0 { String::new() } else { format!("{front}…{back}") }
}

/// Text that hangs under its first line: the lines after it are indented as far as `first` is wide.
pub(crate) fn hanging(width: usize, first: &Line, text: &Line) -> Vec<Line> {
    hanging_by(width, first, first.width(), text)
}

/// Text behind `first`, the lines after it indented by `by`; less where the terminal is too narrow for that.
pub(crate) fn hanging_by(width: usize, first: &Line, by: usize, text: &Line) -> Vec<Line> {
    let rest = Line::of(Role::Text, " ".repeat(by.min(width / 3)));
    if first.width() * 2 <= width {
        return text.wrap(width, first, &rest);
    }
    let mut all = first.clone();
    all.append(text.clone());
    all.wrap(width, &Line::new(), &rest)
}

#[cfg(test)]
mod tests {
    use super::{Line, shorten};
    use crate::scene::Role;

    fn wrap(text: &str, width: usize) -> Vec<String> {
        let lines = Line::of(Role::Text, text).wrap(width, &Line::of(Role::Text, "+ "), &Line::of(Role::Text, "  "));
        lines.iter().map(Line::text).collect()
    }

    #[test]
    fn words_are_wrapped_and_long_ones_broken() {
        assert_eq!(wrap("one two three", 9), ["+ one two", "  three"]);
        assert_eq!(wrap("one abcdefghijk", 8), ["+ one", "  abcdef", "  ghijk"]);
        assert_eq!(wrap("in /home/ann/mnt", 9), ["+ in", "  /home/", "  ann/mnt"]);
        assert_eq!(wrap("", 8), ["+ "]);
    }

    #[test]
    fn chinese_is_broken_between_characters_but_not_before_a_full_stop() {
        assert_eq!(wrap("容器是什么。", 8), ["+ 容器是", "  什么。"]);
        assert_eq!(wrap("容器是什。么", 6), ["+ 容器", "  是", "  什。", "  么"]);
    }

    #[test]
    fn nothing_moves_the_cursor() {
        assert_eq!(Line::of(Role::Text, "a\x1b[2Jb\u{202e}").text(), "a\\033[2Jb\\u{202e}");
    }

    #[test]
    fn a_long_name_loses_its_middle() {
        assert_eq!(shorten("image-layer1.txt", 9), "imag….txt");
        assert_eq!(shorten("镜像层.txt", 6), "镜…txt");
        assert_eq!(shorten("abc", 0), "");
        assert_eq!(shorten("abc", 1), "…");
    }
}

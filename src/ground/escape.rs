//! Text that cannot do anything to a terminal or to a page: what moves a cursor, changes colours or turns the direction of
//! writing around becomes visible instead.

use std::borrow::Cow;

/// The text with every control character as an escape: `\033` for those of ASCII, `\u{202e}` for all others, for the signs
/// that turn the direction of writing (Unicode, UAX #9), and for the line and paragraph separators.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            control if control.is_ascii_control() => safe.push_str(&format!("\\{:03o}", control as u32)),
            other if acts(other) => safe.extend(other.escape_unicode()),
            letter => safe.push(letter),
        }
    }
    Cow::Owned(safe)
}

/// The same for text of several lines: their ends and tabs stay.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| acts(letter) && !matches!(letter, '\n' | '\t')) {
        return Cow::Borrowed(text);
    }
    let piece = |piece: &str| match piece.strip_suffix(['\n', '\t']) {
        Some(before) => escaped(before).into_owned() + &piece[before.len()..],
        None => escaped(piece).into_owned(),
    };
    Cow::Owned(text.split_inclusive(['\n', '\t']).map(piece).collect())
}

/// Whether a character does something to whatever shows it, rather than showing itself.
pub fn acts(letter: char) -> bool {
    let turns_or_separates =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns_or_separates || letter.is_control()
}

#[cfg(test)]
mod tests {
    use super::{escaped, escaped_lines};

    #[test]
    fn the_ends_of_lines_and_tabs_may_stay() {
        assert_eq!(escaped_lines("a\tb\nc\x1b[2J\n\u{2028}\r\n"), "a\tb\nc\\033[2J\n\\u{2028}\\015\n");
        assert_eq!(escaped_lines("a\tb\n"), "a\tb\n");
    }

    #[test]
    fn what_acts_becomes_visible_and_nothing_else_changes() {
        for (text, shown) in [
            ("plain, 层, é, 👩‍💻", "plain, 层, é, 👩‍💻"),
            ("a\x1b[2Jb\x7f", "a\\033[2Jb\\177"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{202e}fdp\u{2066}\u{2069}\u{200f}\u{61c}", "\\u{202e}fdp\\u{2066}\\u{2069}\\u{200f}\\u{61c}"),
            ("one\u{2028}two\u{2029}three\nfour", "one\\u{2028}two\\u{2029}three\\012four"),
        ] {
            assert_eq!(escaped(text), shown);
            assert_eq!(escaped(&escaped(text)), shown);
        }
    }
}

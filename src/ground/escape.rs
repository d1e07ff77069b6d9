//! Text that cannot do anything to a terminal or to a page: what moves a cursor, changes colours or turns the direction of
//! writing around becomes visible instead.

use std::borrow::Cow;

/// The text with every control character as an escape: `\033` for those of ASCII, `\u{202e}` for all others, for the signs
/// that turn the direction of writing (Unicode, UAX #9), for the line and paragraph separators, and for what nobody sees.
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

/// Whether a character does something to whatever shows it, rather than showing itself. That is also one that takes no room
/// and that nobody sees, by which a name looks like another one (Unicode, Default_Ignorable_Code_Point). Those that join
/// letters and choose how a sign is drawn stay: writing needs them.
pub fn acts(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_control();
    }
    let turns_or_separates =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_unseen = matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
            | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}'
    );
    turns_or_separates || is_unseen || letter.is_control()
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
            ("a\u{200b}b\u{ad}\u{feff}\u{e0041}", "a\\u{200b}b\\u{ad}\\u{feff}\\u{e0041}"),
            ("one\u{2028}two\u{2029}three\nfour", "one\\u{2028}two\\u{2029}three\\012four"),
        ] {
            assert_eq!(escaped(text), shown);
            assert_eq!(escaped(&escaped(text)), shown);
        }
    }
}

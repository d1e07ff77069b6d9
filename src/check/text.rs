//! Text as it is shown in a verdict: in quotes, with what cannot be seen made visible.

/// The lines of a file; bytes that are no UTF-8 are replaced. A line feed at the end begins no further line.
pub fn lines(content: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(content);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    if content.is_empty() { Vec::new() } else { text.split('\n').map(str::to_string).collect() }
}

/// The text in double quotes: tabs and the like as escapes, a long text shortened in its middle.
pub fn in_quotes(text: &str) -> String {
    const MOST: usize = 120;
    let letters: Vec<char> = text.chars().collect();
    let short: String = match letters.len() {
        0..=MOST => text.to_string(),
        _ => letters[..MOST / 2].iter().chain(&['…']).chain(&letters[letters.len() - MOST / 2..]).collect(),
    };
    let mut shown = String::from("\"");
    for letter in short.chars() {
        match letter {
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            control if control.is_control() => shown.extend(control.escape_default()),
            other => shown.push(other),
        }
    }
    shown + "\""
}

/// The same with every blank and tab as a sign, for two texts that differ in nothing else.
pub fn with_blanks(text: &str) -> String {
    in_quotes(&text.replace(' ', "·").replace('\t', "→"))
}

/// `no line`, `1 line`, `2 lines` …
pub fn lines_words(count: usize) -> String {
    match count {
        0 => "no line".to_string(),
        1 => "1 line".to_string(),
        more => format!("{more} lines"),
    }
}

/// What [`with_blanks`] is for.
pub const BLANKS_DIFFER: &str = "They differ in white space alone: · is a blank, → is a tab.";

/// Whether two texts differ in blanks and tabs alone.
pub fn only_blanks_differ(one: &str, other: &str) -> bool {
    let solid =
        |text: &str| text.split([' ', '\t', '\r']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    one != other && (solid(one) == solid(other) || solid(one).replace(' ', "") == solid(other).replace(' ', ""))
}

#[cfg(test)]
mod tests {
    use super::{in_quotes, lines, only_blanks_differ, with_blanks};

    #[test]
    fn lines_are_those_a_person_counts() {
        assert_eq!(lines(b""), [""; 0]);
        assert_eq!(lines(b"\n"), [""]);
        assert_eq!(lines(b"a\nb"), ["a", "b"]);
        assert_eq!(lines(b"a\n\n"), ["a", ""]);
        assert_eq!(lines(b"\xff\n"), ["\u{fffd}"]);
    }

    #[test]
    fn what_cannot_be_seen_is_made_visible() {
        assert_eq!(in_quotes("a\tb\r\u{7}"), "\"a\\tb\\r\\u{7}\"");
        assert_eq!(with_blanks(" a\t"), "\"·a→\"");
        assert_eq!(in_quotes(&"x".repeat(500)).chars().count(), 123);
        assert!(only_blanks_differ("a b ", "a b") && only_blanks_differ("ab", "a b") && !only_blanks_differ("a", "a"));
        assert!(!only_blanks_differ("a", "b"));
    }
}

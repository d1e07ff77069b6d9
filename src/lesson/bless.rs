//! Rewrites the expected output of a lesson in place, for `lesson check --bless`.

/// The text with the lines `first..end` (from 1, end exclusive) of each replacement exchanged for its new lines. All
/// else stays byte for byte. What a console block cannot hold as it is (a `$` or a fence at the beginning of a line, a
/// control character) becomes the wildcard `[..]`.
pub fn bless(text: &str, replacements: &[((u32, u32), Vec<String>)]) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let end_of_line = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let mut sorted: Vec<&((u32, u32), Vec<String>)> = replacements.iter().collect();
    sorted.sort_by_key(|(range, _)| *range);
    let mut blessed = String::with_capacity(text.len());
    let mut at = 0;
    for ((first, end), new) in sorted {
        let first = (*first as usize).saturating_sub(1).clamp(at, lines.len());
        blessed.extend(lines[at..first].iter().copied());
        for line in new {
            blessed.push_str(&writable(line));
            blessed.push_str(end_of_line);
        }
        at = (*end as usize).saturating_sub(1).clamp(first, lines.len());
    }
    blessed.extend(lines[at..].iter().copied());
    blessed
}

const ANY: &str = "[..]";

fn writable(line: &str) -> String {
    let mut written = String::new();
    for letter in line.chars() {
        match letter {
            letter if letter.is_control() && letter != '\t' => written.push_str(ANY),
            letter => written.push(letter),
        }
    }
    let fence = written.trim_start().starts_with("```");
    match written.chars().next() {
        _ if fence => ANY.to_string() + written.trim_start().trim_start_matches('`'),
        Some(sign @ ('$' | '?')) if sign == '$' || written == "?" || written.starts_with("? ") => {
            ANY.to_string() + &written[1..]
        }
        _ => written,
    }
}

#[cfg(test)]
mod tests {
    use super::bless;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| line.to_string()).collect()
    }

    #[test]
    fn only_the_named_lines_change() {
        let text = "\u{feff}one\n$ a\nold\nold\n$ b\n$ c\ngone\nend without newline";
        let new = [((7, 8), lines(&[])), ((3, 5), lines(&["new"])), ((6, 6), lines(&["x", "y"]))];
        assert_eq!(bless(text, &new), "\u{feff}one\n$ a\nnew\n$ b\nx\ny\n$ c\nend without newline");
        assert_eq!(bless(text, &[]), text);
    }

    #[test]
    fn windows_lines_stay_windows_lines() {
        assert_eq!(bless("a\r\nb\r\nc\r\n", &[((2, 3), lines(&["x", "y"]))]), "a\r\nx\r\ny\r\nc\r\n");
    }

    #[test]
    fn what_a_block_cannot_hold_becomes_a_wildcard() {
        let new = lines(&["$HOME", "$ x", "? failed", "?x", "```", "  ```sh", "a\u{1b}[0m\tb"]);
        assert_eq!(bless("a\n", &[((2, 2), new)]), "a\n[..]HOME\n[..] x\n[..] failed\n?x\n[..]\n[..]sh\na[..][0m\tb\n");
    }
}

//! What a command should print against what it printed: trycmd's wildcards.
//!
//! `[..]` stands for any characters within a line, `...` alone on a line for any number of lines. A missing newline at
//! the very end is not told apart: a console block cannot show one.

/// Whether the expected lines, with their wildcards, are what was found.
pub fn matches(expected: &[String], found: &str) -> bool {
    let found = lines(found);
    // The one wildcard of lines is greedy matching with a single place to go back to: the last `...`.
    let (mut want, mut have) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        if want < expected.len() && expected[want] == ELLIPSIS {
            want += 1;
            back = Some((want, have));
        } else if want == expected.len() && have == found.len() {
            return true;
        } else if want < expected.len() && have < found.len() && line_matches(&expected[want], found[have]) {
            want += 1;
            have += 1;
        } else {
            match &mut back {
                Some((after, swallowed)) if *swallowed < found.len() => {
                    *swallowed += 1;
                    (want, have) = (*after, *swallowed);
                }
                _ => return false,
            }
        }
    }
}

/// A line diff: `-` expected, `+` found, a space where they agree, be it by a wildcard.
///
/// Trailing blanks of a differing line are shown as `·`, or nobody would see why it differs.
pub fn diff(expected: &[String], found: &str) -> String {
    let found = lines(found);
    let mut out = String::new();
    for change in align(expected, &found) {
        let (sign, line) = match change {
            Pair::Same(want) => (' ', expected[want].clone()),
            Pair::Missing(want) => ('-', visible(&expected[want])),
            Pair::Surplus(have) => ('+', visible(found[have])),
        };
        out.push(sign);
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// What the expected lines should become so that they match: a line that matches, also by a wildcard, stays as it is.
pub fn updated(expected: &[String], found: &str) -> Vec<String> {
    let found = lines(found);
    let kept = |change| match change {
        Pair::Same(want) => Some(expected[want].clone()),
        Pair::Surplus(have) => Some(found[have].to_string()),
        Pair::Missing(_) => None,
    };
    align(expected, &found).into_iter().filter_map(kept).collect()
}

const ELLIPSIS: &str = "...";
const ANY: &str = "[..]";

fn lines(found: &str) -> Vec<&str> {
    match found {
        "" => Vec::new(),
        found => found.strip_suffix('\n').unwrap_or(found).split('\n').collect(),
    }
}

fn line_matches(expected: &str, found: &str) -> bool {
    let mut parts = expected.split(ANY);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = found.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        // The earliest place leaves the most for the parts behind it.
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn visible(line: &str) -> String {
    let bare = line.trim_end_matches([' ', '\t']);
    bare.to_string() + &"·".repeat(line.len() - bare.len())
}

/// How the expected and the found lines lie beside each other.
enum Pair {
    /// An expected line that holds; a `...` with all that it stands for.
    Same(usize),
    Missing(usize),
    Surplus(usize),
}

/// A table with more cells than this is not made; what lies between the common ends then differs as a whole.
const MOST_CELLS: usize = 4_000_000;

/// The alignment with the fewest differences under wildcards. A diff library compares for equality alone, and a wildcard is no
/// equality (`[..]` equals both a and b, which are not equal), so the small table is ours.
fn align(expected: &[String], found: &[&str]) -> Vec<Pair> {
    let same = |want: usize, have: usize| expected[want] != ELLIPSIS && line_matches(&expected[want], found[have]);
    let shorter = expected.len().min(found.len());
    let head = (0..shorter).take_while(|at| same(*at, *at)).count();
    let tail = (0..shorter - head).take_while(|at| same(expected.len() - 1 - at, found.len() - 1 - at)).count();
    let (want_end, have_end) = (expected.len() - tail, found.len() - tail);
    let mut pairs: Vec<Pair> = (0..head).map(Pair::Same).collect();
    let (rows, columns) = (want_end - head + 1, have_end - head + 1);
    if rows.saturating_mul(columns) > MOST_CELLS {
        pairs.extend((head..want_end).map(Pair::Missing));
        pairs.extend((head..have_end).map(Pair::Surplus));
    } else {
        // least[row][column]: the fewest lines that are missing or surplus from there on.
        let mut least = vec![0u32; rows * columns];
        let at = |row: usize, column: usize| row * columns + column;
        for row in (0..rows).rev() {
            for column in (0..columns).rev() {
                let (more_wanted, more_found) = (row + 1 < rows, column + 1 < columns);
                let ellipsis = more_wanted && expected[head + row] == ELLIPSIS;
                // What a `...` leaves out or swallows costs nothing.
                let price = u32::from(!ellipsis);
                let leave_out = more_wanted.then(|| least[at(row + 1, column)] + price);
                let go_past = more_found.then(|| least[at(row, column + 1)] + price);
                let agree = (more_wanted && more_found && same(head + row, head + column))
                    .then(|| least[at(row + 1, column + 1)]);
                least[at(row, column)] = [agree, leave_out, go_past].into_iter().flatten().min().unwrap_or(0);
            }
        }
        let (mut row, mut column) = (0, 0);
        while row + 1 < rows || column + 1 < columns {
            let here = least[at(row, column)];
            let (want, have) = (head + row, head + column);
            let (more_wanted, more_found) = (row + 1 < rows, column + 1 < columns);
            if more_wanted && expected[want] == ELLIPSIS {
                pairs.push(Pair::Same(want));
                while column + 1 < columns && least[at(row, column)] == least[at(row, column + 1)] {
                    column += 1;
                }
                row += 1;
            } else if more_wanted && more_found && same(want, have) && here == least[at(row + 1, column + 1)] {
                pairs.push(Pair::Same(want));
                (row, column) = (row + 1, column + 1);
            } else if more_wanted && here == least[at(row + 1, column)] + 1 {
                pairs.push(Pair::Missing(want));
                row += 1;
            } else {
                pairs.push(Pair::Surplus(have));
                column += 1;
            }
        }
    }
    pairs.extend((0..tail).map(|at| Pair::Same(want_end + at)));
    pairs
}

#[cfg(test)]
mod tests {
    use super::{diff, matches, updated};

    fn expected(lines: &str) -> Vec<String> {
        if lines.is_empty() { Vec::new() } else { lines.split('\n').map(String::from).collect() }
    }

    #[test]
    fn lines_match_as_they_stand() {
        assert!(matches(&expected(""), ""));
        assert!(matches(&expected("a\nb"), "a\nb\n"));
        assert!(matches(&expected("a"), "a"));
        assert!(matches(&[String::new()], "\n"));
        assert!(!matches(&expected(""), "\n"));
        assert!(!matches(&expected("a"), "a\n\n"));
        assert!(!matches(&expected("a"), "a \n"));
        assert!(!matches(&expected("a\nb"), "a\n"));
        assert!(!matches(&expected("a"), ""));
    }

    #[test]
    fn two_dots_in_brackets_stand_for_any_characters_of_a_line() {
        for (line, found, holds) in [
            ("[..]", "", true),
            ("[..]", "anything", true),
            ("a[..]c", "abc", true),
            ("a[..]c", "ac", true),
            ("a[..]a", "a", false),
            ("a[..]b[..]b", "a b", false),
            ("a[..]b[..]b", "a b b", true),
            ("[..]x[..]", "aaa", false),
            ("[..]层[..]", "镜像层1", true),
            ("a[..]c", "abcd", false),
            ("[.]", "x", false),
        ] {
            assert_eq!(matches(&expected(line), &format!("{found}\n")), holds, "{line} against {found}");
        }
        assert!(!matches(&expected("a[..]c"), "a\nc\n"));
    }

    #[test]
    fn three_dots_alone_stand_for_any_lines() {
        for (lines, found, holds) in [
            ("...", "", true),
            ("...", "a\nb\n", true),
            ("a\n...\nd", "a\nb\nc\nd\n", true),
            ("a\n...\nd", "a\nd\n", true),
            ("a\n...\nd", "a\nd\ne\n", false),
            ("...\nb\n...\nb", "b\nx\nb\n", true),
            ("...\nb\nc", "b\nb\nc\n", true),
            ("...\nb\nc", "b\nc\nb\n", false),
            ("a ...", "a b\n", false),
        ] {
            assert_eq!(matches(&expected(lines), found), holds, "{lines:?} against {found:?}");
        }
    }

    #[test]
    fn a_hundred_wildcards_take_no_time() {
        let many = vec!["...".to_string(); 100].join("\na\n");
        assert!(!matches(&expected(&format!("{many}\nb")), &"a\n".repeat(5000)));
        let line = "[..]a".repeat(1000);
        assert!(!matches(&expected(&(line + "b")), &"a".repeat(100_000)));
    }

    #[test]
    fn a_diff_counts_wildcards_as_equal() {
        let wanted = expected("mount on [..]\nold\n...\nlast ");
        assert_eq!(
            diff(&wanted, "mount on /mnt\nnew\nx\ny\nlast\n"),
            " mount on [..]\n-old\n ...\n-last··\n".replace("··", "·")
        );
        assert_eq!(diff(&expected("a\nb\nc"), "a\nc\nd\n"), " a\n-b\n c\n+d\n");
        assert_eq!(diff(&expected("a"), ""), "-a\n");
        assert_eq!(diff(&expected("a\n...\nz"), "a\n1\n2\ny\n"), " a\n ...\n-z\n");
        assert_eq!(diff(&expected("a\t"), "a\n"), "-a·\n+a\n");
    }

    #[test]
    fn an_update_keeps_the_wildcards_that_still_hold() {
        assert_eq!(updated(&expected("in [..]\nold\nend"), "in 5 ms\nnew\nend\n"), ["in [..]", "new", "end"]);
        assert_eq!(updated(&expected("a\n...\nz"), "a\n1\n2\nz\n"), ["a", "...", "z"]);
        assert_eq!(updated(&expected("a"), ""), Vec::<String>::new());
    }

    #[test]
    fn what_matches_has_no_difference_and_an_update_always_matches() {
        let parts = ["a", "b", "a[..]", "[..]b", "...", ""];
        let found = ["", "a\n", "b\na\n", "ab\nb\n", "a\nab\n\nb\n"];
        for first in parts {
            for second in parts {
                for third in parts {
                    let wanted: Vec<String> = [first, second, third].map(String::from).to_vec();
                    for found in found {
                        let changed = diff(&wanted, found).lines().any(|line| !line.starts_with(' '));
                        assert_eq!(!changed, matches(&wanted, found), "{wanted:?} {found:?}\n{}", diff(&wanted, found));
                        assert!(matches(&updated(&wanted, found), found), "{wanted:?} {found:?}");
                    }
                }
            }
        }
    }
}

//! `contains PATH LINE…`: a file holds exactly these lines.

use crate::check::bench::{UnionPlace, quote, shown};
use crate::check::text::{BLANKS_DIFFER, in_quotes, lines, lines_words, only_blanks_differ, with_blanks};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::observe::layer_of;
use std::path::Path;

pub(super) const KIND: CheckKind = CheckKind {
    name: "contains",
    operands: "PATH LINE…",
    arity: (2, usize::MAX),
    says: "PATH holds exactly these lines",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (path, expected) = (&operands[0], &operands[1..]);
    match bench.entry(path)? {
        None => return Ok(bench.missing(path, "a regular file")),
        Some(entry) if entry.kind != Kind::File => {
            return Ok(bench.another_kind(path, &entry.kind, "a regular file", ""));
        }
        Some(_) => {}
    }
    let found = lines(&bench.read(path)?);
    let name = shown(path);
    let Some(difference) = difference(&name, expected, &found) else {
        let what = match expected {
            [one] => in_quotes(one),
            several => format!("the {} lines that it should", several.len()),
        };
        return Ok(Outcome::holds(format!("{name} reads {what}")));
    };
    let means = if difference.means.is_empty() { whose(bench, path) } else { difference.means };
    let fault = Fault::new(Rank::Content, difference.expected, difference.found)
        .means(means)
        .next(format!("look at it, with every line's end: cat -A {}", quote(&name)));
    Ok(Outcome::fails(difference.sentence, bench.about(fault, &[path])))
}

/// Which layer a file is of, where it is seen through a union.
fn whose(bench: &Bench, operand: &str) -> String {
    let path = bench.path(operand);
    let UnionPlace::Merged(overlay) = bench.place(&path) else { return String::new() };
    let inside = path.strip_prefix(&overlay.mountpoint).unwrap_or(Path::new(""));
    match layer_of(&overlay, inside) {
        Some(layer) if overlay.upper.as_ref() == Some(&layer) => {
            format!("It is the container's own file, in {}.", bench.name(&layer))
        }
        Some(layer) => format!("It is the file of {}: through this union nobody has written one.", bench.name(&layer)),
        None => String::new(),
    }
}

struct Difference {
    sentence: String,
    expected: String,
    found: String,
    means: String,
}

/// The first difference, which is the one to mend first.
fn difference(name: &str, expected: &[String], found: &[String]) -> Option<Difference> {
    let at = expected.iter().zip(found).take_while(|(expected, found)| expected == found).count();
    Some(match (expected.get(at), found.get(at)) {
        (None, None) => return None,
        (Some(wanted), Some(line)) => {
            let blanks = only_blanks_differ(wanted, line);
            let show = if blanks { with_blanks } else { in_quotes };
            let which = match expected.len() == 1 && found.len() == 1 {
                true => name.to_string(),
                false => format!("line {} of {name}", at + 1),
            };
            Difference {
                sentence: format!("{which} reads {}, not {}", show(line), show(wanted)),
                expected: show(wanted),
                found: show(line),
                means: why_another(wanted, line, expected, found).to_string(),
            }
        }
        (Some(wanted), None) => Difference {
            sentence: match at {
                0 => format!("{name} is empty: {} is missing", in_quotes(wanted)),
                at => format!("{name} ends after line {at}: {} is missing", in_quotes(wanted)),
            },
            expected: lines_words(expected.len()),
            found: lines_words(found.len()),
            means: String::new(),
        },
        (None, Some(line)) => {
            let show = if line.trim().is_empty() { with_blanks } else { in_quotes };
            let (empty, more) = (found[at..].iter().all(String::is_empty), found.len() - at);
            Difference {
                sentence: match (empty, more) {
                    (true, 1) => format!("{name} has an empty line too many at its end, line {}", at + 1),
                    (true, more) => format!("{name} has {more} empty lines too many at its end, from line {}", at + 1),
                    (false, 1) => format!("{name} has a line too many: line {} reads {}", at + 1, show(line)),
                    (false, more) => {
                        format!("{name} has {more} lines too many: line {} reads {}", at + 1, show(line))
                    }
                },
                expected: lines_words(expected.len()),
                found: lines_words(found.len()),
                means: match empty {
                    true => "An empty line is a line too: the file ends with more line feeds than it should.",
                    false if expected.contains(line) => {
                        "The same line stands there more than once: >> writes at the end of what is there, each time."
                    }
                    false => "",
                }
                .to_string(),
            }
        }
    })
}

/// What people mostly did when a line is another one.
fn why_another(wanted: &str, line: &str, expected: &[String], found: &[String]) -> &'static str {
    let unquoted = line.trim_matches(['\'', '"', '`', '‘', '’', '“', '”']);
    if line.ends_with('\r') && line.trim_end_matches('\r') == wanted {
        "The line ends with a carriage return (\\r), as editors of another system write it."
    } else if only_blanks_differ(wanted, line) {
        BLANKS_DIFFER
    } else if line != unquoted && unquoted == wanted {
        "The quotes have become a part of the file."
    } else if wanted.to_lowercase() == line.to_lowercase() {
        "Capital and small letters are not the same."
    } else if expected.len() > 1 && expected.ends_with(found) {
        "What stood there before is gone: > empties a file before it writes, >> writes at its end."
    } else if line.is_empty() {
        "The line is empty."
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    fn said(expected: &[&str], found: &[&str]) -> Option<(String, String, String, String)> {
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_string()).collect::<Vec<_>>();
        difference("f", &owned(expected), &owned(found))
            .map(|said| (said.sentence, said.expected, said.found, said.means))
    }

    #[test]
    fn the_first_difference_has_its_own_sentence() {
        assert_eq!(said(&["a"], &["a"]), None);
        let sentence = |expected: &[&str], found: &[&str]| said(expected, found).unwrap().0;
        assert_eq!(sentence(&["a"], &["b"]), "f reads \"b\", not \"a\"");
        assert_eq!(sentence(&["a", "b"], &["a", "c"]), "line 2 of f reads \"c\", not \"b\"");
        assert_eq!(sentence(&["a", "b"], &["a"]), "f ends after line 1: \"b\" is missing");
        assert_eq!(sentence(&["a"], &[]), "f is empty: \"a\" is missing");
        assert_eq!(sentence(&["a"], &["a", "c"]), "f has a line too many: line 2 reads \"c\"");
        assert_eq!(sentence(&["a"], &["a", ""]), "f has an empty line too many at its end, line 2");
    }

    #[test]
    fn what_people_did_is_said() {
        let means = |expected: &[&str], found: &[&str]| said(expected, found).unwrap().3;
        for (expected, found, means_part) in [
            (&["a b"][..], &["a b "][..], "white space alone"),
            (&["ab"], &["a b"], "white space alone"),
            (&["a"], &["a\r"], "carriage return"),
            (&["a b"], &["'a b'"], "quotes"),
            (&["My file"], &["my file"], "Capital"),
            (&["a", "b"], &["b"], "> empties a file"),
            (&["a"], &["a", "a"], ">> writes at the end"),
            (&["a"], &["a", ""], "An empty line is a line too"),
            (&["a", "b"], &["", "b"], "The line is empty"),
        ] {
            assert!(means(expected, found).contains(means_part), "{expected:?} {found:?}: {}", means(expected, found));
        }
        let (_, expected, found, _) = said(&["a b"], &["a b "]).unwrap();
        assert_eq!((expected.as_str(), found.as_str()), ("\"a·b\"", "\"a·b·\""));
    }
}

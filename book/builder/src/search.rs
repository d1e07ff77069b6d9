//! The page that searches, and its index: a script of its own, because a page from a disk may load a script and nothing else.
//! So searching works without a network and without a server.

use crate::book::Page;
use crate::text::words;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What searches, as JavaScript.
const SEARCH: &str = include_str!("../../theme/search.js");
/// The file of the index.
pub const INDEX: &str = "search-index.js";
/// So much of a part is shown where it is found.
const SHOWN: usize = 140;

/// The page. Its scripts are its own, so its policy lets it load the index.
pub fn page() -> Page {
    let body = format!(
        "<h1>Search</h1>\n<form class=\"bk-search\" role=\"search\"><label for=\"words\">Words to look for</label> \
         <input id=\"words\" type=\"search\" autocomplete=\"off\" /> <button type=\"submit\">Search</button></form>\n\
         <noscript><p>Searching needs JavaScript. The <a href=\"index-of-words.html\">index</a> does not.</p></noscript>\n\
         <p id=\"count\" role=\"status\"></p>\n<ol id=\"found\" class=\"bk-found\"></ol>\n\
         <script src=\"{INDEX}\"></script>\n<script>\n{SEARCH}</script>"
    );
    Page { loads: true, ..Page::plain("search", "Search", body) }
}

/// The index of these pages, as JavaScript: `pages` by file and title, `parts` (which page, its place there, its heading, how it
/// begins), and `words`, one a line, each with the parts that have it: their numbers in base 36, each less the one before.
pub fn index(pages: &[Page]) -> String {
    let mut parts = Vec::new();
    let mut found: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (number, page) in pages.iter().enumerate() {
        for (at, part) in page.body.split("<section ").enumerate().filter(|(_, part)| !part.trim().is_empty()) {
            // What stands before the first section is a part without a place of its own.
            let (tag, part) = if at == 0 { ("", part) } else { part.split_once('>').unwrap_or(("", part)) };
            let id = tag.split("id=\"").nth(1).and_then(|rest| rest.split('"').next());
            // A section may be named by its heading.
            let id = id.or_else(|| tag.split("aria-labelledby=\"").nth(1).and_then(|rest| rest.split('"').next()));
            let id = id.unwrap_or_default();
            let (heading, rest) = heading(part);
            // A picture says in words what stands beside it.
            let rest: String = rest.split("<svg ").map(|piece| piece.rsplit("</svg>").next().unwrap_or("")).collect();
            let text = words(without_step(&rest));
            for word in terms(&text) {
                found.entry(word).or_default().insert(parts.len());
            }
            parts.push(json!([number, id, heading, beginning(&text)]));
        }
    }
    let lines: Vec<String> = found.iter().map(|(word, parts)| format!("{word} {}", places(parts))).collect();
    let pages: Vec<_> = pages.iter().map(|page| json!([page.name, page.title])).collect();
    format!("const layerlabIndex = {};\n", json!({ "pages": pages, "parts": parts, "words": lines.join("\n") }))
}

/// The words of a part's heading, and what follows it.
fn heading(part: &str) -> (String, &str) {
    let found = ["<h2", "<h1"].iter().find_map(|tag| {
        let (_, rest) = part.split_once(tag)?;
        let (_, rest) = rest.split_once('>')?;
        rest.split_once("</h")
    });
    match found {
        Some((heading, rest)) => (words(heading), rest.split_once('>').map_or("", |(_, rest)| rest)),
        None => (String::new(), part),
    }
}

/// What follows the line below a heading: `Step 3 of 6` says nothing that somebody looks for.
fn without_step(html: &str) -> &str {
    let rest = html.trim_start();
    match rest.strip_prefix("<p class=\"ll-step\">") {
        Some(step) => step.split_once("</p>").map_or(rest, |(_, rest)| rest),
        None => rest,
    }
}

/// The words that somebody may look for, small: no number, and nothing of one letter.
fn terms(text: &str) -> BTreeSet<String> {
    let is_inside = |letter: char| letter.is_alphanumeric() || "_-./+".contains(letter);
    text.to_lowercase()
        .split(|letter: char| !is_inside(letter))
        .map(|word| word.trim_matches(|letter: char| "-./+".contains(letter)).to_string())
        .filter(|word| word.chars().count() > 1 && word.chars().any(char::is_alphabetic))
        .collect()
}

/// How a part begins, up to the end of a word.
fn beginning(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(SHOWN) else { return text.to_string() };
    let end = text[..end].rfind(' ').unwrap_or(end);
    format!("{} …", &text[..end])
}

fn places(parts: &BTreeSet<usize>) -> String {
    let mut before = 0;
    let mut written = Vec::new();
    for part in parts {
        written.push(base36(part - before));
        before = *part;
    }
    written.join(" ")
}

fn base36(mut number: usize) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]);
        number /= 36;
        if number == 0 {
            break digits.iter().rev().map(|digit| char::from(*digit)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{base36, index};
    use crate::book::Page;

    #[test]
    fn each_word_has_the_parts_that_hold_it() {
        let one = Page::plain(
            "one",
            "One",
            "<section id=\"a\"><h2>Copy-up</h2><p>A whole file, /etc/x.</p></section>".into(),
        );
        let two = Page::plain("two", "Two", "<p>a file</p><svg ><desc>drawn</desc></svg>".into());
        let index = index(&[one, two]);
        assert!(index.contains(r#""parts":[[0,"a","Copy-up","A whole file, /etc/x."],[1,"","","a file"]]"#), "{index}");
        assert!(index.contains(r#""words":"etc/x 0\nfile 0 1\nwhole 0""#), "{index}");
        assert_eq!([0, 35, 36, 1296].map(base36), ["0", "z", "10", "100"]);
    }
}

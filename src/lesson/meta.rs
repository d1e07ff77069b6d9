//! The front matter: all that the catalogue needs to know of a lesson.
//!
//! ```text
//! ---
//! title: Four image layers and a container layer
//! minutes: 8
//! needs: [overlay]
//! ---
//! ```
//!
//! It looks like YAML and is read as such by code hosts, but only these three keys exist, so lines are all we read.

use crate::event::PanelKind;
use crate::ground::Need;
use crate::lesson::source::{FRONT_MATTER_LIMIT, Source, normalise};
use crate::lesson::{LessonError, Meta};
use std::path::Path;

const SHAPE: &str = "a first line ---, then title:, minutes: and needs:, then a line ---";

/// Reads the front matter from the first lines of a lesson; the rest is not looked at.
pub fn read_meta(text: &str, file: &Path, number: u32, slug: &str, language: &str) -> Result<Meta, Vec<LessonError>> {
    let limit = (0..=FRONT_MATTER_LIMIT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = normalise(&text[..limit]);
    let end = closing(&head).map_or(head.len(), |(_, end)| end);
    let mut source = Source::new(&head[..end], file);
    source.refuse_control_characters();
    let read = front_matter(&mut source);
    match read {
        Some((found, _)) if !source.is_broken() => Ok(found.into_meta(number, slug, language)),
        _ => Err(source.into_errors()),
    }
}

/// What the front matter says.
pub(super) struct FrontMatter {
    title: String,
    minutes: u32,
    needs: Vec<Need>,
    panels: Vec<PanelKind>,
}

impl FrontMatter {
    /// Whether the lesson needs this.
    pub fn needs(&self, need: Need) -> bool {
        self.needs.contains(&need)
    }

    /// Together with what the folder's name says.
    pub fn into_meta(self, number: u32, slug: &str, language: &str) -> Meta {
        let FrontMatter { title, minutes, needs, panels } = self;
        Meta { number, slug: slug.to_string(), title, minutes, needs, panels, language: language.to_string() }
    }
}

/// Reads the front matter and says where the text goes on; errors are noted in the source. Nothing comes back where
/// it is so broken that nobody can say where the text begins.
pub(super) fn front_matter(source: &mut Source) -> Option<(FrontMatter, usize)> {
    if source.text.trim().is_empty() {
        source.error(0, "", "the file is empty", format!("{SHAPE}; then Markdown"));
        return None;
    }
    if source.line(1).trim_end() != "---" {
        source.error(0, source.line(1), "the lesson does not begin with its front matter", SHAPE);
        return None;
    }
    let Some((end, after)) = closing(source.text) else {
        let allowed = format!("a line --- below needs:, within the first {FRONT_MATTER_LIMIT} bytes");
        source.error(0, "---", "the front matter is not closed", allowed);
        return None;
    };
    let start = source.line(1).len() + 1;
    let (mut title, mut minutes, mut needs, mut panels) = (None, None, None, None);
    let mut seen: Vec<&str> = Vec::new();
    for (offset, line) in source.lines_in(start..end).collect::<Vec<_>>() {
        if line.trim().is_empty() {
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            source.error(offset, line, "a line of the front matter without a colon", "KEY: VALUE");
            continue;
        };
        let at = offset + key.len() + 1 + (value.len() - value.trim_start().len());
        let value = value.trim();
        if seen.contains(&key) {
            source.error(offset, key, format!("`{key}` stands in the front matter twice"), "each key once");
            continue;
        }
        match key {
            "title" => title = Some(read_title(source, at, value)),
            "minutes" => minutes = Some(read_minutes(source, at, value)),
            "panels" => panels = Some(read_list(source, (at, value), "panel", PanelKind::ALL)),
            "needs" => needs = Some(read_list(source, (at, value), "need", Need::ALL)),
            _ => {
                let what = format!("no key of the front matter is called `{key}`");
                source.error(offset, key, what, "title, minutes, needs, panels");
                continue;
            }
        }
        seen.push(key);
    }
    for (key, example) in [("title", "title: TEXT"), ("minutes", "minutes: 8"), ("needs", "needs: [overlay]")] {
        if !seen.contains(&key) {
            source.error(end, "---", format!("`{key}` is missing from the front matter"), example);
        }
    }
    let found = FrontMatter {
        title: title.unwrap_or_default(),
        minutes: minutes.unwrap_or(1),
        needs: needs.unwrap_or_default(),
        panels: panels.unwrap_or_default(),
    };
    Some((found, after))
}

/// The offset of the line that closes the front matter, and of the line below it.
fn closing(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        if end > FRONT_MATTER_LIMIT {
            break;
        }
        if index > 0 && line.trim_end() == "---" {
            return Some((at, end));
        }
        at = end;
    }
    None
}

fn read_title(source: &mut Source, at: usize, value: &str) -> String {
    // A title with a colon in it is quoted for the YAML readers of code hosts.
    let bare = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let title = bare.unwrap_or(value).trim();
    if title.is_empty() {
        source.error(at, value, "the title is empty", "title: TEXT");
    }
    title.to_string()
}

fn read_minutes(source: &mut Source, at: usize, value: &str) -> u32 {
    match value.parse() {
        Ok(minutes) if (1..=60).contains(&minutes) => minutes,
        _ => {
            source.error(at, value, "`minutes` is not a whole number from 1 to 60", "minutes: 8");
            1
        }
    }
}

/// A list in brackets of words that are known; `thing` is what each of them is.
fn read_list<T: Copy + PartialEq>(
    source: &mut Source,
    (at, value): (usize, &str),
    thing: &str,
    all: &[(&str, T)],
) -> Vec<T> {
    let words: Vec<&str> = all.iter().map(|(word, _)| *word).collect();
    let allowed = format!("a list in brackets, maybe empty, of: {}", words.join(", "));
    let Some(list) = value.strip_prefix('[').and_then(|value| value.strip_suffix(']')) else {
        source.error(at, value, format!("`{thing}s` is not a list"), allowed);
        return Vec::new();
    };
    let mut found = Vec::new();
    if list.trim().is_empty() {
        return found;
    }
    let mut offset = at + 1;
    for item in list.split(',') {
        let word = item.trim();
        let start = offset + (item.len() - item.trim_start().len());
        match all.iter().find(|(known, _)| *known == word) {
            None => source.error(start, word, format!("no {thing} is called `{word}`"), allowed.clone()),
            Some((_, one)) if found.contains(one) => {
                source.error(start, word, format!("`{word}` stands there twice"), format!("each {thing} once"));
            }
            Some((_, one)) => found.push(*one),
        }
        offset += item.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::read_meta;
    use crate::ground::Need;
    use crate::lesson::Meta;
    use std::path::Path;

    fn read(text: &str) -> Result<Meta, String> {
        read_meta(text, Path::new("lesson.md"), 1, "four-layers", "en")
            .map_err(|errors| errors.iter().map(|error| format!("{error}\n")).collect())
    }

    #[test]
    fn the_first_lines_are_enough() {
        let meta = read("---\ntitle: Four layers\nminutes: 8\nneeds: [overlay]\n---\n```never closed \u{0}").unwrap();
        assert_eq!((meta.number, meta.slug.as_str(), meta.language.as_str()), (1, "four-layers", "en"));
        assert_eq!((meta.title.as_str(), meta.minutes, meta.needs), ("Four layers", 8, vec![Need::Overlay]));
    }

    #[test]
    fn a_byte_order_mark_and_windows_lines_do_not_matter() {
        let meta = read("\u{feff}---\r\ntitle: \"A: b\"\r\nminutes: 60\r\nneeds: [ ]\r\n---\r\n").unwrap();
        assert_eq!((meta.title.as_str(), meta.minutes, meta.needs), ("A: b", 60, vec![]));
    }

    #[test]
    fn each_rule_has_its_error() {
        let header = |lines: &str| format!("---\n{lines}---\n");
        let good = "title: T\nminutes: 8\nneeds: []\n";
        for (text, expected) in [
            (
                String::new(),
                "error: the file is empty\n  --> lesson.md:1:1\n  1 |\n    | ^\n  \
                 allowed: a first line ---, then title:, minutes: and needs:, then a line ---; then Markdown\n",
            ),
            (
                "title: T\n".into(),
                "error: the lesson does not begin with its front matter\n  --> lesson.md:1:1\n  1 | title: T\n    | ^^^^^^^^\n  \
                 allowed: a first line ---, then title:, minutes: and needs:, then a line ---\n",
            ),
            (
                "---\ntitle: T\n".into(),
                "error: the front matter is not closed\n  --> lesson.md:1:1\n  1 | ---\n    | ^^^\n  \
                 allowed: a line --- below needs:, within the first 4096 bytes\n",
            ),
            (
                header(&format!("{good}author: me\n")),
                "error: no key of the front matter is called `author`\n  --> lesson.md:5:1\n  5 | author: me\n    | ^^^^^^\n  \
                 allowed: title, minutes, needs, panels\n",
            ),
            (
                header(&format!("{good}minutes: 9\n")),
                "error: `minutes` stands in the front matter twice\n  --> lesson.md:5:1\n  5 | minutes: 9\n    | ^^^^^^^\n  \
                 allowed: each key once\n",
            ),
            (
                header(&format!("{good}what is this\n")),
                "error: a line of the front matter without a colon\n  --> lesson.md:5:1\n  5 | what is this\n    | ^^^^^^^^^^^^\n  \
                 allowed: KEY: VALUE\n",
            ),
            (
                header("title: T\nneeds: []\n"),
                "error: `minutes` is missing from the front matter\n  --> lesson.md:4:1\n  4 | ---\n    | ^^^\n  \
                 allowed: minutes: 8\n",
            ),
            (
                header("title:\nminutes: 8\nneeds: []\n"),
                "error: the title is empty\n  --> lesson.md:2:7\n  2 | title:\n    |       ^\n  allowed: title: TEXT\n",
            ),
            (
                header("title: T\nminutes: 61\nneeds: []\n"),
                "error: `minutes` is not a whole number from 1 to 60\n  --> lesson.md:3:10\n  3 | minutes: 61\n    |          ^^\n  \
                 allowed: minutes: 8\n",
            ),
            (
                header("title: T\nminutes: 8\nneeds: overlay\n"),
                "error: `needs` is not a list\n  --> lesson.md:4:8\n  4 | needs: overlay\n    |        ^^^^^^^\n  \
                 allowed: a list in brackets, maybe empty, of: overlay, network, cgroup, user, pivot_root\n",
            ),
            (
                header("title: T\nminutes: 8\nneeds: [overlay, root]\n"),
                "error: no need is called `root`\n  --> lesson.md:4:18\n  4 | needs: [overlay, root]\n    |                  ^^^^\n  \
                 allowed: a list in brackets, maybe empty, of: overlay, network, cgroup, user, pivot_root\n",
            ),
            (
                header("title: T\nminutes: 8\nneeds: [overlay,overlay]\n"),
                "error: `overlay` stands there twice\n  --> lesson.md:4:17\n  4 | needs: [overlay,overlay]\n    |                 ^^^^^^^\n  \
                 allowed: each need once\n",
            ),
            (
                header("title: a\u{7}\nminutes: 8\nneeds: []\n"),
                "error: a control character (U+0007)\n  --> lesson.md:2:9\n  2 | title: a\u{fffd}\n    |         ^\n  \
                 allowed: printable characters, tabs, and lines that end in \\n or \\r\\n\n",
            ),
        ] {
            assert_eq!(read(&text).unwrap_err(), expected);
        }
    }

    #[test]
    fn all_errors_are_told_in_order() {
        let said = read("---\nwhat: 1\nminutes: 0\n---\n").unwrap_err();
        let places: Vec<&str> = said.lines().filter(|line| line.contains("-->")).collect();
        assert_eq!(
            places,
            ["  --> lesson.md:2:1", "  --> lesson.md:3:10", "  --> lesson.md:4:1", "  --> lesson.md:4:1"]
        );
    }
}

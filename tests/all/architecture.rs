//! The rooms may use each other in one direction only: this reads the sources and holds them to the table of
//! ARCHITECTURE.md.

use crate::support;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A room, and the rooms that it may use. `ground` and `event` are plain data that all may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("ground", &[]),
    ("event", &["ground"]),
    ("kernel", &["ground"]),
    ("tree", &["ground", "kernel"]),
    ("observe", &["ground", "event", "kernel"]),
    ("check", &["ground", "event", "kernel", "observe"]),
    ("action", &["ground", "event", "kernel"]),
    ("lesson", &["ground", "event", "action", "check"]),
    ("stage", &["ground", "event", "action", "check", "observe", "kernel", "tree"]),
    ("engine", &["ground", "event", "action", "check", "lesson", "stage"]),
    ("session", &["ground", "event", "kernel", "check", "engine", "lesson", "stage", "tree"]),
    ("container", &["ground", "event", "kernel", "stage"]),
    ("host", &["ground", "event", "action", "kernel", "stage"]),
    ("rootfs", &["ground", "kernel", "tree"]),
    ("render", &["ground", "event"]),
    (
        "cli",
        &[
            "ground",
            "event",
            "check",
            "container",
            "engine",
            "host",
            "lesson",
            "observe",
            "render",
            "rootfs",
            "session",
            "stage",
            "kernel",
            "tree",
        ],
    ),
];

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for (room, uses) in used_rooms() {
        let (_, allowed) =
            ROOMS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("src/{room} is not in the table"));
        for (used, file) in uses {
            if used != room && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{file} uses crate::{used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "rooms use each other against the table:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_is_the_one_of_the_document() {
    let document = std::fs::read_to_string(support::source().join("ARCHITECTURE.md")).unwrap();
    for (room, allowed) in ROOMS {
        let allowed: Vec<String> = allowed.iter().map(|room| format!("`{room}`")).collect();
        let cell = if allowed.is_empty() { "nothing".to_string() } else { allowed.join(", ") };
        let row = format!("| `{room}` | {cell} |");
        assert!(document.contains(&row), "ARCHITECTURE.md lacks the row: {row}");
    }
}

#[test]
fn only_the_kernel_room_names_nix_or_rustix_and_only_render_names_a_colour() {
    let mut wrong = Vec::new();
    each_source(&mut |room, file, text| {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (word, home) in [("nix::", "kernel"), ("rustix::", "kernel"), ("colored::", "render")] {
            let named = text.match_indices(word).any(|(at, _)| {
                !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == ':' || before == '_')
            });
            let is_errno = file.ends_with("ground/errno.rs") && word == "nix::";
            if named && room != home && !is_errno {
                wrong.push(format!("{file} names {word}"));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn used_rooms() -> BTreeMap<String, BTreeSet<(String, String)>> {
    let mut used: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    each_source(&mut |room, file, text| {
        let uses = used.entry(room.to_string()).or_default();
        // What tests under the code use is their own business.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (at, _) in text.match_indices("crate::") {
            let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
            let name: String =
                text[at + 7..].chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect();
            if !name.is_empty() && !line.starts_with("//") {
                uses.insert((name, file.to_string()));
            }
        }
    });
    assert!(used.len() >= ROOMS.len(), "the sources were not found: {used:?}");
    used
}

/// Calls `each` with every source file of a room: the room, the file's path, its text.
fn each_source(each: &mut dyn FnMut(&str, &str, &str)) {
    let src = support::source().join("src");
    for entry in walkdir::WalkDir::new(&src).into_iter().map(Result::unwrap) {
        let path = entry.path();
        let inside = path.strip_prefix(&src).unwrap();
        let is_source = path.extension().is_some_and(|ending| ending == "rs");
        // lib.rs and main.rs stand above the rooms.
        if !is_source || inside.components().count() < 2 {
            continue;
        }
        let room = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let shown = Path::new("src").join(inside);
        each(&room, &shown.to_string_lossy(), &std::fs::read_to_string(path).unwrap());
    }
}

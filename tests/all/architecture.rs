//! The rooms may use each other in one direction only: this reads the sources and holds them to the table of
//! ARCHITECTURE.md. Each rule is tried on a source that breaks it.

mod source;

use crate::support;
use source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Words that few may name: the beginning of a path, and the rooms and files that may.
const FEW: &[(&str, &[&str])] =
    &[("nix", NIX), ("rustix", &["src/kernel/"]), ("colored", &[PAINTER]), ("dialoguer", KEYS)];

/// What rustix has no safe function for: close(2) by a number, openat(2) without O_LARGEFILE, the numbers of system calls,
/// mount(2) with any of its arguments left out, unshare(2), sets of signals; and the names of errno.
const NIX: &[&str] = &[
    "src/kernel/descriptors.rs",
    "src/kernel/files.rs",
    "src/kernel/filter.rs",
    "src/kernel/mounts.rs",
    "src/kernel/namespaces.rs",
    "src/kernel/signals.rs",
    "src/ground/errno.rs",
];

/// Where colours and the other escape sequences of terminals are written.
const PAINTER: &str = "src/paint/";

/// Who else writes escape sequences: what sets up a shell, and what knows a style from other sequences.
const ESCAPES: &[&str] = &["src/course/shell.rs", "src/stage/typed_shell.rs", WAY_OUT];

/// The one file that writes to the standard output and the standard error. All others use what it offers, which escapes.
const WAY_OUT: &str = "src/ground/shown.rs";

/// What of the standard library writes there: functions and types of `std::io`, and macros.
const STREAMS: &[&str] = &["stdout", "stderr", "Stdout", "Stderr", "StdoutLock", "StderrLock"];
const PRINTING: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

/// Other names of the same streams.
const STREAM_FILES: &[&str] = &["/dev/stdout", "/dev/stderr", "/dev/tty"];

/// Who knows these files by name: what writes the file that somebody asked for.
const NAMED_FILES: &[&str] = &["src/tree/whole_file.rs"];

/// The rooms that speak. In them a path is told as a `ground::Name`, which is one line: `Path::display` lets a newline through, and
/// behind it lines that look like ours.
const SPEAKING: &[&str] =
    &["cli", "course", "engine", "lesson", "pack", "paint", "present", "scene", "session", "stage"];

/// What lets through more than text, and who may use it: a sequence that steers the terminal, a style, what a container
/// shows.
const STEERING: &[(&str, &[&str])] = &[
    (
        "steering",
        &["src/paint/", "src/kernel/terminal.rs", "src/cli/keys.rs", "src/cli/signals.rs", "src/container/parent.rs"],
    ),
    ("styled", &["src/paint/palette.rs"]),
    ("cursor_at", &["src/paint/grid.rs"]),
    ("pass_through", &["src/ground/mod.rs", "src/container/terminal.rs", "src/cli/image/save.rs"]),
];

/// Who may use a library that writes to the terminal by itself: for the keys alone.
const KEYS: &[&str] = &["src/cli/keys.rs"];

/// The modules of the standard library that reach the machine: the table says which rooms may.
const REACH: &[&str] = &["env", "fs", "process"];

/// A row of the table: what a room may use.
#[derive(Debug)]
struct Room {
    name: String,
    uses: BTreeSet<String>,
    of_std: BTreeSet<String>,
}

/// The table of ARCHITECTURE.md, the lowest room first.
fn rooms() -> Vec<Room> {
    let document = std::fs::read_to_string(support::source().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = document.split_once("\n| room | uses | of `std` |\n|---|---|---|\n").expect("the table of rooms");
    let words = |cell: &str| match cell.trim() {
        "nothing" => BTreeSet::new(),
        words => words.split(", ").map(|word| word.trim_matches('`').to_string()).collect(),
    };
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let [name, uses, of_std] = cells[..] else { panic!("{row}") };
        Room { name: name.trim().trim_matches('`').into(), uses: words(uses), of_std: words(of_std) }
    })
    .collect()
}

#[test]
fn the_table_has_every_room_above_those_that_it_uses() {
    let rooms = rooms();
    let names: BTreeSet<String> = rooms.iter().map(|room| room.name.clone()).collect();
    let src = std::fs::read_dir(support::source().join("src")).unwrap().map(Result::unwrap);
    let found = src.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().unwrap());
    assert_eq!(names, found.collect());
    for (at, room) in rooms.iter().enumerate() {
        for used in &room.uses {
            assert!(rooms[..at].iter().any(|below| below.name == *used), "{} may use {used} above it", room.name);
        }
    }
}

#[test]
fn rooms_use_what_the_table_allows_and_nothing_else() {
    let sources = sources();
    let wrong: Vec<String> = sources.iter().flat_map(|(file, source)| offences(file, source, &rooms())).collect();
    assert!(wrong.is_empty(), "against the table of ARCHITECTURE.md, or the rules beneath it:\n{}", wrong.join("\n"));
}

#[test]
fn nothing_is_allowed_that_nobody_does() {
    let sources = sources();
    let mut wrong = Vec::new();
    for room in rooms() {
        let of_room = || sources.iter().filter(|(file, _)| room_of(file) == room.name).map(|(_, source)| source);
        let unused = &room.uses - &of_room().flat_map(used_rooms).collect();
        wrong.extend(unused.iter().map(|unused| format!("{} may use {unused}", room.name)));
        let unused = &room.of_std - &of_room().flat_map(used_of_std).collect();
        wrong.extend(unused.iter().map(|unused| format!("{} may use std::{unused}", room.name)));
    }
    let does = |place: &str, what: &dyn Fn(&Source) -> bool| {
        sources.iter().any(|(file, source)| file.starts_with(place) && what(source))
    };
    for (word, places) in FEW {
        let unused = places.iter().filter(|place| !does(place, &|source| names(source, word)));
        wrong.extend(unused.map(|place| format!("{place} may name {word}")));
    }
    for (word, places) in STEERING {
        let names = |source: &Source| source.paths.iter().any(|path| path.last().is_some_and(|last| last == word));
        let unused = places.iter().filter(|place| !does(place, &names));
        wrong.extend(unused.map(|place| format!("{place} may name {word}")));
    }
    let unused = ESCAPES.iter().filter(|place| !does(place, &writes_escapes));
    wrong.extend(unused.map(|place| format!("{place} may write escape sequences")));
    assert!(wrong.is_empty(), "the table, or a rule beneath it, allows what nobody does:\n{}", wrong.join("\n"));
}

#[test]
fn whoever_breaks_a_rule_is_caught() {
    let rooms = rooms();
    for (file, text, said) in [
        ("src/event/name.rs", "use crate::cli::Cli;", "uses cli"),
        ("src/event/name.rs", "use crate::{cli::Cli as _};", "uses cli"),
        ("src/event/name.rs", "use crate::{ground::Name, cli};", "uses cli"),
        ("src/event/name.rs", "pub use {crate::{ground::{self, Name}, cli::*}};", "uses cli"),
        ("src/event/name.rs", "fn x() { crate :: cli::run() }", "uses cli"),
        ("src/event/name.rs", "macro_rules! x { () => { $crate::cli::run() } }", "uses cli"),
        ("src/event/name.rs", "fn x() { format!(\"{}\", [crate::cli::run()]) }", "uses cli"),
        ("src/event/name.rs", "use super::super::cli::Cli;", "uses cli"),
        ("src/event/mod.rs", "use super::cli::Cli;", "uses cli"),
        ("src/event/mod.rs", "mod x { fn y() { super::super::cli::run() } }", "uses cli"),
        ("src/event/panel/ids.rs", "use super::{super::{super::cli::Cli}};", "uses cli"),
        ("src/event/name.rs", "use self::super::super::{cli};", "uses cli"),
        ("src/event/name.rs", "use crate as all;", "uses *"),
        ("src/event/name.rs", "use crate::{self as all};", "uses *"),
        ("src/event/mod.rs", "use super::*;", "uses *"),
        ("src/event/name.rs", "extern crate self as all;", "uses *"),
        ("src/event/name.rs", "#[path = \"../cli/mod.rs\"] mod other;", "uses *"),
        ("src/event/name.rs", "include!(\"../cli/mod.rs\");", "uses *"),
        ("src/event/name.rs", "#[cfg(test)] use crate::stage::Stage; use crate::cli::Cli;", "uses cli"),
        ("src/event/name.rs", "struct X { #[cfg(test)] x: u8, y: crate::cli::Cli }", "uses cli"),
        ("src/nowhere/name.rs", "", "src/nowhere is not in the table"),
        ("src/engine/run.rs", "use nix::unistd::Pid;", "names nix"),
        ("src/engine/run.rs", "use {nix as n};", "names nix"),
        ("src/engine/run.rs", "fn x() { ::rustix::process::getpid() }", "names rustix"),
        ("src/ground/name.rs", "use nix::errno::Errno;", "names nix"),
        ("src/kernel/pty.rs", "use {nix::unistd, rustix::fs};", "names nix"),
        ("src/cli/run.rs", "use colored::Colorize as _;", "names colored"),
        ("src/cli/run.rs", "const RED: &str = \"\\x1b[31m\";", "writes an escape sequence"),
        ("src/cli/run.rs", "const RED: &str = \"\\u{1B}[31m\";", "writes an escape sequence"),
        ("src/cli/run.rs", "const RED: &[u8] = b\"\\x1B[31m\";", "writes an escape sequence"),
        ("src/cli/run.rs", "const RED: &str = r\"\\033[31m\";", "writes an escape sequence"),
        ("src/cli/run.rs", "const RED: &str = r\"\\e[31m\";", "writes an escape sequence"),
        ("src/cli/run.rs", "const RED: &str = \"\u{1b}[31m\";", "writes an escape sequence"),
        ("src/cli/run.rs", "fn x() { println!(\"x\") }", "goes round the way out: println!"),
        ("src/cli/run.rs", "fn x() { if y { eprint!(\"x\") } }", "goes round the way out: eprint!"),
        ("src/cli/run.rs", "macro_rules! x { () => { dbg!(1) } }", "goes round the way out: dbg!"),
        ("src/cli/run.rs", "use std::println as say;", "goes round the way out: std::println"),
        ("src/cli/run.rs", "fn x() { std::io::stdout().write_all(b\"x\") }", "goes round the way out: std::io::stdout"),
        ("src/cli/run.rs", "use std::io::{self as i, Stderr};", "goes round the way out: std::io::Stderr"),
        ("src/cli/run.rs", "fn x() { io::stdout() }", "goes round the way out: io::stdout"),
        ("src/cli/run.rs", "fn x() { i::stderr }", "goes round the way out: i::stderr"),
        ("src/cli/run.rs", "use std::io::*;", "goes round the way out: std::io::*"),
        ("src/cli/run.rs", "const X: &str = \"/dev/tty\";", "goes round the way out: \"/dev/tty\""),
        ("src/cli/run.rs", "fn x() { Term::stdout() }", "goes round the way out: Term::stdout"),
        ("src/cli/run.rs", "use dialoguer::console::Term;", "names dialoguer"),
        ("src/cli/run.rs", "fn x() { Shown::steering(y) }", "names steering"),
        ("src/cli/run.rs", "fn x() { Shown::styled(y, y, y) }", "names styled"),
        ("src/cli/run.rs", "use crate::ground::{pass_through as p};", "names pass_through"),
        ("src/cli/run.rs", "fn x() { format!(\"{}\", path.display()) }", "tells a path by display"),
        ("src/stage/run.rs", "fn x() { Path::display(y) }", "tells a path by display"),
        ("src/scene/line.rs", "fn x() { std::fs::read(\"x\") }", "uses std::fs"),
        ("src/scene/line.rs", "use std::{fmt, fs};", "uses std::fs"),
        ("src/scene/line.rs", "use std::os::unix::fs::symlink;", "uses std::fs"),
        ("src/scene/line.rs", "use ::std::{process::{self as p}};", "uses std::process"),
        ("src/scene/line.rs", "use {std::env};", "uses std::env"),
        ("src/scene/line.rs", "use std as s;", "uses std::*"),
        ("src/scene/line.rs", "use std::*;", "uses std::*"),
    ] {
        let wrong = offences(file, &Source::read(text, &module_of(file)), &rooms);
        assert_eq!(wrong, [format!("{file} {said}").replace(&format!("{file} src"), "src")], "{text}");
    }
    // What looks like it and is not.
    for (file, text) in [
        (
            "src/event/name.rs",
            "//! [`crate::cli`]\n/// \"\\x1b[1m\" of crate::cli\nuse crate::{ground::Name, event::Event};",
        ),
        ("src/event/name.rs", "use super::{Event, Kind}; use crate::event::{self, *}; pub(crate) fn x() {}"),
        ("src/event/name.rs", "#[cfg(test)]\nmod tests { use crate::cli::Cli; const X: &str = \"\\x1b\"; }"),
        (
            "src/event/name.rs",
            "fn x(fs: u8) -> impl Sized + use<> { self.process.env(std::fmt::Error, \"crate::cli\") }",
        ),
        ("src/kernel/name.rs", "use {rustix::fs};"),
        (
            "src/cli/run.rs",
            "fn x() { command.stdout(Stdio::null()).stderr(y); context.print(output.stdout); #[cfg(test)] println!(); }",
        ),
        ("src/ground/shown.rs", "fn x() { std::io::stdout() }"),
        ("src/kernel/mounts.rs", "use {nix::mount, rustix::fs};"),
        ("src/paint/name.rs", "const BOLD: &str = \"\\x1b[1m\"; use colored::Colorize;"),
    ] {
        assert_eq!(offences(file, &Source::read(text, &module_of(file)), &rooms), [""; 0], "{text}");
    }
}

/// What a file does that it may not.
fn offences(file: &str, source: &Source, rooms: &[Room]) -> Vec<String> {
    let mut wrong = BTreeSet::new();
    let Some(room) = rooms.iter().find(|room| room.name == room_of(file)) else {
        return vec![format!("src/{} is not in the table", room_of(file))];
    };
    for used in used_rooms(source) {
        if used != room.name && !room.uses.contains(&used) {
            wrong.insert(format!("{file} uses {used}"));
        }
    }
    for used in used_of_std(source) {
        if !room.of_std.contains(&used) {
            wrong.insert(format!("{file} uses std::{used}"));
        }
    }
    let may = |places: &[&str]| places.iter().any(|place| file.starts_with(place));
    for (word, places) in FEW {
        if !may(places) && names(source, word) {
            wrong.insert(format!("{file} names {word}"));
        }
    }
    if file != WAY_OUT {
        wrong.extend(ways_round(file, source).map(|way| format!("{file} goes round the way out: {way}")));
    }
    for (word, places) in STEERING {
        let is_named = source.paths.iter().any(|path| path.len() > 1 && path.last().is_some_and(|last| last == word));
        if is_named && file != WAY_OUT && !may(places) {
            wrong.insert(format!("{file} names {word}"));
        }
    }
    let names_display = || source.paths.iter().any(|path| path.last().is_some_and(|last| last == "display"));
    if SPEAKING.contains(&room.name.as_str()) && names_display() {
        wrong.insert(format!("{file} tells a path by display"));
    }
    if !may(ESCAPES) && !file.starts_with(PAINTER) && writes_escapes(source) {
        wrong.insert(format!("{file} writes an escape sequence"));
    }
    wrong.into_iter().collect()
}

/// The rooms that a source names; `*` for all of them.
fn used_rooms(source: &Source) -> BTreeSet<String> {
    let paths = source.paths.iter().filter(|path| path.len() > 1 && path[0] == "crate");
    paths.map(|path| path[1].clone()).collect()
}

/// What of [`REACH`] a source names; `*` for all of it.
fn used_of_std(source: &Source) -> BTreeSet<String> {
    let paths = source.paths.iter().filter(|path| path.len() > 1 && path[0] == "std");
    // `std::os::unix::fs` makes links.
    let part = paths.map(|path| if path[1] == "os" && path.len() > 3 { &path[3] } else { &path[1] });
    part.filter(|part| *part == "*" || REACH.contains(&part.as_str())).cloned().collect()
}

/// What writes to the standard output or error without escaping.
fn ways_round(file: &str, source: &Source) -> impl Iterator<Item = String> {
    let macros = source.macros.iter().filter(|name| PRINTING.contains(&name.as_str())).map(|name| format!("{name}!"));
    let paths = source.paths.iter().filter(|path| {
        let last = path.last().map_or("", String::as_str);
        let brings_it_in = path.first().is_some_and(|first| first == "std") && PRINTING.contains(&last);
        let is_of_rustix = path.first().is_some_and(|first| first == "rustix");
        let is_stream = path.len() > 1 && STREAMS.contains(&last) && !is_of_rustix;
        brings_it_in || is_stream || path[..] == ["std", "io", "*"]
    });
    let asks_for_keys = |path: &&Vec<String>| KEYS.contains(&file) && path.starts_with(&["Term".into()]);
    let paths = paths.filter(|path| !asks_for_keys(path));
    let literals = source.literals.iter().filter(|_| !NAMED_FILES.contains(&file));
    let files = literals.filter(|literal| STREAM_FILES.iter().any(|file| literal.contains(file)));
    let ways = macros.chain(paths.map(|path| path.join("::"))).chain(files.cloned());
    ways.collect::<Vec<_>>().into_iter()
}

/// Whether paths begin with this word.
fn names(source: &Source, word: &str) -> bool {
    source.paths.iter().any(|path| path.len() > 1 && path[0] == word)
}

fn writes_escapes(source: &Source) -> bool {
    source.literals.iter().any(|literal| is_escape(literal))
}

/// Whether a literal holds the character by which sequences begin that a terminal obeys, in Rust's notation or a shell's.
fn is_escape(literal: &str) -> bool {
    let literal = literal.to_ascii_lowercase();
    ["\u{1b}", "\\x1b", "\\u{1b}", "\\u{001b}", "\\033", "\\e["].iter().any(|escape| literal.contains(escape))
}

/// The room of `src/room/file.rs`.
fn room_of(file: &str) -> &str {
    file.split('/').nth(1).unwrap()
}

/// The module of a file, from the crate on.
fn module_of(file: &str) -> Vec<String> {
    let inside = file.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap();
    let parts = inside.strip_suffix("/mod").unwrap_or(inside).split('/');
    ["crate"].into_iter().chain(parts).map(String::from).collect()
}

/// Every source file of a room, but for those that are compiled for tests alone.
fn sources() -> BTreeMap<String, Source> {
    let src = support::source().join("src");
    let mut sources = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&src).into_iter().map(Result::unwrap) {
        let inside = entry.path().strip_prefix(&src).unwrap();
        let is_source = inside.extension().is_some_and(|ending| ending == "rs");
        // lib.rs and main.rs stand above the rooms.
        if is_source && inside.components().count() > 1 {
            let file = Path::new("src").join(inside).into_os_string().into_string().unwrap();
            let source = Source::read(&std::fs::read_to_string(entry.path()).unwrap(), &module_of(&file));
            sources.insert(file, source);
        }
    }
    let of_tests: Vec<Vec<String>> = sources.values().flat_map(|source| source.test_modules.clone()).collect();
    sources.retain(|file, _| !of_tests.iter().any(|module| module_of(file).starts_with(module)));
    assert!(sources.len() > 100, "the sources were not found: {:?}", sources.keys());
    sources
}

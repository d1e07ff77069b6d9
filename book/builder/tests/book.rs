//! The book is built as its readers get it.

use quick_xml::events::Event;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Its pages, by the names of their files.
fn built(output: &Path) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // Not by CARGO_BIN_EXE_layerlab-book: a shell, and scripts/rustc is one, drops variables with a hyphen.
    let program = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("layerlab-book");
    let built = Command::new(program).args(["build", "lessons"]).arg(output).current_dir(&root).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let pages = std::fs::read_dir(output).unwrap().map(|entry| entry.unwrap().path());
    pages
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

/// A page without what its scripts hold, which is no XML.
fn markup(page: &str) -> String {
    let mut pieces = page.trim_start_matches("<!doctype html>\n").split("<script");
    let first = pieces.next().unwrap_or_default().to_string();
    pieces.fold(first, |all, piece| all + piece.split_once("</script>").unwrap().1)
}

#[test]
fn it_has_a_page_for_every_lesson_and_is_built_in_five_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let pages: Vec<String> = built(folder.path()).into_keys().collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for lesson in std::fs::read_dir(root.join("lessons")).unwrap() {
        let name = lesson.unwrap().file_name().into_string().unwrap();
        assert!(pages.contains(&format!("{name}.html")), "{name} is not among {pages:?}");
    }
    // The figure is for a program that was built to be fast, on an idle machine.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

fn compressed(text: &str) -> usize {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap().len()
}

#[test]
fn its_pages_are_well_formed_and_small_and_no_link_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let pages = built(folder.path());
    let mut places: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut links: Vec<(&str, String)> = Vec::new();
    for (name, page) in &pages {
        let size = compressed(page);
        assert!(size < 60_000, "{name}: {size} bytes, compressed");
        // A script has no markup; that there is one is what a link wants.
        let markup = if name.ends_with(".js") { String::new() } else { markup(page) };
        let mut reader = quick_xml::Reader::from_str(&markup);
        let ids = places.entry(name).or_default();
        let mut headings = 0;
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) {
                Event::Start(tag) | Event::Empty(tag) => {
                    headings += u32::from(tag.name().as_ref() == b"h1");
                    for attribute in tag.attributes().map(Result::unwrap) {
                        let value = attribute.unescape_value().unwrap().into_owned();
                        match attribute.key.as_ref() {
                            b"id" => assert!(ids.insert(value.clone()), "{value} twice in {name}"),
                            b"href" => links.push((name, value)),
                            // The page that searches has its index beside it.
                            b"src" if name == "search.html" => links.push((name, value)),
                            b"src" | b"style" => panic!("{value} in {name}"),
                            key => assert!(!key.starts_with(b"on"), "{name}"),
                        }
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(headings, u32::from(name.ends_with(".html")), "{name}");
    }
    assert!(links.len() > 500, "{}", links.len());
    for (from, link) in &links {
        if link.starts_with("https://") {
            continue;
        }
        let (page, id) = link.split_once('#').unwrap_or((link, ""));
        let page = if page.is_empty() { from } else { page };
        let ids = places.get(page).unwrap_or_else(|| panic!("{link} in {from}: there is no such page"));
        assert!(id.is_empty() || ids.contains(id), "{link} in {from}: there is no such place");
    }
    let index =
        pages["search-index.js"].strip_prefix("const layerlabIndex = ").unwrap().trim_end().trim_end_matches(';');
    let index: serde_json::Value = serde_json::from_str(index).unwrap();
    let parts = index["parts"].as_array().unwrap();
    let addresses: Vec<(String, &str)> = parts
        .iter()
        .map(|part| {
            let page = &index["pages"][part[0].as_u64().unwrap() as usize][0];
            (format!("{}.html", page.as_str().unwrap()), part[1].as_str().unwrap())
        })
        .collect();
    for (page, id) in &addresses {
        assert!(id.is_empty() || places[page.as_str()].contains(*id), "{page}#{id}");
    }
    let of_word = index["words"].as_str().unwrap().lines().find_map(|line| line.strip_prefix("copy-up ")).unwrap();
    let mut at = 0;
    let found = of_word.split(' ').map(|step| {
        at += usize::from_str_radix(step, 36).unwrap();
        at
    });
    let step = addresses.iter().position(|(page, id)| page == "01-four-layers.html" && *id == "step-3");
    assert!(found.collect::<Vec<_>>().contains(&step.unwrap()));
}

#[test]
fn the_index_the_glossary_and_the_instructor_part_are_made_of_the_lessons() {
    let folder = tempfile::tempdir().unwrap();
    let pages = built(folder.path());
    let index = &pages["index-of-words.html"];
    for id in ["commands-mount", "commands-pivot-root", "calls-mount", "calls-openat", "errors-exdev", "errors-einval"]
    {
        assert!(index.contains(&format!("<dt id=\"{id}\">")), "{id}");
    }
    assert!(pages["02-copy-up.html"].contains("href=\"glossary.html#copy-up\""));
    let teaching = &pages["instructor.html"];
    assert!(teaching.contains("Draw the pile on the board") && teaching.contains("What goes wrong in the exercises"));
    assert!(!pages["01-four-layers.html"].contains("Draw the pile on the board"));
    assert!(pages["index.html"].contains("<svg ") && pages["index.html"].contains("<h2>Isolation</h2>"));
}

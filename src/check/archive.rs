//! `archive FILE ENTRY…`: an archive holds exactly these entries, directories not counted. An entry is a name, or
//! `NAME reads TEXT` for a file of one line.

use crate::check::bench::{quote, shown};
use crate::check::text::{in_quotes, lines};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::ground::Name;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

pub(super) const KIND: CheckKind = CheckKind {
    name: "archive",
    operands: "FILE ENTRY…",
    arity: (2, usize::MAX),
    says: "FILE is an archive by tar, and holds exactly these entries beside directories: NAME, or 'NAME reads TEXT'",
    run,
};

/// An entry that is no directory.
struct Found {
    is_device: bool,
    content: Vec<u8>,
}

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (archive, wanted) = (&operands[0], &operands[1..]);
    match bench.entry(archive)? {
        None => return Ok(bench.missing(archive, "an archive")),
        Some(entry) if entry.kind != Kind::File => {
            return Ok(bench.another_kind(archive, &entry.kind, "an archive", ""));
        }
        Some(_) => {}
    }
    let name = shown(archive);
    let look = format!("look into it: tar -tvf {}", quote(&name));
    let fails = |sentence: String, rank: Rank, expected: &str, found: &str, means: &str| {
        let fault = Fault::new(rank, expected, found).means(means).next(&look);
        Outcome::fails(sentence, bench.about(fault, &[archive]))
    };
    let found = match read(&bench.read(archive)?) {
        Ok(found) => found,
        Err(error) => {
            let sentence = format!("{name} is no archive");
            return Ok(fails(sentence, Rank::Wrong, "what tar writes", &error.to_string(), ""));
        }
    };
    let wanted: BTreeMap<&str, Option<&str>> = wanted
        .iter()
        .map(|entry| entry.split_once(" reads ").map_or((entry.as_str(), None), |(name, text)| (name, Some(text))))
        .collect();
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    let all = if names.is_empty() { "no entry".to_string() } else { names.join(", ") };
    for (entry, reads) in &wanted {
        let Some(held) = found.get(*entry) else {
            let deleted = entry.rsplit('/').next().and_then(|last| last.strip_prefix(".wh."));
            if let Some(device) = deleted.filter(|deleted| found.get(*deleted).is_some_and(|found| found.is_device)) {
                let means = "A device of the numbers 0,0 is overlayfs's own mark. In an archive the agreed one is an empty file.";
                let sentence = format!("{name} has {device} as a device, and no {entry}");
                return Ok(fails(sentence, Rank::Wrong, entry, &all, means));
            }
            let is_outside = names.iter().any(|name| name.ends_with(&format!("/{entry}")));
            let means = match is_outside {
                true => {
                    "The names in it begin with a directory: tar was called outside of the layer. -C DIR enters it first."
                }
                false => "",
            };
            return Ok(fails(format!("{name} has no {entry}"), Rank::Missing, entry, &all, means));
        };
        let text = lines(&held.content).join("\n");
        if let Some(reads) = reads.filter(|reads| *reads != text) {
            let sentence = format!("{entry} in {name} reads {}, not {}", in_quotes(&text), in_quotes(reads));
            return Ok(fails(sentence, Rank::Content, &in_quotes(reads), &in_quotes(&text), ""));
        }
    }
    let surplus = names.iter().find(|name| !wanted.contains_key(**name));
    Ok(match surplus {
        Some(surplus) => {
            let means = "What is in the archive becomes a part of every image that has this layer.";
            let sentence = format!("{name} has {surplus}, which should not be in it");
            fails(sentence, Rank::Surplus, &wanted.keys().copied().collect::<Vec<_>>().join(", "), &all, means)
        }
        None => Outcome::holds(format!("{name} holds {all} and no more")),
    })
}

/// All entries but directories, by name without `./`.
fn read(bytes: &[u8]) -> std::io::Result<BTreeMap<String, Found>> {
    let mut found = BTreeMap::new();
    for entry in tar::Archive::new(bytes).entries()? {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        let path = entry
            .path()?
            .strip_prefix("./")
            .map_or_else(|_| entry.path().map(Into::into), |path| Ok(path.to_path_buf()))?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        found.insert(
            Name::from(Path::new(&path)).to_string(),
            Found { is_device: kind.is_character_special(), content },
        );
    }
    Ok(found)
}

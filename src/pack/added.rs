//! The packs that were added: each a directory of its own below one that is ours.

use crate::ground::Failure;
use crate::lesson::{Catalogue, Language};
use crate::pack::file::{NOTE, Pack, PackFile};
use crate::tree::{Archive, Budget, DirectoryKind, Entry, EntryKind, TreeError, new_directory, remove_tree};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// What the files of a pack may take on disk.
const LIMIT: u64 = 256 << 20;
const KIND: DirectoryKind = DirectoryKind { called: "the pack", prefix: ".layerlab-pack-" };

/// A pack that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// What it says of itself.
    pub pack: Pack,
    /// Its lessons.
    pub folder: PathBuf,
}

/// The packs below a directory, by name. What is there and is none is passed over.
pub fn added(packs: &Path) -> Vec<Added> {
    let folders = std::fs::read_dir(packs).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut all: Vec<Added> = folders
        .filter_map(|folder| {
            let pack = of_folder(&folder)?;
            (folder.file_name()? == pack.name.as_str()).then_some(Added { pack, folder })
        })
        .collect();
    all.sort_by(|one, other| one.pack.name.cmp(&other.pack.name));
    all
}

/// What the pack in a folder says of itself; nothing where the folder is none.
pub fn of_folder(folder: &Path) -> Option<Pack> {
    Pack::of_note(&std::fs::read_to_string(folder.join(NOTE)).ok()?).ok()
}

/// Adds a pack that was read. A pack that is there already, with the same digest, stays as it is.
///
/// # Errors
/// When it is no pack that can be trusted to be one, and when a name in it is taken.
pub fn add(file: &PackFile, packs: &Path, budget: &Budget) -> Result<Added, TreeError> {
    let pack = file.pack.clone();
    let folder = packs.join(&pack.name);
    let wanted = format!("cannot add the pack {}", pack.name);
    let present = added(packs);
    if let Some(same) = present.iter().find(|one| one.pack.name == pack.name) {
        if same.pack.digest == pack.digest {
            return Ok(same.clone());
        }
        let why = "another pack of this name was added";
        return Err(TreeError::refused(
            wanted,
            why,
            format!("remove that first: layerlab lesson remove {}", pack.name),
        ));
    }
    let lessons = lessons(file, budget)?;
    taken(&lessons, &present).map_or(Ok(()), |why| {
        Err(TreeError::refused(&wanted, why, "ask who made it for another name, or remove the other pack"))
    })?;
    new_directory(&folder, KIND, budget, |tree| archive(file, budget).unpack(tree))?;
    // Whatever was wrong with it, nothing is left of it.
    readable(&folder).map_err(|why| {
        let _ = remove_tree(&folder);
        TreeError::refused(&wanted, why, "tell who made it: layerlab lesson check DIR shows the place")
    })?;
    Ok(Added { pack, folder })
}

/// Removes a pack.
///
/// # Errors
/// When none of this name was added, and when it cannot be removed.
pub fn remove(packs: &Path, name: &str) -> Result<Added, TreeError> {
    let all = added(packs);
    let names: Vec<&str> = all.iter().map(|one| one.pack.name.as_str()).collect();
    let Some(found) = all.iter().find(|one| one.pack.name == name) else {
        let fix =
            if names.is_empty() { "there is none".to_string() } else { format!("name one of: {}", names.join(", ")) };
        return Err(TreeError::Refused(Failure::plain(
            format!("no pack is called {}", crate::ground::escaped(name)),
            fix,
        )));
    };
    remove_tree(&found.folder).map_err(|error| TreeError::call(format!("cannot remove the pack {name}"), error))?;
    Ok(found.clone())
}

fn archive<'a>(file: &PackFile, budget: &'a Budget<'a>) -> Archive<'a> {
    Archive::plain(Box::new(Cursor::new(file.bytes.clone())), format!("the pack {}", file.pack.name), budget)
}

/// The folders of its lessons, by their slugs. Nothing but files may be in it, and those lie in folders of lessons.
fn lessons(file: &PackFile, budget: &Budget) -> Result<BTreeMap<String, String>, TreeError> {
    let mut archive = archive(file, budget);
    let mut found = BTreeMap::new();
    while let Some(Entry { path, kind, .. }) = archive.next_entry()? {
        let refused = |why: &str| {
            TreeError::refused(
                format!("cannot use {path} of the pack"),
                why,
                "do not use this pack; look: tar --list --verbose",
            )
        };
        if !matches!(kind, EntryKind::File(_)) {
            return Err(refused("it is no file, and a pack holds nothing else"));
        }
        let names: Vec<String> = path.names().iter().map(|name| name.to_string_lossy().into_owned()).collect();
        match names.as_slice() {
            [note] if note == NOTE => {}
            [folder, _, ..] => match folder.split_once('-') {
                Some((_, slug)) => drop(found.insert(slug.to_string(), folder.clone())),
                None => return Err(refused("it lies in no folder of a lesson")),
            },
            _ => return Err(refused("it lies in no folder of a lesson")),
        }
    }
    Ok(found)
}

/// Why a lesson of it cannot be called as it is: progress and sessions go by the name of a lesson.
fn taken(lessons: &BTreeMap<String, String>, present: &[Added]) -> Option<String> {
    let ours = Catalogue::embedded();
    if let Some(entry) = ours.entries().iter().find(|entry| lessons.contains_key(&entry.slug)) {
        return Some(format!("a lesson of layerlab itself is called {}", entry.slug));
    }
    present.iter().find_map(|other| {
        let theirs = Catalogue::folder(&other.folder).ok()?;
        let entry = theirs.entries().iter().find(|entry| lessons.contains_key(&entry.slug))?;
        Some(format!("the pack {} has a lesson called {}", other.pack.name, entry.slug))
    })
}

fn readable(folder: &Path) -> Result<(), String> {
    let catalogue = Catalogue::folder(folder).map_err(|failure| failure.why)?;
    if catalogue.entries().is_empty() {
        return Err("it holds no lesson".to_string());
    }
    for entry in catalogue.entries() {
        entry.load(&Language::default()).map_err(|_| format!("its lesson {} is broken", entry.name()))?;
    }
    Ok(())
}

/// What a pack may take on disk, until somebody wants us to stop.
pub fn budget(stop: &std::sync::atomic::AtomicUsize) -> Budget<'_> {
    Budget::new(LIMIT, stop)
}

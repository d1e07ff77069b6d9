//! `files DIR PATH…`: below a directory are these files and no others; directories are not counted.

use crate::check::bench::shown;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::ground::Name;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(super) const KIND: CheckKind = CheckKind {
    name: "files",
    operands: "DIR PATH…",
    arity: (2, usize::MAX),
    says: "below DIR are these files and no others, whatever directories there are",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (directory, wanted) = (&operands[0], &operands[1..]);
    match bench.entry(directory)? {
        None => return Ok(bench.missing(directory, "a directory")),
        Some(entry) if entry.kind != Kind::Directory => {
            return Ok(bench.another_kind(directory, &entry.kind, "a directory", ""));
        }
        Some(_) => {}
    }
    let top = bench.path(directory);
    let wanted: BTreeSet<PathBuf> = wanted.iter().map(PathBuf::from).collect();
    let found = below(&top).map_err(|error| bench.unreadable(directory, &error))?;
    let name = |path: &Path| format!("{}/{}", shown(directory), Name::from(path));
    if let Some(missing) = wanted.iter().find(|path| !found.contains(*path)) {
        return Ok(bench.missing(&name(missing), "a regular file"));
    }
    let count = match wanted.len() {
        1 => "one file".to_string(),
        count => format!("{count} files"),
    };
    let Some(surplus) = found.iter().find(|path| !wanted.contains(*path)) else {
        return Ok(Outcome::holds(format!("{} holds {count} and no more", shown(directory))));
    };
    let surplus = name(surplus);
    let fault = Fault::new(Rank::Surplus, count, format!("{} of them", found.len()))
        .next(format!("look at all of them: find {} ! -type d", shown(directory)));
    let sentence = format!("{surplus} is there, but should not be");
    Ok(Outcome::fails(sentence, bench.about(fault, &[&surplus])))
}

/// All below a directory that is no directory, by its path from there.
fn below(top: &Path) -> std::io::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut left = vec![PathBuf::new()];
    while let Some(inside) = left.pop() {
        for entry in std::fs::read_dir(top.join(&inside))? {
            let entry = entry?;
            let path = inside.join(entry.file_name());
            match entry.file_type()?.is_dir() {
                true => left.push(path),
                false => drop(found.insert(path)),
            }
        }
    }
    Ok(found)
}

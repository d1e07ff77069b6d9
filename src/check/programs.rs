//! `programs DIR NAME…`: a root file system has nothing to run but these programs.
//!
//! A program is a regular file that may be executed; shared libraries, which are called so too, are none (`ld-linux.so.2`).

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::ground::Name;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub(super) const KIND: CheckKind = CheckKind {
    name: "programs",
    operands: "DIR NAME…",
    arity: (2, usize::MAX),
    says: "the root file system DIR has nothing to run but programs of these names",
    run,
};

/// Programs that people look for.
const KNOWN: &[&str] = &["sh", "bash", "dash", "busybox", "ls"];

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (directory, wanted) = (&operands[0], &operands[1..]);
    if bench.entry(directory)?.is_none() {
        return Ok(bench.missing(directory, "a directory"));
    }
    let found = programs(&bench.path(directory)).map_err(|error| bench.unreadable(directory, &error))?;
    let is_wanted =
        |path: &&PathBuf| wanted.iter().any(|name| path.file_name().is_some_and(|found| found == name.as_str()));
    let mut others: Vec<&PathBuf> = found.iter().filter(|path| !is_wanted(path)).collect();
    // What everybody knows is named first.
    let place = |path: &&PathBuf| KNOWN.iter().position(|known| path.file_name().is_some_and(|name| name == *known));
    others.sort_by_key(|path| place(path).unwrap_or(KNOWN.len()));
    let Some(surplus) = others.first() else {
        return Ok(Outcome::holds(format!("{} has nothing to run but {}", shown(directory), wanted.join(", "))));
    };
    let surplus = format!("{}/{}", shown(directory), Name::from(surplus.as_path()));
    let fault =
        Fault::new(Rank::Surplus, format!("no program but {}", wanted.join(", ")), format!("{} of them", others.len()))
            .means("Whoever is in this root can start it.")
            .next(format!("look at all of them: find {} -type f -perm /111 ! -name '*.so*'", quote(&shown(directory))));
    Ok(Outcome::fails(format!("{surplus} can be run, but should not be there"), bench.about(fault, &[&surplus])))
}

/// The programs below a directory, by their paths from there, in their order.
fn programs(top: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left = vec![PathBuf::new()];
    while let Some(inside) = left.pop() {
        for entry in std::fs::read_dir(top.join(&inside))? {
            let entry = entry?;
            let (name, kind) = (entry.file_name(), entry.file_type()?);
            let is_library = name.to_string_lossy().contains(".so");
            match kind.is_dir() {
                true => left.push(inside.join(name)),
                false if kind.is_file() && !is_library && entry.metadata()?.permissions().mode() & 0o111 != 0 => {
                    found.push(inside.join(name));
                }
                false => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

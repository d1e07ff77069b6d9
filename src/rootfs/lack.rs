//! What keeps a program from being started: the file that runs it, its loader, or its libraries, seen from the root directory
//! that we have.

use crate::rootfs::libraries::Libraries;
use crate::rootfs::script;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What is not there, though a program needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The program that its first line names (`#!`).
    Interpreter(PathBuf),
    /// The loader that it names (PT_INTERP).
    Loader(PathBuf),
    /// These libraries.
    Libraries(Vec<OsString>),
}

/// What a program lacks; none where nothing is known to be missing.
pub fn lack_of(program: &Path) -> Option<Lack> {
    if let Some(script) = script::read(program) {
        let interpreter = script.programs().into_iter().next()?;
        return match interpreter.exists() {
            false => Some(Lack::Interpreter(interpreter)),
            true => lack_of_elf(&interpreter),
        };
    }
    lack_of_elf(program)
}

fn lack_of_elf(program: &Path) -> Option<Lack> {
    let closure = Libraries::of_host().closure(program);
    // Without a loader it is linked statically.
    let loader = closure.interpreter?;
    if !loader.exists() {
        return Some(Lack::Loader(loader));
    }
    // musl's loader has rules of its own, and these variables say more than we read.
    let is_musl = loader.to_string_lossy().contains("musl");
    let told_elsewhere = ["LD_LIBRARY_PATH", "LD_PRELOAD"].iter().any(|name| std::env::var_os(name).is_some());
    if is_musl || told_elsewhere {
        return None;
    }
    // What the cache names is found there, whatever ld.so.conf says by now.
    let cache = std::fs::read("/etc/ld.so.cache").unwrap_or_default();
    let is_cached = |name: &OsString| {
        let name = name.as_encoded_bytes();
        cache.windows(name.len().max(1)).any(|window| window == name)
    };
    let missing: Vec<OsString> = closure.missing.into_iter().filter(|name| !is_cached(name)).collect();
    (!missing.is_empty()).then_some(Lack::Libraries(missing))
}

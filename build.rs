//! Puts the lessons where the program takes them from, their recordings compressed; a new file among them is a reason to
//! build again. For the tests it writes a macro that makes a test for each lesson, so that lessons are tested beside each
//! other.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=lessons");
    let mut names = Vec::new();
    for entry in std::fs::read_dir("lessons")? {
        names.push(entry?.file_name().into_string().map_err(|name| format!("{name:?} is no text"))?);
    }
    names.sort();
    let mut tests = String::new();
    for name in names {
        writeln!(tests, "#[test] fn lesson_{}() {{ $run({name:?}) }}", name.replace('-', "_"))?;
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(
        out.join("test_each_lesson.rs"),
        format!("macro_rules! test_each_lesson {{ ($run:path) => {{ {tests} }} }}"),
    )?;
    let lessons = out.join("lessons");
    // What was taken away since the last build.
    if lessons.exists() {
        std::fs::remove_dir_all(&lessons)?;
    }
    put(Path::new("lessons"), &lessons)
}

/// Copies a directory of lessons; the catalogue knows that recordings are compressed.
fn put(from: &Path, to: &Path) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            put(&entry.path(), &place)?;
        } else if entry.file_name() == "recording.jsonl" {
            let mut packed =
                flate2::write::ZlibEncoder::new(std::fs::File::create(place)?, flate2::Compression::best());
            packed.write_all(&std::fs::read(entry.path())?)?;
            packed.finish()?;
        } else {
            std::fs::write(place, std::fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

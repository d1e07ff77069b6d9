//! Tells cargo that the program holds the lessons: a new file among them is a reason to build again. For the tests it
//! writes a macro that makes a test for each lesson, so that lessons are tested beside each other.

use std::fmt::Write as _;
use std::path::Path;

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
    let file = Path::new(&std::env::var("OUT_DIR")?).join("test_each_lesson.rs");
    std::fs::write(file, format!("macro_rules! test_each_lesson {{ ($run:path) => {{ {tests} }} }}"))?;
    Ok(())
}

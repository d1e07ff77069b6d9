//! The book is built as its readers get it.

use std::path::Path;
use std::process::Command;

#[test]
fn it_has_a_page_for_every_lesson() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // Not by CARGO_BIN_EXE_layerlab-book: a shell, and scripts/rustc is one, drops variables with a hyphen.
    let program = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("layerlab-book");
    let built = Command::new(program).arg("build").current_dir(&root).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let pages = std::fs::read_dir(root.join("book/output")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = pages.filter_map(|path| Some(path.file_name()?.to_str()?.to_string())).collect();
    pages.sort();
    for lesson in std::fs::read_dir(root.join("lessons")).unwrap() {
        let name = lesson.unwrap().file_name().into_string().unwrap();
        assert!(pages.contains(&format!("{name}.html")), "{name} is not among {pages:?}");
    }
}

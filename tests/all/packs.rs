//! Packs of lessons: made, added, used, removed; and what is refused.

use crate::support::session::Student;
use crate::support::{Ended, is_root, layerlab, text};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder with one lesson that was checked and recorded.
fn lessons(at: &Path, slug: &str) -> PathBuf {
    let folder = at.join("lessons");
    fs::create_dir_all(&folder).unwrap();
    let new = text(layerlab().args(["lesson", "new", slug, "--dir"]).arg(&folder));
    assert_eq!(new.code, Some(0), "{new:?}");
    let mut names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let lesson = names.find(|path| path.to_str().unwrap().ends_with(slug)).unwrap();
    let recording = lesson.join("recording.jsonl");
    let recorded =
        text(layerlab().arg("--lessons").arg(&folder).args(["run", slug, "--auto", "--record"]).arg(recording));
    assert_eq!(recorded.code, Some(0), "{recorded:?}");
    folder
}

/// A pack of that lesson.
fn packed(at: &Path, slug: &str, name: &str) -> PathBuf {
    let file = at.join(format!("{name}.pack"));
    let made = pack(&lessons(at, slug), name, &file);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.stdout.contains("1 lesson, CC-BY-4.0, sha256:"), "{made:?}");
    file
}

fn pack(folder: &Path, name: &str, file: &Path) -> Ended {
    let words = ["--licence", "CC-BY-4.0", "--name", name, "--output"];
    text(layerlab().args(["lesson", "pack"]).arg(folder).args(words).arg(file))
}

/// What is refused says what was wanted, why not, and what to do; a terminal is not steered by it.
#[track_caller]
fn is_refused(ended: &Ended, why: &str) {
    let said = &ended.stderr;
    let lines = ["error: ", "\n  why   ", "\n  fix   "];
    assert!(said.starts_with(lines[0]) && lines.iter().all(|line| said.contains(line)), "{said}");
    let words: Vec<&str> = said.split_whitespace().collect();
    assert!(words.join(" ").contains(why) && !said.contains('\u{1b}'), "{why}: {said}");
}

#[track_caller]
fn refused(student: &Student, file: &Path, why: &str) {
    let ended = student.run(&["lesson", "add", file.to_str().unwrap(), "--yes"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    is_refused(&ended, why);
    assert_eq!(student.ok(&["lesson", "list"]), "No pack was added. Add one: layerlab lesson add FILE\n");
}

#[test]
fn a_pack_is_added_used_like_our_lessons_and_removed() {
    let (student, folder) = (Student::new(), tempfile::tempdir().unwrap());
    let file = packed(folder.path(), "tea", "kitchen");
    let name = file.to_str().unwrap();
    let added = student.ok(&["lesson", "add", name, "--yes"]);
    assert!(added.starts_with("kitchen  CC-BY-4.0, sha256:") && added.contains("(5 minutes)"), "{added}");
    assert_eq!(student.ok(&["lesson", "add", name]), added, "it is there already, and nobody is asked");
    assert!(student.ok(&["lesson", "list"]).contains("kitchen  CC-BY-4.0"));
    for lessons in ["kitchen", name] {
        assert!(
            student
                .ok(&["--lessons", lessons, "run", "1", "--auto"])
                .contains("Every command did what the lesson says.")
        );
    }
    let page = student.ok(&["--lessons", "kitchen", "export", "1", "--html"]);
    assert!(page.contains("data-lesson=\"tea\"") && page.contains("greeting.txt"));
    let shell = ["--lessons", "kitchen", "shell", "1.write", "-c", "true"];
    if is_root() {
        let real = student.ends(2, &shell);
        is_refused(&real, "cannot begin a session of this lesson as root");
    }
    let real = if is_root() { &["--as-real-root=yes"][..] } else { &[] };
    student.ok(&[&shell[..], real].concat());
    let verify = student.run(&["--lessons", "kitchen", "verify", "1.write"]);
    assert_eq!(verify.code, Some(1), "{verify:?}");
    assert_eq!(student.ok(&["lesson", "remove", "kitchen"]), "The pack kitchen is removed.\n");
    let gone = student.ends(2, &["lesson", "remove", "kitchen"]);
    assert_eq!(gone.stderr, "error: no pack is called kitchen\n  fix   there is none\n");
}

#[test]
fn a_pack_is_checked_for_a_class_and_locks_its_solutions_until_a_time_or_for_good() {
    let (student, folder) = (Student::new(), tempfile::tempdir().unwrap());
    let lessons = lessons(folder.path(), "tea");
    for (name, lock, why) in [
        ("never", &["--lock-solutions"][..], Some("for this class (the pack never)")),
        ("later", &["--lock-solutions", "2100-01-01T00:00:00Z"], Some("until 2100-01-01T00:00:00Z (the pack later)")),
        ("open", &["--lock-solutions", "2001-01-01T00:00:00Z"], None),
    ] {
        let file = folder.path().join(name);
        let words = ["--licence", "MIT", "--name", name, "--output"];
        let made = text(layerlab().args(["lesson", "pack"]).arg(&lessons).args(words).arg(&file).args(lock));
        assert_eq!(made.code, Some(0), "{made:?}");
        student.ok(&["lesson", "add", file.to_str().unwrap(), "--yes"]);
        let asked = student.run(&["--lessons", name, "solution", "1.write", "--yes"]);
        match why {
            Some(why) => is_refused(&asked, why),
            None => assert_eq!(asked.code, Some(0), "{asked:?}"),
        }
        let checked = student.ok(&["--lessons", name, "present", "1", "--check"]);
        assert!(checked.contains("every command does what the lesson says"), "{checked}");
        student.ok(&["lesson", "remove", name]);
    }
    let words = ["--licence", "MIT", "--lock-solutions", "tomorrow"];
    let made = text(layerlab().args(["lesson", "pack"]).arg(&lessons).args(words));
    is_refused(&made, "the time until which its solutions are locked is none");
}

#[test]
fn as_root_somebody_is_asked_first() {
    let (student, folder) = (Student::new(), tempfile::tempdir().unwrap());
    let file = packed(folder.path(), "tea", "kitchen");
    let name = file.to_str().unwrap();
    for words in [&["lesson", "add", name][..], &["--lessons", name, "list"]] {
        let ended = student.run(words);
        match is_root() {
            true => {
                assert_eq!(ended.code, Some(2), "{ended:?}");
                is_refused(&ended, "nobody is there to be asked: Add it?");
                is_refused(&ended, "--yes says yes beforehand");
                assert_eq!(ended.stdout, "");
            }
            false => assert_eq!(ended.code, Some(0), "{ended:?}"),
        }
    }
}

#[test]
fn names_do_not_clash() {
    let (student, folder) = (Student::new(), tempfile::tempdir().unwrap());
    let ours = packed(folder.path(), "copy-up", "kitchen");
    refused(&student, &ours, "a lesson of layerlab itself is called copy-up");
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = packed(one.path(), "tea", "kitchen");
    student.ok(&["lesson", "add", first.to_str().unwrap(), "--yes"]);
    let add = |file: &Path| student.ends(2, &["lesson", "add", file.to_str().unwrap(), "--yes"]);
    is_refused(&add(&packed(two.path(), "tea", "cellar")), "the pack kitchen has a lesson called tea");
    let third = tempfile::tempdir().unwrap();
    let other = add(&packed(third.path(), "coffee", "kitchen"));
    is_refused(&other, "another pack of this name was added");
    is_refused(&other, "layerlab lesson remove kitchen");
}

#[test]
fn what_was_changed_leads_out_or_steers_a_terminal_is_refused() {
    let (student, folder) = (Student::new(), tempfile::tempdir().unwrap());
    let good = fs::read(packed(folder.path(), "tea", "kitchen")).unwrap();
    let file = folder.path().join("bad.pack");
    let try_it = |bytes: &[u8], why: &str| {
        fs::write(&file, bytes).unwrap();
        refused(&student, &file, why);
    };
    let mut changed = good.clone();
    *changed.iter_mut().rfind(|byte| **byte != 0).unwrap() ^= 1;
    try_it(&changed, "its digest is wrong");
    try_it(&good[..good.len() - 512], "its digest is wrong");
    try_it(b"nonsense", "it does not begin as a pack does");
    try_it(&good[..700], "it does not begin as a pack does");
    try_it(
        &replaced(&good, "licence: CC-BY-4.0", "licence: CC-BY-4.\x1b"),
        "its licence is not a line of plain letters",
    );
    // Whole and with a right digest, but bad.
    try_it(&of_entries(&[("01-tea/lesson.md", "a\x1b[2Jb")]), "characters that steer a terminal");
    try_it(&of_entries(&[("../01-tea/lesson.md", "x")]), "its name leads upwards");
    try_it(&of_entries(&[("/etc/lesson.md", "x")]), "its name is absolute");
    try_it(&of_entries(&[("readme.md", "x")]), "it lies in no folder of a lesson");
    try_it(&of_entries(&[("01-tea/lesson.md", "no lesson")]), "its lesson 01-tea is broken");
    try_it(&of_entries(&[]), "it holds no lesson");
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    refused(&student, &fifo, "it is not a regular file");
    assert_eq!(fs::read_dir(student.home().join("packs")).into_iter().flatten().count(), 0, "nothing is left of any");
}

#[test]
fn a_lesson_that_is_not_sound_makes_no_pack() {
    let folder = tempfile::tempdir().unwrap();
    let lessons = lessons(folder.path(), "tea");
    let file = folder.path().join("x.pack");
    let solution = fs::read_dir(&lessons).unwrap().next().unwrap().unwrap().path().join("solutions/write.sh");
    let right = fs::read_to_string(&solution).unwrap();
    fs::write(&solution, "echo no > answer.txt\n").unwrap();
    assert_eq!(pack(&lessons, "tea", &file).code, Some(4));
    fs::write(&solution, format!("{right}# \u{1b}[2J\n")).unwrap();
    let said = pack(&lessons, "tea", &file);
    assert_eq!(said.code, Some(2), "{said:?}");
    is_refused(&said, "characters that steer a terminal");
    fs::write(&solution, &right).unwrap();
    fs::remove_file(solution.parent().unwrap().parent().unwrap().join("recording.jsonl")).unwrap();
    is_refused(&pack(&lessons, "tea", &file), "it has no recording");
    assert!(!file.exists());
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}

/// A pack with a right digest that holds these files.
fn of_entries(files: &[(&str, &str)]) -> Vec<u8> {
    let entry = |name: &str, content: &str| {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        let mut entry = [header.as_bytes(), content.as_bytes()].concat();
        entry.resize(entry.len().next_multiple_of(512), 0);
        entry
    };
    let mut behind: Vec<u8> = files.iter().flat_map(|(name, content)| entry(name, content)).collect();
    behind.extend([0; 1024]);
    let note = format!("layerlab pack 1\nname: kitchen\nlicence: MIT\ndigest: {}\n", layerlab::image::hash(&behind));
    [entry("pack.txt", &note), behind].concat()
}

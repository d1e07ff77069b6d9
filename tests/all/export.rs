//! `layerlab export`: films, pages, texts and pictures, from recordings and from runs.

use crate::support::{Ended, command, is_in_three_lines, layerlab, text};
use std::fs;
use std::path::Path;

fn export(words: &[&str]) -> Ended {
    text(layerlab().arg("export").args(words))
}

fn ok(words: &[&str]) -> String {
    let ended = export(words);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{words:?}: {ended:?}");
    ended.stdout
}

fn refused(words: &[&str], code: i32) -> String {
    let ended = export(words);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{words:?}: {ended:?}");
    ended.stderr
}

/// What a film shows, all of it together.
fn shown(cast: &str) -> String {
    let events = cast.lines().skip(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    events.filter(|event| event[1] == "o").map(|event| event[2].as_str().unwrap().to_string()).collect()
}

#[test]
fn a_film_is_the_same_byte_for_byte_and_asciinema_plays_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.cast");
    let file_name = file.to_str().unwrap();
    ok(&["1", "--cast", "-o", file_name]);
    let cast = fs::read_to_string(&file).unwrap();
    assert_eq!(ok(&["1", "--cast"]), cast);
    assert!(ok(&["1", "--cast", "--v3"]).starts_with("{\"term\":{\"cols\":100,"));
    let played = text(command("asciinema").args(["play", "--speed", "1000000", file_name]).env("HOME", folder.path()));
    assert_eq!(played.code, Some(0), "{played:?}");
    assert!(played.stdout.contains(&shown(&cast)), "all of it was played: {}", played.stdout);
    assert!(played.stdout.contains("container-layer"));
}

#[test]
fn a_recording_and_a_run_of_today_make_the_same_page_but_for_what_differs_today() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run.jsonl");
    let record = text(layerlab().args(["run", "3", "--auto", "--syscalls", "--record"]).arg(&run));
    assert_eq!(record.code, Some(0), "{record:?}");
    let recorded = ok(&["3", "--html", "--recording", run.to_str().unwrap()]);
    let fresh = ok(&["3", "--html", "--fresh"]);
    let commands = |page: &str| page.matches("<span>$ </span>").count();
    assert_eq!(commands(&recorded), commands(&fresh));
    assert_eq!(recorded.lines().count(), fresh.lines().count());
    assert!(recorded.contains("<details class=\"ll-calls\">") && recorded.contains("<summary>Hint 1</summary>"));
    assert!(recorded.contains("id=\"step-1\"") && recorded.contains("id=\"exercise-hide\""), "{recorded}");
    assert!(recorded.ends_with("</html>\n") && !recorded.contains("src=\"http"));
}

#[test]
fn the_lessons_have_their_system_calls_and_tell_them_where_they_are_asked_for() {
    assert!(ok(&["1", "--html"]).contains("openat(AT_FDCWD, &quot;mnt/image-layer1.txt&quot;"));
    let replayed = |words: &[&str]| text(layerlab().args(["replay", "1"]).args(words)).stdout;
    assert!(!replayed(&[]).contains("openat(AT_FDCWD") && replayed(&["--syscalls"]).contains("openat(AT_FDCWD"));
}

#[test]
fn a_text_and_a_picture() {
    let markdown = ok(&["1", "--markdown"]);
    assert!(markdown.starts_with("# 1 Four image layers and a container layer\n"), "{markdown}");
    assert!(
        markdown.contains("\n```console\n$ mkdir overlaydemo\n") && markdown.contains("\n- `+` image-layer1.txt was")
    );
    assert!(
        !markdown.contains("For the instructor") && ok(&["1", "--markdown", "--notes"]).contains("For the instructor")
    );
    let picture = ok(&["1", "--svg", "3"]);
    assert!(picture.starts_with("<svg xmlns") && picture.contains("copied up"), "{picture}");
    let said = refused(&["1", "--svg", "99"], 2);
    assert_eq!(said, "error: the lesson has 6 steps, and no step 99\n  fix   name a step from 1 to 6\n");
    assert!(refused(&["1"], 2).contains("--html|--cast|--markdown|--svg <STEP>"));
    refused(&["1", "--svg"], 2);
    refused(&["1", "--html", "--v3"], 2);
    refused(&["1", "--html", "--notes"], 2);
}

#[test]
fn a_file_is_written_whole_and_through_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    fs::write(at("others"), "theirs").unwrap();
    std::os::unix::fs::symlink("others", at("link")).unwrap();
    ok(&["1", "--svg", "2", "--output", &at("link")]);
    assert_eq!(fs::read_to_string(at("others")).unwrap(), "theirs");
    assert!(fs::symlink_metadata(at("link")).unwrap().is_file());
    let ended = export(&["1", "--html", "-o", &at("none/page.html")]);
    assert_eq!(ended.code, Some(2));
    is_in_three_lines(&ended);
    assert_eq!(ok(&["1", "--cast", "-o", "/dev/stdout"]), ok(&["1", "--cast"]));
}

#[test]
fn what_is_no_recording_of_the_lesson_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let name = file.to_str().unwrap();
    assert!(refused(&["1", "--html", "--recording", name], 2).contains("ENOENT"));
    fs::write(&file, "{\"event\":\"\\u001b[2J\"}\n").unwrap();
    let said = refused(&["1", "--html", "--recording", name], 4);
    assert!(said.contains("it does not begin with the event `begin`") && !said.contains('\u{1b}'), "{said}");
    // A lesson whose text is another one by now.
    let lessons = folder.path().join("lessons");
    copy(&crate::support::source().join("lessons/01-four-layers"), &lessons.join("01-four-layers"));
    let in_folder = |words: &[&str]| text(layerlab().arg("--lessons").arg(&lessons).arg("export").args(words));
    assert_eq!(in_folder(&["1", "--svg", "2"]).code, Some(0));
    let path = lessons.join("01-four-layers/lesson.md");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("## Mount the union", "## Mount it")).unwrap();
    let stale = in_folder(&["1", "--html"]);
    assert_eq!(stale.code, Some(4), "{stale:?}");
    assert!(stale.stderr.contains("its text has `Mount it` where the recording has `Mount the union`"), "{stale:?}");
    assert!(stale.stderr.ends_with("  fix   run it now: layerlab export 1 --fresh\n"), "{stale:?}");
    assert!(in_folder(&["1", "--markdown", "--fresh"]).stdout.contains("## Mount it"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn the_picture_of_the_readme_is_what_export_makes() {
    let made = ok(&["1", "--svg", "3"]);
    let shown = fs::read_to_string(crate::support::source().join("book/src/written.svg"));
    assert_eq!(shown.unwrap(), made, "layerlab export 1 --svg 3 -o book/src/written.svg");
    let readme = fs::read_to_string(crate::support::source().join("README.md")).unwrap();
    assert!(readme.contains("](book/src/written.svg)"));
}

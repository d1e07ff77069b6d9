//! `lesson check` of every lesson: the kernel says what its text says, its solutions pass and its mistakes fail.

use crate::support::{disk, ends_with, layerlab, source, text};
use std::path::Path;

mod in_memory {
    test_each_lesson!(super::in_memory_it_is_sound);
}

mod on_disk {
    test_each_lesson!(super::on_disk_it_is_sound);
}

fn in_memory_it_is_sound(name: &str) {
    is_sound(name, None);
}

/// As exercises are.
fn on_disk_it_is_sound(name: &str) {
    let scratch = tempfile::tempdir_in(disk()).unwrap();
    is_sound(name, Some(scratch.path()));
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
}

fn is_sound(name: &str, scratch: Option<&Path>) {
    let mut check = layerlab();
    check.args(["lesson", "check"]).arg(source().join("lessons").join(name));
    scratch.map(|scratch| check.env("LAYERLAB_SCRATCH", scratch));
    let ended = text(&mut check);
    assert!(ends_with(&ended, Some(0)) && ended.stderr.is_empty(), "{ended:?}");
    let said = ended.stdout;
    // Who may make no cgroups is told that the lesson was not run.
    let checked = said.matches("as the kernel has it").count();
    let left_out = said.matches(&format!("{name}  is not run here")).count();
    assert!(checked + left_out == 1 && (left_out == 0 || name == "16-cgroups"), "{said}");
    // The layers explain everything that it shows.
    assert!(!said.contains("note:"), "{said}");
}

#[test]
fn what_is_said_of_several_comes_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    // The first takes longest.
    let lines = |count: usize| "$ touch file\n".repeat(count);
    for (name, console) in [("01-slow", lines(60)), ("02-wrong", "$ echo one\ntwo\n".into()), ("03-short", lines(1))] {
        let lesson = folder.path().join(name);
        std::fs::create_dir(&lesson).unwrap();
        let text = format!(
            "---\ntitle: {name}\nminutes: 1\nneeds: [overlay]\n---\n\nHello.\n\n## Try\n\n```console\n{console}```\n"
        );
        std::fs::write(lesson.join("lesson.md"), text).unwrap();
    }
    let ended = text(layerlab().args(["lesson", "check"]).arg(folder.path()));
    assert!(ends_with(&ended, Some(4)), "{ended:?}");
    let said = format!(
        "01-slow  60 commands, as the kernel has it; 0 solutions and 0 mistakes, as they should be\n\
         error: the kernel says something else than the lesson\n  --> {}/02-wrong/lesson.md:12:1\n  $ echo one\n    -two\n    +one\n\
         03-short  1 command, as the kernel has it; 0 solutions and 0 mistakes, as they should be\n",
        folder.path().display()
    );
    assert_eq!(ended.stdout, said);
}

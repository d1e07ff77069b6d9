//! `lesson check` of every lesson: the kernel says what its text says, its solutions pass and its mistakes fail.

use crate::support::{self, disk, ends_with, layerlab, source, text};
use layerlab::engine::{Places, prove};
use layerlab::lesson::{Catalogue, Language};
use layerlab::stage::{Stage, StageNeeds};
use std::path::Path;
use std::time::Duration;

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
    check.args(["--as-real-root=yes", "lesson", "check"]).arg(source().join("lessons").join(name));
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

/// `scripts/test --full` runs all mutants. These few of each lesson are always the same.
#[test]
fn a_sample_of_mutants_finds_no_hole() {
    let mut check = layerlab();
    check.args(["--as-real-root=yes", "lesson", "check", "--mutants", "--sample", "2", "--seed", "7"]);
    let ended = text(check.arg(source().join("lessons")));
    assert!(ends_with(&ended, Some(0)) && ended.stderr.is_empty(), "{ended:?}");
    let lessons = std::fs::read_dir(source().join("lessons")).unwrap().count();
    let run = ended.stdout.matches("  2 mutants: ").count();
    assert!(run + ended.stdout.matches("is not run here").count() == lessons, "{}", ended.stdout);
}

#[test]
fn every_solution_says_why() {
    for lesson in std::fs::read_dir(source().join("lessons")).unwrap() {
        for solution in std::fs::read_dir(lesson.unwrap().path().join("solutions")).unwrap() {
            let path = solution.unwrap().path();
            let script = std::fs::read_to_string(&path).unwrap();
            assert!(script.lines().any(|line| line.starts_with("# ")), "{} has no comment", path.display());
        }
    }
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

#[test]
fn a_script_that_never_ends_is_said_to() {
    let folder = tempfile::tempdir().unwrap();
    let new = text(layerlab().args(["lesson", "new", "one", "--dir"]).arg(folder.path()));
    assert!(ends_with(&new, Some(0)), "{new:?}");
    let path = folder.path().join("01-one");
    // The second leaves the output open that is read to its end.
    std::fs::write(path.join("solutions/write.sh"), "sleep 1000\n").unwrap();
    std::fs::write(path.join("solutions/write-2.sh"), "echo yes > answer.txt\nsleep 1000 &\n").unwrap();
    let catalogue = Catalogue::folder(&path).unwrap();
    let entry = &catalogue.entries()[0];
    let lesson = entry.load(&Language::default()).unwrap();
    let start = || {
        let scratch = support::scratch("layerlab-lessons");
        Stage::spawn(&support::program(), scratch, StageNeeds::default())?.wait()
    };
    let proof = prove(entry, &lesson, None, Duration::from_millis(700), &Places::of_this_machine(), &start).unwrap();
    // On a busy machine the mistakes, which end, may take longer, too.
    let flaws = proof.flaws.iter().filter(|flaw| flaw.file.starts_with("solutions"));
    let said: Vec<_> = flaws.map(|flaw| (flaw.file.display().to_string(), flaw.what.as_str())).collect();
    let what = "the script has not ended after 0.7 seconds";
    assert_eq!(said, [("solutions/write-2.sh".to_string(), what), ("solutions/write.sh".to_string(), what)]);
}

#[test]
fn a_mutant_that_passes_is_a_hole_until_it_is_named_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let new = text(layerlab().args(["lesson", "new", "one", "--dir"]).arg(folder.path()));
    assert!(ends_with(&new, Some(0)), "{new:?}");
    let lesson = folder.path().join("01-one");
    std::fs::write(lesson.join("solutions/write.sh"), "touch note.txt\necho yes > answer.txt\n").unwrap();
    let check = || text(layerlab().args(["lesson", "check", "--mutants"]).arg(&lesson));
    let ended = check();
    assert!(ends_with(&ended, Some(4)), "{ended:?}");
    let counts =
        "01-one  5 mutants: 2 failed (0 without an end), 1 left the state of a solution, 0 named as right, 2 holes\n";
    assert!(ended.stdout.ends_with(counts), "{}", ended.stdout);
    let hole = format!(
        "error: this mutant passes: write: command 1 left out\n  --> {}\n    echo yes > answer.txt\n  \
         after the nearest solution things stand otherwise:\n    - note.txt: 644 ",
        lesson.display()
    );
    let fix = "\n  fix   add the check that it offends against, or, if it is right, say why in variants/write.txt\n";
    assert!(ended.stdout.contains(&hole) && ended.stdout.contains(fix), "{}", ended.stdout);
    std::fs::create_dir(lesson.join("variants")).unwrap();
    let variants = lesson.join("variants/write.txt");
    let right = "write: command 1 left out: nobody asks for a note\n\
                 write: command 1 with answer.txt in place of note.txt: it is written over\n";
    std::fs::write(&variants, right).unwrap();
    let ended = check();
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    assert!(
        ended
            .stdout
            .ends_with(" 2 failed (0 without an end), 1 left the state of a solution, 2 named as right, 0 holes\n"),
        "{}",
        ended.stdout
    );
    for (line, said) in [
        (
            "write: command 2 left out: it is not",
            "error: this mutant is named as right and fails: write: command 2 left out\n",
        ),
        (
            "write: command 9 left out: why not",
            "error: this line names no mutant, or gives no reason: write: command 9 left out: why not\n",
        ),
        (
            "write: command 2 left out:",
            "error: this line names no mutant, or gives no reason: write: command 2 left out:\n",
        ),
    ] {
        std::fs::write(&variants, format!("{right}{line}\n")).unwrap();
        let ended = check();
        assert!(ends_with(&ended, Some(4)) && ended.stdout.contains(said), "{line}: {ended:?}");
    }
}

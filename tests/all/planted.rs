//! Links and pipes that somebody planted where the program reads and writes: nothing beyond them is touched, and nobody
//! waits for them.

use crate::support::image::Image;
use crate::support::session::{LESSON, Student};
use crate::support::{layerlab, text};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::os::unix::fs::symlink;
use std::path::Path;

/// A file of somebody else's, with what must stay in it.
fn victim(student: &Student) -> std::path::PathBuf {
    let victim = student.beside().join("victim");
    std::fs::write(&victim, "theirs\n").unwrap();
    victim
}

#[track_caller]
fn is_untouched(victim: &Path) {
    assert_eq!(std::fs::read_to_string(victim).unwrap(), "theirs\n");
}

#[test]
fn links_where_the_program_writes_are_not_followed() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt");
    let (home, state) = (student.home().to_path_buf(), student.home().join(".state"));
    let victim = victim(&student);
    for planted in
        [home.join("progress.json.new"), home.join("progress.json"), state.join("03-whiteouts/session.json.new")]
    {
        let _ = std::fs::remove_file(&planted);
        symlink(&victim, &planted).unwrap();
        student.run(&["hint", "3"]);
        student.ends(0, &["shell", "3", "-c", "true"]);
        is_untouched(&victim);
    }
    for (planted, command) in [
        (student.beside().join("v.xml"), &["verify", "3.hide", "--junit"][..]),
        (student.beside().join("p.json"), &["progress", "export"]),
    ] {
        symlink(&victim, &planted).unwrap();
        student.ends(0, &[command, &[planted.to_str().unwrap()]].concat());
        is_untouched(&victim);
        assert!(std::fs::read_to_string(&planted).unwrap().len() > 20, "{planted:?}");
    }
}

#[test]
fn what_a_kept_container_notes_is_written_past_a_link_and_read_past_a_pipe() {
    let image = Image::new();
    let keep = image.beside().join("keep");
    std::fs::create_dir(&keep).unwrap();
    let (victim, lowers) = (image.beside().join("victim"), keep.join("lowers"));
    std::fs::write(&victim, "theirs\n").unwrap();
    symlink(&victim, &lowers).unwrap();
    let ended = image.run(&["--keep", keep.to_str().unwrap()], &["true"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    is_untouched(&victim);
    assert_eq!(std::fs::read_to_string(&lowers).unwrap(), format!("{}\n", image.root().display()));
    std::fs::remove_file(&lowers).unwrap();
    mknodat(CWD, &lowers, FileType::Fifo, Mode::RWXU, 0).unwrap();
    let ended = text(layerlab().arg("trees").arg(&keep));
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[test]
fn a_lock_that_is_a_link_makes_nothing_elsewhere() {
    let student = Student::new();
    student.inside("3", "true");
    let elsewhere = student.beside().join("elsewhere");
    for lock in ["progress.lock", "03-whiteouts.lock"] {
        let lock = student.home().join(".state").join(lock);
        let _ = std::fs::remove_file(&lock);
        symlink(&elsewhere, &lock).unwrap();
        let command: &[&str] = if lock.ends_with("progress.lock") { &["hint", "3"] } else { &["reset", "-y", "3"] };
        let ended = student.run(command);
        assert!(ended.stderr.contains("its lock can't be had") && ended.stderr.contains("ELOOP"), "{ended:?}");
        assert!(!elsewhere.exists());
        std::fs::remove_file(&lock).unwrap();
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    let student = Student::new();
    student.inside("3", "true");
    let pipe = |path: &Path| {
        let _ = std::fs::remove_file(path);
        mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap();
    };
    pipe(&student.home().join("progress.json"));
    assert!(student.ends(0, &["list"]).stderr.contains("was damaged"));
    pipe(&student.home().join(".state/progress.lock"));
    student.ends(0, &["hint", "3"]);
    pipe(&student.state(LESSON).join("session.json"));
    assert!(student.ends(2, &["verify", "3"]).stderr.contains("no regular file"));
    pipe(&student.beside().join("import"));
    student.ends(2, &["progress", "import", student.beside().join("import").to_str().unwrap()]);
}

#[test]
fn a_pipe_that_is_named_is_written_to() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt");
    let pipe = student.beside().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    student.ends(0, &["progress", "export", pipe.to_str().unwrap()]);
    assert!(reader.join().unwrap().contains("\"version\""));
    let junit = crate::support::command("bash")
        .args(["-c", "\"$1\" verify 3 --junit /dev/fd/3 3>&1 > /dev/null", "bash"])
        .arg(crate::support::program())
        .env("LAYERLAB_HOME", student.home())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&junit.stdout).contains("<testsuite"), "{junit:?}");
}

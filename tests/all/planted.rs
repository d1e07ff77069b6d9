//! Links and pipes that somebody planted where the program reads and writes: nothing beyond them is touched, and nobody
//! waits for them.

use crate::support::image::Image;
use crate::support::session::{LESSON, Student};
use crate::support::{layerlab, text};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Stdio;

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

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_is_kept_of_a_container_is_out_of_reach_of_others() {
    let image = Image::new();
    set_mode(image.beside(), 0o755);
    let keep = image.beside().join("keep");
    let keep_there = |path: &Path| image.run(&["--keep", path.to_str().unwrap()], &["touch", "/made"]);
    let refuses = |path: &Path, why: &str| {
        let ended = keep_there(path);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let said = ended.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(why) && ended.stderr.contains("  fix "), "{why}: {ended:?}");
        assert!(!path.join("upper/made").exists());
    };
    // What is made is ours alone, and so is what was there.
    for _ in 0..2 {
        let ended = image.run(&["--keep", keep.to_str().unwrap()], &["sh", "-c", "touch /suid; chmod 4755 /suid"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!((mode(&keep), mode(&keep.join("upper/suid"))), (0o700, 0o4755));
        set_mode(&keep, 0o755);
    }
    std::fs::remove_dir_all(&keep).unwrap();

    let (elsewhere, link) = (image.beside().join("elsewhere"), image.beside().join("link"));
    std::fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, &link).unwrap();
    refuses(&link, "symbolic link");
    std::fs::write(elsewhere.join("theirs"), "").unwrap();
    set_mode(&elsewhere, 0o755);
    refuses(&elsewhere, "holds other things: theirs");
    assert_eq!(mode(&elsewhere), 0o755);

    let open = image.beside().join("open");
    std::fs::create_dir(&open).unwrap();
    set_mode(&open, 0o777);
    refuses(&open.join("keep"), "everybody may write in");
    // With the sticky bit, as /tmp has it, nobody takes ours away.
    set_mode(&open, 0o1777);
    assert_eq!(keep_there(&open.join("keep")).code, Some(0));
    // What others may have put there is not gone on with.
    set_mode(&open.join("keep"), 0o777);
    std::fs::remove_file(open.join("keep/upper/made")).unwrap();
    refuses(&open.join("keep"), "may be theirs");
    if crate::support::is_root() {
        let others = image.beside().join("others");
        std::fs::create_dir(&others).unwrap();
        std::os::unix::fs::chown(&others, Some(1000), None).unwrap();
        refuses(&others, "belongs to somebody else");
        refuses(&others.join("below"), "belongs to somebody else");
    }
    image.nothing_is_left();
}

#[test]
fn two_containers_do_not_keep_their_changes_in_one_directory() {
    let image = Image::new();
    let keep = image.beside().join("keep");
    let option = ["--keep", keep.to_str().unwrap()];
    let mut first = image.command(&option, &["sh", "-c", "echo ready; cat"]);
    let mut first = first.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut ready = [0; 6];
    first.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
    let second = image.run(&option, &["true"]);
    assert!(second.code == Some(2) && second.stderr.contains("another container"), "{second:?}");
    drop(first.stdin.take());
    assert!(first.wait().unwrap().success());
    assert_eq!(image.run(&option, &["true"]).code, Some(0));
}

#[test]
fn a_root_file_system_that_lends_rights_is_not_open_to_everybody() {
    if !crate::support::is_root() {
        return println!("not for this user: only root makes files of others and keeps set-user-ID bits");
    }
    let place = tempfile::tempdir_in("/var/tmp").unwrap();
    let source = place.path().join("source");
    std::fs::create_dir(&source).unwrap();
    set_mode(&source, 0o755);
    let file = source.join("file");
    std::fs::write(&file, "").unwrap();
    let spoils: [&dyn Fn(); 3] = [&|| set_mode(&file, 0o4755), &|| set_mode(&file, 0o2755), &|| {
        std::os::unix::fs::chown(&file, Some(1000), None).unwrap()
    }];
    for (number, spoil) in spoils.into_iter().enumerate() {
        set_mode(&file, 0o755);
        spoil();
        for (above, expected) in [(0o700, 0o755), (0o755, 0o700)] {
            set_mode(place.path(), above);
            let made = place.path().join(format!("made-{number}-{above:o}"));
            let ended = text(layerlab().arg("rootfs").arg(&made).arg("--from").arg(&source));
            assert_eq!(ended.code, Some(0), "{ended:?}");
            assert_eq!(mode(&made), expected, "{number}: {ended:?}");
            assert_eq!(ended.stdout.contains("only you"), expected == 0o700, "{ended:?}");
        }
    }
    // What lends nothing is as it was.
    std::os::unix::fs::chown(&file, Some(0), None).unwrap();
    set_mode(&file, 0o755);
    let made = place.path().join("made");
    text(layerlab().arg("rootfs").arg(&made).arg("--from").arg(&source));
    assert_eq!(mode(&made), 0o755);
}

#[test]
fn a_pipe_with_a_name_is_not_waited_for_where_a_file_is_read() {
    let place = tempfile::tempdir().unwrap();
    let pipe = place.path().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
    let (pipe, made) = (pipe.to_str().unwrap(), place.path().join("made"));
    for arguments in [
        &["replay", pipe][..],
        &["rootfs", made.to_str().unwrap(), "--from", pipe],
        &["rootfs", made.to_str().unwrap(), "--with", pipe],
        &["rootfs", pipe],
        &["lesson", "check", pipe],
        &["--lessons", pipe, "list"],
        &["trees", pipe],
        &["container", "run", pipe],
        &["progress", "import", pipe],
    ] {
        let mut command = layerlab();
        command.args(arguments).env("LAYERLAB_HOME", place.path().join("home"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let code = crate::attack::ends_within(&mut child, 20);
        let mut said = String::new();
        child.stderr.unwrap().read_to_string(&mut said).unwrap();
        assert!(
            code == Some(2) && said.starts_with("error: ") && said.contains("  fix "),
            "{arguments:?}: {code:?} {said}"
        );
    }
    // What a shell hands on has no name.
    let script = "\"$1\" replay <(\"$1\" replay 1 --json 2>/dev/null)";
    let ended = text(crate::support::command("bash").args(["-c", script, "bash"]).arg(crate::support::program()));
    assert!(ended.code == Some(0) && ended.stdout.contains("Four image layers"), "{ended:?}");
}

//! What somebody tries who means harm, or whose surroundings are odd: each of these once got through.

mod host;

use crate::support::image::Image;
use crate::support::session::Student;
use crate::support::{Ended, command, is_in_three_lines, layerlab, lesson_folder, program, text};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Waits until it has ended.
#[track_caller]
pub fn ends_within(child: &mut Child, seconds: u64) -> Option<i32> {
    let until = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > until {
            let _ = child.kill();
            panic!("it hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The program, started with signals as env(1) was told to leave them.
fn with_signals(options: &[&str], arguments: &[&str]) -> Command {
    let mut started = command("env");
    started.args(options).arg(program()).args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
    started
}

const ODD_SIGNALS: &[&str] = &["--ignore-signal=CHLD,TERM,PIPE,INT,HUP", "--block-signal=CHLD,TERM,INT,HUP"];

#[test]
fn signals_that_are_ignored_or_blocked_at_the_start_change_nothing() {
    let image = Image::new();
    let root = image.root();
    let root = root.to_str().unwrap();
    for (arguments, code) in [
        (&["container", "run", "--init", root, "sh", "-c", "exit 7"][..], 7),
        (&["container", "run", root, "sh", "-c", "exit 7"], 7),
        (&["run", "1", "--auto"], 0),
    ] {
        let mut child = with_signals(ODD_SIGNALS, arguments).stdout(Stdio::null()).spawn().unwrap();
        assert_eq!(ends_within(&mut child, 20), Some(code), "{arguments:?}");
    }
    let student = Student::new();
    let mut shell = with_signals(ODD_SIGNALS, &["shell", "3", "-c", "sh -c 'exit 4'"]);
    let mut shell = shell.env("LAYERLAB_HOME", student.home()).stdout(Stdio::null()).spawn().unwrap();
    assert_eq!(ends_within(&mut shell, 20), Some(4));
    student.ok(&["stop", "3"]);
    image.nothing_is_left();
}

#[test]
fn a_container_that_was_started_with_sigterm_ignored_heeds_it() {
    let image = Image::new();
    let root = image.root();
    let arguments = ["container", "run", "--init", root.to_str().unwrap(), "sh", "-c", "echo ready; sleep 60"];
    let mut child = with_signals(ODD_SIGNALS, &arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = [0; 6];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    ends_within(&mut child, 20);
    image.nothing_is_left();
}

#[test]
fn a_read_only_volume_cannot_be_written_whatever_the_host_does_to_the_way_there() {
    let image = Image::new();
    let (a, b) = (image.beside().join("a"), image.beside().join("b"));
    for directory in [&a.join("x"), &a.join("y"), &b] {
        std::fs::create_dir_all(directory).unwrap();
    }
    let (x, aside, link) = (a.join("x"), a.join("aside"), a.join("link"));
    symlink("y", &link).unwrap();
    let (first, second) = (format!("{}:/data", a.display()), format!("{}:/data/x:ro", b.display()));
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let _ = std::fs::rename(&x, &aside).and_then(|()| std::fs::rename(&link, &x));
                let _ = std::fs::rename(&x, &link).and_then(|()| std::fs::rename(&aside, &x));
            }
        });
        let begun = (0..40).filter(|_| {
            // Wherever it came to lie.
            let script = "for place in /data/*; do echo b > $place/written; done; exit 0";
            image.run(&["--volume", &first, "--volume", &second], &["sh", "-c", script]).code == Some(0)
        });
        assert!(begun.count() > 0);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert!(!b.join("written").exists());
    image.nothing_is_left();
}

#[test]
fn a_session_keeps_nothing_open_that_its_caller_had_open() {
    let student = Student::new();
    let lock = student.beside().join("lock");
    let script = "exec 9>\"$1\" && flock 9 && exec \"$2\" shell 3 -c true";
    let mut shell = command("bash");
    shell.args(["-c", script, "bash"]).arg(&lock).arg(program()).env("LAYERLAB_HOME", student.home());
    assert_eq!(text(&mut shell).code, Some(0));
    assert_eq!(text(command("flock").arg("--nonblock").arg(&lock).arg("true")).code, Some(0));
    student.ok(&["stop", "3"]);
}

#[test]
fn a_progress_that_is_too_large_is_not_imported() {
    let student = Student::new();
    let file = student.beside().join("large.json");
    let lessons: String = (0..40_000).map(|number| format!("\"lesson{number}\":\"2026-01-01T00:00:00Z\",")).collect();
    std::fs::write(&file, format!("{{\"version\":1,\"lessons\":{{{lessons}\"z\":\"\"}}}}")).unwrap();
    let refused = student.ends(2, &["progress", "import", file.to_str().unwrap()]);
    assert!(refused.stderr.contains("more than 1000000 bytes") && refused.stderr.contains("  fix "), "{refused:?}");
    assert!(!student.home().join("progress.json").exists());
}

#[test]
fn what_this_machine_lacks_is_no_fault_of_the_program() {
    for limit in ["-n 4", "-n 5"] {
        let mut run = command("bash");
        run.args(["-c", &format!("ulimit {limit} && exec \"$1\" run 1 --auto"), "bash"]).arg(program());
        let ended = text(&mut run);
        assert!(ended.code == Some(3) && ended.stderr.contains("EMFILE"), "{limit}: {ended:?}");
        assert!(ended.stderr.contains("  why ") && ended.stderr.contains("  fix "), "{limit}: {ended:?}");
    }
}

#[test]
fn who_does_not_read_on_and_a_full_disk_are_no_fault_of_the_program() {
    let student = Student::new();
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["task", "3"],
        &["hint", "3"],
        &["solution", "3", "--yes"],
        &["words"],
        &["status"],
        &["status", "--json"],
        &["progress"],
        &["progress", "export"],
        &["trees", "--all"],
        &["completions", "bash"],
        &["replay", "1"],
        &["stop", "all"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = student.layerlab(arguments);
        let output = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(0) && !stderr.contains("error:") && !stderr.contains("panicked"),
            "{arguments:?}: {output:?}"
        );
        if arguments == ["--help"] {
            continue;
        }
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = student.layerlab(arguments);
        let output = command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let ended = Ended {
            code: output.status.code(),
            stdout: String::new(),
            stderr: String::from_utf8_lossy(&output.stderr)
                .split_once("error: ")
                .map_or_else(String::new, |(_, error)| format!("error: {error}")),
        };
        assert_eq!(ended.code, Some(3), "{arguments:?}: {ended:?}");
        is_in_three_lines(&ended);
    }
}

/// What steers a terminal: ESC, OSC, C1, a sign that turns the direction of writing, a separator of lines.
const HOSTILE: &str = "\x1b[2J\x1b]0;x\x07\u{9b}31m\u{202e}\u{2028}";

#[test]
fn nothing_that_steers_a_terminal_is_repeated() {
    let folder = lesson_folder("$ true");
    let hostile = folder.path().join(HOSTILE);
    std::fs::create_dir(&hostile).unwrap();
    let (hostile, folder) = (hostile.to_str().unwrap(), folder.path().to_str().unwrap());
    let beside = tempfile::tempdir().unwrap();
    let badly = beside.path().join("01-try");
    std::fs::create_dir_all(badly.join("mistakes")).unwrap();
    let lesson = format!(
        "---\ntitle: A try\nminutes: 1\nneeds: [{HOSTILE}]\n---\n\nHello.\n\n## Try\n\n```console\n$ true\n```\n\n## Exercise {HOSTILE}: one\n\nDo it.\n"
    );
    std::fs::write(badly.join("lesson.md"), lesson).unwrap();
    std::fs::write(badly.join("mistakes/x-y.sh"), format!("# verify: {HOSTILE}\necho {HOSTILE}\n")).unwrap();
    let badly = badly.to_str().unwrap();
    for arguments in [
        &[HOSTILE][..],
        &["run", HOSTILE],
        &["run", "1", HOSTILE],
        &["--lang", HOSTILE, "list", "--nothing"],
        &["--lessons", hostile, "list"],
        &["--lessons", folder, "list"],
        &["--lessons", badly, "run", "1"],
        &["lesson", "check", badly],
        &["lesson", "check", hostile],
        &["shell", HOSTILE],
        &["verify", HOSTILE],
        &["trees", HOSTILE],
        &["replay", HOSTILE],
        &["progress", "import", HOSTILE],
        &["progress", "clear", HOSTILE],
        &["rootfs", HOSTILE, "--from", HOSTILE],
        &["container", "run", HOSTILE],
        &["container", "run", "--volume", HOSTILE, "/", "true"],
    ] {
        let ended = text(layerlab().args(arguments).env("LAYERLAB_HOME", beside.path().join("home")));
        let acts = |letter: char| {
            letter != '\n' && letter != '\t' && (letter.is_control() || matches!(letter, '\u{2028}' | '\u{202e}'))
        };
        assert!(!ended.stdout.contains(acts) && !ended.stderr.contains(acts), "{arguments:?}: {ended:?}");
        assert!(ended.code != Some(101), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn a_session_that_others_may_have_written_is_not_entered() {
    let student = Student::new();
    student.ends(0, &["shell", "3", "-c", "true"]);
    let (home, state) = (student.home().to_path_buf(), student.home().join(".state"));
    let note = student.state("03-whiteouts").join("session.json");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode();
    for path in [&home, &state, &student.state("03-whiteouts"), &note] {
        let before = mode(path);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(before | 0o022)).unwrap();
        let refused = student.ends(2, &["shell", "3", "-c", "echo entered"]);
        assert!(refused.stdout.is_empty() && refused.stderr.contains("chmod go-w"), "{path:?}: {refused:?}");
        assert!(refused.stderr.contains("  why ") && refused.stderr.contains("  fix "), "{refused:?}");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(before)).unwrap();
    }
    let moved = student.beside().join("moved");
    std::fs::rename(&state, &moved).unwrap();
    symlink(&moved, &state).unwrap();
    let refused = student.ends(2, &["shell", "3", "-c", "echo entered"]);
    assert!(refused.stdout.is_empty() && refused.stderr.contains("symbolic link"), "{refused:?}");
    std::fs::remove_file(&state).unwrap();
    std::fs::rename(&moved, &state).unwrap();
    student.ok(&["stop", "3"]);
}

#[test]
fn a_session_of_another_user_is_not_entered_by_root() {
    if !crate::support::is_root() {
        return println!("not for this user: another user's session: only root can give a file away");
    }
    let student = Student::new();
    student.ends(0, &["shell", "3", "-c", "true"]);
    for name in ["", ".state", ".state/03-whiteouts", ".state/03-whiteouts/session.json"] {
        let path = if name.is_empty() { student.home().to_path_buf() } else { student.home().join(name) };
        std::os::unix::fs::chown(&path, Some(1000), None).unwrap();
        let refused = student.ends(2, &["shell", "3", "-c", "echo entered"]);
        assert!(refused.stdout.is_empty() && refused.stderr.contains("somebody else"), "{path:?}: {refused:?}");
        std::os::unix::fs::chown(&path, Some(0), None).unwrap();
    }
    student.ok(&["stop", "3"]);
}

#[test]
fn little_memory_is_told_and_no_crash() {
    // Below, the kernel or the C library gives up before we begin.
    for limit in [30_000, 36_000, 44_000, 50_000] {
        for arguments in ["list", "run 1 --auto", "replay 1", "doctor"] {
            let mut run = command("bash");
            run.args(["-c", &format!("ulimit -v {limit} && exec \"$1\" {arguments}"), "bash"]).arg(program());
            let ended = text(&mut run);
            let told = ended.stderr.starts_with("error: ") && ended.stderr.contains("  why ");
            assert!(matches!((ended.code, told), (Some(3), true) | (Some(0), false)), "{limit} {arguments}: {ended:?}");
            assert_eq!(ended.code == Some(3), limit < 49_152, "{limit} {arguments}: {ended:?}");
        }
    }
}

#[test]
fn nothing_of_ours_is_left_in_the_home_of_another_user() {
    if !crate::support::is_root() {
        return println!("not for this user: another user's home can only be written by root");
    }
    let place = tempfile::tempdir().unwrap();
    let home = place.path().join("theirs");
    std::fs::create_dir(&home).unwrap();
    std::os::unix::fs::chown(&home, Some(1000), Some(1000)).unwrap();
    for (arguments, code) in [
        (&["shell", "3", "-c", "true"][..], 2),
        (&["hint", "3"], 2),
        (&["stop", "all"], 2),
        (&["list"], 0),
        (&["run", "1", "--auto"], 0),
    ] {
        let ended = text(layerlab().args(arguments).env("HOME", &home).env("COLUMNS", "300"));
        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        let told = ended.stderr.contains("belongs to somebody else") && ended.stderr.contains("sudo -H");
        assert!(told || arguments[0] == "run", "{arguments:?}: {ended:?}");
        assert_eq!(std::fs::read_dir(&home).unwrap().count(), 0, "{arguments:?}");
    }
}

/// A session is killed at any moment of its beginning. A kill that came too late is not counted.
#[test]
fn of_a_session_that_was_killed_while_it_began_stop_leaves_nothing() {
    let student = Student::new();
    let begun = Instant::now();
    student.ends(0, &["shell", "3", "-c", "true"]);
    let mut whole = begun.elapsed();
    student.ok(&["stop", "all"]);
    let (wanted, mut hits) = (16, 0);
    for at in 0..100 {
        if hits == wanted {
            break;
        }
        let mut shell = student.layerlab(&["shell", "3", "-c", "true"]);
        let mut shell = shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * hits / wanted);
        let too_late = shell.try_wait().unwrap().is_some();
        let _ = shell.kill();
        shell.wait().unwrap();
        // It takes less time than it did: the moments lie closer together from now on.
        match too_late {
            true => whole = whole * 9 / 10,
            false => hits += 1,
        }
        student.ends(0, &["stop", "all"]);
        let left = |directory: &std::path::Path| {
            let names = std::fs::read_dir(directory).into_iter().flatten().flatten();
            let names = names.map(|entry| entry.file_name().into_string().unwrap());
            names.filter(|name| !name.ends_with(".lock") && name != ".state").collect::<Vec<_>>()
        };
        assert_eq!(left(student.home()), [""; 0], "try {at}");
        assert_eq!(left(&student.home().join(".state")), [""; 0], "try {at}");
        student.nothing_is_left();
    }
    assert_eq!(hits, wanted, "too few kills hit");
}

#[test]
fn a_process_that_is_noted_as_keeper_and_is_none_is_not_entered() {
    let student = Student::new();
    student.ends(0, &["shell", "3", "-c", "true"]);
    let note = student.state("03-whiteouts").join("session.json");
    let whole = std::fs::read(&note).unwrap();
    // Ours, alive, in namespaces of its own, and with arguments as a keeper has them.
    let mut other = command("unshare");
    other.args(["--user", "--map-root-user", "--mount", "--pid", "--fork"]);
    other.args(["sh", "-c", "echo; read x", "__stage-keeper"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut other = other.spawn().unwrap();
    std::io::Read::read_exact(other.stdout.as_mut().unwrap(), &mut [0]).unwrap();
    let child = crate::support::session::children(other.id() as i32)[0];
    let (_, started) = crate::support::session::state(child).unwrap();
    let started: u64 = started.parse().unwrap();
    let keeper = student.keeper("03-whiteouts");
    let (_, of_keeper) = crate::support::session::state(keeper).unwrap();
    let of_keeper: u64 = of_keeper.parse().unwrap();
    let refused = |what: &str, change: &dyn Fn(&mut serde_json::Value)| {
        student.rewrite_note(|note| change(&mut note["keeper"]));
        for arguments in [&["shell", "3", "-c", "echo entered"][..], &["verify", "3"]] {
            let ended = student.run(arguments);
            assert!(matches!(ended.code, Some(2 | 3)) && ended.stdout.is_empty(), "{what}: {ended:?}");
            assert!(ended.stderr.contains("not the one that was made for it"), "{what}: {ended:?}");
        }
        std::fs::write(&note, &whole).unwrap();
    };
    refused("another process", &|keeper| {
        (keeper["pid"], keeper["started"]) = (child.into(), started.into());
    });
    refused("another program", &|keeper| keeper["program"] = serde_json::json!([1, 2]));
    refused("other namespaces", &|keeper| keeper["namespaces"]["mnt"] = 1.into());
    // Nor is it ended in the place of a keeper.
    student.rewrite_note(|note| (note["keeper"]["pid"], note["keeper"]["started"]) = (child.into(), started.into()));
    student.ok(&["stop", "3"]);
    assert!(crate::support::session::is_alive(child));
    assert!(student.ok(&["status"]).contains(&format!("process {keeper}, ")) && of_keeper > 0);
    drop(other.stdin.take());
    other.wait().unwrap();
    assert!(student.ok(&["stop", "all"]).contains("A session whose files were deleted has ended"));
    assert!(!crate::support::session::is_alive(keeper));
}

#[test]
fn a_keeper_whose_home_was_deleted_is_seen_and_ended() {
    let student = Student::new();
    student.ends(0, &["shell", "3", "-c", "true"]);
    let keeper = student.keeper("03-whiteouts");
    // Nobody may enter the work directory of an overlay.
    let mut delete = command("sh");
    delete.args(["-c", "chmod -R u+rwx \"$0\" && rm -rf \"$0\""]).arg(student.home());
    assert_eq!(text(&mut delete).code, Some(0));
    let said = student.ok(&["status"]);
    assert!(said.contains(&format!("process {keeper}, of ")) && said.contains("layerlab stop all"), "{said}");
    let said = student.ok(&["stop", "all"]);
    assert!(said.contains(&format!("has ended: process {keeper}, of ")), "{said}");
    assert!(!crate::support::session::is_alive(keeper));
    assert!(student.ok(&["status"]).contains("There is no session."));
}

//! Sessions under bad conditions, on the real kernel, through the whole program: what is said, how it ends, and what is
//! left behind.

use crate::support;
use crate::support::session::{
    LESSON, Student, Terminal, children, is_alive, kill_hard, nothing_is_left_of, soon, state,
};
use crate::support::{Ended, ends_with, in_namespaces, is_root, lesson_folder, program, text};
use nix::sys::signal::{Signal, kill};

use nix::unistd::Pid;
use rustix::termios::{LocalModes, tcgetattr};
use serde_json::json;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The three lines of an error that the kernel caused.
#[track_caller]
fn is_in_three_lines(ended: &Ended) {
    let lines: Vec<&str> = ended.stderr.lines().collect();
    let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
    assert!(lines.first().is_some_and(|line| line.starts_with("error: ")), "{ended:?}");
    assert!(has("  call  ") && has("  why   ") && has("  fix   "), "{ended:?}");
}

/// A process of the test's own; it is ended with the test.
struct Sleeper(Child);

impl Sleeper {
    fn start() -> Sleeper {
        Sleeper(Command::new("sleep").arg("1000").spawn().unwrap())
    }

    fn pid(&self) -> i32 {
        self.0.id() as i32
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn without_a_session_it_is_said_how_to_begin_one() {
    let student = Student::new();
    for arguments in [&["verify"][..], &["reset", "-y"], &["hint"], &["task"], &["solution", "-y"], &["next"]] {
        let refused = student.ends(2, arguments).stderr;
        assert!(refused.contains("there is no session") && refused.contains("layerlab shell 1"), "{refused}");
    }
    for arguments in [&["verify", "3"][..], &["verify", "3.hide"], &["reset", "-y", "3"], &["verify", "--json", "3"]] {
        let refused = student.ends(2, arguments);
        assert!(refused.stderr.contains("lesson 3 has no session"), "{refused:?}");
        assert!(refused.stderr.contains("  fix   layerlab shell 3.hide") && refused.stdout.is_empty(), "{refused:?}");
    }
    student.inside("3", "true");
    let refused = student.ends(2, &["verify", "3.restore"]).stderr;
    assert!(refused.contains("3.restore has not been begun"), "{refused}");
}

#[test]
fn a_session_whose_keeper_was_killed_is_over_and_begins_anew() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt; (setsid sleep 1000 &) > /dev/null 2>&1");
    student.ok(&["verify"]);
    let mut terminal = Terminal::start(&student.layerlab(&["shell", "3"]));
    terminal.shows("F1 help");
    kill_hard(student.keeper(LESSON));
    // Every process of it goes, and with the last one its mounts; the shell's parent says why.
    terminal.shows("was ended under this shell");
    assert_eq!(terminal.ends(), Some(137));
    student.nothing_is_left();

    let refused = student.ends(2, &["verify", "3"]).stderr;
    assert!(refused.contains("the session of lesson 3 has ended") && refused.contains("its keeper"), "{refused}");
    assert!(student.ends(2, &["verify"]).stderr.contains("has ended"));
    assert_eq!(student.json(0, &["status", "--json"])[0]["state"], "has ended: its keeper is gone");
    assert!(student.ok(&["status"]).contains("layerlab stop 3"));

    let anew = student.ends(0, &["shell", "3.hide", "-c", "ls mnt"]);
    assert_eq!(anew.stdout, "letter.txt\nphoto.txt\nreport.txt\n");
    assert!(anew.stderr.contains("its keeper was ended") && anew.stderr.contains("progress is kept"), "{anew:?}");
    assert!(student.progress()["exercises"]["whiteouts.hide"]["solved"].is_string());
    student.inside("3.hide", "true");
}

#[test]
fn the_cgroups_of_a_session_go_with_it_however_it_ends() {
    if !support::cgroups::can_be_had("the cgroups of a session") {
        return;
    }
    const LIMITS: &str = "16-cgroups";
    let fill = "tree=pids; [ -e all ] && tree=all; mkdir $tree/few $tree/few/in; \
        sleep 1000 > /dev/null 2>&1 & echo $! > $tree/few/in/cgroup.procs";
    for killed in [false, true] {
        let student = Student::new();
        student.inside("16.few", fill);
        student.inside("16.team", fill);
        let keeper = student.keeper(LIMITS);
        let cgroups = || support::image::cgroups_of(keeper as u32);
        assert!(!cgroups().is_empty());
        // Whoever sits in a cgroup that is full is told so.
        let full = "tree=pids; [ -e all ] && tree=all; mkdir $tree/full; echo 1 > $tree/full/pids.max; \
            echo 0 > $tree/full/cgroup.procs; unset LAYERLAB_OUTSIDE; exec layerlab verify";
        let refused = student.ends(3, &["shell", "16.team", "-c", full]);
        is_in_three_lines(&refused);
        assert!(refused.stderr.contains("EAGAIN") && refused.stderr.contains("pids.max"), "{refused:?}");
        // To begin one exercise again takes nothing from the other.
        student.ok(&["reset", "-y", "16.few"]);
        let inside = |name: &str| cgroups().iter().any(|path| path.join(name).join("few/in").exists());
        assert!(!inside("few") && inside("team"), "{:?}", cgroups());
        assert!(student.ends(1, &["verify", "16.few"]).stdout.contains("there is no cgroup few"));
        if killed {
            kill_hard(keeper);
            assert!(soon(|| !is_alive(keeper)));
            // The next session removes what nobody was left to remove.
            student.run(&["shell", "16", "-c", "true"]);
            assert!(soon(|| cgroups().is_empty()), "{:?}", cgroups());
        }
        student.ok(&["stop", "16"]);
        assert!(cgroups().is_empty(), "{:?}", cgroups());
    }
}

#[test]
fn a_process_that_got_the_keepers_number_is_not_taken_for_it() {
    for anew in [false, true] {
        let student = Student::new();
        student.inside("3", "true");
        let (keeper, other) = (student.keeper(LESSON), Sleeper::start());
        kill_hard(keeper);
        assert!(soon(|| !is_alive(keeper)));
        student.rewrite_note(|note| note["keeper"]["pid"] = json!(other.pid()));
        let refused = student.ends(2, &["verify", "3"]).stderr;
        assert!(refused.contains("its keeper") && refused.contains("has ended"), "{refused}");
        assert_eq!(student.json(0, &["status", "--json"])[0]["state"], "has ended: its keeper is gone");
        if anew {
            assert!(student.ends(0, &["shell", "3", "-c", "true"]).stderr.contains("its keeper was ended"));
        }
        student.ok(&["stop", "3"]);
        assert!(is_alive(other.pid()));
    }
}

#[test]
fn another_start_time_is_another_process() {
    let student = Student::new();
    student.inside("3", "true");
    let keeper = student.keeper(LESSON);
    student.rewrite_note(|note| note["keeper"]["started"] = json!(note["keeper"]["started"].as_u64().unwrap() + 1));
    student.ends(2, &["verify", "3"]);
    student.ok(&["stop", "3"]);
    assert!(is_alive(keeper));
    kill_hard(keeper);
}

#[test]
fn a_machine_that_was_started_anew_is_told_from_a_keeper_that_was_killed() {
    let student = Student::new();
    student.inside("3", "true");
    kill_hard(student.keeper(LESSON));
    student.nothing_is_left();
    // Whoever has the number and the time of start now: it was another run of the machine.
    let other = Sleeper::start();
    let started: u64 = state(other.pid()).unwrap().1.parse().unwrap();
    student.rewrite_note(|note| {
        note["keeper"]["boot"] = json!("8c6d0f2e-0000-4000-8000-000000000000");
        note["keeper"]["pid"] = json!(other.pid());
        note["keeper"]["started"] = json!(started);
    });
    let refused = student.ends(2, &["verify", "3"]).stderr;
    assert!(refused.contains("this machine was started anew"), "{refused}");
    assert!(student.ok(&["status"]).contains("this machine was started anew"));
    let anew = student.ends(0, &["shell", "3", "-c", "ls"]).stderr;
    assert!(anew.contains("this machine was started anew") && anew.contains("begin anew"), "{anew}");
    student.ok(&["stop"]);
    assert!(is_alive(other.pid()));
}

#[test]
fn nobody_works_in_somebody_elses_sessions() {
    let commands: [&[&str]; 9] = [
        &["verify", "3"],
        &["status"],
        &["hint", "3"],
        &["solution", "3.hide", "-y"],
        &["shell", "3", "-c", "true"],
        &["stop", "all"],
        &["reset", "-y", "all"],
        &["progress", "export"],
        &["progress", "clear", "-y"],
    ];
    let refused = |command: &mut Command| {
        let ended = text(command);
        assert!(matches!(ended.code, Some(2 | 3)) && ended.stdout.is_empty(), "{command:?}: {ended:?}");
        assert!(ended.stderr.contains("cannot use this user's sessions"), "{command:?}: {ended:?}");
        assert!(ended.stderr.contains("LAYERLAB_HOME") && !ended.stderr.contains("panicked"), "{command:?}: {ended:?}");
    };
    let at = |home: &Path, arguments: &[&str]| {
        let mut command = support::layerlab();
        command.args(arguments).env("LAYERLAB_HOME", home);
        command
    };
    for arguments in commands {
        // A directory that is another's for everybody; nothing is made in it.
        let foreign = if is_root() { None } else { Some("/usr") };
        if let Some(foreign) = foreign {
            refused(&mut at(Path::new(foreign), arguments));
            assert!(!Path::new(foreign).join(".state").exists());
        }
    }
    if !is_root() {
        // What cannot even be looked at.
        let student = Student::new();
        let closed = student.beside().join("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
        refused(&mut at(&closed.join("home"), &["status"]));
        return;
    }
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt");
    student.ok(&["verify"]);
    let (progress, keeper) = (student.progress(), student.keeper(LESSON));
    // The program may lie where only root can go.
    let copy = student.beside().join("layerlab");
    // By another process: while we had it open to write, a child that another test starts would have it open too, and who
    // is written to cannot be executed (ETXTBSY).
    assert!(Command::new("cp").arg(program()).arg(&copy).status().unwrap().success());
    for (path, mode) in [(student.beside(), 0o755), (&copy, 0o755)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    for arguments in commands {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "1000", "--regid", "1000", "--clear-groups"]).arg(&copy).args(arguments);
        refused(command.current_dir("/").env("LAYERLAB_HOME", student.home()));
    }
    assert_eq!((student.progress(), student.keeper(LESSON)), (progress.clone(), keeper));
    // Root neither works in another user's sessions: what it made there would be root's.
    let chown = |owner: &str| assert!(Command::new("chown").arg(owner).arg(student.home()).status().unwrap().success());
    chown("1000:1000");
    for arguments in commands {
        refused(&mut at(student.home(), arguments));
    }
    chown("0:0");
    assert_eq!((student.progress(), student.keeper(LESSON)), (progress, keeper));
}

#[test]
fn a_directory_that_was_deleted_under_the_shell_is_no_obstacle() {
    let student = Student::new();
    let lost = "mkdir lost; cd lost; rmdir ../lost; ";
    for (words, code) in [("verify", 1), ("hint", 0), ("task", 0), ("layerlab status", 0), ("layerlab reset -y", 0)] {
        let ended = student.ends(code, &["shell", "3", "-c", &format!("{lost}{words}")]);
        // /bin/sh, which runs the words, may remark on it.
        assert!(!ended.stdout.is_empty() && !ended.stderr.contains("error: "), "{words}: {ended:?}");
    }
    let script = "mkdir \"$2\"; cd \"$2\"; rmdir \"$2\"; \"$1\" verify; echo $?; \"$1\" shell 3 -c pwd";
    let mut bash = support::command("bash");
    bash.args(["-c", script, "bash"]).arg(program()).arg(student.beside().join("lost"));
    let ended = text(bash.env("LAYERLAB_HOME", student.home()));
    assert!(ended.stdout.contains("✗ mnt/report.txt"), "{ended:?}");
    assert!(ended.stdout.ends_with(&format!("\n1\n{}\n", student.bench("hide").display())), "{ended:?}");
    // The bench was made anew while the shell stood in it, in the merged view even.
    let ended = student.ends(1, &["shell", "3", "-c", "cd mnt; layerlab reset -y; verify"]);
    assert!(ended.stdout.contains("as it was at the start") && ended.stdout.contains("✗ mnt/report.txt"), "{ended:?}");
    let mut terminal = Terminal::start(&student.layerlab(&["shell", "3"]));
    terminal.shows("F1 help");
    terminal.types("cd mnt; layerlab reset -y\n", "as it was at the start");
    terminal.types("pwd; ls\n", "letter.txt");
}

#[test]
fn a_bench_that_was_taken_away_can_be_had_again() {
    let student = Student::new();
    student.inside("3", "true");
    std::fs::rename(student.home().join(LESSON).join("hide"), student.beside().join("away")).unwrap();
    let ended = student.ends(3, &["verify"]);
    is_in_three_lines(&ended);
    assert!(ended.stderr.contains("is not there any more") && ended.stderr.contains("layerlab reset"), "{ended:?}");
    let ended = student.ends(3, &["shell", "3", "-c", "true"]);
    assert!(ended.stderr.contains("layerlab reset"), "{ended:?}");
    student.ok(&["reset", "-y"]);
    student.ends(1, &["verify"]);
    student.inside("3", "rm mnt/report.txt");
    student.ok(&["verify"]);
}

#[test]
fn a_hundred_thousand_files_are_verified_in_no_time() {
    let student = Student::new();
    let script = "umount mnt; cd container; seq 100000 | xargs -n 20000 touch; cd ..
        options=lowerdir=image,upperdir=container,workdir=work$LAYERLAB_OVERLAY_OPTIONS
        mount -t overlay overlay -o $options mnt; rm mnt/report.txt; find mnt -name '[0-9]*' | wc -l";
    assert_eq!(student.inside("3", script), "100000\n");
    let begun = Instant::now();
    student.ok(&["verify"]);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    // In the image they are all to be compared, and are what does not hold.
    student.inside("3", "umount mnt; mkdir image/many; mount --bind container image/many");
    let begun = Instant::now();
    let said = student.ends(1, &["verify"]).stdout;
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert!(said.contains("✗ image") && said.len() < 4000, "{} bytes: {said:.4000}", said.len());
    student.ok(&["reset", "-y"]);
}

/// A FUSE program that mounts itself and answers nothing; given a second argument, it takes the requests first.
const FUSE: &str = r#"
import ctypes, os, struct, sys, time
device = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0"
if libc.mount(b"hangs", sys.argv[1].encode(), b"fuse", 0, options.encode()):
    sys.exit(os.strerror(ctypes.get_errno()))
print("mounted", flush=True)
if len(sys.argv) > 2:
    length, opcode, unique = struct.unpack("<IIQ", os.read(device, 1 << 20)[:16])
    answer = struct.pack("<IIIIHHIIHH", 7, 31, 65536, 0, 16, 12, 131072, 1, 32, 0).ljust(64, b"\0")
    os.write(device, struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer)
    while True:
        os.read(device, 1 << 20)
time.sleep(1000)
"#;

/// Verifies where something hangs: it must end by its patience of ten seconds, and say so.
#[track_caller]
fn verify_in_vain(student: &Student) {
    let begun = Instant::now();
    let ended = student.run(&["verify"]);
    assert!(ends_with(&ended, Some(5)) && ended.stdout.is_empty(), "{ended:?}");
    assert!(ended.stderr.contains("no answer: ") && ended.stderr.contains("layerlab reset"), "{ended:?}");
    assert!((8..13).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert!(!student.home().join("progress.json").exists());
}

/// The visitors of a student's session that are there still.
fn visitors(student: &Student) -> Vec<String> {
    student.processes().into_iter().filter(|process| process.contains("__stage-visitor")).collect()
}

#[test]
fn what_does_not_answer_does_not_hold_verify_up() {
    // Each takes ten seconds of sleep.
    std::thread::scope(|scope| {
        scope.spawn(|| hanging_fuse(false));
        scope.spawn(|| hanging_fuse(true));
        scope.spawn(stopped_visitor);
    });
}

/// A FUSE program that sleeps, or one that takes requests and keeps them to itself.
fn hanging_fuse(takes_requests: bool) {
    // Some machines let only root have it; for those who may not there is no FUSE program that could hang.
    if std::fs::File::options().read(true).write(true).open("/dev/fuse").is_err() {
        return;
    }
    let student = Student::new();
    // A session has a /tmp of its own.
    let outside = tempfile::tempdir_in("/var/tmp").unwrap();
    let fuse = outside.path().join("fuse.py");
    std::fs::write(&fuse, FUSE).unwrap();
    let arguments = if takes_requests { "mnt yes" } else { "mnt" };
    let script = format!(
        "exec 2>&1; (setsid python3 {} {arguments} > log 2>&1 &); until [ -s log ]; do sleep 0.01; done; cat log",
        fuse.display()
    );
    assert_eq!(student.inside("3", &script), "mounted\n");
    verify_in_vain(&student);
    // One that waits for a request that was taken goes with the file system, not before.
    assert!(takes_requests || visitors(&student).is_empty(), "{:?}", visitors(&student));
    student.ok(&["reset", "-y"]);
    student.ends(1, &["verify"]);
    student.ok(&["stop"]);
    student.nothing_is_left();
}

/// For everybody, without FUSE: the visitor is stopped as soon as it is there.
fn stopped_visitor() {
    let student = Student::new();
    student.inside("3", "true");
    let first = Instant::now();
    let took = loop {
        let begun = Instant::now();
        let mut command = student.layerlab(&["verify"]);
        let mut cli = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        if let Some(visitor) = child_called(&mut cli, "__stage-visitor") {
            let _ = kill(Pid::from_raw(visitor), Signal::SIGSTOP);
        }
        let output = cli.wait_with_output().unwrap();
        if output.status.code() == Some(5) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("no answer: ") && said.contains("layerlab reset"), "{said}");
            break begun.elapsed();
        }
        assert!(first.elapsed().as_secs() < 60, "no visitor was caught");
    };
    assert!((8..15).contains(&took.as_secs()), "{took:?}");
    assert!(soon(|| visitors(&student).is_empty()), "{:?}", visitors(&student));
    student.ends(1, &["verify"]);
}

#[test]
fn on_a_full_disk_the_verdict_stands_and_the_old_progress_stays() {
    let student = Student::new();
    std::fs::create_dir(student.home()).unwrap();
    let script = r#"
        export LAYERLAB_HOME=$2/h
        mount -t tmpfs -o mode=755,size=4m tmpfs "$2" && mkdir "$2/h" || exit 99
        trap '"$1" stop all > /dev/null' EXIT
        "$1" shell 3 -c 'rm mnt/report.txt' && "$1" hint > /dev/null && cp "$2/h/progress.json" "$2/before" || exit 98
        dd if=/dev/zero of="$2/fill" bs=4k 2> /dev/null
        "$1" verify; echo "verify=$?"
        cmp "$2/h/progress.json" "$2/before" && echo "progress=whole"
        "$1" shell 3.restore -c true; echo "restore=$?"
        "$1" shell 2 -c true; echo "shell=$?"
        ls -A "$2/h" "$2/h/.state"; "$1" status --json
        rm "$2/fill"
        "$1" verify > /dev/null; echo "again=$?"
        "$1" shell 3.restore -c 'ls mnt'; "$1" shell 2 -c true; echo "after=$?"
    "#;
    let ended = text(in_namespaces(script).arg(student.home()));
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    let said = |part: &str| assert!(ended.stdout.contains(part) || ended.stderr.contains(part), "{part}: {ended:?}");
    said("✓ mnt/report.txt is not there");
    said("goes on to 3.restore");
    said("verify=0\nprogress=whole\n");
    said("error: cannot note your progress");
    said("this last thing is not noted");
    // Why the bench cannot be had is what the command said that failed.
    said("restore=2\n");
    said("error: cannot prepare the exercise 3.restore");
    assert!(ended.stderr.matches("No space left on device").count() >= 2, "{ended:?}");
    said("shell=3\n");
    said("error: cannot note the session of 02-copy-up");
    for line in ["  call  ", "  why   ", "  fix   "] {
        assert!(ended.stderr.matches(line).count() >= 2, "{ended:?}");
    }
    // Of the session that could not be begun nothing is left but its lock.
    let (_, listed) = ended.stdout.split_once("shell=3\n").unwrap();
    let (listed, after) = listed.split_once("again=").unwrap();
    assert!(!listed.lines().any(|line| line == "02-copy-up") && listed.contains("\n03-whiteouts\n"), "{listed}");
    assert_eq!(listed.matches("\"lesson\"").count(), 1, "{listed}");
    assert_eq!(after, "0\nletter.txt\nphoto.txt\nreport.txt\nafter=0\n");
}

#[test]
fn where_nothing_can_be_written_it_is_said() {
    let student = Student::new();
    std::fs::create_dir(student.home()).unwrap();
    let script = r#"
        export LAYERLAB_HOME=$2/h
        mount -t tmpfs tmpfs "$2" && mkdir "$2/h" "$2/other" || exit 99
        trap 'mount -o remount,bind,rw "$2"; "$1" stop all > /dev/null' EXIT
        "$1" shell 3 -c 'rm mnt/report.txt' || exit 98
        mount -o remount,bind,ro "$2" || exit 97
        "$1" verify 3.hide; echo "verify=$?"
        "$1" status > /dev/null; echo "status=$?"
        for home in "$2/other" "$2/new" /proc/1/new /dev/null; do
            LAYERLAB_HOME=$home "$1" shell 3 -c true; echo "shell=$?"
        done
    "#;
    let ended = text(in_namespaces(script).arg(student.home()));
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    assert!(ended.stdout.contains("✓ container/report.txt is a whiteout"), "{ended:?}");
    assert!(ended.stdout.ends_with("verify=0\nstatus=0\nshell=3\nshell=3\nshell=3\nshell=2\n"), "{ended:?}");
    assert!(ended.stderr.contains("error: cannot note your progress"), "{ended:?}");
    assert!(ended.stderr.contains("EROFS") && ended.stderr.contains("/dev/null is no directory"), "{ended:?}");
    assert_eq!(ended.stderr.matches("  fix   ").count(), 5, "{ended:?}");
    nothing_is_left_of(student.home());
}

#[test]
fn a_home_that_is_a_file_or_a_link() {
    let student = Student::new();
    let beside = |name: &str| student.beside().join(name);
    let run = |home: &Path, arguments: &[&str]| {
        let mut command = student.layerlab(arguments);
        text(command.env("LAYERLAB_HOME", home))
    };
    std::fs::write(beside("file"), "mine").unwrap();
    for arguments in [&["shell", "3", "-c", "true"][..], &["hint", "3"], &["progress", "clear", "-y"]] {
        let ended = run(&beside("file"), arguments);
        assert!(ends_with(&ended, Some(2)) && ended.stderr.contains("is no directory"), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains("  fix   set LAYERLAB_HOME"), "{arguments:?}: {ended:?}");
    }
    assert_eq!(std::fs::read_to_string(beside("file")).unwrap(), "mine");
    // A link of one's own to a directory of one's own: it is worked on in that directory.
    std::fs::create_dir(beside("real")).unwrap();
    symlink(beside("real"), beside("link")).unwrap();
    let ended = run(&beside("link"), &["shell", "3", "-c", "rm mnt/report.txt; echo $LAYERLAB_HOME"]);
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    assert!(ends_with(&run(&beside("link"), &["verify"]), Some(0)));
    assert!(ends_with(&run(&beside("real"), &["verify"]), Some(0)));
    let reset = run(&beside("link"), &["reset", "-y"]);
    assert!(ends_with(&reset, Some(0)), "{reset:?}");
    assert!(ends_with(&run(&beside("link"), &["verify"]), Some(1)));
    let stopped = run(&beside("link"), &["stop", "all"]);
    assert!(ends_with(&stopped, Some(0)) && beside("real/progress.json").exists(), "{stopped:?}");
    assert!(!beside("real").join(LESSON).exists());
    // One that leads nowhere.
    symlink(beside("nowhere"), beside("dangling")).unwrap();
    let ended = run(&beside("dangling"), &["shell", "3", "-c", "true"]);
    assert!(ends_with(&ended, Some(3)), "{ended:?}");
    is_in_three_lines(&ended);
    nothing_is_left_of(student.beside());
}

#[test]
fn a_bench_with_links_out_of_it_is_deleted_without_following_them() {
    let student = Student::new();
    // A session has a /tmp of its own.
    let outside = tempfile::tempdir_in("/var/tmp").unwrap();
    let precious = outside.path().join("precious");
    std::fs::create_dir(&precious).unwrap();
    std::fs::write(precious.join("file"), "keep me").unwrap();
    let path = precious.display();
    let script = format!("ln -s {path} link; mkdir bound; mount --rbind {path} bound; cp -a link container/");
    for end in [&["reset", "-y"][..], &["stop"]] {
        student.inside("3", &script);
        student.ok(end);
        assert_eq!(std::fs::read_to_string(precious.join("file")).unwrap(), "keep me");
    }
    // The bench itself is replaced by a link.
    student.inside("3", "true");
    let bench = student.home().join(LESSON).join("hide");
    std::fs::rename(&bench, student.beside().join("away")).unwrap();
    symlink(&precious, &bench).unwrap();
    student.run(&["reset", "-y"]);
    student.ok(&["stop"]);
    assert_eq!(std::fs::read_to_string(precious.join("file")).unwrap(), "keep me");
}

/// Starts commands at once, and waits for all.
fn at_once(student: &Student, number: usize, arguments: &[&str]) -> Vec<Ended> {
    let start = |_| {
        let mut command = student.layerlab(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let started: Vec<Child> = (0..number).map(start).collect();
    let end = |child: Child| {
        let output = child.wait_with_output().unwrap();
        let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        Ended { code: output.status.code(), stdout, stderr }
    };
    started.into_iter().map(end).collect()
}

#[test]
fn many_at_once_do_not_meet() {
    let student = Student::new();
    let shells = at_once(&student, 8, &["shell", "3", "-c", "readlink /proc/self/ns/mnt; ls mnt"]);
    for ended in &shells {
        assert!(ends_with(ended, Some(0)) && ended.stderr.is_empty(), "{ended:?}");
        assert_eq!(ended.stdout, shells[0].stdout);
    }
    for ended in at_once(&student, 8, &["verify"]) {
        assert!(ends_with(&ended, Some(1)) && ended.stderr.is_empty(), "{ended:?}");
    }
    assert_eq!(student.progress()["exercises"]["whiteouts.hide"]["tries"], 8);
    for ended in at_once(&student, 8, &["hint"]) {
        assert!(ends_with(&ended, Some(0)) && ended.stderr.is_empty(), "{ended:?}");
    }
    assert_eq!(student.progress()["exercises"]["whiteouts.hide"]["hints"], 3);
    for ended in at_once(&student, 4, &["reset", "-y"]) {
        assert!(ends_with(&ended, Some(0)) && ended.stderr.is_empty(), "{ended:?}");
    }
    student.ends(1, &["verify"]);
    for ended in at_once(&student, 4, &["stop"]) {
        assert!(ends_with(&ended, Some(0)) && ended.stderr.is_empty(), "{ended:?}");
    }
    student.nothing_is_left();
}

#[test]
fn a_terminal_that_is_closed_ends_the_shell_and_not_the_session() {
    let student = Student::new();
    for busy in [false, true] {
        let mut terminal = Terminal::start(&student.layerlab(&["shell", "3"]));
        terminal.shows("F1 help");
        if busy {
            terminal.types("echo be$((1+1))gun; sleep 1000\n", "be2gun");
        }
        let keeper = student.keeper(LESSON);
        terminal.close();
        assert!(soon(|| student.processes().len() == 1), "{:#?}", student.processes());
        assert!(is_alive(keeper));
        terminal.ends();
        student.ends(1, &["verify"]);
        assert_eq!(student.inside("3", "echo usable"), "usable\n");
    }
}

/// A shell in a terminal whose own shell goes on afterwards.
fn nested(student: &Student, script: &str) -> Terminal {
    let mut sh = Command::new("/bin/sh");
    sh.args(["-c", script]).arg(program()).env("PATH", std::env::var_os("PATH").unwrap());
    Terminal::start(sh.env("LAYERLAB_HOME", student.home()))
}

#[test]
fn whatever_becomes_of_the_shell_the_terminal_is_as_before() {
    let student = Student::new();
    let both = LocalModes::ECHO | LocalModes::ICANON;
    // The shell dies and leaves the terminal as it was just then: raw, and its own.
    let mut terminal = nested(&student, "\"$0\" shell 3; echo over=$?; read line; echo got=$line");
    terminal.shows("F1 help");
    terminal.types("stty -echo -icanon; kill -9 $$\n", "over=137");
    assert!(tcgetattr(terminal.master()).unwrap().local_modes.contains(both));
    terminal.types("hello\n", "got=hello");
    assert_eq!(terminal.ends(), Some(0));
    // The keeper is killed.
    let mut terminal = nested(&student, "\"$0\" shell 3; echo over=$?; read line; echo got=$line");
    terminal.shows("F1 help");
    kill_hard(student.keeper(LESSON));
    terminal.shows("was ended under this shell");
    terminal.shows("over=137");
    assert!(tcgetattr(terminal.master()).unwrap().local_modes.contains(both));
    terminal.types("hello\n", "got=hello");
    assert_eq!(terminal.ends(), Some(0));
}

#[test]
fn a_killed_parent_of_the_shell_leaves_no_shell_at_the_terminal() {
    let student = Student::new();
    // It was the leader of the terminal: the kernel hangs up.
    let terminal = Terminal::start(&student.layerlab(&["shell", "3"]));
    terminal.shows("F1 help");
    kill_hard(terminal.child.id() as i32);
    assert!(soon(|| student.processes().len() == 1), "{:#?}", student.processes());
    // It was a child of the user's own shell, which takes the terminal back.
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-i"]).env("PATH", std::env::var_os("PATH").unwrap()).env("LAYERLAB_HOME", student.home());
    let mut terminal = Terminal::start(bash.env("PS1", "outer> "));
    terminal.shows("outer> ");
    terminal.types(&format!("{} shell 3\n", program().display()), "F1 help");
    let parents = children(terminal.child.id() as i32);
    assert_eq!(parents.len(), 1);
    kill_hard(parents[0]);
    terminal.shows("Killed");
    terminal.types("echo outer=$((1+1))\n", "outer=2");
    let keeper = student.keeper(LESSON);
    // What is left is the keeper, and the user's own shell.
    let left = || student.processes().into_iter().filter(|process| !process.contains("PS1=outer")).collect::<Vec<_>>();
    assert!(soon(|| left().len() == 1), "{:#?}", left());
    // Without a terminal, too: what it ran is hung up.
    let mut command = student.layerlab(&["shell", "3", "-c", "touch ready; exec sleep 1000"]);
    let mut cli = command.stdin(Stdio::null()).spawn().unwrap();
    assert!(soon(|| student.bench("hide").join("ready").exists()));
    // With the one that listens for what is typed in it.
    assert_eq!(left().len(), 4, "{:#?}", left());
    kill_hard(cli.id() as i32);
    cli.wait().unwrap();
    assert!(soon(|| left().len() == 1), "{:#?}", left());
    assert!(is_alive(keeper));
    student.ends(1, &["verify"]);
}

/// Whatever was there before and whoever was killed: the session can be had, looked into and ended.
#[track_caller]
fn all_is_well(student: &Student, what: &str) {
    let visitors_and_holders = || {
        let left = student.processes();
        left.into_iter().filter(|process| !process.contains("__stage-keeper")).collect::<Vec<_>>()
    };
    assert!(soon(|| visitors_and_holders().is_empty()), "{what}: {:#?}", visitors_and_holders());
    if student.home().join("progress.json").exists() {
        student.progress();
    }
    let noted = student.json(0, &["status", "--json"]);
    let lives = noted[0]["state"] == "is running";
    assert!(lives || soon(|| student.processes().is_empty()), "{what}: {:#?}", student.processes());
    let entered = student.ends(0, &["shell", "3.hide", "-c", "ls mnt"]);
    assert_eq!(entered.stdout, "letter.txt\nphoto.txt\nreport.txt\n", "{what}: {entered:?}");
    student.ends(1, &["verify"]);
}

fn kill_after(student: &Student, arguments: &[&str], delay: Duration) {
    let mut command = student.layerlab(arguments);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn killed_while_a_session_begins_it_leaves_nothing_half_made() {
    let student = Student::new();
    for milliseconds in (0..60).step_by(4) {
        kill_after(&student, &["shell", "3", "-c", "true"], Duration::from_millis(milliseconds));
        all_is_well(&student, &format!("killed after {milliseconds} ms"));
        student.ok(&["stop", "all"]);
        assert!(student.processes().is_empty(), "{milliseconds} ms: {:#?}", student.processes());
    }
}

#[test]
fn killed_while_it_verifies_or_resets_or_stops_it_leaves_a_session_that_works() {
    let student = Student::new();
    student.inside("3", "true");
    for (command, longest) in [(&["verify"][..], 20), (&["reset", "-y"], 60), (&["hint"], 5), (&["stop"], 30)] {
        for milliseconds in (0..5).map(|at| at * longest / 5) {
            kill_after(&student, command, Duration::from_millis(milliseconds));
            all_is_well(&student, &format!("{command:?} killed after {milliseconds} ms"));
        }
    }
}

/// The first child of a process that is called so, as soon as it is there; nothing where the process ends before.
fn child_called(parent: &mut Child, name: &str) -> Option<i32> {
    let pid = parent.id() as i32;
    while parent.try_wait().unwrap().is_none() {
        let called = |pid: &i32| {
            std::fs::read(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|line| String::from_utf8_lossy(&line).contains(name))
        };
        if let Some(child) = children(pid).into_iter().find(called) {
            return Some(child);
        }
    }
    None
}

#[test]
fn a_killed_helper_is_an_error_and_leaves_a_session_that_works() {
    let student = Student::new();
    // At certain calls: of the holder, of the keeper before it says that it is ready, of the visitor.
    let shell = ["shell", "3", "-c", "true"];
    for (call, arguments) in [("unshare", &shell[..]), ("setsid", &shell), ("setns", &["verify", "3.hide"])] {
        if call != "setns" {
            student.ok(&["stop", "all"]);
        }
        let mut strace = support::command("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("inject={call}:signal=SIGKILL:when=1"));
        let ended = text(strace.arg(program()).args(arguments).env("LAYERLAB_HOME", student.home()));
        assert!(ends_with(&ended, Some(5)) && ended.stdout.is_empty(), "{call}: {ended:?}");
        assert!(ended.stderr.contains("error: the sandbox broke"), "{call}: {ended:?}");
        if call != "setns" {
            assert_eq!(student.json(0, &["status", "--json"]), json!([]), "{call}");
            assert!(!student.home().join(LESSON).exists(), "{call}");
        }
        all_is_well(&student, &format!("{call} of {arguments:?}"));
    }
    // And at any other moment.
    for arguments in [&shell[..], &["reset", "-y"], &["verify"]] {
        let victim = "__stage-visitor";
        let mut killed = 0;
        for _ in 0..6 {
            if arguments[0] == "shell" {
                student.ok(&["stop", "all"]);
            }
            let mut command = student.layerlab(arguments);
            let mut cli = command.stdout(Stdio::null()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
            if let Some(victim) = child_called(&mut cli, victim) {
                kill_hard(victim);
            }
            let output = cli.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.code() == Some(5) {
                killed += 1;
                assert!(said.contains("error: the sandbox broke") && said.contains("  fix   "), "{said}");
            }
            all_is_well(&student, &format!("{victim} of {arguments:?} killed, {:?}: {said}", output.status.code()));
        }
        // Some come too late.
        assert!(killed > 0, "{arguments:?}: no {victim} was caught");
    }
}

#[test]
fn a_damaged_progress_is_set_aside() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt");
    let path = student.home().join("progress.json");
    for (number, damage) in ["{\"version\": 1, \"exer", "", "[]", "\0\0\0\0"].iter().enumerate() {
        std::fs::write(&path, damage).unwrap();
        let ended = student.ends(0, &["verify"]);
        let aside = student.home().join(format!("progress.damaged-{}.json", number + 1));
        assert!(ended.stdout.contains("goes on to 3.restore"), "{ended:?}");
        assert!(ended.stderr.contains("was damaged") && ended.stderr.contains(aside.to_str().unwrap()), "{ended:?}");
        assert!(ended.stderr.contains("layerlab progress import"), "{ended:?}");
        assert_eq!(std::fs::read_to_string(&aside).unwrap(), *damage);
        assert_eq!(student.progress()["exercises"]["whiteouts.hide"]["tries"], 1);
        // It is said once.
        student.ok(&["verify"]);
    }
    // Nothing else is lost with it.
    assert_eq!(student.inside("3.hide", "ls mnt"), "letter.txt\nphoto.txt\n");
    // No file at all is not damaged.
    std::fs::remove_file(&path).unwrap();
    student.ok(&["verify"]);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let ended = student.ends(0, &["verify"]);
    assert!(ended.stdout.contains("goes on to"), "{ended:?}");
    assert!(ended.stderr.contains("cannot set the damaged progress aside"), "{ended:?}");
    is_in_three_lines(&ended);
    std::fs::remove_dir(&path).unwrap();
}

#[test]
fn the_progress_of_a_newer_layerlab_is_left_alone() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt");
    let path = student.home().join("progress.json");
    let newer = r#"{"version": 2, "exercises": {"whiteouts.hide": {"solved": "2030-01-01T00:00:00Z", "stars": 3}}}"#;
    std::fs::write(&path, newer).unwrap();
    for arguments in [&["hint"][..], &["solution"], &["progress", "export"], &["progress", "clear", "-y"]] {
        let refused = student.ends(2, arguments);
        assert!(refused.stderr.contains("has the form 2") && refused.stdout.is_empty(), "{refused:?}");
    }
    let verified = student.ends(0, &["verify"]);
    assert!(verified.stderr.contains("has the form 2") && verified.stdout.contains("✓"), "{verified:?}");
    let other = student.beside().join("newer.json");
    std::fs::write(&other, newer).unwrap();
    student.ends(2, &["progress", "import", other.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    std::fs::write(&path, r#"{"version": 2, "exercises": "in another form"}"#).unwrap();
    let refused = student.ends(2, &["hint"]);
    assert!(refused.stderr.contains("has the form 2"), "{refused:?}");
}

#[test]
fn a_damaged_note_of_a_session_is_no_obstacle() {
    for (damage, why) in [("{", "damaged"), ("", "damaged"), ("[1]", "damaged"), (r#"{"version": 9}"#, "form is 9")] {
        let student = Student::new();
        student.inside("3", "touch mine");
        let keeper = student.keeper(LESSON);
        std::fs::write(student.state(LESSON).join("session.json"), damage).unwrap();
        for arguments in [&["verify", "3"][..], &["shell", "3", "-c", "ls"], &["reset", "-y", "3"]] {
            let refused = student.ends(2, arguments).stderr;
            assert!(refused.contains("cannot read what is noted") && refused.contains(why), "{refused}");
            assert!(refused.contains("  fix   layerlab stop 03-whiteouts"), "{refused}");
        }
        assert!(student.ok(&["stop", "03-whiteouts"]).contains("has ended"));
        assert!(soon(|| !is_alive(keeper)), "who kept it was in the note, and is found without it");
        assert!(!student.inside("3", "ls").contains("mine"));
        student.ok(&["stop", "all"]);
        student.nothing_is_left();
    }
}

#[test]
fn a_bench_without_its_start_is_made_anew() {
    let student = Student::new();
    for damage in [None, Some("{"), Some("[]")] {
        student.inside("3", "touch mine; mkdir m; mount -t tmpfs tmpfs m; (sleep 1000 &) > /dev/null 2>&1");
        let note = student.state(LESSON).join("hide.start.json");
        match damage {
            None => std::fs::remove_file(&note).unwrap(),
            Some(damage) => std::fs::write(&note, damage).unwrap(),
        }
        let refused = student.ends(2, &["verify", "3.hide"]).stderr;
        assert!(refused.contains("has not been begun") && refused.contains("layerlab shell 3.hide"), "{refused}");
        assert_eq!(student.inside("3", "ls"), "container\nimage\nmnt\nwork\n");
        student.ends(1, &["verify"]);
    }
}

#[test]
fn lessons_that_vanished_meanwhile_are_named() {
    let student = Student::new();
    let folder = lesson_folder("$ mkdir a");
    let lesson = folder.path().join("01-try/lesson.md");
    let text = std::fs::read_to_string(&lesson).unwrap();
    std::fs::write(
        &lesson,
        format!(
            "{text}\n## Exercise: make it {{#make}}\n\nMake `b`.\n\n> [!TIP]\n> mkdir\n\n```check\ndirectory b\n```\n"
        ),
    )
    .unwrap();
    let path = folder.path().to_str().unwrap().to_string();
    student.ok(&["--as-real-root=yes", "--lessons", &path, "shell", "1", "-c", "true"]);
    student.ends(1, &["verify"]);
    drop(folder);
    for arguments in [&["verify"][..], &["hint"], &["shell", "-c", "true"], &["reset", "-y"], &["task"]] {
        let refused = student.ends(2, arguments).stderr;
        assert!(refused.contains(&path) && refused.contains("  fix   "), "{arguments:?}: {refused}");
    }
    assert!(student.ok(&["status"]).contains("01-try  is running"));
    // The program's own lessons are there all the same.
    student.inside("3", "true");
    student.ok(&["stop", "01-try"]);
    assert!(student.inside("1", "pwd").contains("/01-four-layers/"));
}

#[test]
fn another_folders_lesson_of_the_same_name_begins_its_own_session() {
    let student = Student::new();
    let source = support::source().join("lessons");
    let copy = student.beside().join("lessons");
    assert!(Command::new("cp").arg("-r").args([&source, &copy]).status().unwrap().success());
    student.inside("3", "touch mine");
    let keeper = student.keeper(LESSON);
    let copy = copy.to_str().unwrap();
    let shown = student.ok(&["--as-real-root=yes", "--lessons", copy, "shell", "3", "-c", "ls"]);
    assert!(!shown.contains("mine") && !is_alive(keeper), "{shown}");
}

#[test]
fn a_session_with_a_proc_of_its_own_is_known_all_the_same() {
    let student = Student::new();
    student.inside("3", "mount -t proc proc /proc");
    let keeper = student.keeper(LESSON);
    student.ends(1, &["verify"]);
    student.ends(1, &["shell", "3", "-c", "verify"]);
    assert!(student.inside("3", "layerlab status").contains("03-whiteouts  is running"));
    let refused = student.ends(2, &["shell", "3", "-c", "layerlab stop"]).stderr;
    assert!(refused.contains("you are in the session"), "{refused}");
    assert_eq!(student.keeper(LESSON), keeper);
    student.ok(&["reset", "-y"]);
    student.ok(&["stop"]);
    assert!(!is_alive(keeper));
}

/// A directory with nothing but these programs.
fn programs(student: &Student, names: &[&str]) -> PathBuf {
    let bin = student.beside().join("bin");
    std::fs::create_dir(&bin).unwrap();
    for name in names {
        let found = ["/usr/bin", "/bin"].iter().map(|bin| Path::new(bin).join(name)).find(|path| path.exists());
        symlink(found.unwrap_or_else(|| panic!("there is no {name}")), bin.join(name)).unwrap();
    }
    bin
}

#[test]
fn without_bash_another_shell_will_do() {
    let student = Student::new();
    let bin = programs(&student, &["ls", "rm", "setsid", "cat"]);
    // It has the name, and is none.
    std::fs::write(bin.join("bash"), "").unwrap();
    let shell = |shell: Option<&str>, script: &str| {
        let mut command = student.layerlab(&["shell", "3", "-c", script]);
        command.env("PATH", &bin).env_remove("SHELL");
        if let Some(shell) = shell {
            command.env("SHELL", shell);
        }
        text(&mut command)
    };
    for (own, expected) in [
        (None, "/bin/sh\n"),
        (Some("/bin/bash"), "/bin/bash\n"),
        (Some("/no/such/shell"), "/bin/sh\n"),
        (Some("/etc/passwd"), "/bin/sh\n"),
        (Some("/"), "/bin/sh\n"),
        (Some(""), "/bin/sh\n"),
    ] {
        let ended = shell(own, "echo $0");
        assert!(ends_with(&ended, Some(0)), "{own:?}: {ended:?}");
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), (expected, ""), "{own:?}");
    }
    // The words are there all the same.
    let ended = shell(None, "verify; hint; help; task; no-such-word");
    assert!(ends_with(&ended, Some(127)), "{ended:?}");
    for part in ["✗ mnt/report.txt", "Hint 1 of 3", "Everything you know", "The image stays as it is."] {
        assert!(ended.stdout.contains(part), "{part}: {ended:?}");
    }
    let mut command = student.layerlab(&["shell", "3"]);
    let mut terminal = Terminal::start(command.env("PATH", &bin));
    terminal.shows("3.hide (help: type help) $ ");
    terminal.types("help\n", "Everything you know");
    terminal.types("rm mnt/report.txt; verify\n", "goes on to 3.restore");
    terminal.types("next\n", "Bring a file back");
    terminal.types("ls container\n", "map.txt");
    terminal.types("exit\n", "");
    assert_eq!(terminal.ends(), Some(0));
    assert!(!terminal.shown().contains("tty process group"), "{}", terminal.shown());
}

#[test]
fn with_an_empty_environment_it_works_too() {
    let student = Student::new();
    for path in [None, Some(""), Some("/no/such/directory")] {
        let mut command = Command::new(program());
        command.env_clear().env("LAYERLAB_HOME", student.home()).args(["shell", "3", "-c", "echo $PATH; verify"]);
        path.map(|path| command.env("PATH", path));
        let ended = text(&mut command);
        assert!(ends_with(&ended, Some(1)) && ended.stdout.contains("✗ mnt/report.txt"), "{path:?}: {ended:?}");
        // An empty entry would be the directory that one happens to be in.
        let first = ended.stdout.lines().next().unwrap();
        assert!(first.split(':').all(|entry| !entry.is_empty()), "{path:?}: {first}");
    }
}

//! Whatever is typed in a session, `reset` undoes it; and what one exercise has started is no other one's.

use crate::support::ends_with;
use crate::support::session::{LESSON, Student, Terminal, soon};
use crate::support::source;
use std::path::PathBuf;

/// A solution of a lesson's own.
fn solution(lesson: u32, exercise: &str) -> String {
    let mut folders = std::fs::read_dir(source().join("lessons")).unwrap().flatten().map(|entry| entry.path());
    let is_it = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(&format!("{lesson:02}-"));
    let file = folders.find(is_it).unwrap().join(format!("solutions/{exercise}.sh"));
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn what_an_exercise_has_started_ends_with_it() {
    let student = Student::new();
    for (lesson, exercise) in [(13, "first"), (14, "root"), (12, "name"), (12, "queue")] {
        let name = format!("{lesson}.{exercise}");
        student.inside(&name, &solution(lesson, exercise));
        student.ends(0, &["verify", &name]);
        assert_eq!(student.ok(&["reset", "-y", &name]), format!("{name} is as it was at the start.\n"));
        student.ends(1, &["verify", &name]);
    }
}

#[test]
fn what_another_exercise_has_started_is_no_evidence_and_stays() {
    let student = Student::new();
    student.inside("13.first", &solution(13, "first"));
    student.inside("13.number", "true");
    let said = student.ends(1, &["verify", "13.number"]).stdout;
    assert!(said.contains("no process of the session is in a PID namespace of its own"), "{said}");
    student.inside("13.number", "mount -t tmpfs tmpfs . ; sleep 1000 < /dev/null > /dev/null 2>&1 &");
    student.ok(&["reset", "-y", "13.number"]);
    student.ends(0, &["verify", "13.first"]);
    student
        .inside("13.number", "mkdir mine; mount -t tmpfs tmpfs mine; touch mine/too; echo $LAYERLAB_HERE > mine/here");
    student.ok(&["reset", "-y", "13.first"]);
    student.ends(1, &["verify", "13.first"]);
    assert!(student.inside("13.number", "ls mine").contains("too"));
}

#[test]
fn what_is_nobodys_is_told_and_ends_with_all_exercises() {
    let student = Student::new();
    student.inside("3.restore", "true");
    let nobodys = "env -i setsid sh -c 'cd /; exec sleep 4711' < /dev/null > /dev/null 2>&1 & sleep 0.2";
    student.inside("3.hide", nobodys);
    let said = student.ends(0, &["reset", "-y", "3.hide"]).stderr;
    assert!(said.contains("so it stays: sleep (") && said.contains("layerlab reset 3 ends it"), "{said}");
    student.inside("3.hide", "pgrep -f 'sleep 4711'");
    student.ok(&["reset", "-y", "3"]);
    student.ends(1, &["shell", "3.hide", "-c", "pgrep -f 'sleep 4711'"]);
}

#[test]
fn the_name_of_the_session_is_put_back() {
    let student = Student::new();
    let before = student.inside("12.name", "hostname");
    let domain = student.inside("12.name", "cat /proc/sys/kernel/domainname");
    student.inside("12.name", "hostname another; ipcmk --queue");
    student.inside("12.name", "domainname another; mkdir q; mount -t mqueue q q; > q/one");
    student.ok(&["reset", "-y", "12.name"]);
    assert_eq!(student.inside("12.name", "hostname"), before);
    assert!(!student.inside("12.name", "ipcs -q").contains("0x"));
    assert_eq!(student.inside("12.name", "cat /proc/sys/kernel/domainname"), domain);
    assert_eq!(student.inside("12.name", "mkdir q; mount -t mqueue q q; ls q"), "");
}

#[test]
fn reset_typed_in_a_shell_that_the_exercise_opened_ends_that_shell_last() {
    let student = Student::new();
    let mut terminal = Terminal::start(&student.layerlab(&["shell", "12.name"]));
    terminal.shows("F1 help");
    terminal.types("unshare --uts\n", "inside");
    terminal.types("hostname box; verify | head -n 3\n", "✓ the host name is box");
    terminal.types("layerlab reset -y\n", "as it was at the start");
    terminal.types("echo level=$((SHLVL-LAYERLAB_LEVEL))\n", "level=0");
    student.ends(1, &["verify", "12.name"]);
    terminal.types("exit\n", "exit");
    terminal.ends();
}

/// What somebody may type, by mistake or in spite. `PIVOT` is what lesson 11 shows, done in the session's own shell.
const HOSTILE: &[&str] = &[
    "mkdir new && mount --bind / new && mkdir -p new/var/tmp/old && cd new && pivot_root . var/tmp/old && cd /",
    "mkdir new && mount -t tmpfs tmpfs new && mkdir new/old && cd new && pivot_root . old; cd /",
    "umount -a",
    "umount -l /proc",
    "umount -l /",
    "umount -l mnt",
    "mount -t tmpfs tmpfs /",
    "mount -t tmpfs tmpfs /proc",
    "mount -t tmpfs tmpfs /usr",
    "mount -t tmpfs tmpfs \"$LAYERLAB_HERE\"",
    "mount -t tmpfs tmpfs \"$LAYERLAB_HOME\"",
    "mount -t tmpfs tmpfs \"$LAYERLAB_HERE/../..\"",
    "mount -o remount,ro mnt; mount --make-rshared /",
    "kill -9 -1",
    "kill -9 $$",
    "kill -STOP 1; kill -TERM 1; kill -KILL 1",
    "rm -rf \"$LAYERLAB_HERE\" \"$LAYERLAB_HERE/..\"",
    "rm -rf ./* ./.*; mkdir mnt image; ln -s / work",
    "mv \"$LAYERLAB_HERE\" \"$LAYERLAB_HERE.away\"",
    "chmod 000 . .. mnt image container",
    "chmod -R 000 .",
    "chattr +i image/report.txt container",
    "exec no-such-program",
    "exec unshare --mount --uts sh -c 'hostname x; exec true'",
    "hostname nobody; hostname ''",
    "cd mnt; sleep 1000 > busy < /dev/null 2> /dev/null &",
    "(trap '' TERM HUP INT; exec setsid sh -c 'while :; do sleep 1; done') < /dev/null > /dev/null 2>&1 &",
    "mkfifo pipe; (: < pipe) < /dev/null > /dev/null 2>&1 & ln -s loop loop; mkdir -p a/b/c/d/e/f",
    "for n in 1 2 3 4 5; do mount -t tmpfs tmpfs mnt; mount --bind . image; done",
    "ulimit -f 1; head -c 1000000 /dev/zero > big",
    "set -e; unset PATH LAYERLAB_HOME LAYERLAB_HERE LAYERLAB_STATE LAYERLAB_EXERCISE; false",
    "printf 'rubbish' > \"$LAYERLAB_STATE/here.sh\"; rm -rf \"$LAYERLAB_STATE/bin\"",
];

#[test]
fn a_session_survives_everything_that_is_typed() {
    let student = Student::new();
    for line in HOSTILE {
        student.run(&["shell", "3.hide", "-c", line]);
        // Whatever is so is told: a verdict, or why there is none, and never a fault of ours.
        for look in [&["verify", "3.hide"][..], &["status"], &["shell", "3.hide", "-c", "true"]] {
            let ended = student.run(look);
            let tells = !ended.stderr.contains("fault of layerlab") && !ends_with(&ended, Some(5));
            assert!(tells && !ended.stderr.contains("panicked"), "{line}\n{look:?}: {ended:?}");
        }
        let reset = student.run(&["reset", "-y", "3.hide"]);
        assert!(ends_with(&reset, Some(0)), "{line}\nreset: {reset:?}");
        let said = student.ends(1, &["verify", "3.hide"]).stdout;
        assert!(said.contains("✓ an overlay is mounted on mnt") && said.contains("✗ mnt/report.txt"), "{line}\n{said}");
        student.inside("3.hide", "rm mnt/report.txt");
        student.ends(0, &["verify", "3.hide"]);
        student.ok(&["reset", "-y", "3.hide"]);
    }
    student.ok(&["stop", "3"]);
    assert!(!student.home().join(LESSON).exists());
}

#[test]
fn a_session_whose_root_was_exchanged_gets_a_new_keeper_and_says_what_it_cost() {
    let student = Student::new();
    student.inside("3.restore", "true");
    student.run(&["shell", "3.hide", "-c", "mount -t tmpfs tmpfs /"]);
    let keeper = student.keeper(LESSON);
    let said = student.ends(2, &["verify", "3.hide"]).stderr;
    assert!(
        said.contains("the session was broken by what was typed in it") && said.contains("layerlab reset"),
        "{said}"
    );
    let said = student.ends(0, &["reset", "-y", "3.hide"]).stderr;
    assert!(said.contains("It was begun anew") && said.contains("3.restore"), "{said}");
    assert_ne!(student.keeper(LESSON), keeper);
    student.inside("3.restore", "true");
    student.ends(1, &["verify", "3.restore"]);
}

#[test]
fn only_a_whole_line_that_says_yes_is_yes() {
    let student = Student::new();
    student.inside("3", "touch mine");
    for (typed, code) in [("ls my\n", 0), ("\n", 0), ("\u{4}", 0), ("no\n", 0), ("yy\n", 0), ("xxxy xxx\n", 0)] {
        let mut terminal = Terminal::start(&student.layerlab(&["reset", "3.hide"]));
        terminal.shows("[y/N]");
        terminal.types(typed, "Nothing was done.");
        assert_eq!(terminal.ends(), Some(code), "{typed:?}");
        assert!(student.bench("hide").join("mine").exists(), "{typed:?}");
    }
    for typed in ["y\n", "Yes\n"] {
        student.inside("3", "touch mine");
        let mut terminal = Terminal::start(&student.layerlab(&["reset", "3.hide"]));
        terminal.shows("[y/N]");
        terminal.types(typed, "3.hide is as it was at the start.");
        assert_eq!(terminal.ends(), Some(0));
        assert!(soon(|| !student.bench("hide").join("mine").exists()));
    }
}

#[test]
fn a_file_tells_how_to_enter() {
    let student = Student::new();
    student.inside("3.hide", "true");
    let read = |path: &str| std::fs::read_to_string(student.home().join(LESSON).join(path)).unwrap();
    for path in ["HOW-TO-ENTER.txt", "hide/HOW-TO-ENTER.txt"] {
        assert!(read(path).contains("layerlab shell 3.hide") && read(path).contains("layerlab watch 3.hide"), "{path}");
    }
    student.ok(&["reset", "-y", "3.hide"]);
    read("hide/HOW-TO-ENTER.txt");
}

#[test]
fn next_says_what_it_leaves_unsolved() {
    let student = Student::new();
    student.inside("3.hide", "true");
    let said = student.ok(&["next"]);
    assert!(said.starts_with("3.hide is not solved yet. layerlab shell 3.hide comes back to it."), "{said}");
    let said = student.inside("3.hide", ". \"$LAYERLAB_STATE/words.sh\"; next");
    assert!(said.starts_with("3.hide is not solved yet. next hide comes back to it."), "{said}");
    student.inside("3.hide", "rm mnt/report.txt");
    student.ok(&["verify", "3.hide"]);
    assert!(!student.ok(&["next"]).contains("not solved yet. layerlab shell 3.hide"));
}

#[test]
fn one_lesson_is_listed_with_its_exercises_and_so_is_the_progress() {
    let student = Student::new();
    student.inside("3.hide", "rm mnt/report.txt");
    student.ok(&["solution", "3.hide", "--yes"]);
    student.ok(&["verify", "3.hide"]);
    let said = student.ok(&["list", "3"]);
    assert!(said.contains("✓ 3.hide") && said.contains("(solved, with the solution shown)"), "{said}");
    assert!(said.contains("3.restore") && said.ends_with("Go on with: layerlab shell 3.restore\n"), "{said}");
    assert!(!said.contains("Four layers"), "{said}");
    for same in [&["3"][..], &["list", "whiteouts"], &["3.hide"]] {
        assert_eq!(student.ok(same), said, "{same:?}");
    }
    assert!(student.ok(&["list"]).contains("1 of 3 exercises solved (1 with the solution shown)"));
    let progress = student.ok(&["progress"]);
    assert!(progress.contains("with the solution shown") && progress.contains(" exercises are solved."), "{progress}");
    assert!(student.ok(&["list", "4"]).ends_with("Go on with: layerlab run 4\n"));
    student.ends(2, &["list", "99"]);
    assert!(student.ok(&["3", "--plain"]).is_ascii());
}

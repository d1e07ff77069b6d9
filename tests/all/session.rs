//! What a student does, from the first shell to the end of the session, on the real kernel, through the whole program.

use crate::support;
use crate::support::session::{LESSON, Student, Terminal, is_alive, soon, state};
use crate::support::{ends_with, layerlab, lesson_folder, source, text};
use quick_xml::events::Event;
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Stdio;

/// A script of the lesson's own.
fn script(path: &str) -> String {
    std::fs::read_to_string(source().join("lessons").join(LESSON).join(path)).unwrap()
}

#[test]
fn a_shell_begins_a_session_and_the_second_enters_it() {
    let student = Student::new();
    let look = "readlink /proc/self/ns/mnt /proc/self/ns/pid; pwd; ls; stat -c %F,%t,%T container/map.txt";
    let first = student.inside("3", look);
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(lines[2], student.bench("hide").to_str().unwrap());
    assert_eq!(lines[3..], ["container", "image", "mnt", "work", "character special file,0,0"]);
    for (kind, seen) in [("mnt", lines[0]), ("pid", lines[1])] {
        let ours = std::fs::read_link(format!("/proc/self/ns/{kind}")).unwrap();
        assert_ne!(ours, PathBuf::from(seen), "{kind}");
    }
    let keeper = student.keeper(LESSON);
    assert_eq!(student.inside("3", look), first);
    // Another exercise has another bench in the same session.
    let other = student.inside("3.restore", look);
    assert_eq!(other.lines().take(2).collect::<Vec<_>>(), &lines[..2]);
    assert_eq!(other.lines().nth(2), student.bench("restore").to_str());
    assert_eq!(student.keeper(LESSON), keeper);
}

#[test]
fn a_shell_that_unshare_opens_knows_the_words_and_reaches_no_name_of_the_machine() {
    let student = Student::new();
    let before = layerlab::kernel::hostname();
    let script = "printf 'hostname box\\nverify 12.name\\nhostname\\n' | unshare --uts; hostname outside; hostname";
    let said = student.inside("12.name", script);
    assert!(said.contains("✓ the host name is box in a UTS namespace of its own"), "{said}");
    assert!(said.ends_with("box\noutside\n"), "{said}");
    assert_eq!(layerlab::kernel::hostname(), before);
}

#[test]
fn a_session_that_cannot_be_seen_is_neither_said_to_have_ended_nor_thrown_away() {
    let student = Student::new();
    // Where the process outside does it, it is seen.
    let said = student.inside("12.name", "unshare --pid --fork --mount-proc sh -c 'verify 12.name; echo $?'");
    assert!(said.starts_with("12.name ") && said.ends_with("\n1\n"), "{said}");
    let verify = "env --unset=LAYERLAB_OUTSIDE verify 12.name";
    for command in [verify, "layerlab shell 12 -c true", "layerlab stop 12"] {
        let script = format!("{command}; echo $?");
        let quoted = shell_words::quote(&script).into_owned();
        let script = format!("unshare --pid --fork --mount-proc sh -c {quoted} 2>&1");
        let said = student.inside("12.name", &script);
        assert!(
            said.starts_with("error: cannot see the session that you are in\n  why   this shell has"),
            "{command}: {said}"
        );
        assert!(said.ends_with("\n2\n"), "{command}: {said}");
    }
    student.inside("12.name", "test -e machine.txt");
}

#[test]
fn the_session_outlives_its_shells_with_its_processes_and_mounts() {
    let student = Student::new();
    let script = "echo kept > mnt/new; mkdir memory; mount -t tmpfs tmpfs memory; echo too > memory/file
        sleep 1000 < /dev/null > /dev/null 2>&1 & echo $!";
    student.inside("3", script);
    assert_eq!(student.inside("3", "cat mnt/new container/new memory/file"), "kept\nkept\ntoo\n");
    let sleeping = || student.processes().iter().any(|line| line.contains("environ") && line.contains("LAYERLAB_HERE"));
    assert!(sleeping(), "{:?}", student.processes());
    student.ok(&["stop"]);
    assert!(!sleeping());
}

#[test]
fn the_benches_are_on_disk_for_every_editor() {
    let student = Student::new();
    student.inside("3", "echo from inside > mnt/new");
    let bench = student.bench("hide");
    // What is mounted is the session's alone; the files below are everybody's.
    assert_eq!(std::fs::read_to_string(bench.join("container/new")).unwrap(), "from inside\n");
    assert_eq!(std::fs::read_dir(bench.join("mnt")).unwrap().count(), 0);
    std::fs::write(bench.join("mine"), "from outside\n").unwrap();
    assert_eq!(student.inside("3", "cat mine"), "from outside\n");
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains(bench.to_str().unwrap()), "{mounts}");
}

#[test]
fn a_home_of_any_name_will_do() {
    let student = Student::called("a home, of $HOME's \"é\" \\ and more");
    assert_eq!(student.inside("3", "pwd"), format!("{}\n", student.bench("hide").display()));
    let said = student.ends(1, &["shell", "3", "-c", "verify"]).stdout;
    assert!(said.contains("✗ mnt/report.txt is there"), "{said}");
    student.inside("3", "rm mnt/report.txt; . \"$LAYERLAB_STATE/words.sh\"; next > /dev/null; pwd");
}

#[test]
fn the_exit_code_is_that_of_the_command() {
    let student = Student::new();
    for (command, code) in [("exit 7", 7), ("true", 0), ("false", 1), ("kill -TERM $$", 143), ("no-such-program", 127)]
    {
        student.ends(code, &["shell", "3", "-c", command]);
    }
}

#[test]
fn inside_and_outside_the_verdict_is_the_same() {
    let student = Student::new();
    student.inside("3", "true");
    for code in [1, 0] {
        let outside = student.json(code, &["verify", "--json"]);
        let inside = student.json(code, &["shell", "3", "-c", "verify --json"]);
        let (outside, inside) = (&outside["exercises"][0], &inside["exercises"][0]);
        assert_eq!(outside["verdicts"], inside["verdicts"]);
        assert_eq!((&outside["solved"], &inside["solved"]), (&json!(code == 0), &json!(code == 0)));
        let by_name = student.json(code, &["verify", "3.hide", "--json"]);
        assert_eq!(by_name["exercises"][0], *outside);
        if code == 1 {
            student.inside("3", "rm mnt/report.txt");
        }
    }
}

#[test]
fn a_verdict_says_what_does_not_hold_and_why() {
    let student = Student::new();
    student.inside("3", "true");
    let said = student.ends(1, &["verify"]).stdout;
    for part in [
        "3.hide  Hide a file",
        "✓ an overlay is mounted on mnt",
        "✗ mnt/report.txt is there, but should not be",
        "expected  nothing",
        "found     a regular file",
        "It comes from image.",
        "layerlab hint",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // The image itself was changed: that is the cause, whatever follows from it.
    student.inside("3", &script("mistakes/hide-in-the-image.sh"));
    let said = student.ends(1, &["verify"]).stdout;
    assert!(said.contains("✗ image/report.txt is gone from the image layer itself"), "{said}");
    let plain = student.ends(1, &["verify", "--plain"]).stdout;
    assert!(plain.is_ascii() && !plain.contains('\x1b'), "{plain}");
}

#[test]
fn each_solution_is_found_right_and_leads_on() {
    let student = Student::new();
    for (exercise, leads) in
        [("hide", "layerlab shell 3.restore"), ("restore", "layerlab shell 3.cleanup"), ("cleanup", "layerlab run 4")]
    {
        let name = format!("3.{exercise}");
        student.inside(&name, "true");
        student.ends(1, &["verify"]);
        student.inside(&name, &script(&format!("solutions/{exercise}.sh")));
        let said = student.ok(&["verify"]);
        assert!(said.contains(leads), "{exercise}: {said}");
        assert!(!said.contains('✗') && said.lines().count() > 8, "{exercise} is not explained: {said}");
        let done = &student.progress()["exercises"][format!("whiteouts.{exercise}")];
        assert_eq!((&done["tries"], done["solved"].is_string()), (&json!(2), true), "{done}");
    }
    let said = student.ok(&["verify", "3"]);
    assert!(!said.contains("Not begun"), "{said}");
}

#[test]
fn all_exercises_of_a_lesson_and_of_all_sessions_can_be_verified() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt");
    let said = student.ends(1, &["verify", "3"]).stdout;
    assert!(said.contains("Not begun:\n  3.restore") && said.contains("3.cleanup"), "{said}");
    student.inside("2", "true");
    let report = student.json(1, &["verify", "all", "--json"]);
    let checked: Vec<_> = report["exercises"].as_array().unwrap().iter().map(|one| one["exercise"].clone()).collect();
    assert!(checked.len() == 2 && checked.contains(&json!("3.hide")), "{report}");
    assert_eq!((&report["version"], &report["solved"]), (&json!(1), &json!(false)));
    let skipped = report["not_begun"].as_array().unwrap();
    assert!(skipped.contains(&json!(["3.restore", "Bring a file back"])) && skipped.len() > 2, "{report}");
    student.ends(2, &["verify", "4"]);
    student.ends(2, &["verify", "3.nothing"]);
}

/// The attributes of every element of an XML document, which must be well formed.
fn elements(text: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut open, mut all) = (0, Vec::new());
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}"));
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            match event {
                Event::End(_) => open -= 1,
                Event::Eof => break,
                _ => {}
            }
            continue;
        };
        let string = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let attributes = tag.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            (string(attribute.key.as_ref()), attribute.unescape_value().unwrap().into_owned())
        });
        all.push((string(tag.name().as_ref()), attributes.collect()));
        if matches!(event, Event::Start(_)) {
            open += 1;
        }
    }
    assert_eq!(open, 0, "{text}");
    all
}

#[test]
fn graders_get_junit() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt");
    student.inside("3.restore", "true");
    let file = student.beside().join("junit <&>.xml");
    student.ends(1, &["verify", "3", "--junit", file.to_str().unwrap()]);
    let elements = elements(&std::fs::read_to_string(&file).unwrap());
    let suites: Vec<_> = elements.iter().filter(|(name, _)| name == "testsuite").collect();
    let count = |name: &str| suites[0].1[name].as_str();
    assert_eq!((suites.len(), count("tests"), count("failures"), count("skipped")), (1, "3", "1", "1"));
    let number = |wanted: &str| elements.iter().filter(|(name, _)| name == wanted).count();
    assert_eq!((number("testcase"), number("failure"), number("skipped")), (3, 1, 1));
    let nowhere = student.beside().join("no/where.xml");
    let refused = student.ends(2, &["verify", "3", "--junit", nowhere.to_str().unwrap()]).stderr;
    assert!(refused.contains("  call  openat") && refused.contains("  fix   "), "{refused}");
}

#[test]
fn a_home_may_have_any_name() {
    for name in [&b"two words"[..], b"a:b", b"a,b", b"a\\b", b"two\nlines", b"not \xff utf-8", b"it's $HOME `ls`"] {
        let student = Student::called(OsStr::from_bytes(name));
        let said = student.inside("3", "rm mnt/report.txt; verify && hint > /dev/null && layerlab status && pwd");
        assert!(said.contains("✓ mnt/report.txt is not there") && said.contains("keeper"), "{name:?}: {said}");
        assert!(student.ok(&["verify", "3.hide"]).contains("✓"), "{name:?}");
        assert!(student.ok(&["status"]).contains(LESSON), "{name:?}");
        let said = student.inside("3", "layerlab next > /dev/null; . \"$LAYERLAB_STATE/here.sh\"; pwd; verify 3.hide");
        assert!(said.contains("restore") && said.contains("✓"), "{name:?}: {said}");
        student.ok(&["reset", "-y", "3.hide"]);
        student.ends(1, &["verify", "3.hide"]);
        assert!(student.ok(&["stop", "3"]).contains("has ended"), "{name:?}");
        student.nothing_is_left();
    }
}

#[test]
fn hints_are_counted_and_remembered() {
    let student = Student::new();
    student.inside("3", "true");
    assert!(student.ok(&["hint", "--again"]).contains("No hint was shown yet"));
    for number in 1..=3 {
        let said = student.ok(&["hint"]);
        assert!(said.starts_with(&format!("Hint {number} of 3 for 3.hide")), "{said}");
        assert_eq!(said.contains("layerlab solution"), number == 3, "{said}");
        assert_eq!(student.ok(&["hint", "--again"]).matches("Hint ").count(), number);
    }
    let inside = student.inside("3", "hint");
    assert!(inside.matches("Hint ").count() == 3 && inside.contains("\n\nThat was the last one. solution"), "{inside}");
    assert_eq!(student.progress()["exercises"]["whiteouts.hide"]["hints"], 3);
    assert!(student.ok(&["hint", "3.restore"]).starts_with("Hint 1 of 3 for 3.restore"));
    student.ok(&["stop"]);
    assert_eq!(student.progress()["exercises"]["whiteouts.hide"]["hints"], 3);
}

#[test]
fn a_solution_is_shown_when_asked_for_twice_or_afterwards() {
    let student = Student::new();
    student.inside("3", "true");
    let refused = student.ends(2, &["solution"]);
    assert!(refused.stdout.is_empty() && refused.stderr.contains("not solved yet"), "{refused:?}");
    assert!(refused.stderr.contains("3 more hints") && refused.stderr.contains("--yes"), "{refused:?}");
    assert!(student.ok(&["solution", "-y"]).contains("\n  rm mnt/report.txt\n"));
    assert_eq!(student.progress()["exercises"]["whiteouts.hide"]["solution_shown"], true);
    student.inside("3.restore", &script("solutions/restore.sh"));
    student.ok(&["verify"]);
    let shown = student.ok(&["solution"]);
    let options = if support::is_root() { "workdir=work mnt" } else { "workdir=work,userxattr mnt" };
    assert!(shown.contains(options), "{shown}");
    assert_eq!(student.progress()["exercises"]["whiteouts.restore"]["solution_shown"], false);
    student.ends(2, &["solution", "3.cleanup"]);
    // What a student types, and why; not what keeps a process alive for a test.
    let shown = student.ok(&["solution", "12.name", "--yes"]);
    let typed = "\n  # The name is set by the shell that is in the namespace.\n  unshare --uts\n  hostname box\n";
    assert!(shown.contains(typed) && !shown.contains("until") && !shown.contains("sleep"), "{shown}");
    let two = student.ok(&["solution", "3.cleanup", "--yes"]);
    assert!(two.contains("(1 of 2)") && two.contains("(2 of 2)"), "{two}");
}

#[test]
fn what_was_done_to_a_bench_can_be_undone() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt; touch mine; mkdir m; mount -t tmpfs tmpfs m; touch m/file");
    student.ok(&["verify"]);
    let refused = student.ends(2, &["reset"]).stderr;
    assert!(refused.contains("What you have done there is lost") && refused.contains("--yes"), "{refused}");
    assert_eq!(student.inside("3", "ls"), "container\nimage\nm\nmine\nmnt\nwork\n");
    assert_eq!(student.ok(&["reset", "-y"]), "3.hide is as it was at the start.\n");
    assert_eq!(
        student.inside("3", "ls; grep -c ' /.*/m ' /proc/self/mountinfo; true"),
        "container\nimage\nmnt\nwork\n0\n"
    );
    student.ends(1, &["verify"]);
    assert!(student.progress()["exercises"]["whiteouts.hide"]["solved"].is_string());
    // A shell in the session goes on meanwhile, and is the one that asks.
    student.inside("3.restore", "touch mine");
    student.inside("2", "touch mine");
    let keepers = [student.keeper(LESSON), student.keeper("02-copy-up")];
    let said = student.ok(&["reset", "all", "--yes"]);
    assert_eq!(said.matches("is as it was at the start").count(), 3, "{said}");
    for exercise in ["2", "3", "3.restore"] {
        assert!(!student.inside(exercise, "ls").contains("mine"));
    }
    assert_eq!([student.keeper(LESSON), student.keeper("02-copy-up")], keepers);
    let said = student.inside("3", "touch mine; layerlab reset 3 -y; cd \"$PWD\"; ls");
    assert!(said.matches("is as it was").count() == 2 && !said.contains("mine"), "{said}");
    student.ends(2, &["reset", "4", "-y"]);
}

#[test]
fn next_goes_on_inside_and_tells_the_way_outside() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt");
    student.ok(&["verify"]);
    assert_eq!(student.ok(&["next"]), "Go on with: layerlab shell 3.restore\n");
    let words = ". \"$LAYERLAB_STATE/words.sh\"";
    let said = student.inside("3", &format!("{words}; next; pwd; verify; next cleanup > /dev/null; pwd; task"));
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(said[0], "3.restore  Bring a file back");
    for place in ["restore", "cleanup"] {
        assert!(said.contains(&student.bench(place).to_str().unwrap()), "{place}: {said:#?}");
    }
    assert!(said.iter().any(|line| line.contains("✗ mnt/map.txt does not exist")), "{said:#?}");
    assert!(said.iter().any(|line| line.contains("An image layer that deletes")), "{said:#?}");
    // Outside, the session is at the exercise that was entered last.
    assert!(student.ok(&["task"]).starts_with("3.cleanup"));
    assert!(student.inside("3", "pwd").contains("/cleanup/"));
    for exercise in ["restore", "cleanup"] {
        student.inside(&format!("3.{exercise}"), &script(&format!("solutions/{exercise}.sh")));
        student.ok(&["verify"]);
    }
    let said = student.ok(&["next"]);
    assert!(said.contains("All exercises of lesson 3 are solved") && said.contains("layerlab run 4"), "{said}");
    let unknown = student.ends(2, &["next", "nothing"]).stderr;
    assert!(unknown.contains("3.hide, 3.restore, 3.cleanup"), "{unknown}");
}

#[test]
fn without_a_name_it_is_where_one_was_last() {
    let student = Student::new();
    assert!(student.ends(2, &["verify"]).stderr.contains("layerlab shell 1"));
    // Without a session it is the first exercise that is not solved.
    assert!(student.ok(&["shell", "-c", "pwd"]).contains("/01-four-layers/"));
    student.inside("3.restore", "true");
    assert!(student.ok(&["shell", "-c", "pwd"]).ends_with("/restore/whiteouts\n"));
    student.inside("1", "true");
    assert!(student.ok(&["task"]).starts_with("1."));
    student.ok(&["stop"]);
    assert!(student.ok(&["task"]).starts_with("3.restore"));
    assert_eq!(student.json(0, &["status", "--json"]).as_array().unwrap().len(), 1);
}

#[test]
fn status_tells_of_every_session() {
    let student = Student::new();
    assert_eq!(student.ok(&["status"]), "There is no session. Begin one with: layerlab shell 1\n");
    assert_eq!(student.json(0, &["status", "--json"]), json!([]));
    student.inside("3", "true");
    student.inside("3.restore", "true");
    student.inside("2", "true");
    let status = student.json(0, &["status", "--json"]);
    let session = &status[1];
    let directory = student.home().join(LESSON);
    let told = (&session["lesson"], &session["exercise"], &session["begun"], &session["directory"]);
    assert_eq!(told, (&json!(LESSON), &json!("restore"), &json!(["hide", "restore"]), &json!(directory)));
    assert!(is_alive(session["keeper"].as_i64().unwrap() as i32), "{session}");
    let said = student.ok(&["status"]);
    for part in ["03-whiteouts  is running", "3.restore  (begun: hide, restore)", "layerlab shell 3", "02-copy-up"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(student.ok(&["status", "--plain"]).contains("The session of 03-whiteouts is running. It is at"));
}

#[test]
fn stop_ends_it_and_keeps_the_progress() {
    let student = Student::new();
    student.inside("3", "rm mnt/report.txt; (setsid sleep 1000 &) > /dev/null 2>&1");
    student.ok(&["verify"]);
    let keeper = student.keeper(LESSON);
    let said = student.ok(&["stop", "3"]);
    assert!(said.contains("The session of 03-whiteouts has ended") && said.contains("progress is kept"), "{said}");
    // Nothing of it is left when stop has returned.
    assert!(!is_alive(keeper) && student.processes().is_empty(), "{:?}", student.processes());
    assert!(!student.home().join(LESSON).exists() && !student.state(LESSON).exists());
    assert!(student.progress()["exercises"]["whiteouts.hide"]["solved"].is_string());
    assert_eq!(student.ok(&["stop"]), "There is no session to end.\n");
    assert_eq!(student.ok(&["stop", "3"]), "There is no session to end.\n");
    student.ends(2, &["stop", "no-such-lesson"]);
    for exercise in ["1", "2", "3"] {
        student.inside(exercise, "true");
    }
    assert_eq!(student.ok(&["stop", "all"]).matches("has ended").count(), 3);
}

#[test]
fn inside_a_session_it_is_not_ended_and_not_entered_again() {
    let student = Student::new();
    student.inside("2", "true");
    for (command, fix) in [
        ("layerlab stop", "exit, then layerlab stop 03-whiteouts"),
        ("layerlab stop all", "exit, then"),
        ("layerlab stop 3", "exit, then"),
        ("layerlab shell 3.restore", "next restore"),
        ("layerlab shell 3", "next hide"),
    ] {
        let refused = student.ends(2, &["shell", "3", "-c", command]).stderr;
        assert!(refused.contains("you are in the session of") && refused.contains(fix), "{command}: {refused}");
    }
    assert_eq!(student.json(0, &["status", "--json"]).as_array().unwrap().len(), 2);
    // Another one is looked at outside.
    assert!(student.ends(1, &["shell", "3", "-c", "layerlab verify 2"]).stdout.starts_with("2.copy "));
    // It cannot be reached from here: process numbers mean something else.
    for command in ["layerlab stop 2", "env --unset=LAYERLAB_OUTSIDE layerlab verify 2"] {
        let refused = student.ends(2, &["shell", "3", "-c", command]).stderr;
        assert!(refused.contains("cannot see the session of 02-copy-up from here"), "{refused}");
        assert!(refused.contains("with exit"), "{refused}");
    }
    for exercise in ["2", "1"] {
        let refused = student.ends(2, &["shell", "3", "-c", &format!("layerlab shell {exercise}")]).stderr;
        assert!(refused.contains(&format!("exit, then layerlab shell {exercise}.")), "{refused}");
    }
    assert_eq!(student.json(0, &["status", "--json"]).as_array().unwrap().len(), 2);
    student.inside("2", "true");
}

#[test]
fn a_session_that_is_ended_under_a_shell_says_so_there() {
    let student = Student::new();
    let waiting = student.layerlab(&["shell", "3", "-c", "touch ready; exec sleep 1000"]);
    let child = { waiting }.stderr(Stdio::piped()).stdout(Stdio::null()).stdin(Stdio::null()).spawn().unwrap();
    assert!(soon(|| student.bench("hide").join("ready").exists()));
    student.ok(&["stop"]);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(137), "{said}");
    assert!(said.contains("was ended under this shell") && said.contains("layerlab shell 3.hide"), "{said}");
}

#[test]
fn progress_can_be_taken_along() {
    let (here, there) = (Student::new(), Student::new());
    here.inside("3", "rm mnt/report.txt");
    here.ok(&["verify"]);
    here.ok(&["hint", "3.restore"]);
    let file = here.beside().join("progress of mine.json");
    here.ok(&["progress", "export", file.to_str().unwrap()]);
    assert_eq!(here.ok(&["progress", "export"]), std::fs::read_to_string(&file).unwrap());
    for _ in 0..2 {
        there.ok(&["hint", "3.restore"]);
    }
    there.ok(&["hint", "3.cleanup"]);
    for _ in 0..2 {
        assert_eq!(there.ok(&["progress", "import", file.to_str().unwrap()]), "1 exercise is solved now.\n");
    }
    let merged = &there.progress()["exercises"];
    assert_eq!(merged["whiteouts.hide"]["solved"], here.progress()["exercises"]["whiteouts.hide"]["solved"]);
    assert_eq!((&merged["whiteouts.restore"]["hints"], &merged["whiteouts.cleanup"]["hints"]), (&json!(2), &json!(1)));

    let before = there.progress();
    std::fs::write(&file, "[1, 2").unwrap();
    for bad in [file.to_str().unwrap(), "/no/such/file", "/dev/null", "/"] {
        let refused = there.ends(2, &["progress", "import", bad]).stderr;
        assert!(refused.contains("cannot import this progress") && refused.contains("  fix   "), "{bad}: {refused}");
    }
    there.ends(2, &["progress", "export", "/no/such/directory/file"]);
    there.ends(2, &["progress", "clear"]);
    assert_eq!(there.progress(), before);

    let left = |what: &[&str]| {
        there.ok(&[&["progress", "clear", "-y"], what].concat());
        there.progress()["exercises"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(left(&["3.restore"]), ["whiteouts.cleanup", "whiteouts.hide"]);
    assert_eq!(left(&["2"]), ["whiteouts.cleanup", "whiteouts.hide"]);
    assert_eq!(left(&["3"]), [""; 0]);
}

#[test]
fn lessons_of_ones_own_have_sessions_too() {
    let student = Student::new();
    let folder = lesson_folder("$ mkdir a");
    let lesson = folder.path().join("01-try/lesson.md");
    let text = std::fs::read_to_string(&lesson).unwrap();
    let exercise = "\n## Exercise: make it {#make}\n\nMake `b`.\n\n> [!TIP]\n> mkdir\n\n```check\ndirectory b\n```\n";
    std::fs::write(&lesson, format!("{text}{exercise}")).unwrap();
    let lessons = ["--as-real-root=yes", "--lessons", folder.path().to_str().unwrap()];
    student.inside("3", "rm mnt/report.txt");
    student.ok(&[&lessons[..], &["shell", "1", "-c", "mkdir b"]].concat());
    // The session knows its folder, and is the one that was worked on last.
    student.ok(&["verify"]);
    student.ok(&["verify", "1.make"]);
    assert!(student.ok(&["task"]).starts_with("1.make"));
    // What is not in that folder is the program's own.
    student.ok(&["verify", "3.hide"]);
    assert_eq!(student.inside("3.restore", "pwd"), format!("{}\n", student.bench("restore").display()));
    let report = student.json(1, &["verify", "all", "--json"]);
    assert_eq!(report["exercises"].as_array().unwrap().len(), 3, "{report}");
    assert_eq!(student.ok(&["reset", "all", "-y"]).lines().count(), 3);
    assert!(student.ok(&["stop", "1"]).contains("01-try has ended"));
    student.ok(&[&lessons[..], &["shell", "1", "-c", "true"]].concat());
    assert!(student.ok(&["stop", "try"]).contains("01-try has ended"));
}

#[test]
fn a_student_at_a_terminal() {
    let student = Student::new();
    let mut terminal = Terminal::start(&student.layerlab(&["shell", "3"]));
    terminal.shows("The image stays as it is.");
    terminal.shows("Your files are in");
    terminal.shows("F1 help");
    terminal.types("verify\n", "✗");
    terminal.types("\x1bOP", "Everything you know from a shell");
    terminal.types("help\n", "Everything you know from a shell");
    terminal.types("hint\n", "Hint 1 of 3");
    // Questions are asked here, and no is the default.
    terminal.types("solution\n", "Show the solution?");
    terminal.types("\n", "$ ");
    terminal.types("solution\n", "Show the solution?");
    terminal.types("y\n", "can be solved so");
    terminal.types("rm mnt/report.txt; verify\n", "goes on to 3.restore");
    terminal.types("next\n", "Bring a file back");
    terminal.types("pwd\n", "/restore/whiteouts\r\n");
    // Ctrl-C is for what runs in the shell.
    terminal.types("sleep 1000\n", "sleep");
    std::thread::sleep(std::time::Duration::from_millis(100));
    terminal.types("\x03", "3.restore");
    terminal.types("echo still=$((1+1))\n", "still=2");
    // A bench that is made anew under the shell is entered anew.
    terminal.types("touch mine; layerlab reset -y\n", "as it was at the start");
    terminal.types("echo $(ls)\n", "container image mnt work\r\n");
    terminal.types("layerlab stop\n", "you are in the session");
    terminal.types("exit 5\n", "exit");
    assert_eq!(terminal.ends(), Some(5));
    assert!(is_alive(student.keeper(LESSON)));
    student.ends(1, &["verify"]);
}

#[test]
fn two_terminals_share_a_session() {
    let student = Student::new();
    let mut one = Terminal::start(&student.layerlab(&["shell", "3"]));
    one.shows("F1 help");
    let mut other = Terminal::start(&student.layerlab(&["shell"]));
    other.shows("F1 help");
    one.types("touch mnt/seen; echo done=$((2+2))\n", "done=4");
    other.types("ls mnt\n", "seen");
    one.types("exit\n", "exit");
    one.ends();
    other.types("ls container\n", "seen");
    student.ok(&["stop"]);
    other.shows("was ended under this shell");
    assert_eq!(other.ends(), Some(137));
}

#[test]
fn a_stopped_keeper_is_not_in_the_way() {
    // Who keeps the namespaces has nothing to do: whether it runs makes no difference to the learner.
    let student = Student::new();
    student.inside("3", "true");
    let keeper = student.keeper(LESSON);
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(keeper), nix::sys::signal::Signal::SIGSTOP).unwrap();
    assert!(soon(|| state(keeper).unwrap().0 == "T"));
    student.ends(1, &["verify"]);
    assert_eq!(student.inside("3", "ls mnt"), "letter.txt\nphoto.txt\nreport.txt\n");
    student.ok(&["stop"]);
    assert!(!is_alive(keeper));
}

#[test]
fn the_home_is_nobody_elses() {
    use std::os::unix::fs::MetadataExt;
    let student = Student::new();
    student.inside("3", "true");
    assert_eq!(std::fs::metadata(student.home()).unwrap().mode() & 0o7777, 0o700);
    // Without LAYERLAB_HOME it is among the user's data.
    let data = student.beside().join("data");
    let mut command = layerlab();
    let ended = text(command.env("XDG_DATA_HOME", &data).args(["progress", "clear", "-y"]));
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    assert!(data.join("layerlab/.state").is_dir());
    let ended = text(layerlab().env("HOME", student.beside()).env("LAYERLAB_HOME", "").args(["hint", "3"]));
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    assert!(student.beside().join(".local/share/layerlab/progress.json").is_file());
}

#[test]
fn each_exercise_has_images_of_its_own_and_the_students_are_never_touched() {
    let student = Student::new();
    let own = student.beside().join("own");
    let named = |exercise: &str, command: &str| {
        let script = format!("{command}; layerlab image ls");
        let ended = text(student.layerlab(&["shell", exercise, "-c", &script]).env("LAYERLAB_IMAGES", &own));
        assert!(ends_with(&ended, Some(0)), "{ended:?}");
        ended.stdout.matches("paper").count()
    };
    assert_eq!(named("18.pack", "true"), 2);
    assert_eq!(named("18.commit", "layerlab image tag paper:1 paper:mine"), 3);
    assert_eq!(named("18.pack", "true"), 2);
    // The shell goes on to another exercise, and to its images.
    assert_eq!(named("18.pack", ". \"$LAYERLAB_STATE/words.sh\"; next commit > /dev/null"), 3);
    student.ok(&["reset", "18.commit", "--yes"]);
    assert_eq!(named("18.commit", "true"), 2);
    assert!(!own.exists() && !student.home().join("images").exists());
    student.ok(&["stop", "18"]);
}

mod solved {
    test_each_lesson!(super::every_exercise_can_be_begun_and_is_solved_by_its_solution);
}

/// On disk and in a bash that somebody types into, where `lesson check` is in memory and types itself.
fn every_exercise_can_be_begun_and_is_solved_by_its_solution(folder: &str) {
    let student = Student::new();
    let lessons = student.json(0, &["list", "--json"]);
    let lesson = lessons.as_array().unwrap().iter().find(|lesson| {
        format!("{:02}-{}", lesson["number"].as_u64().unwrap(), lesson["slug"].as_str().unwrap()) == folder
    });
    // cgroups(7): in version 2 the controllers are listed at the top of the one tree.
    let controllers = std::fs::read_to_string("/sys/fs/cgroup/cgroup.controllers").unwrap_or_default();
    let version = if controllers.contains("pids") { "v2" } else { "v1" };
    let solutions = source().join("lessons").join(folder).join("solutions");
    let exercises = lesson.unwrap()["exercises"].as_array().unwrap();
    for exercise in exercises {
        let name = exercise["name"].as_str().unwrap();
        let id = name.split_once('.').unwrap().1;
        let names = [format!("{id}.sh"), format!("{id}.{version}.sh")];
        let path = names.iter().map(|name| solutions.join(name)).find(|path| path.exists()).unwrap();
        let begun = student.run(&["shell", name, "-c", "true"]);
        if begun.code == Some(3) && folder == "16-cgroups" {
            support::skip_unless_root(folder, &begun.stderr);
            return;
        }
        assert_eq!(begun.code, Some(0), "{name}: {}{}", begun.stdout, begun.stderr);
        student.ends(0, &["shell", name, "-c", &std::fs::read_to_string(path).unwrap()]);
        student.ends(0, &["verify", name]);
    }
    assert!(exercises.len() >= 2, "{exercises:?}");
    assert!(!student.home().join("images").exists(), "the student's own images are not those of a lesson");
    student.ok(&["stop", folder]);
}

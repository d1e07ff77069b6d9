//! Every command of the README, as written there, through the whole program.

use crate::support;
use crate::support::screen::Screen;
use crate::support::{Ended, in_namespaces, layerlab, source, text};
use layerlab::event::{Event, FORMAT};
use std::path::Path;
use std::process::Command;

fn ok(command: &mut Command) -> String {
    let ended = text(command);
    assert_eq!(ended.code, Some(0), "{command:?}: {ended:?}");
    assert_eq!(ended.stderr, "", "{command:?}");
    ended.stdout
}

fn fails(command: &mut Command, code: i32) -> Ended {
    let ended = text(command);
    assert_eq!(ended.code, Some(code), "{command:?}: {ended:?}");
    ended
}

/// How many lessons there are, as their folders say.
fn lessons() -> usize {
    std::fs::read_dir(source().join("lessons")).unwrap().count()
}

#[test]
fn bare_it_says_what_to_type_next() {
    let said = ok(&mut layerlab());
    assert!(said.contains("layerlab run 1") && said.contains(&format!("{} lessons", lessons())), "{said}");
}

#[test]
fn the_list_has_every_lesson() {
    let list = ok(layerlab().arg("list"));
    assert!(
        list.contains("  1  Four image layers and a container layer") && list.contains("  7  What goes wrong"),
        "{list}"
    );
    let plain = ok(layerlab().args(["list", "--plain"]));
    assert!(plain.contains("Lesson 2: Copy-up, 9 minutes."), "{plain}");
    let json: serde_json::Value = serde_json::from_str(&ok(layerlab().args(["list", "--json"]))).unwrap();
    assert_eq!(json[6]["slug"], "what-goes-wrong");
}

#[test]
fn the_readme_has_every_lesson() {
    let readme = std::fs::read_to_string(source().join("README.md")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&ok(layerlab().args(["list", "--json"]))).unwrap();
    for lesson in json.as_array().unwrap() {
        let row = format!("| {} | {} | {} |", lesson["number"], lesson["title"].as_str().unwrap(), lesson["minutes"]);
        assert!(readme.contains(&row), "README.md lacks the row: {row}");
    }
}

#[test]
fn the_first_lesson_is_the_experiment() {
    let run = ok(layerlab().args(["run", "1", "--auto"]).env("COLUMNS", "140"));
    for part in [
        "$ mount -t overlay overlay -o lowerdir=image-layer1:image-layer2:image-layer3:image-layer4,upperdir=container-layer,workdir=work",
        "$ echo 'I am image layer1 test' > mnt/image-layer1.txt",
        "I am image layer1 test\n",
        "image-layer1.txt was copied up from image-layer1 into container-layer, then written. image-layer1 did not change.",
        "from upper, hides image-layer1",
        "Every command did what the lesson says.",
    ] {
        assert!(run.contains(part), "{part}\n{run}");
    }
    assert!(!run.contains('\u{1b}'), "a pipe gets plain text");
}

#[test]
fn an_ordinary_user_is_told_once_why_a_line_differs() {
    if support::is_root() {
        return;
    }
    let run = ok(layerlab().args(["run", "1", "--auto"]).env("COLUMNS", "200"));
    assert_eq!(run.matches("workdir=work,userxattr mnt").count(), 2, "{run}");
    assert_eq!(run.matches("with userxattr it writes another kind").count(), 1, "{run}");
}

#[test]
fn every_event_is_json() {
    let lines = ok(layerlab().args(["run", "2", "--json"]));
    let events: Vec<Event> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(matches!(&events[0], Event::Begin(begin) if begin.format == FORMAT && begin.number == 2));
    assert_eq!(events.last(), Some(&Event::End { held: true }));
    assert!(events.iter().any(|event| matches!(event, Event::Observation(seen) if !seen.overlays.is_empty())));
}

#[test]
fn steps_before_the_one_asked_for_are_run_and_not_shown() {
    let run = ok(layerlab().args(["run", "1", "--auto", "--step", "3"]));
    assert!(run.contains("3 of 6") && !run.contains("2 of 6"), "{run}");
    assert!(run.contains("I am image layer1 test"), "{run}");
    let ended = fails(layerlab().args(["run", "1", "--step", "9"]), 2);
    assert_eq!(ended.stderr, "error: lesson 1 has 6 steps, and no step 9\n  fix   name a step from 1 to 6\n");
}

#[test]
fn system_calls_notes_and_sentences_are_shown_where_asked_for() {
    let calls = ok(layerlab().args(["run", "1", "--auto", "--syscalls"]));
    assert!(calls.contains("mkdirat(AT_FDCWD, \"overlaydemo\", 0777) = 0"), "{calls}");
    let notes = ok(layerlab().args(["run", "1", "--auto", "--notes"]));
    assert!(notes.contains("Draw the pile on the board"), "{notes}");
    assert!(!calls.contains("Draw the pile on the board"));
    let plain = ok(layerlab().args(["run", "1", "--auto", "--plain"]));
    assert!(
        plain.contains("Step 3 of 6: Write through the merged view.") && !plain.contains("├──\u{a0}image"),
        "{plain}"
    );
    let forced = ok(layerlab().args(["run", "1", "--auto"]).env("CLICOLOR_FORCE", "1"));
    assert!(forced.contains("\u{1b}["));
    let none = ok(layerlab().args(["run", "1", "--auto"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));
    assert!(!none.contains("\u{1b}["));
}

#[test]
fn a_recording_shows_the_same_again_without_a_kernel() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.jsonl");
    let run = ok(layerlab().args(["run", "3", "--auto", "--record"]).arg(&file));
    assert_eq!(ok(layerlab().arg("replay").arg(&file)), run);
    assert_eq!(ok(layerlab().args(["replay", "--json"]).arg(&file)), std::fs::read_to_string(&file).unwrap());
    for (content, said) in [
        ("", "it is empty"),
        ("nonsense\n", "  why   line 1"),
        ("{\"event\":\"end\",\"held\":true}\n", "it does not begin with the event `begin`"),
        (&std::fs::read_to_string(&file).unwrap().replacen("\"format\":2", "\"format\":99", 1), "its format is 99"),
    ] {
        std::fs::write(&file, content).unwrap();
        let ended = fails(layerlab().arg("replay").arg(&file), 4);
        assert!(ended.stderr.contains(said) && ended.stderr.contains("  fix "), "{}", ended.stderr);
    }
    let ended = fails(layerlab().arg("replay").arg(folder.path().join("missing")), 2);
    assert!(ended.stderr.contains("ENOENT"), "{}", ended.stderr);
    fails(layerlab().args(["run", "1", "--auto", "--record", "/nowhere/at/all"]), 2);
}

#[test]
fn recordings_of_the_lessons_can_be_replayed() {
    for entry in std::fs::read_dir(source().join("lessons")).unwrap() {
        let file = entry.unwrap().path().join("recording.jsonl");
        assert!(
            ok(layerlab().arg("replay").arg(&file)).contains("Every command did what the lesson says."),
            "{file:?}"
        );
    }
}

/// One overlay on /mnt/m, perhaps a second on /mnt/n.
const MOUNT: &str = "mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir l u w m u2 w2 n && echo x > l/file && \
    mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w$LAYERLAB_OVERLAY_OPTIONS m && rm m/file && ";

#[test]
fn trees_of_any_overlay_of_this_machine() {
    // Where somebody else has mounted overlays too, ours is named; else it is the only one.
    let others = std::fs::read_to_string("/proc/self/mountinfo").unwrap().contains(" - overlay ");
    let named = if others { "m" } else { "" };
    let shown = ok(&mut in_namespaces(&format!("{MOUNT} \"$1\" trees {named}")));
    assert!(shown.contains("W whiteout") && shown.contains("merged  m"), "{shown}");
    let second = "mount -t overlay overlay -o lowerdir=l,upperdir=u2,workdir=w2$LAYERLAB_OVERLAY_OPTIONS n && ";
    let listed = ok(&mut in_namespaces(&format!("{MOUNT} {second} \"$1\" trees")));
    assert!(listed.contains("/mnt/m") && listed.contains("/mnt/n"), "{listed}");
    let one = ok(&mut in_namespaces(&format!("{MOUNT} {second} \"$1\" trees n --plain")));
    assert!(one.contains("file"), "{one}");
    let ended = fails(&mut in_namespaces(&format!("{MOUNT} \"$1\" trees /usr")), 2);
    assert!(
        ended.stderr.contains("no overlay is mounted on /usr") && ended.stderr.contains("/mnt/m"),
        "{}",
        ended.stderr
    );
}

#[test]
fn the_doctor_finds_everything_in_order_here() {
    let said = ok(layerlab().args(["doctor", "1"]));
    assert!(said.contains("✓ overlay mounts") && said.contains("✓ whiteouts"), "{said}");
    assert!(said.contains("Lesson 1, Four image layers and a container layer, can run here."), "{said}");
    let json: serde_json::Value = serde_json::from_str(&ok(layerlab().args(["doctor", "--json"]))).unwrap();
    // Not everybody may make cgroups, and then the other lessons are none the worse for it.
    let in_order = |finding: &serde_json::Value| finding["verdict"] != "missing" || finding["need"] == "cgroup";
    assert!(json.as_array().unwrap().iter().all(in_order), "{json}");
}

#[test]
fn list_says_which_lessons_lack_a_program() {
    // A lesson that needs a network asks for ip by its need, another one by a line.
    let script =
        "for name in ps ip; do mount --bind /dev/null $(readlink -f $(command -v $name)); done; exec \"$1\" list";
    let listed = text(in_namespaces(script).env("COLUMNS", "400"));
    assert_eq!(listed.code, Some(0), "{listed:?}");
    let procps = "\nLesson 13 cannot run here: there is no program ps.\n  fix   install it; on Debian: sudo apt-get install procps\n";
    for part in [procps, "\nLesson 17 cannot run here: there is no program ip.\n", " min  cannot run here\n"] {
        assert!(listed.stdout.contains(part), "{part}: {}", listed.stdout);
    }
}

#[test]
fn where_a_lesson_cannot_run_everybody_says_so_with_the_fix() {
    // The machine's own cgroups are out of sight, or read-only as in a container; an ordinary user has none anyway.
    let hide = "umount -R /sys/fs/cgroup 2> /dev/null";
    let protect = "while read -r _ at _; do mount -o remount,bind,ro $at 2> /dev/null; done < <(grep ' /sys/fs/cgroup' /proc/mounts)";
    for (state, root_is_told) in [
        (hide, "no cgroup tree of this host has the controller pids"),
        (protect, "is read-only: we are in a container"),
    ] {
        let inside = |command: &str| {
            let script = format!("{state}; exec \"$1\" {command}");
            text(in_namespaces(&script).current_dir(source()).env("COLUMNS", "400"))
        };
        let why = if support::is_root() { root_is_told } else { "" };
        let listed = inside("list");
        assert_eq!(listed.code, Some(0), "{listed:?}");
        for part in
            ["14 min  cannot run here\n", "\nLesson 16 cannot run here: ", why, "\n  fix   ", "layerlab replay 16"]
        {
            assert!(listed.stdout.contains(part), "{part}: {listed:?}");
        }
        assert!(inside("list --plain").stdout.contains("Lesson 16: Limits, 14 minutes. Cannot run here.\n"));
        let run = inside("run 16 --auto");
        assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run:?}");
        for part in [
            "error: cannot make cgroups of our own\n  call  ",
            "\n  why   ",
            why,
            "\n  fix   ",
            "\n  or    see a recording of it: layerlab replay 16",
        ] {
            assert!(run.stderr.contains(part), "{part}: {run:?}");
        }
        let doctor = inside("doctor 16");
        assert_eq!(doctor.code, Some(3), "{doctor:?}");
        assert!(doctor.stdout.contains("✗ cgroups of our own") && doctor.stdout.contains(why), "{doctor:?}");
        let all = inside("doctor");
        assert!(all.stdout.contains("Every lesson but 16 can run here; layerlab replay 16"), "{all:?}");
        let checked = inside("--as-real-root=yes lesson check lessons/16-cgroups");
        assert!(
            checked.stdout.starts_with("16-cgroups  is not run here, only its text was read\n  call  "),
            "{checked:?}"
        );
        let shell = inside("shell 16 -c true");
        assert_eq!(shell.code, Some(3), "{shell:?}");
        assert!(shell.stderr.contains("cannot make cgroups of our own"), "{shell:?}");
    }
}

#[test]
fn the_authors_check_sees_a_single_altered_character_and_bless_repairs_it() {
    let folder = tempfile::tempdir().unwrap();
    copy(&source().join("lessons/01-four-layers"), &folder.path().join("01-four-layers"));
    ok(layerlab().args(["lesson", "check"]).arg(folder.path()));
    let file = folder.path().join("01-four-layers/lesson.md");
    let sound = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, sound.replacen("\nI am image layer3\n", "\nI am image layer8\n", 1)).unwrap();
    let ended = fails(layerlab().args(["lesson", "check"]).arg(folder.path()), 4);
    assert!(
        ended.stdout.contains("-I am image layer8") && ended.stdout.contains("+I am image layer3"),
        "{}",
        ended.stdout
    );
    ok(layerlab().args(["lesson", "check", "--bless"]).arg(folder.path()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), sound);
}

#[test]
fn a_new_lesson_works_at_once() {
    let folder = tempfile::tempdir().unwrap();
    ok(layerlab().args(["lesson", "new", "my-own", "--dir"]).arg(folder.path()));
    ok(layerlab().args(["lesson", "check"]).arg(folder.path()));
    fails(layerlab().args(["lesson", "new", "../out", "--dir"]).arg(folder.path()), 2);
}

#[test]
fn completions_are_scripts() {
    let script = ok(layerlab().args(["completions", "bash"]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("complete");
    std::fs::write(&file, &script).unwrap();
    ok(Command::new("bash").arg("-n").arg(&file));
    for shell in ["zsh", "fish"] {
        assert!(ok(layerlab().args(["completions", shell])).contains("layerlab"));
    }
}

#[test]
fn wrong_words_are_usage_errors() {
    for words in
        [&["frobnicate"][..], &["run"], &["run", "1", "--nonsense"], &["run", "99"], &["--lessons", "/nowhere", "list"]]
    {
        let ended = fails(layerlab().args(words), 2);
        assert!(ended.stderr.starts_with("error: "), "{words:?}: {}", ended.stderr);
    }
    assert!(ok(layerlab().arg("--version")).starts_with("layerlab "));
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

#[test]
fn at_a_terminal_enter_goes_on_and_predictions_are_marked() {
    for (columns, lines) in [(80, 24), (140, 40)] {
        let screen = Screen::new(columns, lines, "run 1");
        let asked = screen.go_on_to("Enter runs the 3 commands, q stops");
        assert!(asked.contains("$ mkdir overlaydemo"), "they are on the screen before they run: {asked}");
        screen.go_on_to("Enter runs the 6 commands");
        screen.go_on_to("Enter goes on to step 2 of 6");
        let asked = screen.go_on_to("1. Will mnt/image-layer3.txt exist?");
        assert!(asked.contains("$ mount -t overlay overlay") && !asked.contains("mounted"), "{asked}");
        screen.press("Enter");
        screen.press("Space");
        screen.press("y");
        let asked = screen.wait_for("2. Will mnt/container-layer.txt exist?");
        assert!(asked.contains("1. Will mnt/image-layer3.txt exist? yes"), "Enter is no answer: {asked}");
        screen.press("d");
        screen.wait_for("3. Will");
        screen.press("y");
        let shown = screen.go_on_to("Enter goes on to step 3 of 6");
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("You said so") && flat.contains("You did not know."), "{shown}");
        assert!(shown.contains('✓') && shown.contains('✗'), "{shown}");
        assert!(flat.contains("1 of 3 right, 1 not known."), "{shown}");
        screen.press("q");
        screen.wait_for("<0>");
    }
}

#[test]
fn no_key_shows_more_than_the_terminal_has_rows_and_the_score_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let screen = Screen::at_home(80, 24, home.path(), "run 1");
    let waits = |shown: &str| ["q stops", "?", "<0>"].iter().any(|end| shown.ends_with(end));
    let mut trees = false;
    loop {
        let shown = screen.wait_until(waits);
        let before = screen.scrolled();
        if shown.contains("<0>") {
            break;
        }
        let whole = shown.contains("t shows the whole trees") && !trees;
        trees |= whole;
        let question = shown.trim_end().ends_with('?');
        screen.press(match (question, whole) {
            (true, _) => "d",
            (_, true) => "t",
            _ => "Enter",
        });
        screen.wait_until_changed(&shown);
        screen.wait_until(waits);
        assert!(screen.scrolled() <= before + 24, "more than a screen at once:\n{shown}");
    }
    assert!(trees, "no step drew only what changed");
    screen.wait_for("Your predictions: 0 of 9 right, 9 not known.");
    let listed = ok(layerlab().env("LAYERLAB_HOME", home.path()).arg("list"));
    assert!(listed.contains("predictions: 0 of 9 right, 9 not known"), "{listed}");
}

#[test]
fn control_c_at_a_question_leaves_the_terminal_in_order() {
    let screen = Screen::new(80, 24, "run 1 --step 2");
    screen.go_on_to("1. Will mnt/image-layer3.txt exist?");
    screen.press("C-c");
    screen.wait_for("<130>");
    assert_eq!(screen.tmux(&["display-message", "-p", "-t", "s", "#{cursor_flag}"]).trim(), "1");
}

#[test]
fn a_lesson_is_replayed_from_its_recording_and_says_so() {
    let replayed = text(layerlab().args(["replay", "3", "--plain"]));
    assert_eq!(replayed.code, Some(0), "{replayed:?}");
    assert!(replayed.stderr.contains("this is a recording, made as root"), "{replayed:?}");
    assert!(replayed.stdout.contains("Whiteouts"), "{replayed:?}");
    assert!(fails(layerlab().args(["replay", "nowhere"]), 2).stderr.contains("name a lesson, or a file"));
}

#[test]
fn where_no_lesson_can_run_the_recording_is_offered() {
    let mut unshare = support::command("unshare");
    unshare.args(["--user", "--map-root-user", "sh", "-c"]);
    unshare.arg(
        "echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set -all --inh-caps -all \"$0\" run 3",
    );
    let ended = fails(unshare.arg(support::program()), 3);
    assert!(ended.stderr.contains("user.max_user_namespaces is 0"), "{ended:?}");
    assert!(ended.stderr.ends_with("  or    see a recording of it: layerlab replay 3\n"), "{ended:?}");
    assert_eq!(ended.stdout, "", "nothing is shown as if it happened here");
}

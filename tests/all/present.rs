//! `present`, as an instructor uses it: typed at a terminal, read from its screen.

use crate::support::screen::Screen;
use crate::support::session::{Student, Terminal, children, is_alive, kill_hard, soon};
use crate::support::{Ended, lesson_folder, text};
use layerlab::event::{Event, RecordingReader};

/// The sizes of a projector with a large font, of a window, and of a large screen.
const SIZES: [(u16, u16); 3] = [(80, 24), (100, 30), (160, 50)];

fn present(student: &Student, (columns, lines): (u16, u16), words: &str) -> Screen {
    Screen::at_home(columns, lines, student.home(), &format!("present {words}"))
}

/// Presses keys, and waits until the screen shows this and nothing is running.
#[track_caller]
fn press(screen: &Screen, keys: &[&str], part: &str) -> String {
    keys.iter().for_each(|key| screen.press(key));
    screen.wait_until(|shown| shown.contains(part) && !shown.contains("running"))
}

/// The process of the presenter, which is the child of the shell in the pane.
fn pid(screen: &Screen) -> i32 {
    let shell = screen.tmux(&["display-message", "-p", "-t", "s", "#{pane_pid}"]).trim().parse().unwrap();
    // `env` has become the program.
    children(shell)[0]
}

/// The processes of a presenter's stages, as soon as there are some.
fn stages(presenter: i32) -> Vec<i32> {
    assert!(soon(|| descendants(presenter).len() >= 4), "no stages stand");
    descendants(presenter)
}

/// Whatever a process and its threads have started, and what that has.
fn descendants(pid: i32) -> Vec<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let children = lists.flat_map(|list| list.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>());
    children.flat_map(|child| [vec![child], descendants(child)].concat()).collect()
}

fn is_as_before(screen: &Screen) {
    let state = || screen.tmux(&["display-message", "-p", "-t", "s", "#{cursor_flag},#{alternate_on}"]);
    assert!(soon(|| state().trim() == "1,0"), "{}", state());
}

#[test]
fn every_key_does_what_the_list_says() {
    for size in SIZES {
        let student = Student::new();
        let screen = present(&student, size, "1 --recorded");
        screen.wait_for("1/14");
        let shown = press(&screen, &["Space"], "$ mkdir overlaydemo");
        assert!(shown.contains("2/14") && shown.contains("○ recorded"), "{shown}");
        assert_eq!(shown.lines().count(), usize::from(size.1));
        assert!(shown.trim_end().lines().last().unwrap().contains("? all keys"), "{shown}");
        press(&screen, &["PageDown", "Right"], "3/14");
        let shown = press(&screen, &["NPage"], "+ new");
        assert!(shown.contains("$ tree") && shown.contains("image-layer1.txt"), "{shown}");
        press(&screen, &["Left"], "Each layer gets one file");
        press(&screen, &["PPage", "PPage"], "We begin with seven");
        press(&screen, &["End"], "14/14");
        press(&screen, &["Home"], "1/14");
        press(&screen, &["g", "4", "Enter"], "4/14");
        press(&screen, &["o"], "Enter goes there");
        press(&screen, &["Down", "Enter"], "5/14");
        press(&screen, &["/", "u", "p", "p", "e", "r", "d", "i", "r", "Enter"], "\"upperdir\" is in");
        let found = screen.shown();
        press(&screen, &["n"], "\"upperdir\" is in");
        screen.wait_until_changed(&found);
        press(&screen, &["g", "6", "Enter"], "Will mnt/image-layer1.txt read");
        press(&screen, &["h"], "Hands up for question 1");
        press(&screen, &["3", "9", " ", "4", "0", "Enter"], "39 of 40 say yes");
        press(&screen, &["3", "5", "Enter"], "Hands up for question 3");
        press(&screen, &["Escape"], "h hands up");
        press(&screen, &["Space"], "$ tree container-layer");
        press(&screen, &["s"], "O_CREAT");
        screen.press("s");
        let before = screen.wait_until(|shown| !shown.contains("O_CREAT") && !shown.contains("! System"));
        screen.press("f");
        if size == SIZES[0] {
            // Where all of it fits, everything is shown already.
            screen.wait_until(|shown| shown.contains("↓"));
        }
        screen.press("f");
        screen.wait_until(|shown| shown == before.trim_end());
        press(&screen, &["b"], "b shows the lesson again");
        press(&screen, &["b"], "6/14");
        press(&screen, &["Left", "-", "-"], "6/14");
        screen.wait_until(|shown| !shown.contains("What happens when a program writes"));
        press(&screen, &["+", "+"], "What happens when a program writes");
        press(&screen, &["?"], "any key goes back");
        press(&screen, &["x"], "6/14");
        press(&screen, &["c", "t", "p", "q"], "Leave?");
        press(&screen, &["Space"], "? all keys");
        press(&screen, &["End"], "were right: Will image-layer1/image-layer1.txt");
        press(&screen, &["q", "q"], "<0>");
        screen.wait_for("layerlab present 1 --resume");
        is_as_before(&screen);
    }
}

/// Presses a key that shows another beat, or what came of its commands, and waits until all of that is there.
#[track_caller]
fn go(screen: &Screen, key: &str) -> String {
    let before = screen.shown();
    screen.press(key);
    screen.wait_until(|shown| shown != before.trim_end() && shown.contains("● live"))
}

#[test]
fn back_shows_what_happened_in_this_hour() {
    for (lesson, size) in [("3", SIZES[0]), ("13", SIZES[2])] {
        let student = Student::new();
        let screen = present(&student, size, lesson);
        let mut forth = vec![screen.wait_until(|shown| shown.contains("● live"))];
        for _ in 0..9 {
            forth.push(go(&screen, "Space"));
        }
        for before in forth.iter().rev().skip(1) {
            screen.press("Left");
            screen.wait_until(|shown| shown == before.trim_end());
        }
        for after in &forth[1..] {
            screen.press("Space");
            screen.wait_until(|shown| shown == after.trim_end());
        }
        press(&screen, &["q", "q"], "<0>");
    }
}

#[test]
fn keys_that_are_typed_early_are_heeded() {
    let student = Student::new();
    let fifo = student.beside().join("begin");
    assert_eq!(text(std::process::Command::new("mkfifo").arg(&fifo)).code, Some(0));
    // In lesson 16 the machine settles what the commands are.
    for (lesson, shows) in [("1", "5/14"), ("16", "5/")] {
        if lesson == "16" && !crate::support::cgroups::can_be_had("keys that are typed early in lesson 16") {
            continue;
        }
        let first = format!("--help > /dev/null; cat {} > /dev/null", fifo.display());
        let home = student.home().display();
        let words = format!("{first}; LAYERLAB_HOME={home} {}", program(&format!("present {lesson}")));
        let screen = Screen::at_home(100, 30, student.home(), &words);
        // Nobody reads keys yet. What is behind `d` is typed into the shell.
        screen.tmux(&["send-keys", "-t", "s", "Home", "g", "5", "Enter", "d"]);
        screen.tmux(&["send-keys", "-t", "s", "-l", "echo here $((40 + 2))"]);
        screen.tmux(&["send-keys", "-t", "s", "Enter", "C-]", "h", "1", " ", "2", "Enter", "Escape", "?"]);
        std::fs::write(&fifo, "").unwrap();
        screen.wait_for("All keys");
        press(&screen, &["x"], shows);
        press(&screen, &["End"], "detour from beat 5: 1 line typed");
        press(&screen, &["q", "q"], "<0>");
    }
}

#[test]
fn a_detour_that_destroys_everything_harms_nothing() {
    let student = Student::new();
    let screen = present(&student, SIZES[1], "10");
    screen.wait_for("● live");
    press(&screen, &["/"], "Find:");
    screen.tmux(&["send-keys", "-t", "s", "-l", "pivot_root . old"]);
    press(&screen, &["Enter"], "$ pivot_root . old");
    let before = press(&screen, &["Space"], "    bin");
    screen.press("d");
    screen.wait_for("detour / $");
    // The root of this beat is the container's: the machine's is below /old.
    screen.tmux(&["send-keys", "-t", "s", "-l", "ls /old > /dev/null && echo it is $((40 + 2))"]);
    screen.press("Enter");
    screen.wait_for("it is 42");
    screen.tmux(&["send-keys", "-t", "s", "-l", "rm -r /etc /var; umount -l /old; kill -9 -1"]);
    screen.press("Enter");
    screen.tmux(&["send-keys", "-t", "s", "-l", "exit"]);
    screen.press("Enter");
    screen.wait_until(|shown| shown == before.trim_end());
    // The lesson goes on to its end as if nothing had happened.
    for _ in 0..2 {
        press(&screen, &["Space"], "● live");
    }
    press(&screen, &["End"], "● live");
    let shown = screen.wait_for("1 detour");
    assert!(!shown.contains("did not do"), "{shown}");
    // Left by its key, whatever the shell does.
    press(&screen, &["d"], "detour from beat");
    screen.wait_for("detour /");
    screen.tmux(&["send-keys", "-t", "s", "-l", "sleep 1000"]);
    press(&screen, &["Enter", "C-]"], "2 detours");
    press(&screen, &["q", "q"], "<0>");
    is_as_before(&screen);
}

#[test]
fn where_the_root_of_a_beat_holds_no_shell_the_verbs_of_the_lesson_work() {
    let folder = lesson_folder("$ mkdir -p small/etc\n$ chroot small\n$ echo a > etc/b");
    let student = Student::new();
    let file = student.beside().join("hour.jsonl");
    let words = format!("1 --lessons {} --record {}", folder.path().display(), file.display());
    let screen = present(&student, SIZES[0], &words);
    screen.wait_for("● live");
    // What somebody else has written does not run with the rights of root.
    press(&screen, &["d"], "detour from beat 1");
    screen.tmux(&["send-keys", "-t", "s", "-l", "cat /proc/self/uid_map"]);
    press(&screen, &["Enter"], " 0 ");
    assert!(!screen.shown().contains("4294967295"), "{}", screen.shown());
    press(&screen, &["C-]"], "● live");
    press(&screen, &["Space", "Space"], "● live");
    press(&screen, &["d"], "detour from beat 2");
    screen.tmux(&["send-keys", "-t", "s", "-l", "cp etc/b etc/c"]);
    screen.press("Enter");
    screen.tmux(&["send-keys", "-t", "s", "-l", "cat etc/c etc/none"]);
    screen.press("Enter");
    let shown = screen.wait_until(|shown| shown.contains("No such file or directory"));
    assert!(shown.contains("This root holds no shell") && shown.contains("$ cat etc/c etc/none\na\n"), "{shown}");
    screen.tmux(&["send-keys", "-t", "s", "-l", "exit"]);
    press(&screen, &["Enter"], "● live");
    press(&screen, &["q", "q"], "<0>");
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(kept.contains("cat etc/c etc/none"), "{kept}");
}

/// The state of a beat, typed in a detour there: files, modes, contents, whiteouts and attributes of overlays, mounts, the host
/// name.
#[track_caller]
fn dump(screen: &Screen, beat: &str) -> String {
    press(screen, &["g"], "Go to beat");
    press(screen, &[beat, "Enter"], &format!("{beat}/"));
    press(screen, &["d"], "detour from beat");
    screen.wait_for("detour /tmp");
    let find = "{ find . ! -type d -printf '%y %m %s %l %p\\n' -o -printf '%y %m %p\\n'; find . -type f -exec sha256sum {} +; \
                getfattr -R -h -d -m '\\.overlay\\.' . 2>&1 | grep -v -E 'overlay.(uuid|origin)='; \
                cut -d' ' -f 5 /proc/self/mountinfo; hostname; } | \
                sed 's,/work/#.*,/work/#,' | LC_ALL=C sort | sha256sum | sed s/^/SUM=/";
    screen.tmux(&["send-keys", "-t", "s", "-l", find]);
    screen.press("Enter");
    let shown = screen.wait_until(|shown| shown.lines().any(|line| line.starts_with("SUM=") && line.len() > 60));
    let sum = shown.lines().find(|line| line.starts_with("SUM=")).unwrap()[..60].to_string();
    press(screen, &["C-]"], "● live");
    sum
}

#[test]
fn after_hundreds_of_keys_the_state_is_that_of_the_beat() {
    state_after_keys("1", &["4", "6", "9"], 150);
}

#[test]
#[ignore = "takes minutes: scripts/test --full"]
fn after_a_thousand_keys_the_state_is_that_of_the_beat() {
    for (lesson, beats) in [("1", ["4", "6", "9"]), ("3", ["4", "7", "9"])] {
        state_after_keys(lesson, &beats, 1_000);
    }
}

/// The state of beats that were gone to straight, and among so many random keys before each.
#[track_caller]
fn state_after_keys(lesson: &str, beats: &[&str; 3], count: usize) {
    let straight = Student::new();
    let expected: Vec<String> = beats
        .iter()
        .map(|beat| {
            let screen = present(&straight, SIZES[0], lesson);
            screen.wait_for("● live");
            let sum = dump(&screen, beat);
            press(&screen, &["q", "q"], "<0>");
            sum
        })
        .collect();
    // Not every beat changes what the dump shows; those of lesson 1 do.
    assert!(expected[0] != expected[2], "{expected:?}");
    assert!(lesson != "1" || (expected[0] != expected[1] && expected[1] != expected[2]), "{expected:?}");
    let student = Student::new();
    let screen = present(&student, SIZES[0], lesson);
    screen.wait_for("● live");
    for at in [2, 0, 1] {
        for (part, keys) in random_keys(at + 17, count).chunks(250).enumerate() {
            screen.tmux(&[&["send-keys", "-t", "s"], keys].concat());
            // No more keys than a terminal keeps: the message goes when the next key comes.
            let beat = (part % 3 + 2).to_string();
            press(&screen, &["g", &beat, "Enter"], &format!("{beat}/"));
        }
        assert_eq!(dump(&screen, beats[at]), expected[at], "lesson {lesson}, beat {}", beats[at]);
    }
    press(&screen, &["q", "q"], "<0>");
}

/// Keys that move, and some that change what is shown; the same for the same seed.
fn random_keys(seed: usize, count: usize) -> Vec<&'static str> {
    const KEYS: [&str; 12] = ["Space", "Left", "NPage", "PPage", "Right", "Space", "Left", "Space", "s", "t", "-", "+"];
    let mut state = seed as u64 * 2_654_435_761 + 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        KEYS[(state >> 33) as usize % KEYS.len()]
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn two_terminals_are_in_step_and_the_notes_stay_off_the_projector() {
    in_step(60);
}

#[test]
#[ignore = "takes a minute: scripts/test --full"]
fn two_terminals_are_in_step_over_a_thousand_keys() {
    in_step(250);
}

/// Four times so many random keys at both terminals.
fn in_step(keys: usize) {
    let student = Student::new();
    let notes = Screen::at_home(100, 40, student.home(), "present 1 --notes");
    notes.wait_for("Nobody presents this lesson now");
    let screen = present(&student, SIZES[0], "1");
    screen.wait_for("● live");
    notes.wait_for("what the class sees");
    let late = Screen::at_home(80, 24, student.home(), "present 1 --follow");
    for part in 0..4 {
        screen.tmux(&[&["send-keys", "-t", "s"], &random_keys(part, keys)[..]].concat());
        notes.tmux(&[&["send-keys", "-t", "s"], &random_keys(part + 100, keys)[..]].concat());
    }
    press(&screen, &["g", "6", "Enter"], "6/14");
    notes.wait_until(|shown| shown.contains("6 of 14"));
    press(&screen, &["Space"], "+ copied up");
    let body = |screen: &Screen| screen.shown().lines().take(23).map(String::from).collect::<Vec<_>>();
    assert!(soon(|| body(&screen) == body(&late)), "{}\n{}", screen.shown(), late.shown());
    // The notes lead.
    press(&notes, &["Left"], "6 of 14");
    screen.wait_until(|shown| shown.contains("Will mnt/image-layer1.txt read") && !shown.contains("+ copied up"));
    press(&notes, &["b"], "blank screen");
    screen.wait_for("b shows the lesson again");
    press(&notes, &["b"], "what the class sees");
    let shown = notes.shown();
    assert!(shown.contains("Next") && shown.contains("$ echo 'I am image layer1 test'"), "{shown}");
    assert!(shown.contains("planned") && shown.contains("not for the projector"), "{shown}");
    // Who only follows changes nothing, and the notes are nowhere else.
    press(&late, &["Space", "Space", "Left"], "6/14");
    press(&screen, &["g", "3", "Enter"], "3/14");
    let shown = notes.wait_for("Draw the pile on the board");
    assert!(shown.contains("3 of 14"), "{shown}");
    for other in [&screen, &late] {
        assert!(!other.wait_for("3/14").contains("Draw the pile"), "{}", other.shown());
    }
    // Whoever presents is killed: the others wait for the next one. Where one is was noted meanwhile.
    let noted = student.home().join(".state/present/01-four-layers.json");
    assert!(soon(|| std::fs::read_to_string(&noted).is_ok_and(|noted| noted.contains("\"beat\": 2"))));
    kill_hard(pid(&screen));
    notes.wait_for("Nobody presents this lesson now");
    let again = present(&student, SIZES[0], "1 --resume");
    again.wait_for("3/14");
    notes.wait_until(|shown| shown.contains("3 of 14"));
    kill_hard(pid(&notes));
    press(&again, &["Space"], "● live");
    press(&again, &["q", "q"], "<0>");
    late.wait_for("Nobody presents");
    press(&late, &["q"], "<0>");
    is_as_before(&late);
}

#[test]
fn a_second_presenter_of_the_same_lesson_is_told_how_to_look_on() {
    let student = Student::new();
    let screen = present(&student, SIZES[0], "1");
    screen.wait_for("● live");
    let second = present(&student, SIZES[0], "1");
    let shown = second.wait_for("<2>");
    assert!(shown.contains("is being presented already") && shown.contains("--notes"), "{shown}");
    let other = present(&student, SIZES[0], "2");
    other.wait_for("● live");
    press(&other, &["q", "q"], "<0>");
    press(&screen, &["q", "q"], "<0>");
}

#[test]
fn what_is_no_terminal_is_refused_and_what_is_too_small_says_so() {
    let student = Student::new();
    for (ended, why) in [
        (student.ends(2, &["present", "1"]), "must be a terminal"),
        (student.ends(2, &["present", "1", "--plain"]), "screen reader"),
        (student.ends(2, &["present", "99"]), "no lesson is called"),
    ] {
        assert!(ended.stderr.contains(why), "{ended:?}");
    }
    for (term, why) in [("TERM=dumb", "can't move its cursor"), ("TERM=", "TERM is not set")] {
        let words =
            format!("--help > /dev/null; {term} LAYERLAB_HOME={} {}", student.home().display(), program("present 1"));
        let screen = Screen::at_home(100, 24, student.home(), &words);
        assert!(screen.wait_for("<2>").contains(why), "{}", screen.shown());
    }
    let screen = present(&student, (20, 5), "1");
    screen.wait_until(|shown| shown.contains("This needs 40"));
    screen.tmux(&["resize-window", "-t", "s", "-x", "80", "-y", "24"]);
    screen.wait_until(|shown| shown.contains("● live") && shown.contains("? all keys"));
    screen.tmux(&["resize-window", "-t", "s", "-x", "160", "-y", "50"]);
    let shown = screen.wait_until(|shown| shown.contains("1 Four image layers and a container layer   ● live"));
    assert_eq!(shown.lines().count(), 50);
    press(&screen, &["q", "q"], "<0>");
}

fn program(words: &str) -> String {
    format!("{} {words}", crate::support::program().display())
}

#[test]
fn a_recording_of_another_lesson_is_refused_and_its_own_is_shown() {
    let student = Student::new();
    let file = student.beside().join("run.jsonl");
    student.ok(&["run", "2", "--auto", "--json", "--record", file.to_str().unwrap()]);
    let recorded: Vec<Event> =
        RecordingReader::new(&*std::fs::read(&file).unwrap()).map(|told| told.unwrap().event).collect();
    assert!(recorded.len() > 20);
    let screen = present(&student, SIZES[0], &format!("1 --recording {}", file.display()));
    let shown = screen.wait_for("<4>");
    assert!(shown.contains("one of lesson 2"), "{shown}");
    let old = student.beside().join("old.jsonl");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&old, text.replacen("\"format\":2", "\"format\":1", 1)).unwrap();
    let screen = present(&student, SIZES[0], &format!("2 --recording {}", old.display()));
    let shown = screen.wait_for("<4>");
    assert!(shown.contains("its format is 1"), "{shown}");
    let screen = present(&student, SIZES[0], &format!("2 --recording {}", student.beside().join("none").display()));
    assert!(screen.wait_for("<2>").contains("ENOENT"), "{}", screen.shown());
    let screen = present(&student, SIZES[0], &format!("2 --recorded --recording {}", file.display()));
    screen.wait_for("○ recorded");
    press(&screen, &["q", "q"], "<0>");
}

#[test]
fn where_the_stage_is_lost_the_recording_goes_on_with_a_label() {
    let student = Student::new();
    let screen = present(&student, SIZES[1], "1");
    screen.wait_for("● live");
    press(&screen, &["g", "4", "Enter"], "4/14");
    screen.wait_until(|shown| shown.contains("● live") && shown.contains("What do you think?"));
    for holder in stages(pid(&screen)) {
        kill_hard(holder);
    }
    let shown = press(&screen, &["Space"], "What is shown from here on is");
    assert!(shown.contains("○ recorded"), "{shown}");
    press(&screen, &["Left"], "What do you think?");
    press(&screen, &["Space"], "how it was before");
    let shown = press(&screen, &["Space", "Space"], "✓ mnt/image-layer3.txt exists");
    assert!(shown.contains("○ recorded"), "{shown}");
    press(&screen, &["q", "q"], "<0>");
}

#[test]
fn a_lesson_that_fails_in_class_says_so_at_once() {
    let folder = lesson_folder("$ mkdir a\n$ ls\nb");
    let student = Student::new();
    let lessons = folder.path().display().to_string();
    let screen = present(&student, SIZES[0], &format!("1 --lessons {lessons}"));
    screen.wait_for("● live");
    press(&screen, &["Space", "Space"], "did not do what the lesson says");
    screen.wait_for("Led here once more");
    press(&screen, &["r"], "There is no recording of this lesson");
    press(&screen, &["q", "q"], "<0>");
    let checked = student.ends(1, &["present", "1", "--lessons", &lessons, "--check"]);
    assert!(checked.stdout.contains("✗ $ ls"), "{checked:?}");
    // With a recording of a time when it held, one key goes on.
    let lesson = folder.path().join("01-try/lesson.md");
    let text = std::fs::read_to_string(&lesson).unwrap();
    std::fs::write(&lesson, text.replace("ls\nb", "ls\na")).unwrap();
    let recording = folder.path().join("01-try/recording.jsonl").display().to_string();
    student.ok(&["--lessons", &lessons, "run", "1", "--auto", "--json", "--record", &recording]);
    std::fs::write(&lesson, text).unwrap();
    let screen = present(&student, SIZES[0], &format!("1 --lessons {lessons}"));
    screen.wait_for("● live");
    press(&screen, &["Space", "Space"], "r goes on with the recording");
    let shown = press(&screen, &["r"], "○ recorded");
    assert!(shown.contains("2/3") && shown.contains("    a"), "{shown}");
    press(&screen, &["Space"], "3/3");
    press(&screen, &["q", "q"], "<0>");
}

#[test]
#[ignore = "takes a minute: scripts/test --full"]
fn whichever_process_is_killed_the_hour_goes_on_or_ends_and_nothing_is_left() {
    let student = Student::new();
    let mut at = 0;
    loop {
        let screen = present(&student, SIZES[1], "1");
        screen.wait_for("● live");
        press(&screen, &["g", "6", "Enter"], "● live");
        // The run, the stage of this beat and the one before it: a holder and a worker each.
        assert!(soon(|| descendants(pid(&screen)).len() >= 6));
        let processes = descendants(pid(&screen));
        let Some(process) = processes.get(at) else {
            press(&screen, &["q", "q"], "<0>");
            break;
        };
        kill_hard(*process);
        press(&screen, &["Space"], "6/14");
        press(&screen, &["g", "5", "Enter"], "5/14");
        press(&screen, &["q", "q"], "<0>");
        is_as_before(&screen);
        assert!(soon(|| processes.iter().all(|process| !is_alive(*process))), "process {at} of {}", processes.len());
        at += 1;
    }
}

#[test]
fn killed_closed_or_asked_to_end_it_leaves_the_terminal_and_nothing_else() {
    let student = Student::new();
    for (signal, code) in [("TERM", "<143>"), ("HUP", "<129>"), ("INT", "<130>")] {
        let screen = present(&student, SIZES[0], "1");
        screen.wait_for("● live");
        let killed = text(std::process::Command::new("kill").args([format!("-{signal}"), pid(&screen).to_string()]));
        assert_eq!(killed.code, Some(0));
        screen.wait_for(code);
        is_as_before(&screen);
    }
    let mut terminal = Terminal::start(&student.layerlab(&["present", "1"]));
    terminal.shows("live");
    let processes = stages(terminal.child.id() as i32);
    terminal.close();
    terminal.ends();
    assert!(soon(|| processes.iter().all(|process| !is_alive(*process))));
    let mut terminal = Terminal::start(&student.layerlab(&["present", "1"]));
    terminal.shows("live");
    let processes = stages(terminal.child.id() as i32);
    kill_hard(terminal.child.id() as i32);
    assert!(soon(|| processes.iter().all(|process| !is_alive(*process))));
    terminal.ends();
    // The lock is free, and the socket that was left is no hindrance.
    let screen = present(&student, SIZES[0], "1");
    screen.wait_for("● live");
    press(&screen, &["q", "q"], "<0>");
}

#[test]
fn the_record_of_an_hour_has_what_was_run_the_hands_and_the_detours_and_is_exported() {
    let student = Student::new();
    let file = student.beside().join("hour.jsonl");
    let record = file.display().to_string();
    let screen = present(&student, SIZES[1], &format!("1 --record {record}"));
    screen.wait_for("● live");
    press(&screen, &["g", "6", "Enter"], "6/14");
    press(&screen, &["h", "3", "/", "9", "Enter"], "3 of 9 say yes");
    press(&screen, &["Escape", "d"], "detour from beat 6");
    screen.tmux(&["send-keys", "-t", "s", "-l", "echo from the class > mnt/class.txt"]);
    screen.press("Enter");
    screen.tmux(&["send-keys", "-t", "s", "-l", "cat mnt/class.txt"]);
    screen.press("Enter");
    screen.wait_until(|shown| shown.contains("+ class.txt") || shown.contains("class.txt was made"));
    press(&screen, &["C-]"], "6/14");
    press(&screen, &["q", "q"], "<0>");
    let all: Vec<Event> =
        RecordingReader::new(&*std::fs::read(&file).unwrap()).map(|told| told.unwrap().event).collect();
    assert!(all.iter().any(|event| matches!(event, Event::Hands(hands) if (hands.yes, hands.of) == (3, 9))));
    let detour = all.iter().find_map(|event| if let Event::Detour(detour) = event { Some(detour) } else { None });
    let tried = &detour.expect("the detour is kept").tried;
    assert!(tried[0].shown.ends_with("$ echo from the class > mnt/class.txt"), "{tried:?}");
    assert!(tried[1].shown.ends_with("$ cat mnt/class.txt\nfrom the class"), "{tried:?}");
    assert!(tried[0].seen.is_some() && !tried[0].shown.contains('\x1b'), "{tried:?}");
    assert_eq!(all.last(), Some(&Event::End { held: true }));
    // Next week's record has this week's detour, too.
    let screen = present(&student, SIZES[1], &format!("1 --resume --record {record}"));
    press(&screen, &[], "3 of 9 say yes");
    press(&screen, &["q", "q"], "<0>");
    for form in ["--markdown", "--html", "--cast"] {
        let exported = student.ok(&["export", "1", form, "--recording", &record]);
        for said in ["3 of 9 in the class said yes", "detour from beat 6", "from the class"] {
            assert!(exported.contains(said), "{form} {said}:\n{exported}");
        }
    }
}

#[test]
fn where_one_left_off_is_found_again_with_hands_and_detours() {
    let student = Student::new();
    assert!(student_screen(&student, "1 --resume").wait_for("<2>").contains("was not presented before"));
    let screen = present(&student, SIZES[0], "1");
    screen.wait_for("● live");
    press(&screen, &["g", "4", "Enter"], "4/14");
    press(&screen, &["h", "5", "/", "9", "Enter"], "5 of 9 say yes");
    press(&screen, &["Escape", "d"], "detour from beat 4");
    screen.wait_for("detour /");
    press(&screen, &["C-d"], "4/14");
    press(&screen, &["q", "q"], "<0>");
    let screen = present(&student, SIZES[0], "1 --resume");
    press(&screen, &[], "5 of 9 say yes");
    press(&screen, &["End"], "1 detour");
    press(&screen, &["q", "q"], "<0>");
}

fn student_screen(student: &Student, words: &str) -> Screen {
    present(student, SIZES[1], words)
}

#[test]
fn the_check_before_the_hour_says_what_differs_and_what_the_terminal_lacks() {
    let student = Student::new();
    let checked = student.run(&["present", "1", "--check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    for said in ["every command does what the lesson says", "no terminal", "ran in"] {
        assert!(checked.stdout.contains(said), "{said}: {checked:?}");
    }
    let screen = present(&student, (79, 23), "1 --check");
    let shown = screen.wait_for("<0>");
    assert!(shown.contains("79 columns and 23 lines"), "{shown}");
    assert!(shown.contains("marks take one column, wide characters two"), "{shown}");
    // This terminal answers no question.
    let mut terminal = Terminal::start(&student.layerlab(&["present", "1", "--check"]));
    assert_eq!(terminal.ends(), Some(0));
    terminal.shows("does not say where its cursor is");
}

#[test]
fn an_instructor_locks_the_solutions() {
    let student = Student::new();
    let ask = |locked: &str| -> Ended {
        text(student.layerlab(&["solution", "1.write", "--yes"]).env("LAYERLAB_SOLUTIONS_LOCKED", locked))
    };
    for (locked, why) in [
        ("1", "for this class"),
        ("2100-01-01T00:00:00Z", "until 2100-01-01T00:00:00Z"),
        ("tomorrow", "for this class"),
    ] {
        let ended = ask(locked);
        assert!(ended.code == Some(2) && ended.stderr.contains(why), "{locked}: {ended:?}");
        assert_eq!(ended.stdout, "");
    }
    for open in ["", "0", "2001-01-01T00:00:00Z"] {
        let ended = ask(open);
        assert!(ended.code == Some(0) && ended.stdout.contains("can be solved so"), "{open}: {ended:?}");
    }
}

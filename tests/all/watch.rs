//! `watch`, as a person sees it in a second terminal, and as a program reads it from a pipe.

use crate::support::screen::Screen;
use crate::support::session::{LESSON, Student, Terminal, children, is_alive, kill_hard, soon};
use layerlab::event::{Event, Observation, Verified};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

const EXERCISE: &str = "3.hide";

fn screen(student: &Student, words: &str) -> Screen {
    Screen::at_home(80, 24, student.home(), words)
}

/// The whole picture: as many lines as the terminal has, none of them wrapped.
#[track_caller]
fn is_whole(screen: &Screen) {
    let whole = |shown: &str| {
        shown.lines().count() == 24 && shown.lines().last().is_some_and(|last| last.starts_with("q quits"))
    };
    assert!(soon(|| whole(&screen.shown())), "{}", screen.shown());
}

#[test]
fn checks_and_trees_change_while_somebody_types() {
    let student = Student::new();
    student.inside(EXERCISE, "true");
    let screen = screen(&student, "watch");
    let shown = screen.wait_for("4 of 6 hold");
    assert!(shown.contains("✗ mnt/report.txt is there, but should not be"), "{shown}");
    assert!(shown.contains("lower (read-only)"), "{shown}");
    is_whole(&screen);
    // What was there before is not told as if it had just happened.
    assert!(!shown.contains("+ ") && !shown.contains("was mounted"), "{shown}");
    student.inside(EXERCISE, "rm mnt/report.txt");
    let shown = screen.wait_for("✓ solved");
    assert!(shown.contains("W report.txt was deleted: a whiteout in container hides the one in image"), "{shown}");
    assert!(shown.contains("report.txt - gone"), "{shown}");
    is_whole(&screen);
    // Looked at many times meanwhile, it still shows the last change.
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(screen.shown().contains("report.txt - gone"), "{}", screen.shown());
    assert!(student.progress_file().is_none(), "to look on is not to verify");
    screen.press("q");
    screen.wait_for("<0>");
    assert_eq!(screen.tmux(&["display-message", "-p", "-t", "s", "#{cursor_flag},#{alternate_on}"]).trim(), "1,0");
}

#[test]
fn it_survives_reset_and_stop_and_the_next_session() {
    let student = Student::new();
    let screen = screen(&student, "watch");
    screen.wait_for("begin one: layerlab shell 1");
    student.inside(EXERCISE, "rm image/report.txt");
    screen.wait_for("image/report.txt is gone from the image layer itself");
    student.ok(&["reset", "--yes", EXERCISE]);
    screen.wait_for("4 of 6 hold");
    student.ok(&["stop", "3"]);
    screen.wait_for("no session has been begun");
    // Nothing of it is held by who only looked on.
    let held = || student.processes().into_iter().filter(|process| process.contains("__stage-"));
    assert!(soon(|| held().count() == 0), "{:#?}", held().collect::<Vec<_>>());
    student.inside("1.write", "true");
    screen.wait_for("1.write  A file of your own");
    student.inside("3.restore", "true");
    screen.wait_for("3.restore  Bring a file back");
    screen.press("C-c");
    screen.wait_for("<0>");
}

#[test]
fn what_does_not_fit_can_be_scrolled_to() {
    let student = Student::new();
    student.inside("4.reopen", "true");
    let screen = Screen::at_home(80, 16, student.home(), "watch 4.reopen");
    screen.wait_for("↓");
    assert!(!screen.shown().contains("recipes"), "{}", screen.shown());
    // A picture may be caught half painted.
    let shows = |all: &[&str]| soon(|| all.iter().all(|part| screen.shown().contains(part)));
    screen.press("End");
    assert!(shows(&["recipes", "↑"]), "{}", screen.shown());
    screen.press("Home");
    assert!(shows(&["4.reopen  Open the directory again", "↓"]), "{}", screen.shown());
    screen.tmux(&["resize-window", "-t", "s", "-x", "120", "-y", "50"]);
    // With room for it the text is there, too.
    assert!(shows(&["Make the drum and the bell", "recipes"]), "{}", screen.shown());
    screen.press("Escape");
    screen.wait_for("<0>");
}

/// A watch whose events are read one by one.
struct Watch {
    child: Child,
    events: BufReader<ChildStdout>,
}

impl Watch {
    fn start(student: &Student, words: &[&str]) -> Watch {
        let arguments = [&["watch", "--json"], words].concat();
        let mut command = student.layerlab(&arguments);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let events = BufReader::new(child.stdout.take().unwrap());
        Watch { child, events }
    }

    fn next(&mut self) -> Event {
        let mut line = String::new();
        self.events.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    #[track_caller]
    fn observation(&mut self) -> Observation {
        match self.next() {
            Event::Observation(observation) => observation,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn verified(&mut self) -> Verified {
        match self.next() {
            Event::Verified(verified) => verified,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_program_gets_what_changed_and_nothing_else() {
    let student = Student::new();
    student.inside(EXERCISE, "true");
    let mut watch = Watch::start(&student, &[]);
    assert!(!watch.observation().tells_of_changes());
    assert!(!watch.verified().solved);
    // A content that no tree shows is a change of the trees, and not of the checks.
    student.inside(EXERCISE, "echo more >> mnt/letter.txt");
    assert!(watch.observation().tells_of_changes());
    student.inside(EXERCISE, "rm mnt/report.txt");
    assert!(watch.observation().tells_of_changes());
    let verified = watch.verified();
    assert!(verified.solved && verified.exercise == EXERCISE, "{verified:?}");
    nix::sys::signal::kill(Pid::from_raw(watch.child.id() as i32), Signal::SIGTERM).unwrap();
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn killed_it_takes_its_visitor_along() {
    let student = Student::new();
    student.inside(EXERCISE, "true");
    let mut watch = Watch::start(&student, &[EXERCISE]);
    watch.observation();
    let visitors = children(watch.child.id() as i32);
    assert_eq!(visitors.len(), 1);
    kill_hard(watch.child.id() as i32);
    watch.child.wait().unwrap();
    assert!(soon(|| !is_alive(visitors[0])), "the visitor stays");
    assert!(is_alive(student.keeper(LESSON)));
}

#[test]
fn a_terminal_that_is_closed_ends_it() {
    let student = Student::new();
    student.inside(EXERCISE, "true");
    let mut terminal = Terminal::start(&student.layerlab(&["watch"]));
    terminal.shows("4 of 6 hold");
    terminal.close();
    terminal.ends();
    student.ok(&["verify", "--help"]);
}

#[test]
fn a_name_that_nothing_has_is_refused_at_once() {
    let student = Student::new();
    assert!(student.ends(2, &["watch", "99"]).stderr.contains("no lesson is called"));
    student.inside(EXERCISE, "true");
    assert!(student.ends(2, &["watch", "3.nothing"]).stderr.contains("3.hide"));
}

#[test]
fn a_session_that_is_stopped_leads_to_no_other() {
    let student = Student::new();
    student.inside("2", "true");
    student.inside(EXERCISE, "true");
    let screen = screen(&student, "watch");
    screen.wait_for("4 of 6 hold");
    student.ok(&["stop", "3"]);
    let shown = screen.wait_for("the session of lesson 3 has ended");
    assert!(shown.contains("layerlab watch 2") && !shown.contains("2."), "{shown}");
    // Who works on the other one is followed.
    student.inside("2", "true");
    screen.wait_for("hold");
    screen.press("q");
    screen.wait_for("<0>");
}

#[test]
fn a_run_that_is_left_says_how_to_go_on_and_the_next_asks() {
    let student = Student::new();
    let screen = screen(&student, "run 3 --step 2");
    screen.wait_for("q stops");
    screen.press("q");
    screen.wait_for("To go on from there: layerlab run 3 --step 2");
    assert_eq!(student.progress()["left_at"]["whiteouts"], 2);
    let screen = self::screen(&student, "run 3");
    screen.wait_for("You left this lesson at step 2.");
    screen.press("y");
    screen.press("Enter");
    screen.wait_for("2 of 7");
}

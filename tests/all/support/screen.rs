//! The program at a terminal, as a person sees it.

use super::{command, program, text};
use std::path::Path;
use std::time::{Duration, Instant};

/// What takes longer than this never comes, on however busy a machine.
const LONG: Duration = Duration::from_secs(60);

/// A terminal of its own (tmux on a socket of its own), gone with the test.
pub struct Screen {
    folder: tempfile::TempDir,
    /// Where it notes the progress, if that is its own.
    _home: Option<tempfile::TempDir>,
}

impl Screen {
    /// A terminal of this size in which the program runs with these words, and then its exit code is shown: `<0>`.
    pub fn new(columns: u16, lines: u16, words: &str) -> Screen {
        let home = tempfile::tempdir().unwrap();
        let mut screen = Screen::at_home(columns, lines, home.path(), words);
        screen._home = Some(home);
        screen
    }

    /// The same with a LAYERLAB_HOME.
    pub fn at_home(columns: u16, lines: u16, home: &Path, words: &str) -> Screen {
        let screen = Screen { folder: tempfile::tempdir().unwrap(), _home: None };
        let size = [columns.to_string(), lines.to_string()];
        let (home, program) = (home.display(), program());
        let run = format!("env LAYERLAB_HOME={home} {} {words}", program.display());
        let command = format!("{run}; printf '<%s>' $?; sleep 30");
        screen.tmux(&["-f", "/dev/null", "new-session", "-d", "-s", "s", "-x", &size[0], "-y", &size[1], &command]);
        screen
    }

    /// Runs tmux.
    pub fn tmux(&self, words: &[&str]) -> String {
        let mut tmux = command("tmux");
        tmux.env("TERM", "xterm-256color").arg("-S").arg(self.folder.path().join("socket"));
        text(tmux.args(words)).stdout
    }

    /// Presses a key.
    pub fn press(&self, key: &str) {
        self.tmux(&["send-keys", "-t", "s", key]);
    }

    /// What it shows now, when it has been drawn whole: while a picture is drawn its cursor is not seen, and elsewhere than at
    /// the top left, where it rests.
    pub fn shown(&self) -> String {
        self.captured(&[])
    }

    fn captured(&self, more: &[&str]) -> String {
        let begun = Instant::now();
        loop {
            let cursor = ["display-message", "-p", "-t", "s", "#{cursor_flag},#{cursor_x},#{cursor_y}", ";"];
            let all = self.tmux(&[&cursor[..], &["capture-pane", "-p", "-t", "s"], more].concat());
            let (cursor, shown) = all.split_once('\n').unwrap_or_default();
            if cursor.starts_with('1') || cursor == "0,0,0" {
                return shown.to_string();
            }
            assert!(begun.elapsed() < LONG, "half a picture stays, the cursor is at {cursor}:\n{shown}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How many lines have gone off the screen.
    pub fn scrolled(&self) -> usize {
        self.tmux(&["display-message", "-p", "-t", "s", "#{history_size}"]).trim().parse().unwrap()
    }

    /// Presses Enter at every hint until the screen shows `part`.
    #[track_caller]
    pub fn go_on_to(&self, part: &str) -> String {
        loop {
            let shown = self.wait_for_any(&["q stops", part]);
            if shown.contains(part) {
                return shown;
            }
            self.press("Enter");
            self.wait_until_changed(&shown);
        }
    }

    /// Waits until the screen, as it is now, is another one.
    #[track_caller]
    pub fn wait_until_changed(&self, before: &str) {
        let begun = Instant::now();
        while self.shown() == before {
            assert!(begun.elapsed() < LONG, "nothing happened:\n{before}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the screen, as it is now, shows one of these.
    #[track_caller]
    pub fn wait_for_any(&self, parts: &[&str]) -> String {
        self.wait_until(|shown| parts.iter().any(|part| shown.contains(part)))
    }

    /// Waits until the screen, as it is now and without blanks at its end, is as it should be.
    #[track_caller]
    pub fn wait_until(&self, is_right: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let shown = self.shown();
            if is_right(shown.trim_end()) {
                return shown;
            }
            assert!(begun.elapsed() < LONG, "that never came:\n{shown}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the screen shows `part`.
    #[track_caller]
    pub fn wait_for(&self, part: &str) -> String {
        let begun = Instant::now();
        loop {
            let shown = self.captured(&["-S", "-200"]);
            if shown.contains(part) {
                return shown;
            }
            assert!(begun.elapsed() < LONG, "{part:?} never came:\n{shown}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

//! A student with a place of its own: sessions are begun in it, and whatever is left of them at the end is ended.

use crate::support::{Ended, disk, ends_with, layerlab, text};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The lesson that most tests are about, as its folder is called, and the exercise that comes first.
pub const LESSON: &str = "03-whiteouts";

/// How long something may take that should come at once, on however busy a machine.
const SOON: Duration = Duration::from_secs(60);

/// A directory of a student, which nobody else has.
pub struct Student {
    directory: tempfile::TempDir,
    home: PathBuf,
}

impl Student {
    pub fn new() -> Student {
        Student::called("home")
    }

    /// With a home of this name.
    pub fn called(name: impl AsRef<Path>) -> Student {
        let directory = tempfile::Builder::new().prefix("student-").tempdir_in(disk()).unwrap();
        let home = directory.path().join(name);
        Student { directory, home }
    }

    /// LAYERLAB_HOME; it is made by the first session.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A directory beside the home, for what the test needs.
    pub fn beside(&self) -> &Path {
        self.directory.path()
    }

    /// The program with these arguments.
    pub fn layerlab(&self, arguments: &[&str]) -> Command {
        let mut command = layerlab();
        command.args(arguments).env("LAYERLAB_HOME", &self.home).env("COLUMNS", "160");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        text(&mut self.layerlab(arguments))
    }

    /// What it says where it ends with this code.
    #[track_caller]
    pub fn ends(&self, code: i32, arguments: &[&str]) -> Ended {
        let ended = self.run(arguments);
        assert!(ends_with(&ended, Some(code)), "{arguments:?}: {ended:?}");
        ended
    }

    /// What it prints where it ends well, and complains of nothing.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        let ended = self.ends(0, arguments);
        assert_eq!(ended.stderr, "", "{arguments:?}");
        ended.stdout
    }

    /// What a script prints in the session of an exercise.
    #[track_caller]
    pub fn inside(&self, exercise: &str, script: &str) -> String {
        self.ok(&["shell", exercise, "-c", script])
    }

    #[track_caller]
    pub fn json(&self, code: i32, arguments: &[&str]) -> serde_json::Value {
        let ended = self.ends(code, arguments);
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {ended:?}"))
    }

    /// The process that keeps a lesson's session.
    #[track_caller]
    pub fn keeper(&self, lesson: &str) -> i32 {
        let status = self.json(0, &["status", "--json"]);
        let session = status.as_array().unwrap().iter().find(|session| session["lesson"] == lesson);
        session.unwrap_or_else(|| panic!("no session of {lesson}: {status}"))["keeper"].as_i64().unwrap() as i32
    }

    /// Where the notes of a session lie.
    pub fn state(&self, lesson: &str) -> PathBuf {
        self.home.join(".state").join(lesson)
    }

    /// The directory in which an exercise of [`LESSON`] is worked on.
    pub fn bench(&self, exercise: &str) -> PathBuf {
        self.home.join(LESSON).join(exercise).join("whiteouts")
    }

    /// Changes the note of the session of [`LESSON`].
    pub fn rewrite_note(&self, change: impl FnOnce(&mut serde_json::Value)) {
        let path = self.state(LESSON).join("session.json");
        let mut note = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut note);
        std::fs::write(&path, serde_json::to_vec(&note).unwrap()).unwrap();
    }

    /// The progress as it is on disk.
    #[track_caller]
    pub fn progress(&self) -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(self.home.join("progress.json")).unwrap()).unwrap()
    }

    /// Processes that have to do with this student, and what shows it.
    pub fn processes(&self) -> Vec<String> {
        processes_of(&self.home)
    }

    /// The progress file, where there is one.
    pub fn progress_file(&self) -> Option<PathBuf> {
        Some(self.home.join("progress.json")).filter(|file| file.exists())
    }

    /// Waits until no process and no mount of this student is left.
    #[track_caller]
    pub fn nothing_is_left(&self) {
        nothing_is_left_of(&self.home);
    }
}

impl Drop for Student {
    fn drop(&mut self) {
        let ended = self.run(&["stop", "all"]);
        if !std::thread::panicking() {
            assert!(ends_with(&ended, Some(0)), "{ended:?}");
            self.nothing_is_left();
        }
    }
}

/// Processes whose arguments, environment or mount table name a directory.
pub fn processes_of(directory: &Path) -> Vec<String> {
    let wanted = directory.as_os_str().as_bytes();
    let own = std::process::id().to_string();
    let ours = std::fs::read_link("/proc/self/ns/mnt").unwrap();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let pid = entry.file_name().into_string().unwrap_or_default();
        if pid == own || !pid.bytes().all(|byte| byte.is_ascii_digit()) || state(pid.parse().unwrap()).is_none() {
            continue;
        }
        let same = std::fs::read_link(entry.path().join("ns/mnt")).is_ok_and(|namespace| namespace == ours);
        for file in ["cmdline", "environ", "mountinfo"].iter().take(if same { 2 } else { 3 }) {
            let bytes = std::fs::read(entry.path().join(file)).unwrap_or_default();
            if bytes.windows(wanted.len()).any(|part| part == wanted) {
                found.push(format!("{pid} {file}: {}", String::from_utf8_lossy(&bytes).replace('\0', " ")));
                break;
            }
        }
    }
    found
}

/// Waits until no process and no mount has to do with a directory.
#[track_caller]
pub fn nothing_is_left_of(directory: &Path) {
    let own = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!own.contains(&*directory.to_string_lossy()), "a mount is left in {}: {own}", directory.display());
    let mut left = Vec::new();
    let gone = soon(|| {
        left = processes_of(directory);
        left.is_empty()
    });
    assert!(gone, "left of {}: {left:#?}", directory.display());
}

/// The mount table of this process at some time.
pub struct Mounts(BTreeSet<String>);

impl Mounts {
    pub fn now() -> Mounts {
        let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        Mounts(table.lines().map(String::from).collect())
    }

    /// What is mounted since then and can only be ours: on a directory over which a scratch space is mounted, or with
    /// this directory in its line. Somebody else may mount meanwhile what they like.
    pub fn new_ones_of_ours(&self, directory: &Path) -> Vec<String> {
        let places = ["/tmp", "/var/tmp", "/mnt", "/media", "/srv", "/opt", "/run", "/home"];
        let ours = |line: &&String| {
            line.split(' ').nth(4).is_some_and(|place| places.contains(&place))
                || line.contains(" - tmpfs layerlab ")
                || line.contains(directory.to_str().unwrap())
        };
        (&Mounts::now().0 - &self.0).iter().filter(ours).cloned().collect()
    }
}

/// Whether something comes true in good time.
pub fn soon(mut holds: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if holds() {
            return true;
        }
        if begun.elapsed() > SOON {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a process is doing (`S`, `R`, `D`) and when it started; nothing where it has ended (a zombie has).
pub fn state(pid: i32) -> Option<(String, String)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    (fields[0] != "Z" && fields[0] != "X").then(|| (fields[0].to_string(), fields[19].to_string()))
}

pub fn is_alive(pid: i32) -> bool {
    state(pid).is_some()
}

/// The children of a process.
pub fn children(pid: i32) -> Vec<i32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// SIGKILL for a process that may just have ended.
pub fn kill_hard(pid: i32) {
    let _ = nix::sys::signal::kill(Pid::from_raw(pid), Signal::SIGKILL);
}

/// A program on a terminal of its own.
pub struct Terminal {
    master: Option<File>,
    reader: Option<JoinHandle<()>>,
    closed: Arc<AtomicBool>,
    shown: Arc<Mutex<String>>,
    pub child: Child,
}

impl Terminal {
    /// Starts it as the leader of the terminal's session, as a terminal window does.
    pub fn start(command: &Command) -> Terminal {
        // Closed on execve(2): a program that another test starts just now would keep the terminal open.
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        unlockpt(&master).unwrap();
        let slave = File::from(
            ioctl_tiocgptpeer(&master, OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap(),
        );
        let end = || Stdio::from(slave.try_clone().unwrap());
        let mut leader = Command::new("setsid");
        leader.arg("--ctty").arg(command.get_program()).args(command.get_args()).env_clear();
        for (name, value) in command.get_envs() {
            leader.envs(value.map(|value| (name, value)));
        }
        let child = leader.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let master = File::from(master);
        let (closed, shown) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(String::new())));
        let reader = std::thread::spawn({
            let (mut master, closed, shown) = (master.try_clone().unwrap(), closed.clone(), shown.clone());
            move || read(&mut master, &closed, &shown)
        });
        Terminal { master: Some(master), reader: Some(reader), closed, shown, child }
    }

    /// Closes the window: the kernel hangs up the terminal.
    pub fn close(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.master = None;
    }

    pub fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    /// Types something, and waits for what should come of it.
    #[track_caller]
    pub fn types(&mut self, keys: &str, comes: &str) {
        let before = self.shown().len();
        self.master.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
        assert!(soon(|| self.shown()[before..].contains(comes)), "{keys:?} does not show {comes:?}:\n{}", self.shown());
    }

    /// Waits for something on the screen.
    #[track_caller]
    pub fn shows(&self, what: &str) {
        assert!(soon(|| self.shown().contains(what)), "{what:?} is not shown:\n{}", self.shown());
    }

    /// Makes the window larger or smaller; whoever has the terminal is told by SIGWINCH.
    pub fn resize(&self, rows: u16, columns: u16) {
        let size = rustix::termios::Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(self.master(), size).unwrap();
    }

    /// The terminal itself, to ask for its modes.
    pub fn master(&self) -> OwnedFd {
        self.master.as_ref().unwrap().try_clone().unwrap().into()
    }

    /// The exit code, once it has ended.
    #[track_caller]
    pub fn ends(&mut self) -> Option<i32> {
        let mut status = None;
        let ended = soon(|| {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        assert!(ended, "it does not end:\n{}", self.shown());
        status.unwrap().code()
    }
}

fn read(master: &mut File, closed: &AtomicBool, shown: &Mutex<String>) {
    let mut bytes = [0; 4096];
    while !closed.load(Ordering::Relaxed) {
        let patience = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        if poll(&mut [PollFd::new(&master, PollFlags::IN)], Some(&patience)) == Ok(0) {
            continue;
        }
        // EIO when nobody has the other end open any more.
        let Ok(length @ 1..) = master.read(&mut bytes) else { return };
        shown.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..length]));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        kill_hard(self.child.id() as i32);
        let _ = self.child.wait();
    }
}

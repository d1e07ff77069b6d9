//! What the tests of the whole program share: where it is, where its sources are, and who runs them.
//!
//! `scripts/test` runs the same test programs a second time as an ordinary user, from a copy that this user can read;
//! it says where in `LAYERLAB_TEST_PROGRAM` and `LAYERLAB_TEST_SOURCE`.

pub mod cgroups;
pub mod image;
pub mod screen;
pub mod session;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// The program.
pub fn program() -> PathBuf {
    std::env::var_os("LAYERLAB_TEST_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_layerlab").into(), PathBuf::from)
}

/// The top directory of the sources.
pub fn source() -> PathBuf {
    std::env::var_os("LAYERLAB_TEST_SOURCE").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// This test program and the words that make it run one test alone, `module::name`: what a test starts that must be a
/// process of its own, in other namespaces or under strace(1).
pub fn alone(test: &str) -> Vec<OsString> {
    let program = std::env::current_exe().unwrap();
    // With a name that there is not, it would run nothing and end well.
    let listed = text(Command::new(&program).args(["--exact", test, "--list"])).stdout;
    assert!(listed.contains(&format!("{test}: test")), "there is no test {test}: {listed}");
    let words = ["--exact", test, "--nocapture", "--test-threads=1"].map(OsString::from);
    [program.into_os_string()].into_iter().chain(words).collect()
}

/// Where the files of a stage go.
pub fn scratch(name: &str) -> layerlab::stage::ScratchChoice {
    layerlab::stage::ScratchChoice { tmpfs: true, size: "64m".into(), disk: std::env::temp_dir().join(name) }
}

/// Says why something cannot be tested here, past the capture of the test program, so that it is seen.
pub fn skip(what: &str, why: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("SKIP    {what}: {why}\n").as_bytes());
}

/// The same of what root can have and an ordinary user cannot, or only where somebody gave it: then it is no fault of the
/// machine, and not said aloud.
pub fn skip_unless_root(what: &str, why: &str) {
    match is_root() {
        true => skip(what, why),
        false => println!("not for this user: {what}: {why}"),
    }
}

/// The program, ready to be given arguments.
pub fn layerlab() -> Command {
    command(program())
}

/// A command in an environment that is the same everywhere. Nothing of whoever runs the tests is in it: no session, no
/// progress, no setting. Its home does not exist yet; what is made there goes with this process.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C.UTF-8");
    static HOME: OnceLock<(PathBuf, Option<Child>)> = OnceLock::new();
    command.env("HOME", &HOME.get_or_init(home_for_a_while).0);
    command
}

/// A directory that is not there yet, and a process that removes it: it ends when its input does, which is when we do.
fn home_for_a_while() -> (PathBuf, Option<Child>) {
    let home = std::env::temp_dir().join(format!("layerlab-nobody-{}", std::process::id()));
    let mut remover = Command::new("sh");
    remover.args(["-c", "trap '' INT HUP TERM; cat > /dev/null; rm -rf \"$0\""]).arg(&home);
    let child = remover.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    (home, child.ok())
}

/// Whether the tests run as root of the machine.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; nothing where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

/// Runs a command to its end, without input.
pub fn text(command: &mut Command) -> Ended {
    let output =
        command.stdin(std::process::Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Whether it ended with this code and without a panic.
pub fn ends_with(ended: &Ended, code: Option<i32>) -> bool {
    ended.code == code && !ended.stderr.contains("panicked")
}

/// The three lines of an error: what was wanted, what was asked of the kernel, what to do.
#[track_caller]
pub fn is_in_three_lines(ended: &Ended) {
    let lines: Vec<&str> = ended.stderr.lines().collect();
    let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
    assert!(lines.first().is_some_and(|line| line.starts_with("error: ")), "{ended:?}");
    assert!(has("  call  ") && has("  why   ") && has("  fix   "), "{ended:?}");
}

/// A directory of the user's own on disk.
pub fn disk() -> PathBuf {
    std::env::temp_dir()
}

/// A bash script in mount namespaces of its own, as root there; `$1` is the program, `$LAYERLAB_OVERLAY_OPTIONS` what an
/// ordinary user's overlay needs.
pub fn in_namespaces(script: &str) -> Command {
    let mut command = command("unshare");
    command.args(["--mount", "--propagation", "private"]);
    if !is_root() {
        command.args(["--user", "--map-root-user"]).env("LAYERLAB_OVERLAY_OPTIONS", ",userxattr");
    }
    command.args(["bash", "-c", script, "bash"]).arg(program());
    command
}

/// A folder of lessons with one lesson, whose only step runs these lines.
pub fn lesson_folder(console: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lesson = folder.path().join("01-try");
    std::fs::create_dir(&lesson).unwrap();
    let text = format!(
        "---\ntitle: A try\nminutes: 1\nneeds: [overlay]\n---\n\nHello.\n\n## Try\n\n```console\n{console}\n```\n"
    );
    std::fs::write(lesson.join("lesson.md"), text).unwrap();
    folder
}

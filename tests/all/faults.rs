//! Faults and bad input, on the real kernel, through the whole program: what is said, how it ends, what is left behind.

use crate::support;
use crate::support::image::cgroups_of;
use crate::support::session::{Mounts, children, is_alive, soon, state};
use crate::support::{ends_with, in_namespaces, layerlab, lesson_folder, text};
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, PipeReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

#[test]
fn an_unknown_lesson_gets_a_suggestion() {
    let ended = text(layerlab().args(["run", "four-layer"]));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("did you mean") && ended.stderr.contains("four-layers"), "{}", ended.stderr);
}

#[test]
fn a_broken_lesson_is_shown_where_it_breaks() {
    let folder = lesson_folder("$ mkdir a | cat");
    let ended = text(layerlab().arg("--lessons").arg(folder.path()).args(["run", "1"]));
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.stderr.contains("lesson.md:12:11") && ended.stderr.contains('^'), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("a pipe is outside the grammar") && ended.stderr.contains("allowed:"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_lesson_that_is_a_named_pipe_is_refused_without_waiting() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("01-pipe")).unwrap();
    let pipe = folder.path().join("01-pipe/lesson.md");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let ended = text(layerlab().arg("--lessons").arg(folder.path()).args(["run", "1"]));
    assert!(matches!(ended.code, Some(2 | 4)) && ended.stderr.contains("fix "), "{ended:?}");
}

#[test]
fn a_file_system_that_cannot_hold_an_upper_is_named_with_a_way_out() {
    let script = "mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir l u w m && \
        mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w$LAYERLAB_OVERLAY_OPTIONS m && \
        LAYERLAB_SCRATCH=/mnt/m exec \"$1\" run 1 --auto";
    let ended = text(&mut in_namespaces(script));
    assert_eq!(ended.code, Some(3), "{ended:?}");
    for part in
        ["error: cannot make the scratch space", "  call  ", "  why   ", "overlay", "  fix   ", "LAYERLAB_SCRATCH"]
    {
        assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
    }
}

#[test]
fn without_user_namespaces_the_switch_is_named() {
    // Our own user namespace may forbid further ones; without capabilities there unshare(2) needs one.
    let script = "echo 0 > /proc/sys/user/max_user_namespaces && \
        exec setpriv --bounding-set=-all --inh-caps=-all \"$1\" run 1 --auto";
    let mut command = support::command("unshare");
    command.args(["--user", "--map-root-user", "bash", "-c", script, "bash"]).arg(support::program());
    let ended = text(&mut command);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("unshare(CLONE_NEWUSER) = -1 ENOSPC"), "{}", ended.stderr);
    assert!(ended.stderr.contains("fix   sudo sysctl user.max_user_namespaces"), "{}", ended.stderr);
}

#[test]
fn root_of_a_user_namespace_is_an_ordinary_user() {
    let mut command = support::command("unshare");
    command.args(["--user", "--map-root-user"]).arg(support::program()).args(["run", "4", "--auto"]);
    let ended = text(command.env("COLUMNS", "200"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.stdout.contains("as an ordinary user") && ended.stdout.contains("user.overlay.opaque=\"y\""),
        "{}",
        ended.stdout
    );
}

/// The program under strace, which makes a system call fail.
fn with_injected(fault: &str) -> Command {
    let mut command = support::command("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("inject={fault}")).arg(support::program());
    command
}

#[test]
fn where_tmpfs_carries_no_attributes_the_disk_is_used() {
    let scratch = tempfile::tempdir_in(support::disk()).unwrap();
    // The attempt on tmpfs that counts: of `trusted.*`, or of `user.*` after the kernel refused the first by itself.
    let when = if support::is_root() { 1 } else { 2 };
    let mut command = with_injected(&format!("lsetxattr:error=EOPNOTSUPP:when={when}"));
    let ended = text(command.args(["run", "1", "--auto"]).env("XDG_CACHE_HOME", scratch.path()));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // The name may be wrapped; the directory is below the cache.
    assert!(ended.stdout.replace("\n   ", "").contains("layerlab/scratch-"), "{}", ended.stdout);
    assert_eq!(entries(&scratch.path().join("layerlab")), 0);
}

#[test]
fn a_kernel_without_fsopen_gets_mount() {
    let mut command = with_injected("fsopen:error=ENOSYS");
    let ended = text(command.args(["run", "1", "--auto", "--syscalls"]).env("COLUMNS", "300"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.stdout.contains("mount(\"overlay\", \"mnt\", \"overlay\", 0, \"lowerdir=image-layer1:"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_full_scratch_space_is_told_and_leaves_nothing() {
    let ended = text(layerlab().args(["run", "2", "--auto"]).env("LAYERLAB_SCRATCH_SIZE", "48k"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("No space left on device"), "{}", ended.stdout);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn a_program_below_tmp_is_found_by_the_lessons_that_run_it() {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let program = folder.path().join("a checkout/layerlab");
    std::fs::create_dir(program.parent().unwrap()).unwrap();
    // Copied by another process: what we ourselves have open for writing, a child of another test may hold open.
    assert!(Command::new("cp").arg(support::program()).arg(&program).status().unwrap().success());
    let lesson = support::source().join("lessons/17-a-container-by-hand");
    let check = ["lesson", "check", lesson.to_str().unwrap()];
    for (words, said) in [(&["run", "17", "--auto"][..], "layerlab container run"), (&check, "17-a-container")] {
        let ended = text(Command::new(&program).args(words).env("COLUMNS", "100"));
        assert!(ends_with(&ended, Some(0)), "{words:?}: {ended:?}");
        assert!(ended.stdout.contains(said) && !ended.stdout.contains("moved or replaced"), "{words:?}: {ended:?}");
    }
}

#[test]
fn a_size_that_makes_no_sense_is_refused() {
    let ended = text(layerlab().args(["run", "1", "--auto"]).env("LAYERLAB_SCRATCH_SIZE", "plenty"));
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("LAYERLAB_SCRATCH_SIZE") && ended.stderr.contains("fix "), "{}", ended.stderr);
}

#[test]
fn without_a_terminal_it_runs_to_the_end() {
    let ended = text(layerlab().args(["run", "1"]).stdin(Stdio::null()));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("6 of 6"));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut child =
        layerlab().args(["run", "7", "--auto"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert_eq!((status.code(), String::from_utf8_lossy(&stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_full_disk_behind_the_output_is_an_error_in_three_lines() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let Output { status, stderr, .. } = layerlab()
        .args(["run", "1", "--auto"])
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("ENOSPC") && stderr.contains("  why ") && stderr.contains("  fix "), "{stderr}");
}

#[test]
fn twenty_columns_are_enough() {
    for lesson in ["1", "4", "7"] {
        let ended = text(layerlab().args(["run", lesson, "--auto"]).env("COLUMNS", "20"));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let widest = ended.stdout.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= 20, "{widest:?}");
    }
}

#[test]
fn two_runs_of_one_lesson_do_not_meet() {
    let scratch = tempfile::tempdir_in(support::disk()).unwrap();
    let run = || {
        layerlab()
            .args(["run", "6", "--auto"])
            .env("LAYERLAB_SCRATCH", scratch.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let (mut one, mut other) = (run(), run());
    assert!(one.wait().unwrap().success() && other.wait().unwrap().success());
    assert_eq!(entries(scratch.path()), 0);
}

#[test]
fn cleaning_up_goes_through_no_link_and_no_mount() {
    let scratch = tempfile::tempdir_in(support::disk()).unwrap();
    let precious = tempfile::tempdir_in(support::disk()).unwrap();
    std::fs::create_dir(precious.path().join("folder")).unwrap();
    std::fs::write(precious.path().join("folder/file"), "keep me").unwrap();
    let path = precious.path().display();
    let folder = lesson_folder(&format!(
        "$ ln -s {path} link\n$ mkdir bound memory\n$ mount --rbind {path} bound\n$ mount -t tmpfs tmpfs memory\n$ echo x > memory/file"
    ));
    let ended =
        text(layerlab().arg("--lessons").arg(folder.path()).args(["run", "1"]).env("LAYERLAB_SCRATCH", scratch.path()));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(std::fs::read_to_string(precious.path().join("folder/file")).unwrap(), "keep me");
    assert_eq!(entries(scratch.path()), 0);
}

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Cli,
    Holder,
    Worker,
    CliAndHolder,
}

/// One test for each victim and signal, in memory and on disk: `name: victim, signal, exit code`.
macro_rules! killed_at_any_step_it_leaves_no_mount_no_process_and_no_file {
    ($($name:ident: $victim:ident, $signal:ident, $code:expr;)*) => {
        $(mod $name {
            use super::{Signal, Victim, killed_at_any_step};

            #[test]
            fn in_memory() {
                killed_at_any_step(Victim::$victim, Signal::$signal, $code, false);
            }

            #[test]
            fn on_disk() {
                killed_at_any_step(Victim::$victim, Signal::$signal, $code, true);
            }
        })*
    };
}

killed_at_any_step_it_leaves_no_mount_no_process_and_no_file! {
    killed_cli_interrupted: Cli, SIGINT, Some(130);
    killed_cli_terminated: Cli, SIGTERM, Some(143);
    killed_cli: Cli, SIGKILL, None;
    killed_holder: Holder, SIGKILL, Some(5);
    killed_worker: Worker, SIGKILL, Some(5);
    killed_cli_and_holder: CliAndHolder, SIGKILL, None;
}

fn killed_at_any_step(victim: Victim, signal: Signal, code: Option<i32>, on_disk: bool) {
    // The longest lesson prints some 160 events.
    let hits = (1..160).step_by(13).filter(|events| killed(victim, signal, code, on_disk, *events)).count();
    // The last one may come when all is done.
    assert!(hits >= 12, "only {hits} of 13 kills hit");
}

/// A run of which as many events are read. It stands still where it is, because nobody reads on: the pipe holds one page.
struct HeldUp {
    cli: Child,
    lines: BufReader<PipeReader>,
}

impl HeldUp {
    fn start(command: &mut Command, events: usize) -> HeldUp {
        let (reader, writer) = std::io::pipe().unwrap();
        fcntl(&reader, FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
        let cli = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::null()).spawn().unwrap();
        // Its end of the pipe must be the only one.
        command.stdout(Stdio::null());
        let mut lines = BufReader::with_capacity(512, reader);
        for _ in 0..events {
            lines.read_line(&mut String::new()).unwrap();
        }
        HeldUp { cli, lines }
    }

    fn pid(&self) -> i32 {
        self.cli.id() as i32
    }

    /// Reads what is left; returns the exit code.
    fn ends(mut self) -> Option<i32> {
        self.lines.read_to_end(&mut Vec::new()).unwrap();
        self.cli.wait().unwrap().code()
    }
}

/// Kills somebody after so many events; returns whether the run ended by that.
fn killed(victim: Victim, signal: Signal, code: Option<i32>, on_disk: bool, events: usize) -> bool {
    let what = format!("{victim:?} {signal} after {events} events, on disk: {on_disk}");
    let scratch = tempfile::tempdir_in(support::disk()).unwrap();
    let mounts = Mounts::now();
    let mut command = layerlab();
    command.args(["run", "7", "--json", "--syscalls"]);
    if on_disk {
        command.env("LAYERLAB_SCRATCH", scratch.path());
    }
    let run = HeldUp::start(&mut command, events);
    let holder = children(run.pid());
    let worker: Vec<i32> = holder.iter().flat_map(|pid| children(*pid)).collect();
    let all: Vec<(i32, String)> =
        holder.iter().chain(&worker).chain(&[run.pid()]).filter_map(|pid| Some((*pid, state(*pid)?.1))).collect();
    let victims = match victim {
        Victim::Cli => vec![run.pid()],
        Victim::Holder => holder,
        Victim::Worker => worker,
        Victim::CliAndHolder => [vec![run.pid()], holder].concat(),
    };
    assert!(!victims.is_empty(), "{what}: it had ended before");
    for pid in victims {
        kill(Pid::from_raw(pid), signal).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    let ended = run.ends();
    assert!(ended == code || ended == Some(0), "{what}: exit code {ended:?}");
    let mut left = String::new();
    let nothing_is_left = soon(|| {
        let processes: Vec<_> =
            all.iter().filter(|(pid, start)| state(*pid).is_some_and(|(_, now)| now == *start)).collect();
        let files = entries(scratch.path());
        left = format!("{processes:?}, {files} in scratch");
        processes.is_empty() && (files == 0 || victim == Victim::CliAndHolder)
    });
    assert!(nothing_is_left, "{what}: left {left}");
    assert_eq!(mounts.new_ones_of_ours(scratch.path()), [""; 0], "{what}: mounts");
    if victim == Victim::CliAndHolder && on_disk {
        // Nobody was left to clean up: the next run that uses the place does.
        let next = text(layerlab().args(["run", "1", "--auto"]).env("LAYERLAB_SCRATCH", scratch.path()));
        assert!(ends_with(&next, Some(0)), "{what}: {next:?}");
        assert_eq!(entries(scratch.path()), 0, "{what}");
    }
    ended == code
}

mod killed_in_cgroups {
    use super::{Victim, killed_in_cgroups};

    #[test]
    fn cli() {
        killed_in_cgroups(Victim::Cli);
    }

    #[test]
    fn holder() {
        killed_in_cgroups(Victim::Holder);
    }

    #[test]
    fn worker() {
        killed_in_cgroups(Victim::Worker);
    }

    #[test]
    fn cli_and_holder() {
        killed_in_cgroups(Victim::CliAndHolder);
    }
}

/// Killed at any step it leaves no cgroup. They are called after their holder, so what other tests have at the same time is
/// not taken for it.
fn killed_in_cgroups(victim: Victim) {
    if !support::cgroups::can_be_had("what is left of cgroups after a kill") {
        return;
    }
    for events in [0, 2, 12, 30, 60] {
        let what = format!("{victim:?} after {events} events");
        let mut run = HeldUp::start(layerlab().args(["run", "16", "--json"]), events);
        let mut holders = Vec::new();
        assert!(soon(|| {
            holders = children(run.pid());
            !holders.is_empty() || run.cli.try_wait().unwrap().is_some()
        }));
        let holder = *holders.first().unwrap_or_else(|| panic!("{what}: it had ended before"));
        let workers = children(holder);
        let victims = match victim {
            Victim::Cli => vec![run.pid()],
            Victim::Holder => vec![holder],
            Victim::Worker => workers.clone(),
            Victim::CliAndHolder => vec![run.pid(), holder],
        };
        // Before the first event there may be no worker yet.
        assert!(!victims.is_empty() || events == 0, "{what}: it had ended before");
        for pid in victims {
            kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        run.ends();
        if victim == Victim::CliAndHolder {
            // Nobody was left to remove them: the next run that makes some does, once nobody is in them.
            assert!(soon(|| !workers.iter().any(|worker| is_alive(*worker))), "{what}: {workers:?}");
            let next = text(layerlab().args(["doctor", "16"]));
            assert!(ends_with(&next, Some(0)), "{what}: {next:?}");
        }
        assert!(soon(|| cgroups_of(holder as u32).is_empty()), "{what}: {:?}", cgroups_of(holder as u32));
    }
}

fn entries(directory: &Path) -> usize {
    std::fs::read_dir(directory).map_or(0, Iterator::count)
}

//! A command of the closed list, tried out for a check: it can change nothing, and nothing of it stays.
//!
//! ```text
//! worker or visitor ─▶ makes the namespaces, takes all writing away, watches the clock
//!                        └─▶ PID 1 of a namespace of its own: goes into the root, and becomes the command
//! ```
//!
//! The mount namespace is a copy of the session's, private, with each mount read-only. A mount that the kernel does not let
//! us make read-only stays as it is, and so do /proc and /sys for a container, which mounts its own: the list has no command that writes. (mount_setattr(2) with AT_RECURSIVE would do all
//! at once since Linux 5.12; none of our crates has it, and a remount of each does on every kernel.) UTS, IPC and PID
//! namespaces are new, and the network, unless the command is about one. With PID 1 all that it has started ends.

use crate::check::{Trial, TrialEnd, Tried};
use crate::ground::{EPOCH, IMAGES_VARIABLE};
use crate::kernel::proc::{Mount, USUAL_PATH, find_program, mounts};
use crate::kernel::{
    CallError, Namespaces, Ready, Spread, Sys, die_with_parent, kill, open_pidfd, read_pipes, wait_for_end,
};
use crate::stage::link::{Link, send};
use crate::stage::wire::{Reply, TrialSetup, TrialStage};
use crate::stage::{PROGRAM, StageError, TRIAL};
use std::fs::File;
use std::io::{Error, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// So long a command may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// So much longer may it take to build the namespaces, and to end all in them.
const MORE: Duration = Duration::from_secs(2);
/// So much of what it prints is read.
const MOST_READ: usize = 64 * 1024;

/// Has a command run, in the namespaces that we are in or have entered.
pub(super) fn try_out(trial: &Trial) -> Tried {
    let setup = TrialSetup { trial: trial.clone(), stage: TrialStage::Builds };
    let told = Link::start(Path::new(PROGRAM), TRIAL, &setup, false).and_then(|mut link| {
        link.be_patient_for(PATIENCE + MORE);
        let told = link.reply();
        // Whatever it still does: with it ends the command.
        let _ = link.child.kill();
        let _ = link.child.wait();
        told
    });
    match told {
        Ok(Reply::Tried(tried)) => tried,
        Ok(other) => impossible(format!("an unexpected answer: {other:?}")),
        Err(error) => impossible(error.to_string()),
    }
}

fn impossible(why: String) -> Tried {
    Tried { end: TrialEnd::Impossible(why), printed: Vec::new(), complained: Vec::new() }
}

/// The life of one of the two processes; its standard input is the socket to the one before.
pub(super) fn run(setup: &str) -> ExitCode {
    let _ = die_with_parent();
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(5) };
    let Ok(setup) = serde_json::from_str::<TrialSetup>(setup) else { return ExitCode::from(5) };
    match setup.stage {
        TrialStage::Builds => {
            let reply = match build(&setup.trial) {
                Ok(()) => {
                    watch(setup.trial).map_or_else(|error| Reply::Failed(StageError::broken(error)), Reply::Tried)
                }
                Err(error) => Reply::Tried(impossible(error.to_string())),
            };
            let _ = send(&socket, &reply);
        }
        TrialStage::Becomes => {
            let error = become_command(&setup.trial);
            let number = error.raw_os_error().unwrap_or(0).to_string();
            let _ = File::from(socket).write_all(number.as_bytes());
        }
    }
    ExitCode::SUCCESS
}

fn build(trial: &Trial) -> Result<(), CallError> {
    let mut sys = Sys::default();
    let net = trial.words.first().is_none_or(|word| word != "nsenter");
    sys.unshare(Namespaces { mount: true, uts: true, ipc: true, pid: true, net, ..Namespaces::default() })?;
    sys.spread(Spread::Private)?;
    // A container mounts a /proc and a /sys of its own, which the kernel allows only beside one that is no more restricted.
    let is_container = trial.words.starts_with(&["layerlab".to_string(), "container".to_string()]);
    // A stored image is unpacked before it is run for the first time; inside nothing of the store can be reached.
    let unpacks = is_container && trial.images.is_dir() && sys.bind_mount(&trial.images, &trial.images, false).is_ok();
    let stays = |mount: &Mount| {
        is_container && matches!(mount.kind.as_str(), "proc" | "sysfs") || unpacks && mount.mountpoint == trial.images
    };
    for mount in mounts().unwrap_or_default().iter().filter(|mount| !stays(mount)) {
        // What others cover is out of reach for the command as well.
        let _ = sys.remount_read_only(&mount.mountpoint);
    }
    Ok(())
}

/// Starts the command and waits for its end. Nobody here may start a thread: what we start is in another PID namespace.
fn watch(trial: Trial) -> std::io::Result<Tried> {
    let (mut ours, theirs) = UnixStream::pair()?;
    let (printed, output) = std::io::pipe()?;
    let (complained, error) = std::io::pipe()?;
    let setup = serde_json::to_string(&TrialSetup { trial: trial.clone(), stage: TrialStage::Becomes })?;
    let mut command = Command::new(PROGRAM);
    command.arg(TRIAL).arg(setup).stdin(Stdio::from(OwnedFd::from(theirs))).stdout(output).stderr(error);
    command.env_clear().env("PATH", USUAL_PATH).env("HOME", "/root").env("LC_ALL", "C.UTF-8");
    let mut child = command.env(IMAGES_VARIABLE, trial.images).env(EPOCH.0, EPOCH.1).spawn()?;
    // Our ends of what it writes into are in it.
    drop(command);
    let until = Instant::now() + PATIENCE;
    let pidfd = open_pidfd(child.id())?;
    let left = |until: Instant| until.saturating_duration_since(Instant::now()).as_millis() as i32;
    let [printed, complained] = read_pipes([printed.into(), complained.into()], until, MOST_READ)?;
    let hung = wait_for_end(&pidfd, None, left(until))? == Ready::TimedOut;
    kill(&pidfd);
    let status = child.wait()?;
    let mut refused = String::new();
    ours.read_to_string(&mut refused)?;
    let end = match refused.parse() {
        Ok(errno) => TrialEnd::NotStarted(errno),
        Err(_) if hung => TrialEnd::Hung,
        Err(_) => TrialEnd::Status(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))),
    };
    Ok(Tried { end, printed, complained })
}

/// Becomes the command; returns only where that is refused.
fn become_command(trial: &Trial) -> Error {
    if let Err(error) = std::env::set_current_dir(&trial.here) {
        return error;
    }
    // The root that it goes into may have no /dev.
    let nothing = match File::open("/dev/null") {
        Ok(nothing) => nothing,
        Err(error) => return error,
    };
    let words = &trial.words;
    let (program, rest) = match words[0].as_str() {
        // By our own hands: so we know why the kernel does not start what is in there.
        "chroot" => {
            let mut sys = Sys::default();
            if let Err(error) = sys.chroot(Path::new(&words[1])) {
                return error.errno.into();
            }
            if let Err(error) = std::env::set_current_dir("/") {
                return error;
            }
            (find_program(&words[2], USUAL_PATH), &words[2..])
        }
        "layerlab" => (Some(PathBuf::from(PROGRAM)), &words[..]),
        name => (find_program(name, USUAL_PATH), &words[..]),
    };
    let Some(program) = program else { return Error::from_raw_os_error(2) };
    Command::new(program).arg0(&rest[0]).args(&rest[1..]).stdin(nothing).exec()
}

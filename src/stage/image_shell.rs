//! A shell, or one command, that sees an image: its layers are mounted as an overlay, read-only, in a mount namespace of its own.
//!
//! ```text
//! CLI ──exec──▶ parent       makes the namespaces, waits, sets the terminal as it was
//!                 └─▶ PID 1  mounts the image, starts the shell, buries the dead
//!                       └─▶ the shell
//! ```
//!
//! PID 1 is killed when the parent dies, and with it all others in its PID namespace; with the last process goes the mount
//! namespace, and all that was mounted in it. On the disk nothing is made: the image is mounted over a directory that is there.

use crate::ground::{Call, Errno, Failure, Name, Role, Shown, Stream, complain, path_bytes};
use crate::isolate::{Steps, map_to_root, unshare, unshare_as_root};
use crate::kernel::{
    CallError, MountFlags, Namespaces, OverlayMount, Spread, TerminalState, own_pid_outside, quoted, reap_and_find,
    status_field, take_terminal,
};
use crate::reason::{Before, Tried, is_machines_user_namespace};
use crate::stage::scratch::MOUNT_POINTS_OF_DISK;
use crate::stage::worker::overlay_options;
use crate::stage::{IMAGE_SHELL, IMAGE_SHELL_FIRST, PROGRAM, StageError};
use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGCHLD, SIGINT, SIGQUIT};
use signal_hook::iterator::Signals;
use std::ffi::OsString;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A shell that sees an image.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImageShell {
    /// The layers as directories, absolute, the topmost first.
    #[serde(with = "path_bytes")]
    pub lowers: Vec<PathBuf>,
    /// The directory on which they are mounted: see [`ImageShell::place`].
    #[serde(with = "path_bytes")]
    pub place: PathBuf,
    /// The program and its arguments.
    pub words: Vec<OsString>,
    /// What it finds in its environment besides what we have ourselves.
    pub variables: Vec<(String, OsString)>,
    /// Somebody types at a terminal what it runs.
    pub talks: bool,
    /// The system calls are told on the standard error.
    pub explain: bool,
    /// What is said as soon as the image is mounted.
    pub announced: Announced,
}

/// What is said of an image that was mounted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Announced {
    /// A line on the standard output.
    Line(String),
    /// A line on the standard error: the output is the command's.
    Aside(String),
    /// JSON on the standard output.
    Json(serde_json::Value),
}

/// What PID 1 is started with.
#[derive(Serialize, Deserialize)]
struct First {
    shell: ImageShell,
    role: Role,
    /// Its parent, as the /proc of both numbers processes.
    parent: u32,
}

const WANTED: &str = "cannot mount the image";

impl ImageShell {
    /// A directory that can be covered: nothing of what is needed lies in it. None where there is no such directory.
    pub fn place(needed: &[&Path]) -> Option<PathBuf> {
        let is_free = |place: &&Path| {
            !needed.iter().any(|path| path.starts_with(place))
                && std::fs::symlink_metadata(place).is_ok_and(|found| found.is_dir())
        };
        MOUNT_POINTS_OF_DISK.iter().map(Path::new).find(is_free).map(Path::to_path_buf)
    }

    /// Becomes the shell's parent. Returns only where that fails.
    pub fn exec(&self) -> StageError {
        match serde_json::to_string(self) {
            Ok(setup) => StageError::lacking("execve", &Command::new(PROGRAM).arg(IMAGE_SHELL).arg(setup).exec()),
            Err(error) => StageError::broken(error),
        }
    }
}

/// The whole life of the shell's parent.
pub(super) fn run(setup: &str) -> ExitCode {
    let Ok(shell) = serde_json::from_str::<ImageShell>(setup) else { return ExitCode::from(5) };
    let terminal = TerminalState::of_input();
    // Ctrl-C is for what runs in the shell.
    for signal in [SIGINT, SIGQUIT] {
        let _ = signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)));
    }
    let status = enter_namespaces(&shell).and_then(|role| {
        let first = First { shell, role, parent: own_pid_outside() };
        let setup = serde_json::to_string(&first).map_err(StageError::broken)?;
        let started = Command::new(PROGRAM).arg(IMAGE_SHELL_FIRST).arg(setup).status();
        started.map_err(|error| StageError::lacking("fork", &error))
    });
    if let Some(terminal) = terminal {
        terminal.restore();
    }
    match status {
        // As a shell tells it of a command.
        Ok(status) => {
            let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }
        Err(error) => failed(&error, 3),
    }
}

fn failed(error: &dyn std::fmt::Display, code: u8) -> ExitCode {
    complain(format!("error: {error}"));
    ExitCode::from(code)
}

/// Makes the namespaces; who is not root is root of a user namespace then.
fn enter_namespaces(shell: &ImageShell) -> Result<Role, StageError> {
    let mut steps = Steps::new(shell.explain);
    let wanted = "cannot make namespaces for the image";
    let before = Before::now();
    let own = Namespaces { mount: true, pid: true, ..Namespaces::default() };
    let clause = "namespaces: mounts and processes of its own; the next child is PID 1";
    let mut role = Role::Root;
    if !is_machines_user_namespace() || !unshare_as_root(steps.explain(clause), own, wanted, &before)? {
        role = Role::User;
        let sys = steps.explain("user namespace: root in it, and only in it; it gives the right to the others");
        unshare(sys, Namespaces { user: true, ..Namespaces::default() }, wanted, &before)?;
        map_to_root(steps.explain("user namespace: an ordinary user may map its own id"), &before)?;
        unshare(steps.explain(clause), own, wanted, &before)?;
    }
    let sys = steps.explain("mount namespace: nothing that is mounted from here on reaches the host");
    sys.make_spread(Path::new("/"), Spread::Private, true)
        .map_err(|error| StageError::refused("cannot keep our mounts to ourselves", Tried::Spread, error))?;
    steps.tell();
    Ok(role)
}

/// The whole life of PID 1.
pub(super) fn run_first(setup: &str) -> ExitCode {
    let Ok(First { shell, role, parent }) = serde_json::from_str::<First>(setup) else { return ExitCode::from(5) };
    let mut steps = Steps::new(shell.explain);
    let sys = steps.explain("PID namespace: whenever layerlab dies, this process does, and with PID 1 all the others");
    if let Err(error) = sys.die_with_parent() {
        return failed(&StageError::refused("cannot tie the shell to layerlab", Tried::Other, error), 3);
    }
    // The parent may have died before its death could be a signal. This /proc still counts as the parent does.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if status_field(&status, "PPid").is_some_and(|found| found != parent.to_string()) {
        return ExitCode::from(3);
    }
    if let Err(error) = mount(&mut steps, &shell, role) {
        return failed(&error, 3);
    }
    let sys = steps.explain("PID namespace: /proc shows the processes of whoever mounts it, so PID 1 does");
    let flags = MountFlags { read_only: false, no_suid: true, no_devices: true, no_exec: true };
    // In a container, where parts of /proc are covered, an ordinary user may not have another one: then the old one stays.
    let _ = sys.mount_new("proc", Path::new("/proc"), flags, "");
    steps.tell();
    let told = match &shell.announced {
        Announced::Line(line) => Stream::Output.show(format!("{line}\n")),
        Announced::Aside(line) => Stream::Errors.show(format!("{line}\n")),
        Announced::Json(value) => Shown::pretty_json(value)
            .map_err(std::io::Error::from)
            .and_then(|shown| Stream::Output.show(shown.with("\n"))),
    };
    if told.is_err() {
        // Nobody reads us any more.
        return ExitCode::from(141);
    }
    start(shell)
}

/// Mounts the layers.
fn mount(steps: &mut Steps, shell: &ImageShell, role: Role) -> Result<(), StageError> {
    let mut lowers = shell.lowers.clone();
    if lowers.len() < 2 {
        // Without an upper layer the kernel wants two lower ones.
        let sys =
            steps.explain("scratch space: an overlay without an upper layer takes two layers or more, so empty ones");
        let flags = MountFlags { no_suid: true, no_devices: true, ..MountFlags::default() };
        sys.mount_new("tmpfs", &shell.place, flags, "mode=755,size=64k")
            .map_err(|error| StageError::refused(WANTED, Tried::Mount("tmpfs"), error))?;
        while lowers.len() < 2 {
            let empty = shell.place.join(format!("empty-{}", lowers.len()));
            sys.mkdir(&empty, 0o755).map_err(|error| StageError::refused(WANTED, Tried::Files(&shell.place), error))?;
            lowers.push(empty);
        }
    }
    let overlay = OverlayMount {
        source: "overlay".into(),
        lowers,
        options: overlay_options(role).split(',').skip(1).map(String::from).collect(),
        read_only: true,
        no_devices: true,
        ..OverlayMount::default()
    };
    let sys = steps.explain("overlay: the layers of the image, read-only; devices of the image are no devices here");
    sys.mount_overlay_by_one_call(&overlay, &shell.place).map_err(|(error, said)| refused(error, said))
}

fn refused(error: CallError, said: Option<Box<str>>) -> StageError {
    let known = Before::now().found(Tried::Mount("overlay"), &error);
    let why = match (&said, error.errno) {
        _ if known.is_some() => None,
        (Some(said), _) => Some(format!("the kernel says: {said}")),
        (None, Errno::ENOENT) => Some("a layer is not there any more, or its path is too long".to_string()),
        _ => None,
    };
    match why {
        Some(why) => StageError::host(WANTED, error, why, "layerlab image check; then layerlab doctor"),
        None => StageError::refused(WANTED, Tried::Mount("overlay"), error),
    }
}

/// Starts the shell and waits for its end.
fn start(shell: ImageShell) -> ExitCode {
    let Some((program, arguments)) = shell.words.split_first() else { return ExitCode::from(5) };
    // Before there is a child, whose end would be missed.
    let Ok(mut ended) = Signals::new([SIGCHLD]) else { return ExitCode::from(5) };
    if shell.talks {
        // The group that has the terminal is not known in this PID namespace, and some shells want to give it back.
        let _ = take_terminal();
    }
    let child = match Command::new(program).args(arguments).envs(shell.variables).spawn() {
        Ok(child) => child.id(),
        Err(error) => {
            let call = Call::failed("execve", format!("{}, …", quoted(program.as_ref())), error);
            let why = "there is no program of this name on this machine, or it cannot be run";
            let fix = "the command is one of this machine; one of the image runs by layerlab container run";
            return failed(&Failure::kernel(format!("cannot start {}", Name::of(program)), call, why, fix), 127);
        }
    };
    // A signal that PID 1 does not heed does not end it: Ctrl-C reaches the shell and what runs in it.
    loop {
        if let Some(code) = reap_and_find(child) {
            return ExitCode::from(code);
        }
        if ended.forever().next().is_none() {
            return ExitCode::from(5);
        }
    }
}

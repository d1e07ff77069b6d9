//! The parent of a container: makes its namespaces, starts its PID 1, waits.
//!
//! Order matters (user_namespaces(7), pid_namespaces(7)): the user namespace first and alone, its maps, then the others in
//! one call; `/` private before anything is mounted. The PID namespace begins with the child. The network namespace, which
//! takes the kernel as long as all the rest, is made while PID 1 builds the root file system, and handed to it.

use crate::container::FIRST;
use crate::container::cgroup::Cgroups;
use crate::container::error::{ContainerError, Wanted};
use crate::container::keep::{note_lowers, take, tidy};
use crate::container::plan::Plan;
use crate::ground::{Errno, Shown, Stream};
use crate::isolate::Steps;
use crate::isolate::{map_to_root, unshare, unshare_as_root};
use crate::kernel::{
    CallError, Carried, Namespaces, Process, SIGTERM, Signals, Spread, TerminalState, Theirs, effective_ids, end_pid_1,
    own_network, parent_pid, send_descriptors, standard_directory, terminate_with_parent,
};
use crate::reason::{Before, Tried, is_machines_user_namespace, refused};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Directories over which the scratch tmpfs may be mounted.
const PLACES: &[&str] = &["/tmp", "/var/tmp", "/mnt", "/media", "/srv", "/opt", "/run", "/home"];

const WANTED: &str = "cannot make the namespaces of the container";

/// The whole life of the parent; the exit code is the command's, as a shell tells it.
pub(super) fn run(mut plan: Plan) -> Result<u8, ContainerError> {
    let broken = |error: std::io::Error| ContainerError::broken(format!("cannot prepare for the container: {error}"));
    let signals = Signals::of_parent().map_err(broken)?;
    let watched = if plan.terminal { Some(Watched::new().map_err(broken)?) } else { None };
    if let Some(number) = standard_directory() {
        let error = CallError::of("fstat", format!("{number}, {{st_mode=S_IFDIR}}"), Errno::EISDIR);
        let why = "through an open directory of the host a container could leave its root";
        return Err(ContainerError::refused(
            "cannot give the container a directory as its input or output",
            error,
            why,
            "give it a file, a pipe, or nothing",
        ));
    }
    plan.inner.place = place(&plan)?;
    let mut steps = Steps::new(plan.options.explain);
    let mut cgroups = Cgroups::make(&mut steps, &plan.options.limits)?;
    plan.inner.cgroups = cgroups.doors();
    let kept = plan.keep.as_deref().map(take).transpose()?;
    if let Some(keep) = &plan.keep {
        note_lowers(keep, &plan.lowers, plan.image.as_deref())
            .wanted_by("cannot note what the upper layer lies on", Tried::Files(keep))?;
    }
    let outcome = contain(steps, &mut plan, &signals, &cgroups);
    if let (Some(kept), Some(keep)) = (kept, &plan.keep) {
        tidy(&kept);
        if outcome.is_ok() {
            let upper = keep.join("upper");
            tell(
                &plan,
                &format!(
                    "what the container changed is in {0}; look: layerlab trees {1}",
                    upper.display(),
                    keep.display()
                ),
            );
        }
    }
    if outcome.is_ok() && cgroups.ran_out_of_memory() {
        let whole = outcome.as_ref().is_ok_and(|code| *code == 137);
        let ended = if whole { "the container was ended" } else { "a process of the container was ended" };
        tell(&plan, &format!("{ended}: it wanted more memory than --memory gives"));
    }
    cgroups.remove();
    if let Some(watched) = watched {
        watched.restore_if_alone();
    }
    outcome
}

/// A line on the standard error. While the container has a terminal, ours is raw, and a new line begins where the last one
/// ended.
fn tell(plan: &Plan, text: &str) {
    let end = if plan.terminal { Shown::steering("\r\n") } else { "\n".into() };
    let _ = Stream::Errors.show(Shown::from(format!("layerlab: {text}")).with(end));
}

fn contain(mut steps: Steps, plan: &mut Plan, signals: &Signals, cgroups: &Cgroups) -> Result<u8, ContainerError> {
    let broken = |error: std::io::Error| ContainerError::broken(format!("cannot start PID 1: {error}"));
    let before = enter_namespaces(&mut steps, plan)?;
    let program = protect_program(&mut steps)?;
    steps.tell();
    // Opened now: when PID 1 goes into its root, it takes us along.
    let processes = Process::own().map_err(broken)?;
    let (line, theirs) = UnixStream::pair().map_err(broken)?;
    let (mut carried, mut streams) = Carried::new(signals).map_err(broken)?.unzip();
    let mut first = start(&program, theirs.into(), streams.as_mut(), plan.options.time)?;
    let sent = plan.send(&line).map_err(broken);
    let network = make_network(&mut steps, plan, &before);
    steps.tell();
    let handed = sent.and(network).and_then(|network| {
        let own = std::io::stdin();
        let input =
            streams.as_ref().and_then(|streams| streams.input.as_ref()).map_or(own.as_fd(), |pipe| pipe.as_fd());
        send_descriptors(&line, &[input, network.as_fd()]).map_err(broken)
    });
    // Held by us, their ends would never be closed.
    drop(streams);
    if handed.is_err() {
        // It waits for us, and ends when we hang up.
        drop(line);
        let code = first.wait().map(code).map_err(broken)?;
        let _ = carried.map(Carried::finish);
        // Where it ended first it has said why.
        return if code == 0 { handed.map(|()| code) } else { Ok(code) };
    }
    // Now, because there is nothing else to do.
    cgroups.sweep(&processes);
    let code = wait(&mut first, signals, &mut carried, &processes, plan.stop_signal)?;
    carried.map_or(Ok(()), Carried::finish).wanted("cannot write what the container prints")?;
    Ok(code)
}

/// A directory below which nothing lies that the container is made of.
fn place(plan: &Plan) -> Result<PathBuf, ContainerError> {
    let needed = || {
        let volumes = plan.volumes.iter().map(|volume| &volume.source);
        plan.lowers.iter().chain(plan.keep.iter()).chain(volumes)
    };
    let free = |place: &&Path| {
        !needed().any(|path| path.starts_with(place))
            && std::fs::symlink_metadata(place).is_ok_and(|data| data.is_dir())
    };
    PLACES.iter().map(Path::new).find(free).map(Path::to_path_buf).ok_or_else(|| {
        ContainerError::broken(format!(
            "there is no directory to mount the scratch space on; tried {}",
            PLACES.join(" ")
        ))
    })
}

fn enter_namespaces(steps: &mut Steps, plan: &mut Plan) -> Result<Before, ContainerError> {
    let before = Before::now();
    // With limits PID 1 goes into its cgroups first: what is `/` in a cgroup namespace is where its maker is.
    let own = Namespaces {
        mount: true,
        uts: true,
        ipc: true,
        pid: true,
        cgroup: plan.inner.cgroups.is_empty(),
        time: plan.options.time,
        ..Namespaces::default()
    };
    let clause = "namespaces: mounts, host name, message queues and processes of its own; the next child is PID 1";
    // Root of a user namespace, such as that of a rootless container, may make no devices: an ordinary user here.
    if is_machines_user_namespace() && unshare_as_root(steps.explain(clause), own, WANTED, &before)? {
        return Ok(before);
    }
    plan.inner.ordinary = true;
    if let Some((user, _)) = plan.options.user.filter(|user| *user != (0, 0)) {
        let error = CallError::of("setresuid", format!("{user}, {user}, {user}"), Errno::EINVAL);
        let why = "an ordinary user may map one id into a user namespace, and that is root's there";
        return Err(ContainerError::refused(
            "cannot become another user",
            error,
            why,
            "leave --user away, or run layerlab with sudo",
        ));
    }
    let sys = steps.explain("user namespace: root in it, and only in it; it gives the right to all the others");
    unshare(sys, Namespaces { user: true, ..Namespaces::default() }, WANTED, &before)?;
    let sys = steps.explain(
        "user namespace: an ordinary user may map its own id, and its group only once setgroups(2) is given up",
    );
    map_to_root(sys, &before)?;
    unshare(steps.explain(clause), own, WANTED, &before)?;
    Ok(before)
}

/// Makes this program readable, but not writable, in the mount namespace: what runs as PID 1 can be reached from inside by
/// /proc/self/exe, and through a writable mount it could be overwritten (CVE-2019-5736).
fn protect_program(steps: &mut Steps) -> Result<PathBuf, ContainerError> {
    let sys = steps.explain("mount namespace: nothing that is mounted from here on reaches the host");
    sys.make_spread(Path::new("/"), Spread::Private, true)
        .wanted_by("cannot keep the container's mounts to ourselves", Tried::Spread)?;
    let wanted = "cannot protect layerlab itself from the container";
    let sys = steps.explain(
        "mount namespace: this program is read-only in it; PID 1 begins as layerlab, and must not overwrite it",
    );
    // By its path: what /proc/self/exe leads to belongs to the mount namespace that we came from.
    let own =
        std::env::current_exe().map_err(|error| ContainerError::broken(format!("where is this program? {error}")))?;
    sys.bind_mount(&own, &own, false).map_err(|error| match error.errno {
        Errno::ENOENT => {
            ContainerError::host(wanted, error, "the program was moved or replaced meanwhile", "run the command again")
        }
        _ => ContainerError::Host(refused(wanted, Tried::Other, error)),
    })?;
    sys.remount_read_only(&own).wanted(wanted)?;
    Ok(own)
}

/// Starts PID 1. Before Linux 6.3 a new time namespace is entered by fork(2) alone, and not by the vfork(2) by which the
/// standard library starts programs, where it can: a group to become, which is our own here, is what it forks for.
fn start(program: &Path, line: OwnedFd, streams: Option<&mut Theirs>, in_time: bool) -> Result<Child, ContainerError> {
    let mut command = Command::new(program);
    command.arg(FIRST).env_clear().stdin(Stdio::from(line));
    // What of its output is a file of the host goes through pipes.
    if let Some(streams) = streams {
        streams.output.take().map(|pipe| command.stdout(Stdio::from(pipe)));
        streams.errors.take().map(|pipe| command.stderr(Stdio::from(pipe)));
    }
    if in_time {
        command.gid(effective_ids().1);
    }
    command.spawn().map_err(|error| {
        let error = CallError::of("fork", "", &error);
        ContainerError::Host(refused("cannot start PID 1 of the container", Tried::Process, error))
    })
}

fn make_network(steps: &mut Steps, plan: &Plan, before: &Before) -> Result<OwnedFd, ContainerError> {
    let sys = steps.explain("network namespace: no interface but loopback; made while PID 1 does what follows");
    unshare(sys, Namespaces { net: true, ..Namespaces::default() }, WANTED, before)?;
    let sys = steps.explain("network namespace: loopback is down at first");
    sys.raise_loopback().wanted("cannot raise the loopback interface")?;
    let sys = steps.explain("host name: of this UTS namespace alone");
    sys.set_hostname(&plan.hostname).map_err(|error| {
        ContainerError::refused(
            "cannot set the host name",
            error,
            "it has at most 64 bytes",
            "give a shorter --hostname",
        )
    })?;
    own_network().map_err(|error| ContainerError::broken(format!("cannot open our network namespace: {error}")))
}

/// Waits for the end of PID 1, which is that of everything in the container.
fn wait(
    first: &mut Child,
    signals: &Signals,
    carried: &mut Option<Carried>,
    processes: &Process,
    stop_signal: Option<u8>,
) -> Result<u8, ContainerError> {
    let broken = |error: std::io::Error| ContainerError::broken(format!("cannot wait for the container: {error}"));
    let mut asked = None;
    loop {
        if let Some(status) = first.try_wait().map_err(broken)? {
            return Ok(match (asked, code(status)) {
                // We killed it, because somebody wanted us to end.
                (Some(signal), 137) => 128 + signal,
                (_, code) => code,
            });
        }
        if let Some(signal) = carried.as_mut().map_or_else(|| signals.next(), Carried::wait) {
            asked = Some(signal);
            // What asks any command to end asks this one by its own signal.
            let passed_on = stop_signal.filter(|_| signal == SIGTERM).unwrap_or(signal);
            end_pid_1(first.id(), passed_on, &processes.beside(first.id(), "status").unwrap_or_default());
        }
    }
}

/// As a shell tells it of a command.
pub(super) fn code(status: std::process::ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    u8::try_from(code).unwrap_or(1)
}

/// With a terminal the CLI stands between it and us. If it is killed, we are told, end the container, and set the terminal as
/// it was: nobody else could.
struct Watched {
    terminal: Option<TerminalState>,
    cli: i32,
}

impl Watched {
    fn new() -> std::io::Result<Watched> {
        let cli = parent_pid();
        terminate_with_parent()?;
        Ok(Watched { terminal: TerminalState::of_output(), cli })
    }

    fn restore_if_alone(&self) {
        if parent_pid() != self.cli
            && let Some(terminal) = &self.terminal
        {
            terminal.restore();
        }
    }
}

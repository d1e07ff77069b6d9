//! PID 1 of a container: builds what it needs around itself, and becomes the command.

use crate::container::error::{ContainerError, Wanted};
use crate::container::plan::Plan;
use crate::container::{init, protection, root, terminal};
use crate::ground::Errno;
use crate::isolate::Steps;
use crate::kernel::proc::{USUAL_PATH, find_program};
use crate::kernel::{
    CallError, Namespaces, has_hung_up, new_session, receive_descriptors, set_umask, unblock_signals, use_as_input,
    use_own_devices,
};
use crate::reason::Tried;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// The whole life of PID 1. Returns only where it cannot become the command, or starts it as its child.
pub(super) fn run(plan: &Plan) -> Result<u8, ContainerError> {
    let mut steps = Steps::new(plan.options.explain);
    let sys = steps.explain("PID namespace: whenever layerlab dies, this process does, and with PID 1 all the others");
    sys.die_with_parent().wanted("cannot tie the container to layerlab")?;
    // The parent has blocked those that it waits for.
    let _ = unblock_signals();
    set_umask(0);
    enter_cgroups(&mut steps, plan)?;
    root::build(&mut steps, plan)?;
    let Some((input, network)) = receive()? else {
        // The parent has ended, or has said why it cannot go on.
        return Ok(0);
    };
    let sys = steps.explain("network namespace: into it, now that it is there");
    sys.enter_network(&network).wanted("cannot enter the container's network")?;
    drop(network);
    root::finish(&mut steps, plan)?;
    root::go_into(&mut steps, plan)?;
    set_umask(0o022);
    if plan.terminal {
        terminal::open(input)?;
    } else {
        let _ = use_as_input(&input);
        drop(input);
        // Out of reach of the terminal that we were started from, and of what is typed there.
        let _ = new_session();
    }
    use_own_devices()
        .map_err(|error| ContainerError::broken(format!("cannot use the container's devices: {error}")))?;
    work_in(&mut steps, plan)?;
    let environment = environment(plan);
    let command = command(plan, &environment)?;
    protection::give_up_rights(&mut steps, plan)?;
    protection::filter(&mut steps, plan)?;
    start(steps, plan, command, environment)
}

fn enter_cgroups(steps: &mut Steps, plan: &Plan) -> Result<(), ContainerError> {
    if plan.inner.cgroups.is_empty() {
        return Ok(());
    }
    let wanted = "cannot enter the container's cgroup";
    let own = Namespaces { cgroup: true, ..Namespaces::default() };
    let sys = steps.explain("cgroup: this process goes into it, and all that it ever starts are in it too");
    for door in &plan.inner.cgroups {
        sys.write_proc(door, "0").wanted_by(wanted, Tried::Cgroup(door.parent().unwrap_or(door)))?;
    }
    let sys = steps.explain("cgroup namespace: where we are now is / for all that look from inside");
    sys.unshare(own).wanted_by(wanted, Tried::Namespaces(own))
}

/// What the parent hands to us: the standard input that the command is to have, and the network. Nothing where it has ended:
/// it may have done so before its death could be a signal to us.
fn receive() -> Result<Option<(OwnedFd, OwnedFd)>, ContainerError> {
    let line = std::io::stdin();
    let handed =
        receive_descriptors(&line).map_err(|error| ContainerError::broken(format!("PID 1 hears nothing: {error}")))?;
    let mut handed = handed.into_iter();
    match (handed.next(), handed.next()) {
        (Some(input), Some(network)) if !has_hung_up(&line) => Ok(Some((input, network))),
        _ => Ok(None),
    }
}

fn work_in(steps: &mut Steps, plan: &Plan) -> Result<(), ContainerError> {
    let Some(workdir) = &plan.options.workdir else { return Ok(()) };
    let sys = steps
        .explain("directory: where the command begins; no link of /proc may lead there, because it could lead out");
    sys.work_in(workdir).map_err(|error| {
        let wanted = format!("cannot begin in {}", workdir.display());
        let (why, fix) = match error.errno {
            Errno::ENOENT => {
                ("there is no such directory in the container", "give a directory of the image, or one of --volume")
            }
            Errno::ENOTDIR => ("it is no directory", "give a directory of the image"),
            Errno::ELOOP => {
                ("a link of /proc leads there, and it could lead out of the container", "give the directory itself")
            }
            _ => ("the kernel refuses it", "give another directory"),
        };
        ContainerError::refused(&wanted, error, why, fix)
    })
}

/// The program that the command means, in the container.
fn command(plan: &Plan, environment: &[(OsString, OsString)]) -> Result<PathBuf, ContainerError> {
    let path = environment.iter().rfind(|(name, _)| name == "PATH").map(|(_, value)| value.as_os_str());
    let name = plan.command.first().ok_or_else(|| ContainerError::broken("no command"))?;
    find_program(name, path.unwrap_or_default()).ok_or_else(|| {
        let call = CallError::of("execve", format!("{}, …", crate::kernel::quoted(name.as_ref())), Errno::ENOENT);
        let (why, fix) = (
            "the image has no program of this name",
            "give the path of a program of the image, or set PATH with --env",
        );
        ContainerError::host(format!("cannot start {}", name.display()), call, why, fix).with_code(127)
    })
}

fn start(
    mut steps: Steps,
    plan: &Plan,
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
) -> Result<u8, ContainerError> {
    let variables = environment.len();
    let mut command = Command::new(&program);
    command.arg0(&plan.command[0]).args(&plan.command[1..]).env_clear().envs(environment);
    if plan.options.init {
        let sys = steps.explain("PID 1: this program goes on as it; nobody in here can look into it");
        sys.hide_from_proc().wanted("cannot hide PID 1")?;
    }
    if plan.options.explain {
        let words: Vec<String> = plan.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let sys = steps.explain(if plan.options.init {
            "the command: a child of PID 1"
        } else {
            "the command: this process becomes it, and stays PID 1"
        });
        sys.record_execve(&program.to_string_lossy(), &words, variables);
    }
    steps.tell();
    let error = if plan.options.init {
        match init::run(command, plan.terminal) {
            Ok(code) => return Ok(code),
            Err(error) => error,
        }
    } else {
        command.exec()
    };
    let (code, why, fix) = match error.kind() {
        ErrorKind::NotFound if program.exists() => (
            127,
            "it is there, but the interpreter or loader that it names is not in the image",
            "add that to the image; a statically linked program needs none",
        ),
        ErrorKind::NotFound => (127, "the image has no such file", "give the path of a program of the image"),
        ErrorKind::PermissionDenied => (126, "it is a directory, or not executable", "chmod +x it in the image"),
        _ => (126, "it is no program for this machine", "use an image for this processor"),
    };
    let call = CallError::of("execve", format!("{}, …", crate::kernel::quoted(&program)), &error);
    Err(ContainerError::host(format!("cannot start {}", plan.command[0].display()), call, why, fix).with_code(code))
}

/// What the command finds in its environment; the last of a name counts.
fn environment(plan: &Plan) -> Vec<(OsString, OsString)> {
    let home = if plan.options.user.is_none_or(|(user, _)| user == 0) { "/root" } else { "/" };
    let defaults = [("PATH", USUAL_PATH), ("HOME", home), ("HOSTNAME", &plan.hostname)];
    let mut all: Vec<(OsString, OsString)> = defaults.map(|(name, value)| (name.into(), value.into())).to_vec();
    for variable in &plan.options.env {
        let bytes = variable.as_bytes();
        let at = bytes.iter().position(|&byte| byte == b'=').unwrap_or(bytes.len());
        let value = bytes.get(at + 1..).unwrap_or_default();
        all.push((OsStr::from_bytes(&bytes[..at]).into(), OsStr::from_bytes(value).into()));
    }
    all
}

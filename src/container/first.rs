//! PID 1 of a container: builds what it needs around itself, and becomes the command.

use crate::container::error::{ContainerError, Wanted};
use crate::container::plan::Plan;
use crate::container::root;
use crate::container::steps::Steps;
use crate::kernel::{CallError, set_umask};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const WHY: &str =
    "the kernel refuses it in our own namespaces; a security module or a container around us may forbid it";
const FIX: &str = "layerlab doctor tells what works here; or run layerlab outside of this container";

/// The whole life of PID 1. Returns only where it cannot become the command.
pub(super) fn run(plan: Plan) -> Result<u8, ContainerError> {
    let mut steps = Steps::new(plan.explain);
    let sys = steps.so_that("whatever happens to layerlab: with it this process dies, and with PID 1 all the others");
    sys.die_with_parent().wanted("cannot tie the container to layerlab", WHY, FIX)?;
    if parent_outside() != Some(plan.inner.parent) {
        return Err(ContainerError::Broken("layerlab has ended meanwhile".to_string()));
    }
    set_umask(0);
    let sys = steps.so_that("host name, of this UTS namespace alone");
    sys.set_hostname(&plan.hostname).wanted(
        "cannot set the host name",
        "it has at most 64 bytes",
        "give a shorter --hostname",
    )?;
    let sys = steps.so_that("network namespace: it has nothing but a loopback interface, which is down at first");
    sys.raise_loopback().wanted("cannot raise the loopback interface", WHY, FIX)?;
    root::build(&mut steps, &plan)?;
    set_umask(0o022);
    become_command(steps, &plan)
}

/// The number of our parent as the host's /proc counts: getppid(2) is 0 for who is PID 1. It is another one if the parent
/// died before its death could be a signal to us.
fn parent_outside() -> Option<u32> {
    let stat = std::fs::read("/proc/self/stat").ok()?;
    // The second field is the name in parentheses, and may hold anything.
    let end = stat.iter().rposition(|&byte| byte == b')')?;
    let rest = std::str::from_utf8(&stat[end + 1..]).ok()?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

fn become_command(mut steps: Steps, plan: &Plan) -> Result<u8, ContainerError> {
    let environment = environment(plan);
    let path = environment.iter().rfind(|(name, _)| name == "PATH").map(|(_, value)| value.clone());
    let (name, arguments) = plan.command.split_first().ok_or(ContainerError::Broken("no command".to_string()))?;
    let program = find(name, &path.unwrap_or_default());
    let wanted = format!("cannot start {}", name.display());
    let Some(program) = program else {
        let error = std::io::Error::from_raw_os_error(2);
        let error = CallError::from_io("execve", format!("{}, …", crate::kernel::quoted(name.as_ref())), &error);
        let failure = ContainerError::host(
            &wanted,
            error,
            "the image has no program of this name",
            "give the path of a program of the image, or set PATH with --env",
        );
        return Err(failure.with_code(127));
    };
    let words: Vec<String> = plan.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if plan.explain {
        let sys = steps.so_that("this process becomes the command: PID 1");
        sys.record_execve(&program.to_string_lossy(), &words, environment.len());
    }
    steps.tell();
    let error = Command::new(&program).arg0(name).args(arguments).env_clear().envs(environment).exec();
    let (code, why, fix) = match error.kind() {
        std::io::ErrorKind::NotFound if program.exists() => (
            127,
            "the program is there, but the interpreter or loader that it names is not in the image",
            "add it to the image; a statically linked program needs none",
        ),
        std::io::ErrorKind::NotFound => (127, "the image has no such file", "give the path of a program of the image"),
        std::io::ErrorKind::PermissionDenied => {
            (126, "it is a directory, or not executable", "chmod +x it in the image")
        }
        _ => (126, "it is no program for this machine", "use an image for this processor"),
    };
    let call = CallError::from_io("execve", format!("{}, …", crate::kernel::quoted(&program)), &error);
    Err(ContainerError::host(&wanted, call, why, fix).with_code(code))
}

/// The file that a name means: with a `/` in it, itself; else the first one in PATH.
fn find(name: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        return Some(PathBuf::from(name));
    }
    let candidates = || std::env::split_paths(path).map(|directory| directory.join(name));
    let is_file = |path: &Path| std::fs::metadata(path).is_ok_and(|data| data.is_file());
    let is_program = |path: &PathBuf| {
        std::fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    };
    candidates().find(is_program).or_else(|| candidates().find(|path| is_file(path)))
}

/// What the command finds in its environment; the last of a name counts.
fn environment(plan: &Plan) -> Vec<(OsString, OsString)> {
    let home = if plan.user.is_none_or(|(user, _)| user == 0) { "/root" } else { "/" };
    let defaults = [
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("HOME", home),
        ("HOSTNAME", &plan.hostname),
    ];
    let mut all: Vec<(OsString, OsString)> = defaults.map(|(name, value)| (name.into(), value.into())).to_vec();
    for variable in &plan.environment {
        let bytes = variable.as_bytes();
        let at = bytes.iter().position(|&byte| byte == b'=').unwrap_or(bytes.len());
        let value = bytes.get(at + 1..).unwrap_or_default();
        all.push((OsStr::from_bytes(&bytes[..at]).into(), OsStr::from_bytes(value).into()));
    }
    all
}

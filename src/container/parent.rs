//! The parent of a container: makes its namespaces, starts its PID 1, waits.
//!
//! Order matters (user_namespaces(7), pid_namespaces(7)): the user namespace first and alone, its maps, then all others in
//! one call; `/` private before anything is mounted. The PID namespace begins with the child.

use crate::container::FIRST;
use crate::container::error::{ContainerError, Wanted};
use crate::container::plan::Plan;
use crate::container::steps::Steps;
use crate::kernel::{MountFlags, Namespaces, Signals, effective_ids};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// Directories over which the scratch tmpfs may be mounted.
const PLACES: &[&str] = &["/tmp", "/var/tmp", "/mnt", "/media", "/srv", "/opt", "/run", "/home"];

/// The whole life of the parent; the exit code is the command's, as a shell tells it.
pub(super) fn run(mut plan: Plan) -> Result<u8, ContainerError> {
    let signals = Signals::block().map_err(|error| ContainerError::Broken(format!("cannot block signals: {error}")))?;
    let mut steps = Steps::new(plan.explain);
    plan.inner.place = place(&plan)?;
    plan.inner.parent = std::process::id();
    enter_namespaces(&mut steps, &mut plan)?;
    let program = mount_program(&mut steps, &plan)?;
    steps.tell();
    let mut first = start(&program, &plan)?;
    wait(&mut first, &signals)
}

/// A directory below which nothing lies that the container is made of.
fn place(plan: &Plan) -> Result<PathBuf, ContainerError> {
    let needed = || {
        let volumes = plan.volumes.iter().map(|volume| &volume.source);
        plan.lowers.iter().chain(plan.keep.iter()).chain(volumes)
    };
    let free = |place: &&Path| {
        std::fs::symlink_metadata(place).is_ok_and(|data| data.is_dir())
            && !needed().any(|path| path.starts_with(place))
    };
    PLACES.iter().map(Path::new).find(free).map(Path::to_path_buf).ok_or_else(|| {
        ContainerError::Broken(format!(
            "there is no directory to mount the scratch space on; tried {}",
            PLACES.join(" ")
        ))
    })
}

fn enter_namespaces(steps: &mut Steps, plan: &mut Plan) -> Result<(), ContainerError> {
    let (uid, gid) = effective_ids();
    let others = Namespaces { usual: true, cgroup: plan.inner.cgroups.is_empty(), time: plan.time, user: false };
    if uid == 0 {
        let sys = steps.so_that("mounts, processes, network, host name and message queues of its own");
        match sys.unshare(others) {
            Ok(()) => return Ok(()),
            // Root of a container without CAP_SYS_ADMIN is an ordinary user here.
            Err(error) if error.is("EPERM") => {}
            Err(error) => return Err(refused(error)),
        }
    }
    plan.inner.ordinary = true;
    let sys = steps.so_that("user namespace: root in it, and only in it; it gives the right to all the others");
    sys.unshare(Namespaces { user: true, ..Namespaces::default() }).map_err(refused)?;
    let sys = steps.so_that("an ordinary user may map its own id, and its group only once setgroups(2) is given up");
    let maps =
        [("setgroups", "deny".to_string()), ("uid_map", format!("0 {uid} 1")), ("gid_map", format!("0 {gid} 1"))];
    for (file, content) in maps {
        sys.write_once(&format!("/proc/self/{file}"), &content).map_err(|error| {
            let (why, fix) = crate::stage::why_no_map();
            ContainerError::host("cannot become root in a user namespace of our own", error, why, fix)
        })?;
    }
    let sys = steps.so_that("mounts, processes, network, host name and message queues of its own");
    sys.unshare(others).map_err(refused)
}

fn refused(error: crate::kernel::CallError) -> ContainerError {
    let (why, fix) = crate::stage::why_no_namespaces(&error);
    ContainerError::host("cannot make the namespaces of the container", error, why, fix)
}

/// Makes the scratch space, and this program readable, but not writable, in it: what runs as PID 1 can be reached from
/// inside by /proc/self/exe, and through a writable mount it could be overwritten (CVE-2019-5736).
fn mount_program(steps: &mut Steps, plan: &Plan) -> Result<PathBuf, ContainerError> {
    let place = &plan.inner.place;
    let (why, fix) = (
        "a security module or a container's seccomp filter forbids mount(2)",
        "run layerlab outside of this container",
    );
    let sys = steps.so_that("mount namespace: nothing that is mounted from here on reaches the host");
    sys.make_private(Path::new("/")).wanted("cannot keep the container's mounts to ourselves", why, fix)?;
    let sys = steps.so_that("the scratch space: in memory, and gone with the container");
    let options = format!("mode=755,size={}", plan.size);
    let flags = MountFlags { no_suid: true, ..MountFlags::default() };
    sys.mount_new("tmpfs", place, flags, options.as_bytes()).map_err(|error| {
        let (why, fix) = match error.is("EINVAL") {
            true => {
                ("tmpfs does not understand this size", "give --size as a number with k, m or g behind it: --size 64m")
            }
            false => (why, fix),
        };
        ContainerError::host("cannot make the scratch space", error, why, fix)
    })?;
    let program = place.join("program");
    let wanted = "cannot protect layerlab itself from the container";
    let sys = steps.so_that("this program, read-only: PID 1 begins as layerlab, and must not be able to overwrite it");
    sys.make_file(&program, 0o755).wanted(wanted, why, fix)?;
    // By its path: what /proc/self/exe leads to belongs to the mount namespace that we came from.
    let own =
        std::env::current_exe().map_err(|error| ContainerError::Broken(format!("where is this program? {error}")))?;
    sys.bind_one(&own, &program).wanted(
        wanted,
        "the program was moved or replaced meanwhile",
        "run the command again",
    )?;
    sys.remount_read_only(&program).wanted(wanted, why, fix)?;
    Ok(program)
}

fn start(program: &Path, plan: &Plan) -> Result<Child, ContainerError> {
    Command::new(program)
        .arg(FIRST)
        .args(plan.to_words())
        .env_clear()
        .spawn()
        .map_err(|error| ContainerError::Broken(format!("cannot start PID 1: {error}")))
}

/// Waits for the end of PID 1, which is that of everything in the container.
fn wait(first: &mut Child, signals: &Signals) -> Result<u8, ContainerError> {
    let broken = |error: std::io::Error| ContainerError::Broken(format!("cannot wait for the container: {error}"));
    let mut asked = None;
    loop {
        if let Some(status) = first.try_wait().map_err(broken)? {
            return Ok(match (asked, code(status)) {
                // We killed it, because somebody wanted us to end.
                (Some(signal), 137) => 128 + signal,
                (_, code) => code,
            });
        }
        if let Some(signal) = signals.next() {
            asked = Some(signal);
            signals.pass_on(first.id(), signal);
        }
    }
}

/// As a shell tells it of a command.
fn code(status: std::process::ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    u8::try_from(code).unwrap_or(1)
}

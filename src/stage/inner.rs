//! A shell that a line of a lesson opens: `unshare`, `chroot`. The lines that follow run in it, until `exit`.
//!
//! All of them are started by the worker, which sees this program and the processes of all: in the root of a container
//! there may be neither. A shell that is opened within another one first goes where that one is. It begins in up to three
//! processes, because a PID namespace is entered by children only (setns(2), unshare(2)):
//!
//! ```text
//! worker ─▶ enters the PID namespace of the shell around it, where that is another one
//!             └─▶ enters its other namespaces, its root and directory; unshare(2) or chroot(2)
//!                   └─▶ after --fork: the shell, PID 1 of a new namespace
//! ```

use crate::action::{Context, Opening};
use crate::event::Call;
use crate::kernel::{Process, call_oneself, die_with_parent, effective_ids, own_pid_outside};
use crate::stage::link::Link;
use crate::stage::wire::{InnerSetup, InnerStage, Ready, Reply, Request, WorkerSetup};
use crate::stage::worker::{Worker, send};
use crate::stage::{INNER, StageError};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// The worker's end of a shell. When it is dropped the shell ends.
#[derive(Debug)]
pub(super) struct Shell {
    link: Link,
    /// Its process, as the worker numbers processes.
    pid: u32,
}

impl Shell {
    /// Opens a shell within another one, or within the worker; returns it with the calls that were made for it.
    ///
    /// # Errors
    /// The answer to the line where it did not come to a shell.
    pub fn open(worker: WorkerSetup, within: Option<&Shell>, opening: Opening) -> Result<(Shell, Vec<Call>), Reply> {
        let within = within.map(|shell| shell.pid);
        let setup = InnerSetup { worker, within, opening, stage: InnerStage::Enters, calls: Vec::new() };
        let mut link = Link::start(Path::new("/proc/self/exe"), INNER, &setup, false).map_err(Reply::Failed)?;
        match link.reply().map_err(Reply::Failed)? {
            Reply::Opened { ready, calls } => Ok((Shell { link, pid: ready.pid }, calls)),
            refused => {
                let _ = link.child.wait();
                Err(refused)
            }
        }
    }

    /// Asks it something.
    pub fn ask(&mut self, request: &Request) -> Reply {
        self.link.request(request).and_then(|()| self.link.reply()).unwrap_or_else(Reply::Failed)
    }

    /// Whether its root directory is the worker's.
    pub fn has_our_root(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        let root = |path: &Path| std::fs::metadata(path).ok().map(|root| (root.dev(), root.ino()));
        root(&self.process().join("root")) == root(Path::new("/"))
    }

    /// Its directory in /proc.
    pub fn process(&self) -> std::path::PathBuf {
        format!("/proc/{}", self.pid).into()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.link.socket.shutdown(std::net::Shutdown::Both);
        let _ = self.link.child.wait();
    }
}

/// The life of one of its processes; its standard input is the socket to the worker.
pub(super) fn run(setup: &str) -> ExitCode {
    let _ = die_with_parent();
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(5) };
    let begun = serde_json::from_str(setup)
        .map_err(|error| Reply::Failed(StageError::Broken(error.to_string())))
        .and_then(|setup| begin(setup, &socket));
    match begun {
        Ok(code) => code,
        Err(refused) => {
            let _ = send(&socket, &refused);
            ExitCode::FAILURE
        }
    }
}

fn begin(mut setup: InnerSetup, socket: &OwnedFd) -> Result<ExitCode, Reply> {
    let broken =
        |what: &str, error: &dyn std::fmt::Display| Reply::Failed(StageError::Broken(format!("{what}: {error}")));
    let mut context = Context::new(setup.worker.role);
    context.sys.calls = std::mem::take(&mut setup.calls);
    let ready = Ready {
        role: setup.worker.role,
        kernel: String::new(),
        scratch: setup.worker.scratch.clone(),
        pid: own_pid_outside(),
    };
    if setup.stage == InnerStage::Enters {
        setup.stage = InnerStage::Begins;
        if let Some(pid) = setup.within {
            let around = Process::open(pid).map_err(|error| broken("the shell around is gone", &error))?;
            if around.enter_pid_namespace().map_err(|error| broken("its processes cannot be entered", &error))? {
                return next(&setup, socket);
            }
        }
    }
    let ids = match setup.stage {
        InnerStage::Forked(user, group) => (user, group),
        InnerStage::Execs => return Ok(serve(setup, ready, context.sys.calls, socket)),
        _ => {
            if let Some(pid) = setup.within {
                let around = Process::open(pid).map_err(|error| broken("the shell around is gone", &error))?;
                around.enter_with_root().map_err(|error| broken("the shell around cannot be entered", &error))?;
            }
            let ids = effective_ids();
            let status = setup.opening.begin(&mut context);
            if status != 0 {
                return Err(refused(context, status));
            }
            if setup.opening.forks() {
                setup.stage = InnerStage::Forked(ids.0, ids.1);
                setup.calls = context.sys.calls;
                return next(&setup, socket);
            }
            ids
        }
    };
    let status = setup.opening.finish(&mut context, ids);
    if status != 0 {
        return Err(refused(context, status));
    }
    if setup.opening.changes_user() {
        setup.stage = InnerStage::Execs;
        setup.calls = context.sys.calls;
        let text = serde_json::to_string(&setup).map_err(|error| broken("a shell", &error))?;
        let error = Command::new("/proc/self/exe").arg(INNER).arg(text).exec();
        return Err(broken("a shell cannot begin", &error));
    }
    Ok(serve(setup, ready, context.sys.calls, socket))
}

fn serve(setup: InnerSetup, mut ready: Ready, calls: Vec<Call>, socket: &OwnedFd) -> ExitCode {
    ready.kernel = crate::kernel::kernel_release();
    Worker::inner(setup.worker).serve_after(&Reply::Opened { ready, calls }, socket)
}

/// Goes on in a child, and waits for its end.
fn next(setup: &InnerSetup, socket: &OwnedFd) -> Result<ExitCode, Reply> {
    let broken = |error: &dyn std::fmt::Display| Reply::Failed(StageError::Broken(format!("a shell: {error}")));
    let text = serde_json::to_string(setup).map_err(|error| broken(&error))?;
    let input = socket.try_clone().map_err(|error| broken(&error))?;
    let mut child = Command::new("/proc/self/exe");
    child.arg(INNER).arg(text).stdin(Stdio::from(input)).stdout(Stdio::null());
    // As `ps` shows the program that waits for the shell.
    call_oneself(c"unshare");
    child.status().map_err(|error| broken(&error))?;
    Ok(ExitCode::SUCCESS)
}

/// The answer to the line, where it did not come to a shell.
fn refused(context: Context, status: i32) -> Reply {
    Reply::Ran {
        shown: context.shown().to_vec(),
        calls: context.sys.calls,
        status,
        failure: context.failure,
        warning: context.warning,
        opens: None,
        closes: false,
    }
}

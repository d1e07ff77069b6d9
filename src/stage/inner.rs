//! A shell that a line of a lesson opens: `unshare`, `chroot`. The lines that follow run in it, until `exit`. The worker's
//! end of it is in `opened_shell.rs`.
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

use crate::action::Context;
use crate::kernel::{Process, die_with_parent, own_pid_by_stdout, own_pid_outside, set_process_name};
use crate::stage::link::send;
use crate::stage::wire::{InnerSetup, InnerStage, Reply, StageFacts};
use crate::stage::worker::Worker;
use crate::stage::{INNER, PROGRAM, StageError};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

/// The life of one of its processes; its standard input is the socket to the worker.
pub(super) fn run(setup: &str) -> ExitCode {
    let _ = die_with_parent();
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(5) };
    let begun = serde_json::from_str(setup)
        .map_err(|error| Reply::Failed(StageError::broken(error)))
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
        |what: &str, error: &dyn std::fmt::Display| Reply::Failed(StageError::broken(format!("{what}: {error}")));
    let mut context = Context::new(setup.worker.role);
    context.sys.calls = std::mem::take(&mut setup.calls);
    // The worker numbers processes by its own /proc, which may be out of sight here; then we were given it.
    setup.pid = match setup.stage {
        InnerStage::Enters => own_pid_outside(),
        InnerStage::Begins | InnerStage::Forked => own_pid_by_stdout(),
        InnerStage::Serves => setup.pid,
    };
    let proc = File::open("/proc").ok();
    if setup.stage == InnerStage::Enters {
        setup.stage = InnerStage::Begins;
        if let Some(pid) = setup.within {
            let around = Process::open(pid).map_err(|error| broken("the shell around is gone", &error))?;
            if around.enter_pid_namespace().map_err(|error| broken("its processes cannot be entered", &error))? {
                return next(&setup, socket, proc);
            }
        }
    }
    if setup.stage == InnerStage::Begins {
        if let Some(pid) = setup.within {
            let around = Process::open(pid).map_err(|error| broken("the shell around is gone", &error))?;
            around.enter_with_root().map_err(|error| broken("the shell around cannot be entered", &error))?;
        }
        let status = setup.opening.begin(&mut context);
        if status != 0 {
            return Err(refused(context, status));
        }
        if setup.opening.forks() {
            setup.stage = InnerStage::Forked;
            setup.calls = context.sys.calls;
            // As `ps` shows the program that waits for the shell.
            set_process_name(c"unshare");
            return next(&setup, socket, proc);
        }
    }
    if setup.stage != InnerStage::Serves {
        let status = setup.opening.finish(&mut context);
        if status != 0 {
            return Err(refused(context, status));
        }
        if setup.stage != InnerStage::Forked && setup.opening.gives_up_rights() {
            setup.stage = InnerStage::Serves;
            setup.calls = context.sys.calls;
            let error = again(&setup)?.exec();
            return Err(broken("a shell", &error));
        }
    }
    // As `ps` shows the shell of which we take the place.
    set_process_name(c"bash");
    let facts = StageFacts {
        role: setup.worker.role,
        kernel: crate::kernel::kernel_release(),
        scratch: setup.worker.scratch.clone(),
        pid: setup.pid,
        cgroups: None,
    };
    let opened = Reply::Opened { facts, calls: context.sys.calls };
    Ok(Worker::inner(setup.worker).serve_after(&opened, socket))
}

/// Goes on in a child, and waits for its end. The child gets the worker's /proc as its standard output, which nobody
/// writes to.
fn next(setup: &InnerSetup, socket: &OwnedFd, proc: Option<File>) -> Result<ExitCode, Reply> {
    let broken = |error: &dyn std::fmt::Display| Reply::Failed(StageError::broken(format!("a shell: {error}")));
    let input = socket.try_clone().map_err(|error| broken(&error))?;
    let output = proc.map_or_else(Stdio::null, Stdio::from);
    let status = again(setup)?.stdin(Stdio::from(input)).stdout(output).status();
    status.map_err(|error| broken(&error))?;
    Ok(ExitCode::SUCCESS)
}

/// This program once more, which goes on from there.
fn again(setup: &InnerSetup) -> Result<Command, Reply> {
    let text = serde_json::to_string(setup);
    let text = text.map_err(|error| Reply::Failed(StageError::broken(format!("a shell: {error}"))))?;
    let mut program = Command::new(PROGRAM);
    program.arg(INNER).arg(text);
    Ok(program)
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

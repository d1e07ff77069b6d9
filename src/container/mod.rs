//! `layerlab container run`: a command in a container of its own, made of the same system calls that the lessons show.
//!
//! ```text
//! parent ──socket pair──▶ PID 1 ──execve──▶ the command
//! ```
//!
//! Both are this program, each with a single thread (unshare(2) of a user namespace is refused in a threaded process):
//!
//! - The *parent* (`parent.rs`) is what was called: it does nothing before and nothing after. It makes the namespaces, starts
//!   PID 1 from a read-only mount of this program, makes the network while that begins, waits, and ends as the command did.
//!   With a terminal there is one process more: the CLI stays, and carries what is typed and shown between both terminals
//!   (`terminal.rs`).
//! - *PID 1* (`first.rs`) builds the root file system (`root.rs`, `volumes.rs`), gives up what a container must not have
//!   (`protection.rs`), and becomes the command, or starts it (`init.rs`).
//!
//! Nothing can be left behind: the mounts live in a mount namespace that dies with PID 1, and the kernel kills PID 1 when
//! the parent dies, however it dies. (A command that is PID 1 can refuse that: by prctl(2), or by becoming another user. With
//! `--init` it is not, and cannot.) Cgroups (`cgroup.rs`) are the one thing that outlives its processes: the parent
//! removes them, and if it was killed, the next run with limits does.

mod cgroup;
mod error;
mod first;
mod init;
mod keep;
mod options;
mod parent;
mod plan;
mod protection;
mod root;
mod terminal;
mod volumes;

pub use error::ContainerError;
pub use options::{Limits, Options};
pub use plan::{Inner, Plan, Volume};

use std::ffi::OsString;

/// The hidden first argument by which the program becomes the parent of a container.
pub const PARENT: &str = "__container";
/// The hidden first argument by which it becomes its PID 1.
pub const FIRST: &str = "__container-first";

/// Runs a process of a container if the arguments ask for one, and says with which code it ends; `None` for an ordinary
/// call.
pub fn run_if_asked(arguments: &[OsString]) -> Option<Result<u8, ContainerError>> {
    let mode = arguments.get(1)?.to_str()?;
    if mode != PARENT && mode != FIRST {
        return None;
    }
    Some(match Plan::receive() {
        Ok(Some(plan)) if mode == PARENT => parent::run(plan),
        Ok(Some(plan)) => first::run(&plan),
        // The process that started us has ended.
        Ok(None) => Ok(0),
        Err(error) => Err(ContainerError::broken(format!("the plan of the container is unreadable: {error}"))),
    })
}

/// Runs a container, and says with which code to end. Called before this process has done anything else: without a terminal
/// it is the container's parent from here on.
///
/// # Errors
/// Why there is none.
pub fn run(plan: Plan) -> Result<u8, ContainerError> {
    let _ = crate::kernel::close_inherited();
    if plan.terminal { terminal::run(&plan) } else { parent::run(plan) }
}

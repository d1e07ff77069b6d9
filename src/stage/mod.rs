//! The sandbox in which the commands of a lesson run.
//!
//! Three processes, all this same program, each single-threaded from its start by re-execution (unshare(2) of a user
//! namespace is refused in a threaded process, and after fork(2) in one almost nothing may be called):
//!
//! ```text
//! CLI ──socket pair──▶ worker       PID 1 of its PID namespace: runs commands, looks at trees
//!  │                     ▲
//!  └──▶ holder ──────────┘          makes the namespaces and the scratch space, waits, cleans up
//! ```
//!
//! - The CLI never mounts, unshares or chroots. When it dies, at any moment and in any way, its end of the socket closes.
//! - The *holder* (`holder.rs`) then kills the worker, and with PID 1 everything in its PID namespace dies; with the last
//!   process the mount namespace goes, and all that was mounted in it. If the holder dies, the worker's death signal
//!   does the same.
//! - The *worker* (`worker.rs`) answers requests (`wire.rs`): a JSON object a line.
//!
//! An exercise session outlives the CLI. Its PID 1 is the *keeper* (`keeper.rs`), which does nothing but be there; the
//! holder that made its namespaces goes at once. Whoever has to do with the session is a *visitor* (`visitor.rs`): a
//! process that enters the namespaces (setns(2)), answers the same requests as a worker, and goes. The learner's shell
//! (`shell.rs`) enters in the same way.
//!
//! ```text
//! CLI ──socket pair──▶ visitor ─ setns ─┐
//! CLI ──exec────────▶ shell's parent ───┴─▶ keeper    PID 1 of the session, until it is stopped
//! ```
//!
//! The shell of `image mount` (`image_shell.rs`) is no session: it has a mount namespace and a PID namespace, and ends with the
//! process that the CLI becomes.
//!
//! Where a lesson needs it, run and session have cgroups of their own (`isolate`), which are the one thing that no
//! namespace takes along.
//!
//! The scratch space (`scratch.rs`) is a tmpfs that exists in the mount namespace alone, or a directory on disk that the
//! holder removes; a directory that a killed holder left behind is swept by the next run.

mod confine;
mod error;
mod handle;
mod holder;
mod image_shell;
mod inner;
mod keeper;
mod link;
mod opened_shell;
mod scratch;
mod shell;
mod trial;
mod typed_shell;
mod undo;
mod visitor;
mod wire;
mod worker;

pub use error::StageError;
pub use handle::{Ran, Stage, StartingStage, Stopper};
pub use holder::runs_as;
pub use image_shell::{Announced, ImageShell};
pub use keeper::{KeeperState, LostKeeper, StartingKeeper};
pub use scratch::ScratchChoice;
pub use shell::SessionShell;
pub use typed_shell::PROMPT_MARK;
pub use visitor::Visit;
pub use wire::{Fresh, Keeper, Layers, StageFacts, StageNeeds};
pub use worker::overlay_options;

/// This very program, to be started once more.
pub const PROGRAM: &str = "/proc/self/exe";
/// The hidden first argument by which the program becomes the holder or the worker.
pub const HOLDER: &str = "__stage-holder";
/// See [`HOLDER`].
pub const WORKER: &str = "__stage-worker";
/// The hidden first argument by which the program becomes the keeper of a session, its visitor, or its shell's parent.
pub const KEEPER: &str = "__stage-keeper";
/// See [`KEEPER`].
pub const VISITOR: &str = "__stage-visitor";
/// See [`KEEPER`].
pub const SHELL: &str = "__stage-shell";
/// See [`KEEPER`]: what becomes the shell itself.
pub const INNER_SHELL: &str = "__stage-inner-shell";

/// The hidden first argument by which the program becomes a shell that a lesson's line opens.
pub const INNER: &str = "__stage-inner";
/// The hidden first argument by which the program becomes the processes of a command that a check tries out.
pub const TRIAL: &str = "__stage-trial";

/// The hidden first argument by which the program becomes a shell in which somebody types beside a lesson.
pub const TYPED_SHELL: &str = "__stage-typed-shell";

/// The hidden first argument by which the program becomes the parent of a shell that sees an image.
pub const IMAGE_SHELL: &str = "__stage-image-shell";
/// See [`IMAGE_SHELL`]: PID 1 of its namespaces.
pub const IMAGE_SHELL_FIRST: &str = "__stage-image-shell-first";

/// Whether the caller is root of the machine: not of a user namespace.
pub fn is_real_root() -> bool {
    crate::kernel::effective_ids().0 == 0 && crate::reason::is_machines_user_namespace()
}

/// Runs a stage process if the arguments ask for one; `None` for an ordinary call.
pub fn run_if_asked(arguments: &[std::ffi::OsString]) -> Option<std::process::ExitCode> {
    let setup = || arguments.get(2).and_then(|text| text.to_str()).unwrap_or_default().to_string();
    match arguments.get(1)?.to_str()? {
        HOLDER => Some(holder::run(&setup())),
        INNER => Some(inner::run(&setup())),
        WORKER => Some(worker::run(&setup())),
        KEEPER if arguments.get(3).is_some_and(|word| word == keeper::KEPT) => Some(keeper::be_there()),
        KEEPER => Some(keeper::run(&setup())),
        VISITOR => Some(visitor::run(&setup())),
        TRIAL => Some(trial::run(&setup())),
        TYPED_SHELL => Some(typed_shell::run(&setup())),
        SHELL => Some(shell::run(&setup())),
        INNER_SHELL => Some(shell::run_inner(&setup())),
        IMAGE_SHELL => Some(image_shell::run(&setup())),
        IMAGE_SHELL_FIRST => Some(image_shell::run_first(&setup())),
        _ => None,
    }
}

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
//! The scratch space (`scratch.rs`) is a tmpfs that exists in the mount namespace alone, or a directory on disk that the
//! holder removes; a directory that a killed holder left behind is swept by the next run.

mod error;
mod handle;
mod holder;
mod scratch;
mod wire;
mod worker;

pub use error::StageError;
pub use handle::{Ran, Rising, Stage, Stopper};
pub use scratch::{ScratchChoice, remove_tree};
pub use wire::Ready;
pub use worker::overlay_options;

/// The hidden first argument by which the program becomes the holder or the worker.
pub const HOLDER: &str = "__stage-holder";
/// See [`HOLDER`].
pub const WORKER: &str = "__stage-worker";

/// Runs a stage process if the arguments ask for one; `None` for an ordinary call.
pub fn run_if_asked(arguments: &[std::ffi::OsString]) -> Option<std::process::ExitCode> {
    let setup = || arguments.get(2).and_then(|text| text.to_str()).unwrap_or_default().to_string();
    match arguments.get(1)?.to_str()? {
        HOLDER => Some(holder::run(&setup())),
        WORKER => Some(worker::run(&setup())),
        _ => None,
    }
}

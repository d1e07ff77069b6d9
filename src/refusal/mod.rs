//! The host's programs in a session, and why the kernel refused what they asked.
//!
//! In the shell of an exercise the names in [`PROGRAMS`] lead to this program first: a directory of links stands in PATH.
//! Called by such a name it becomes the host's program by execve(2), or waits for it, and explains what was refused, from
//! the same probes as a lesson's run does. Standard output, exit code and signals are the host's program's. A reason is
//! told only with what was found on this machine; where nothing was found, nothing is told.
//!
//! - `program` finds the host's program, becomes it, or waits for it,
//! - `options` leaves out what has no part in a refusal,
//! - `tried` is the child that tries the call where nothing can come of it: in namespaces that end with it,
//! - `chroot`, `ip`, `mount`, `nsenter`, `umount` look at what these programs were asked.
//!
//! It leaves out what it cannot try: options that neither our own verbs nor `options` know.

mod chroot;
mod ip;
mod mount;
mod nsenter;
mod options;
mod program;
mod tried;
mod umount;

use crate::ground::Failure;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// The programs whose refusals are explained.
pub const PROGRAMS: &[&str] = &["mount", "umount", "pivot_root", "chroot", "unshare", "nsenter", "ip"];

/// What the directory of the links is called. The host's program is never looked for in one of this name: a session may be
/// begun within another.
pub const DIRECTORY: &str = "explained";

/// The hidden first argument by which the program becomes the child that tries the call.
pub const TRY: &str = "__refusal-try";
/// See [`TRY`]: what comes after the fork of unshare(1).
pub const FINISH: &str = "__refusal-finish";

/// The switch that turns it off, when it is 0.
pub const SWITCH: &str = "LAYERLAB_EXPLAIN";

/// How to tell a person.
#[derive(Clone, Copy)]
pub struct Tell {
    /// Why something was refused.
    pub failure: fn(&Failure),
    /// What one should know although it worked.
    pub note: fn(&str),
}

/// Becomes one of the programs if it is called by its name, or the child of one; `None` for an ordinary call.
pub fn run_if_asked(arguments: &[OsString], tell: Tell) -> Option<ExitCode> {
    let called = Path::new(arguments.first()?).file_name()?.to_str()?;
    if let Some(name) = PROGRAMS.iter().find(|name| **name == called) {
        return Some(program::run(name, &arguments[1..], tell));
    }
    let word = |at: usize| arguments.get(at).and_then(|word| word.to_str());
    match word(1)? {
        TRY => tried::run(&arguments[2..], tell),
        FINISH => tried::finish(word(2).unwrap_or_default(), tell),
        _ => return None,
    }
    Some(ExitCode::SUCCESS)
}

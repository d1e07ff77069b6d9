//! Why a tree could not be made.

use crate::ground::{Errno, Failure};
use crate::kernel::{CallError, quoted};
use std::path::Path;

/// A tree that is not made; nothing half-made is left.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The kernel refused a call.
    #[error(transparent)]
    Host(Failure),
    /// What was asked for, or what the source holds, cannot be done.
    #[error(transparent)]
    Refused(Failure),
    /// A signal came.
    #[error("stopped by signal {0}")]
    Stopped(u8),
}

impl TreeError {
    /// The kernel refused a call; why, as far as its errno tells.
    pub fn call(wanted: impl Into<String>, error: CallError) -> TreeError {
        let (why, fix) = explain(&error);
        TreeError::Host(Failure::kernel(wanted, error, why, fix))
    }

    /// The same, for a call that the standard library made.
    pub fn io(wanted: impl Into<String>, call: &str, path: &Path, error: impl Into<Errno>) -> TreeError {
        TreeError::call(wanted, CallError::of(call, quoted(path), error))
    }

    /// It cannot be done: what, why, and what to do.
    pub fn refused(wanted: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> TreeError {
        TreeError::Refused(Failure::ours(wanted, why, fix))
    }
}

fn explain(error: &CallError) -> (&'static str, &'static str) {
    match error.errno {
        Errno::ENOSPC | Errno::EDQUOT => {
            ("there is no room left on that file system", "make room, or name a directory elsewhere")
        }
        Errno::EROFS => ("that file system is mounted read-only", "name a directory elsewhere"),
        Errno::EACCES | Errno::EPERM => {
            ("you may not do that there", "name a directory or file of yours, or do it as root")
        }
        Errno::ENOENT => ("there is nothing of that name", "look at the name, and make the directory above it first"),
        Errno::ENOTDIR => ("a part of that name is no directory", "look at the name with: ls -l"),
        Errno::ENOTEMPTY | Errno::EEXIST => {
            ("somebody made something of that name meanwhile", "name a directory that does not exist")
        }
        Errno::ELOOP => {
            ("symbolic links lead in a circle there, or to where they may not", "look at them with: namei -l")
        }
        Errno::EBUSY => {
            ("something is mounted there, or a process stands in it", "name another directory, or umount it first")
        }
        Errno::ENAMETOOLONG => ("the name is longer than the file system can hold", "choose a shorter name"),
        Errno::EMFILE | Errno::ENFILE => ("too many files are open", "raise the limit: ulimit -n 1024"),
        _ => ("the kernel or the file system refused it", "look at its log with: dmesg"),
    }
}

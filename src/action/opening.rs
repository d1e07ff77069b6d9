//! A shell that a line opens: `unshare`, `nsenter` and `chroot` without a program start one, and the lines that follow
//! run in it until `exit`. bash that reads a script from its standard input behaves just so. With a program, that alone
//! is run there, and then the line is over.
//!
//! What the program does before it starts the shell is done here, in the process that becomes it; where a new PID
//! namespace is to hold it (`--fork`), that is a child of the first.

use crate::action::unshare::{Unshare, why, why_no_proc};
use crate::action::{Action, Context, Status, UsageError};
use crate::ground::{Errno, Failure};
use crate::kernel::{Access, CallError, Namespaces, Spread};
use crate::reason::{Before, Tried};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What must be done for a shell to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// unshare(1).
    Unshare(Unsharing),
    /// chroot(1): the new root.
    Chroot(String),
    /// nsenter(1).
    Enter(Entering),
}

/// The flags of unshare(1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unsharing {
    /// What is made anew.
    pub namespaces: Namespaces,
    /// The shell is a child, and so in the new PID namespace.
    pub fork: bool,
    /// Who calls has this user's number inside.
    pub user: Option<u32>,
    /// Who calls has this group's number inside.
    pub group: Option<u32>,
    /// /proc is mounted anew.
    pub mount_proc: bool,
    /// What becomes of the propagation of all mounts.
    pub spread: Spread,
    /// What is run; nothing where a shell is to begin.
    pub program: Vec<String>,
}

/// The words of nsenter(1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entering {
    /// The file that keeps the network namespace.
    pub net: String,
    /// What is run; nothing where a shell is to begin.
    pub program: Vec<String>,
}

/// The words of a program that a verb runs, understood as a line of their own would be.
pub(super) fn program(verb: &str, words: Vec<String>) -> Result<Vec<String>, UsageError> {
    if let Some(first) = words.first() {
        if ["cd", "chroot", "exec", "exit", "nsenter", "unshare"].contains(&first.as_str()) {
            return Err(UsageError {
                what: format!("{verb} cannot run {first} here"),
                allowed: "a program that does its work and ends".into(),
            });
        }
        Action::parse(&words)?;
    }
    Ok(words)
}

impl Opening {
    /// What the words of unshare(1) ask for, but for the program that they run.
    ///
    /// # Errors
    /// An option that our verb does not know.
    pub fn of_unshare(words: &[String]) -> Result<Opening, UsageError> {
        Unshare::flags(words).map(|(unsharing, _)| Opening::Unshare(unsharing))
    }

    /// What is run; nothing where a shell is to begin.
    pub fn program(&self) -> &[String] {
        match self {
            Opening::Unshare(Unsharing { program, .. }) | Opening::Enter(Entering { program, .. }) => program,
            Opening::Chroot(_) => &[],
        }
    }

    /// Whether the shell is a child of the process in which it begins.
    pub fn forks(&self) -> bool {
        matches!(self, Opening::Unshare(Unsharing { fork: true, .. }))
    }

    /// Whether the shell has none of the rights that its user namespace gave to the process in which it began: whoever
    /// is not root there loses them with execve(2), and a shell is started so (user_namespaces(7)).
    pub fn gives_up_rights(&self) -> bool {
        matches!(self, Opening::Unshare(unsharing) if unsharing.namespaces.user && unsharing.user != Some(0))
    }

    /// What comes before the fork, if there is one. 0 where it worked; else everything was said.
    pub fn begin(&self, context: &mut Context) -> Status {
        match self {
            Opening::Unshare(unsharing) => {
                let before = Before::now();
                if let Err(error) = context.sys.unshare(unsharing.namespaces) {
                    let tried = Tried::Namespaces(unsharing.namespaces);
                    context.failure = why("cannot make the namespaces", tried, &error, &before);
                    return context.fail("unshare: unshare failed", &error);
                }
                // unshare(1) writes the maps in the child; ours is started by execve(2), and nobody who is not mapped
                // would still have the right to.
                match map(context, unsharing, before.ids) {
                    Ok(()) => 0,
                    Err((file, error)) => {
                        let wanted = "cannot map our user into the new user namespace";
                        context.failure = why(wanted, Tried::IdMap, &error, &before);
                        context.fail(format!("unshare: write failed {file}"), &error)
                    }
                }
            }
            Opening::Enter(Entering { net, .. }) => match context.sys.open(net.as_ref(), Access::Read) {
                Ok(file) => match context.sys.enter_network(&file) {
                    Ok(()) => 0,
                    Err(error) => context.fail("nsenter: reassociate to namespace 'ns/net' failed", &error),
                },
                Err(error) => context.fail(format!("nsenter: cannot open {net}"), &error),
            },
            Opening::Chroot(directory) => match context.sys.chroot(directory.as_ref()) {
                Ok(()) => match context.sys.chdir(Path::new("/")) {
                    Ok(()) => 0,
                    Err(error) => context.fail("chroot: cannot chdir to root directory", &error),
                },
                Err(error) => {
                    context.failure = why_no_root(directory, &error);
                    let message = format!("chroot: cannot change root directory to '{directory}'");
                    context.fail(message, &error);
                    125
                }
            },
        }
    }

    /// What comes after it.
    pub fn finish(&self, context: &mut Context) -> Status {
        let Opening::Unshare(unsharing) = self else { return 0 };
        if unsharing.namespaces.mount
            && let Err(error) = context.sys.spread(unsharing.spread)
        {
            return context.fail("unshare: cannot change root filesystem propagation", &error);
        }
        if unsharing.mount_proc
            && let Err(error) = context.sys.mount_proc(Path::new("/proc"))
        {
            context.failure = why_no_proc(unsharing.namespaces, &error);
            return context.fail("unshare: mount /proc failed", &error);
        }
        0
    }
}

/// Why a directory does not become the root.
fn why_no_root(directory: &str, error: &CallError) -> Option<Failure> {
    let path = Path::new(directory);
    let (why, fix) = match error.errno {
        Errno::ENOENT if !path.exists() => {
            (format!("{directory} does not exist"), "name a directory that is there: ls".to_string())
        }
        Errno::ENOTDIR if !path.is_dir() => {
            (format!("{directory} is not a directory"), "name the directory that shall be the root".to_string())
        }
        _ => return why(&format!("cannot make {directory} the root"), Tried::Chroot, error, &Before::now()),
    };
    Some(Failure::kernel(format!("cannot make {directory} the root"), error.call.clone(), why, fix))
}

/// user_namespaces(7): without CAP_SETGID outside, a group can only be mapped once setgroups(2) is given up.
fn map(context: &mut Context, unsharing: &Unsharing, outside: (u32, u32)) -> Result<(), (&'static str, CallError)> {
    let user = unsharing.user.map(|inside| ("/proc/self/uid_map", format!("{inside} {} 1", outside.0)));
    let group = unsharing.group.map(|inside| ("/proc/self/gid_map", format!("{inside} {} 1", outside.1)));
    let deny = group.as_ref().map(|_| ("/proc/self/setgroups", "deny".to_string()));
    for (file, content) in [deny, user, group].into_iter().flatten() {
        let opened = context.sys.open(file.as_ref(), Access::Write);
        opened.and_then(|opened| context.sys.write_all(&opened, content.as_bytes())).map_err(|error| (file, error))?;
    }
    Ok(())
}

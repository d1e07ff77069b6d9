//! `unshare [FLAGS] [PROGRAM…]`: unshare(2), then a program, or a shell (util-linux's unshare(1)).
//!
//! `unshare --root=DIR --wd=DIR PROGRAM…`, without a namespace, is the host's own program, found in the root that the shell has.
//!
//! `--net=FILE` is left out. For it unshare(1) mounts /proc/PID/ns/net with its own number; in a PID namespace that has
//! no /proc of its own, as a lesson's is, that is another process, and its network may be the machine's. What keeps a
//! namespace in every case is `unshare --net mount --bind /proc/self/ns/net FILE`.

use crate::action::opening::{Unsharing, program};
use crate::action::{Arguments, Context, Flag, Opening, Status, UsageError, Verb, host_program};
use crate::ground::{Errno, Failure};
use crate::kernel::{CallError, Namespaces, Spread};
use crate::reason::{Before, Tried};

/// What is unshared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unshare {
    /// Which namespaces, and what is done in them before the shell begins.
    Namespaces(Unsharing),
    /// No namespace, but another root or directory: the words of the whole line.
    Root(Vec<String>),
}

impl Verb for Unshare {
    const NAME: &'static str = "unshare";
    const SYNOPSIS: &'static str = "unshare [-m] [-u] [-i] [-n] [-p] [-U] [-C] [-T] [--fork] [--map-root-user] [--map-user UID] [--map-group GID] [--mount-proc] [--propagation private|shared|slave|unchanged] [PROGRAM [ARGUMENT…]], unshare --root=DIR --wd=DIR PROGRAM [ARGUMENT…]";
    const FLAGS: &'static [Flag] = &[
        Flag::both('m', "mount"),
        Flag::both('u', "uts"),
        Flag::both('i', "ipc"),
        Flag::both('n', "net"),
        Flag::both('p', "pid"),
        Flag::both('U', "user"),
        Flag::both('C', "cgroup"),
        Flag::both('T', "time"),
        Flag::both('f', "fork"),
        Flag::both('r', "map-root-user"),
        Flag::long("map-user").value(),
        Flag::long("map-group").value(),
        Flag::long("mount-proc"),
        Flag::long("propagation").value(),
        Flag::both('R', "root").value(),
        Flag::both('w', "wd").value(),
    ];

    fn parse(words: &[String]) -> Result<Unshare, UsageError> {
        let arguments = Arguments::sort_before_program(words, Self::FLAGS)?;
        let (unsharing, operands) = Unshare::flags(words)?;
        if arguments.has("R") || arguments.has("w") {
            if unsharing == Unsharing::default() && !operands.is_empty() {
                return Ok(Unshare::Root(words.to_vec()));
            }
            return Err(UsageError {
                what: "unshare takes another root here only without a namespace, and for a program".into(),
                allowed: format!("write it so: {}", Self::SYNOPSIS),
            });
        }
        let Unsharing { namespaces, fork, user, .. } = unsharing;
        if fork && namespaces.mount && namespaces.user && user != Some(0) {
            // The child of unshare(1) still has the rights of the first process in a user namespace; ours does not.
            return Err(UsageError {
                what: "unshare does not fork here for whoever may not mount".into(),
                allowed: "with --user, --fork and --mount give --map-root-user too".into(),
            });
        }
        let program = program(Self::NAME, operands)?;
        Ok(Unshare::Namespaces(Unsharing { program, ..unsharing }))
    }

    fn run(&self, context: &mut Context) -> Status {
        match self {
            Unshare::Namespaces(unsharing) => {
                context.opens = Some(Opening::Unshare(unsharing.clone()));
                0
            }
            Unshare::Root(words) => host_program::run(context, words),
        }
    }
}

impl Unshare {
    /// What the flags say, and the words of the program.
    pub(super) fn flags(words: &[String]) -> Result<(Unsharing, Vec<String>), UsageError> {
        let arguments = Arguments::sort_before_program(words, Self::FLAGS)?;
        let spread = match arguments.value("propagation") {
            None | Some("private") => Spread::Private,
            Some("shared") => Spread::Shared,
            Some("slave") => Spread::Slave,
            Some("unchanged") => Spread::Unchanged,
            Some(other) => {
                return Err(UsageError {
                    what: format!("unshare knows no propagation {other:?}"),
                    allowed: "it is private, shared, slave or unchanged".into(),
                });
            }
        };
        let root = arguments.has("r").then_some(0);
        let (user, group) = (number(&arguments, "map-user")?.or(root), number(&arguments, "map-group")?.or(root));
        let mount_proc = arguments.has("mount-proc");
        let namespaces = Namespaces {
            // /proc is mounted in a mount namespace of its own, and root is mapped in a user namespace of its own.
            mount: arguments.has("m") || mount_proc,
            user: arguments.has("U") || user.is_some() || group.is_some(),
            uts: arguments.has("u"),
            ipc: arguments.has("i"),
            net: arguments.has("n"),
            pid: arguments.has("p"),
            cgroup: arguments.has("C"),
            time: arguments.has("T"),
        };
        let fork = arguments.has("f");
        let program = Vec::new();
        let unsharing = Unsharing { namespaces, fork, user, group, mount_proc, spread, program };
        Ok((unsharing, arguments.operands))
    }
}

/// Why /proc could not be mounted anew, where that lies in what was asked for.
pub(super) fn why_no_proc(namespaces: Namespaces, error: &CallError) -> Option<Failure> {
    const WANTED: &str = "cannot mount /proc";
    if error.errno == Errno::EPERM && namespaces.user && !namespaces.pid {
        let why = "a /proc shows the processes of a PID namespace, and ours belongs to the user namespace that we have left";
        return Some(Failure::kernel(WANTED, error.call.clone(), why, "make a PID namespace too: --pid --fork"));
    }
    why(WANTED, Tried::Mount("proc"), error, &Before::now())
}

/// What the table of reasons has to say of a refusal.
pub(super) fn why(wanted: &str, tried: Tried, error: &CallError, before: &Before) -> Option<Failure> {
    let reason = before.found(tried, error)?;
    Some(Failure::kernel(wanted, error.call.clone(), reason.why, reason.fix))
}

/// The number that a flag gives.
fn number(arguments: &Arguments, flag: &str) -> Result<Option<u32>, UsageError> {
    arguments.value(flag).map(str::parse).transpose().map_err(|_| UsageError {
        what: format!("--{flag} needs a number here"),
        allowed: format!("write it so: {}", Unshare::SYNOPSIS),
    })
}

#[cfg(test)]
mod tests {
    use super::Unshare;
    use crate::action::{CommandLine, Verb};

    fn refused(line: &str) -> String {
        Unshare::parse(&CommandLine::parse(line).unwrap().words).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_done_here_is_said() {
        assert_eq!(refused("unshare --map-user root"), "--map-user needs a number here");
        assert_eq!(refused("unshare -U --fork -p --mount-proc"), "unshare does not fork here for whoever may not mount");
        assert_eq!(refused("unshare -m --propagation no"), "unshare knows no propagation \"no\"");
        let another_root = "unshare takes another root here only without a namespace, and for a program";
        assert_eq!(refused("unshare --mount --root=/usr true"), another_root);
        assert_eq!(refused("unshare --root=/usr"), another_root);
        assert!(Unshare::parse(&CommandLine::parse("unshare -rpf --mount-proc").unwrap().words).is_ok());
    }
}

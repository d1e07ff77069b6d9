//! `unshare [FLAGS] [PROGRAM…]`: unshare(2), then a program, or a shell (util-linux's unshare(1)).
//!
//! `--net=FILE` is left out. For it unshare(1) mounts /proc/PID/ns/net with its own number; in a PID namespace that has
//! no /proc of its own, as a lesson's is, that is another process, and its network may be the machine's. What keeps a
//! namespace in every case is `unshare --net mount --bind /proc/self/ns/net FILE`.

use crate::action::opening::{Unsharing, program};
use crate::action::{Arguments, Context, Flag, Opening, Status, UsageError, Verb};
use crate::kernel::{Namespaces, Spread};

/// Which namespaces, and what is done in them before the shell begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unshare(Unsharing);

impl Verb for Unshare {
    const NAME: &'static str = "unshare";
    const SYNOPSIS: &'static str = "unshare [-m] [-u] [-i] [-n] [-p] [-U] [-C] [-T] [--fork] [--map-root-user] [--map-user UID] [--map-group GID] [--mount-proc] [--propagation private|shared|slave|unchanged] [PROGRAM [ARGUMENT…]]";
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
    ];

    fn parse(words: &[String]) -> Result<Unshare, UsageError> {
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
        if fork && namespaces.mount && namespaces.user && user != Some(0) {
            // The child of unshare(1) still has the rights of the first process in a user namespace; ours does not.
            return Err(UsageError {
                what: "unshare does not fork here for whoever may not mount".into(),
                allowed: "with --user, --fork and --mount give --map-root-user too".into(),
            });
        }
        let program = program(Self::NAME, arguments.operands)?;
        Ok(Unshare(Unsharing { namespaces, fork, user, group, mount_proc, spread, program }))
    }

    fn run(&self, context: &mut Context) -> Status {
        context.opens = Some(Opening::Unshare(self.0.clone()));
        0
    }
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
        assert!(Unshare::parse(&CommandLine::parse("unshare -rpf --mount-proc").unwrap().words).is_ok());
    }
}

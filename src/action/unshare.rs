//! `unshare [FLAGS] [PROGRAM…]`: unshare(2), then a program, or a shell (util-linux's unshare(1)).

use crate::action::opening::{Unsharing, program};
use crate::action::{Arguments, Context, Flag, Opening, Status, UsageError, Verb};
use crate::kernel::{Namespaces, Spread};

/// Which namespaces, and what is done in them before the shell begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unshare(Unsharing);

impl Verb for Unshare {
    const NAME: &'static str = "unshare";
    const SYNOPSIS: &'static str = "unshare [-m] [-u] [-i] [-n|--net=FILE] [-p] [-U] [-C] [-T] [--fork] [--map-root-user] [--mount-proc] [--propagation private|shared|slave|unchanged] [PROGRAM [ARGUMENT…]]";
    const FLAGS: &'static [Flag] = &[
        Flag::both('m', "mount"),
        Flag::both('u', "uts"),
        Flag::both('i', "ipc"),
        Flag::both('n', "net").optional_value(),
        Flag::both('p', "pid"),
        Flag::both('U', "user"),
        Flag::both('C', "cgroup"),
        Flag::both('T', "time"),
        Flag::both('f', "fork"),
        Flag::both('r', "map-root-user"),
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
        let map_root = arguments.has("r");
        let mount_proc = arguments.has("mount-proc");
        let namespaces = Namespaces {
            // /proc is mounted in a mount namespace of its own, and root is mapped in a user namespace of its own.
            mount: arguments.has("m") || mount_proc,
            user: arguments.has("U") || map_root,
            uts: arguments.has("u"),
            ipc: arguments.has("i"),
            net: arguments.has("n"),
            pid: arguments.has("p"),
            cgroup: arguments.has("C"),
            time: arguments.has("T"),
        };
        let net_file = arguments.value("n").map(str::to_string);
        if net_file.is_some() && (namespaces.mount || namespaces.user) {
            // unshare(1) then has a process that stayed outside do it.
            return Err(UsageError {
                what: "unshare cannot keep a namespace on a file of which it leaves the mounts".into(),
                allowed: "--net=FILE goes without a new mount or user namespace".into(),
            });
        }
        let fork = arguments.has("f");
        let program = program(Self::NAME, arguments.operands)?;
        Ok(Unshare(Unsharing { namespaces, net_file, fork, map_root, mount_proc, spread, program }))
    }

    fn run(&self, context: &mut Context) -> Status {
        context.opens = Some(Opening::Unshare(self.0.clone()));
        0
    }
}

//! `umount [-l] [-n] TARGET…`: umount2(2).

use crate::ground::Errno;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::kernel::{CallError, effective_ids};
use std::path::Path;

/// Mount points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Umount {
    targets: Vec<String>,
    lazy: bool,
}

impl Verb for Umount {
    const NAME: &'static str = "umount";
    const SYNOPSIS: &'static str = "umount [-l] [-n] TARGET…";
    const FLAGS: &'static [Flag] = &[
        Flag::both('l', "lazy"),
        // We make no notes of mounts in files anyway.
        Flag::both('n', "no-mtab"),
    ];

    fn parse(words: &[String]) -> Result<Umount, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(1, words, Self::SYNOPSIS)?;
        Ok(Umount { lazy: arguments.has("l"), targets: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let mut status = 0;
        for target in &self.targets {
            let done = match self.lazy {
                true => context.sys.detach(target.as_ref()),
                false => context.sys.unmount(target.as_ref()),
            };
            if let Err(error) = done {
                refuse(context, target, &error);
                status = 32;
            }
        }
        status
    }
}

/// The words of umount(8) 2.38 for an errno (util-linux: libmount/src/context_umount.c).
fn refuse(context: &mut Context, target: &str, error: &CallError) {
    let text = match error.errno {
        Errno::ENOENT => "no mount point specified.".to_string(),
        Errno::EINVAL => "not mounted.".to_string(),
        Errno::EBUSY => "target is busy.".to_string(),
        Errno::EPERM if effective_ids().0 != 0 => "must be superuser to unmount.".to_string(),
        Errno::EPERM => "block devices are not permitted on filesystem.".to_string(),
        _ => format!("umount(2) system call failed: {}.", error.text()),
    };
    // What is not mounted is called as it was named; a mount point has its full path.
    let shown = match error.errno == Errno::EBUSY || error.errno == Errno::EPERM {
        true => std::fs::canonicalize(Path::new(target)).map_or(target.into(), |path| path.display().to_string()),
        false => target.to_string(),
    };
    context.complain(format!("umount: {shown}: {text}"));
}

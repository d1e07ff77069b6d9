//! `umount [-l] [-n] TARGET…`: umount2(2).

use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::ground::{Errno, Failure};
use crate::kernel::proc::{is_mount_point, mount_of, mounts, mounts_elsewhere, users_of};
use crate::kernel::{CallError, Capabilities, effective_ids, has_capability};
use crate::reason::{Before, Tried};
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

impl Umount {
    /// The mount points that are meant.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(String::as_str)
    }

    /// With `-l` a mount is taken away however busy it is.
    pub fn is_lazy(&self) -> bool {
        self.lazy
    }
}

/// Why the kernel would not take a mount away, where that is to be seen on this machine.
pub fn why_not_unmounted(target: &str, error: &CallError) -> Option<Failure> {
    let path = std::fs::canonicalize(target).ok();
    let is_mounted = path.as_ref().is_some_and(|path| is_mount_point(path));
    let (why, fix) = match (error.errno, &path) {
        (Errno::ENOENT, None) => (format!("{target} does not exist"), "findmnt lists what is mounted".to_string()),
        (Errno::EPERM, _) => {
            let reason = Before::now().found(Tried::Unmount, error)?;
            (reason.why, reason.fix)
        }
        (Errno::EINVAL, Some(path)) if !is_mounted => not_mounted(target, path),
        (Errno::EINVAL, Some(_)) if has_capability(Capabilities::SYS_ADMIN) => (
            format!(
                "{target} came along from the mount namespace around this one, which belongs to another user namespace: such \
                 mounts are locked, because what they cover must not be uncovered"
            ),
            "umount it where it was mounted; what you have mounted in here yourself can be taken away".into(),
        ),
        (Errno::EBUSY, Some(path)) => busy(target, path)?,
        _ => return None,
    };
    Some(Failure::kernel(format!("cannot unmount {target}"), error.call.clone(), why, fix))
}

fn not_mounted(target: &str, path: &Path) -> (String, String) {
    if let Some(process) = mounts_elsewhere(path).into_iter().next() {
        let pid = process.split(' ').nth(1).unwrap_or_default();
        let why = format!(
            "nothing is mounted on {target} in this mount namespace; in that of {process} there is something"
        );
        return (why, format!("do it there: nsenter --target {pid} --mount umount {}", path.display()));
    }
    let around = mount_of(path).map_or(String::new(), |mount| {
        format!("; it lies in the {} that is mounted on {}", mount.kind, mount.mountpoint.display())
    });
    (format!("nothing is mounted on {target} itself{around}"), "findmnt lists what is mounted, and where".into())
}

/// What keeps a mount busy: mounts within it, or processes.
fn busy(target: &str, path: &Path) -> Option<(String, String)> {
    let mounts = mounts().unwrap_or_default();
    if let Some(within) = mounts.iter().rfind(|mount| mount.mountpoint != path && mount.is_below(path)) {
        let point = within.mountpoint.display();
        let why = format!("another file system is mounted within it, on {point} ({})", within.kind);
        return Some((why, format!("umount {point} first; or all at once: umount -R {target}")));
    }
    let users = users_of(path);
    let first = users.first()?;
    let told: Vec<String> =
        users.iter().take(3).map(|user| format!("process {} ({}) {}", user.pid, user.name, user.does)).collect();
    let more = if users.len() > 3 { format!("; and {} more", users.len() - 3) } else { String::new() };
    let fix = match first.does.starts_with("works in") {
        true => format!("leave it in that shell (cd out of {target}), or end the process: kill {}", first.pid),
        false => format!("end it: kill {}", first.pid),
    };
    Some((format!("it is in use: {}{more}", told.join("; ")), fix))
}

/// The words of umount(8) 2.38 for an errno (util-linux: libmount/src/context_umount.c).
fn refuse(context: &mut Context, target: &str, error: &CallError) {
    context.failure = why_not_unmounted(target, error);
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

//! Why the namespaces of another process, or one that is kept on a file, could not be entered: each is entered, in the order
//! in which nsenter(1) does it.

use crate::action::{Arguments, Flag};
use crate::ground::{Errno, Failure};
use crate::kernel::proc::{is_mount_point, mounts_elsewhere};
use crate::kernel::{CallError, Capabilities, Sys, has_capability, quoted};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

const FLAGS: &[Flag] = &[
    Flag::both('t', "target").value(),
    Flag::both('a', "all"),
    Flag::both('m', "mount").optional_value(),
    Flag::both('u', "uts").optional_value(),
    Flag::both('i', "ipc").optional_value(),
    Flag::both('n', "net").optional_value(),
    Flag::both('p', "pid").optional_value(),
    Flag::both('U', "user").optional_value(),
    Flag::both('C', "cgroup").optional_value(),
    Flag::both('T', "time").optional_value(),
    Flag::both('r', "root").optional_value(),
    Flag::both('w', "wd").optional_value(),
    Flag::both('F', "no-fork"),
    Flag::long("preserve-credentials"),
    // What they change comes after the namespaces.
    Flag::both('W', "wdns").optional_value(),
    Flag::both('S', "setuid").value(),
    Flag::both('G', "setgid").value(),
    Flag::both('e', "env"),
    Flag::both('Z', "follow-context"),
    Flag::both('c', "join-cgroup"),
    Flag::long("keep-caps"),
];

/// The key of each flag, and the file of its namespace in /proc/PID/ns, in nsenter's order.
const KINDS: &[(&str, &str)] = &[
    ("U", "user"),
    ("C", "cgroup"),
    ("i", "ipc"),
    ("u", "uts"),
    ("n", "net"),
    ("p", "pid"),
    ("m", "mnt"),
    ("T", "time"),
];

/// The first that cannot be entered, and why.
pub(super) fn explain(words: &[String]) -> Option<Failure> {
    let arguments = Arguments::sort_before_program(words, FLAGS).ok()?;
    let target = arguments.value("t").map(|pid| PathBuf::from("/proc").join(pid));
    if let Some(process) = target.as_ref().filter(|process| !process.exists() && Path::new("/proc/self").exists()) {
        let pid = process.file_name()?.to_string_lossy().into_owned();
        let kind = KINDS.iter().find(|(key, _)| arguments.has(key)).map_or("user", |(_, kind)| kind);
        let call = not_opened(&process.join("ns").join(kind), Errno::ENOENT);
        let why = format!("there is no process {pid} among those that the /proc of this shell shows");
        return Some(Failure::kernel(
            format!("cannot enter the namespaces of {pid}"),
            call,
            why,
            "look at the numbers: ps ax",
        ));
    }
    let given = KINDS.iter().filter(|(key, _)| arguments.has(key)).filter_map(|(key, kind)| {
        let file = arguments.value(key).map(PathBuf::from);
        Some((*kind, file.or_else(|| Some(target.as_ref()?.join("ns").join(kind)))?))
    });
    // Another mount namespace, or another /proc, would lead elsewhere: so all are opened first.
    let opened: Vec<_> = given.map(|(kind, file)| (kind, File::open(&file), file)).collect();
    let own = |kind: &str| std::fs::read_link(Path::new("/proc/self/ns").join(kind)).ok();
    for (kind, opened, file) in opened {
        let wanted = format!("cannot enter the {kind} namespace of {}", file.display());
        let namespace = match opened {
            Ok(file) => OwnedFd::from(file),
            Err(error) if Errno::from(&error) == Errno::ENOENT && !file.exists() => {
                let why = format!("{} does not exist{}", file.display(), kept_elsewhere(&file));
                let fix = "name a file on which a namespace is bound, or a process: nsenter --target PID";
                return Some(Failure::kernel(wanted, not_opened(&file, Errno::ENOENT), why, fix));
            }
            Err(_) => return None,
        };
        let same = own(kind).is_some() && own(kind) == std::fs::read_link(&file).ok();
        let error = match Sys::default().enter_namespace(&namespace, kind) {
            Ok(()) => continue,
            Err(error) => error,
        };
        let is_plain = std::fs::metadata(&file).is_ok_and(|found| found.is_file()) && !file.starts_with("/proc");
        let (why, fix) = match error.errno {
            Errno::EINVAL if is_plain && !is_mount_point(&file) => (
                format!(
                    "{} is a file like any other: no namespace is bound on it{}",
                    file.display(),
                    kept_elsewhere(&file)
                ),
                "name a file on which a namespace is bound, or a process: nsenter --target PID".to_string(),
            ),
            Errno::EINVAL if kind == "user" && same => (
                "that is the user namespace in which this shell is already, and the kernel takes nobody into his own"
                    .into(),
                "leave --user out".into(),
            ),
            Errno::EPERM if !has_capability(Capabilities::SYS_ADMIN) => (
                "we have no CAP_SYS_ADMIN (CapEff in /proc/self/status)".into(),
                "enter its user namespace too: nsenter --user …".into(),
            ),
            _ => return None,
        };
        return Some(Failure::kernel(wanted, error, why, fix));
    }
    None
}

fn not_opened(file: &Path, errno: Errno) -> CallError {
    CallError::of("openat", format!("AT_FDCWD, {}, O_RDONLY", quoted(file)), errno)
}

/// Where a file has a namespace bound on it, if not here.
fn kept_elsewhere(file: &Path) -> String {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let there = mounts_elsewhere(&path).into_iter().next();
    there.map_or(String::new(), |process| format!("; in the mount namespace of {process} there is one"))
}

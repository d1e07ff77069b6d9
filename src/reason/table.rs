//! The table: what was tried, what came back, the evidence on this machine → the reason and what to do.

use crate::ground::{Errno, Failure};
use crate::kernel::proc::mount_of;
use crate::kernel::{CallError, Capabilities, Namespaces, kernel_is_before, kernel_release};
use crate::reason::Before;
use crate::reason::evidence::{self, Module};
use std::path::Path;

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried<'a> {
    /// New namespaces: unshare(2).
    Namespaces(Namespaces),
    /// A number for us in a new user namespace: a write to /proc/self/uid_map, gid_map or setgroups.
    IdMap,
    /// The namespaces of another process: setns(2).
    Entering,
    /// A new mount of a file system of this kind: `overlay`.
    Mount(&'a str),
    /// That a mount is taken away: umount2(2).
    Unmount,
    /// That the mounts of our mount namespace reach no other: mount(2) of `/` as private.
    Spread,
    /// Another mount as the root: pivot_root(2).
    PivotRoot,
    /// Another directory as the root: chroot(2).
    Chroot,
    /// Cgroups in this directory, or settings of theirs.
    Cgroup(&'a Path),
    /// Files in this directory.
    Files(&'a Path),
    /// An entry of a tree of files, whose path the call has: what its errno means is all that there is to say.
    Entry,
    /// Another process of this program.
    Process,
    /// Anything else that a container is made of.
    Other,
}

/// Why, with the evidence for it, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What was found on this machine.
    pub why: String,
    /// What to do, as an imperative.
    pub fix: String,
}

/// What a row looks at.
struct Asked<'a> {
    tried: Tried<'a>,
    before: &'a Before,
    /// The call that was refused; none where nothing was tried yet.
    call: Option<&'a str>,
}

/// Looks for the evidence of one reason.
type Row = fn(&Asked) -> Option<Reason>;

/// In this order, the rows that are sure from their evidence alone, before anything is tried. The errno is that with which
/// the kernel refuses.
const EVIDENT: &[(&[Errno], Row)] = &[
    (&[Errno::ENOENT, Errno::EACCES], no_proc),
    (&[Errno::EPERM], switched_off_for_users),
    (&[Errno::EPERM], nobody_is_mapped),
    (&[Errno::EPERM, Errno::EINVAL], in_chroot),
    (&[Errno::ENOSPC], limit_is_zero),
    (&[Errno::EPERM], root_without_setfcap),
    (&[Errno::EINVAL], in_the_first_file_system),
    (&[Errno::EPERM], without_sys_chroot),
    (&[Errno::EROFS], read_only),
    (&[Errno::ENODEV], file_system_is_nowhere),
];

/// In this order, after those, the rows that need the refusal as evidence too.
const REFUSED: &[(&[Errno], Row)] = &[
    (&[Errno::EPERM, Errno::EACCES], map_restricted_by_apparmor),
    (&[Errno::EPERM], only_with_a_user_namespace),
    (&[Errno::ENOSPC], limit_is_reached),
    (&[Errno::EINVAL], unknown_namespace),
    (&[Errno::EPERM], overlay_in_user_namespace),
    (&[Errno::ENODEV], file_system_is_not_loaded),
    (&[Errno::EPERM], proc_is_covered),
    (&[Errno::EROFS], cgroups_are_read_only),
    (&[Errno::EACCES, Errno::EPERM], cgroups_are_not_ours),
    (&[Errno::EBUSY], cgroup_has_processes),
    (&[Errno::ENOSPC], cgroups_are_limited),
    (&[Errno::EINVAL, Errno::ERANGE], cgroup_value),
    (&[Errno::EACCES, Errno::EPERM], directory_is_not_ours),
    (&[Errno::EPERM, Errno::EACCES], without_sys_admin),
    (&[Errno::EPERM, Errno::EACCES], confined_by_apparmor),
    (&[Errno::EPERM, Errno::EACCES, Errno::ENOSYS], filtered),
    (&[Errno::ENOSYS], unknown_call),
];

/// The failure of a call that this machine refused; where no evidence is found, its reason is unknown.
pub fn refused(wanted: impl Into<String>, tried: Tried, error: CallError) -> Failure {
    Before::now().refused(wanted, tried, error)
}

impl Before {
    /// As [`refused`], of a call that was made since.
    pub fn refused(&self, wanted: impl Into<String>, tried: Tried, error: CallError) -> Failure {
        let Reason { why, fix } = self.found(tried, &error).unwrap_or_else(|| unknown(&error));
        Failure::kernel(wanted, error, why, fix)
    }

    /// The reason why a call was refused that was made since, where there is evidence for one.
    pub fn found(&self, tried: Tried, error: &CallError) -> Option<Reason> {
        let asked = Asked { tried, before: self, call: Some(&error.call.name) };
        let rows = EVIDENT.iter().chain(REFUSED).filter(|(errnos, _)| errnos.contains(&error.errno));
        let by_row = rows.map(|(_, row)| row).find_map(|row| row(&asked));
        by_row.or_else(|| lacking(tried, error.errno)).or_else(|| entry(tried, error.errno))
    }
}

/// The reason why something would be refused, where that is sure before it is tried.
pub fn evident(tried: Tried) -> Option<Reason> {
    let asked = Asked { tried, before: &Before::now(), call: None };
    EVIDENT.iter().find_map(|(_, row)| row(&asked))
}

fn unknown(error: &CallError) -> Reason {
    Reason {
        why: format!("unknown: nothing on this machine shows why {}(2) was refused", error.call.name),
        fix: "look at the kernel's log (dmesg), and try it as root, or outside of a container".into(),
    }
}

fn reason(why: impl Into<String>, fix: impl Into<String>) -> Option<Reason> {
    Some(Reason { why: why.into(), fix: fix.into() })
}

/// There is too little of something. For namespaces ENOSPC speaks of a limit, and not of room.
fn lacking(tried: Tried, errno: Errno) -> Option<Reason> {
    if errno == Errno::ENOSPC && matches!(tried, Tried::Namespaces(_) | Tried::Cgroup(_)) {
        return None;
    }
    if errno == Errno::EAGAIN && tried == Tried::Process {
        return reason(
            "there are as many processes as may be here: of a user (ulimit -u), or in the cgroup of this shell (pids.max)",
            "do it in another terminal, or end some processes first",
        );
    }
    errno.lacks().and_then(|(why, fix)| reason(why, fix))
}

/// What is plainly said by the errno of a call on a file.
fn entry(tried: Tried, errno: Errno) -> Option<Reason> {
    if tried != Tried::Entry {
        return None;
    }
    let (why, fix) = match errno {
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
        _ => return None,
    };
    reason(why, fix)
}

/// What to type so that a setting has this value. Only root of the machine may.
fn set(setting: &str, value: &str) -> String {
    format!("sudo sysctl {setting}={value}")
}

/// Whether a user namespace is wanted, or what there is only in one for who is not root.
fn wants_user_namespace(asked: &Asked) -> bool {
    matches!(asked.tried, Tried::Namespaces(namespaces) if namespaces.user)
}

fn no_proc(asked: &Asked) -> Option<Reason> {
    if asked.tried == Tried::Entry || Path::new("/proc/self").exists() {
        return None;
    }
    reason(
        "there is no /proc here, by which this program is started once more and sees processes and mounts",
        "mount it: mount -t proc proc /proc",
    )
}

fn switched_off_for_users(asked: &Asked) -> Option<Reason> {
    let off = crate::kernel::proc::sysctl("kernel.unprivileged_userns_clone").as_deref() == Some("0");
    if !wants_user_namespace(asked) || !off || asked.before.has(Capabilities::SYS_ADMIN) {
        return None;
    }
    reason(
        "user namespaces are switched off for ordinary users (kernel.unprivileged_userns_clone is 0)",
        format!("{}, or run layerlab with sudo", set("kernel.unprivileged_userns_clone", "1")),
    )
}

fn nobody_is_mapped(asked: &Asked) -> Option<Reason> {
    if !wants_user_namespace(asked) || !evidence::is_nobody_mapped() {
        return None;
    }
    reason(
        "we are in a user namespace in which nobody has a number (/proc/self/uid_map is empty), and nobody can make another one there",
        "map yourself in it: unshare --user --map-root-user",
    )
}

fn in_chroot(asked: &Asked) -> Option<Reason> {
    let wants_mount = matches!(asked.tried, Tried::Spread | Tried::PivotRoot);
    if !wants_mount && !wants_user_namespace(asked) || !evidence::is_in_chroot() {
        return None;
    }
    let refused = match wants_mount {
        true => "only mounts are changed or exchanged",
        false => "who is in a chroot gets no user namespace",
    };
    reason(
        format!("our root is a directory and no mount, as after chroot(2), and {refused}"),
        "leave the chroot, and do it outside",
    )
}

/// The names of the namespaces that are asked for, as /proc/self/ns and the limits of the machine have them.
fn kinds(asked: &Asked) -> Vec<&'static str> {
    match asked.tried {
        Tried::Namespaces(namespaces) => namespaces.kinds().collect(),
        _ => Vec::new(),
    }
}

fn limit_is_zero(asked: &Asked) -> Option<Reason> {
    let kind = kinds(asked).into_iter().find(|kind| asked.before.is_at_zero(kind))?;
    let setting = format!("user.max_{kind}_namespaces");
    let or =
        if kind == "user" && !asked.before.has(Capabilities::SYS_ADMIN) { ", or run layerlab with sudo" } else { "" };
    let what = match kind {
        "mnt" => "mount",
        "uts" => "UTS",
        "ipc" => "IPC",
        "net" => "network",
        "pid" => "PID",
        other => other,
    };
    reason(
        format!("this machine allows no {what} namespaces: {setting} is 0"),
        format!("{}{or}", set(&setting, "10000")),
    )
}

fn limit_is_reached(asked: &Asked) -> Option<Reason> {
    let kinds = kinds(asked);
    let limits: Vec<String> = kinds
        .iter()
        .map(|kind| format!("user.max_{kind}_namespaces"))
        .filter(|name| crate::kernel::proc::sysctl(name).is_some())
        .collect();
    let nested = if kinds.contains(&"user") { ", or user namespaces are nested 32 deep" } else { "" };
    if limits.is_empty() {
        return None;
    }
    reason(
        format!(
            "there are as many namespaces as may be, here or in a user namespace around this one: the limits are {}{nested}",
            limits.join(", ")
        ),
        "end what has namespaces of its own (lsns lists them), or raise these limits there, as root, with sysctl",
    )
}

fn unknown_namespace(asked: &Asked) -> Option<Reason> {
    let lacks = |kind: &&str| !Path::new("/proc/self/ns").join(kind).exists();
    let kind = kinds(asked).into_iter().find(lacks)?;
    reason(
        format!("this kernel knows no {kind} namespaces: there is no /proc/self/ns/{kind}"),
        "leave them out, or use a kernel that has them",
    )
}

fn map_restricted_by_apparmor(asked: &Asked) -> Option<Reason> {
    const SETTING: &str = "kernel.apparmor_restrict_unprivileged_userns";
    let is_map = asked.tried == Tried::IdMap || wants_user_namespace(asked);
    let restricts = || crate::kernel::proc::sysctl(SETTING).as_deref() == Some("1");
    if !is_map || asked.before.has(Capabilities::SYS_ADMIN) || !restricts() {
        return None;
    }
    reason(
        format!("AppArmor lets only named programs use user namespaces ({SETTING} is 1)"),
        format!("{}, or run layerlab with sudo", set(SETTING, "0")),
    )
}

fn root_without_setfcap(asked: &Asked) -> Option<Reason> {
    if asked.tried != Tried::IdMap || asked.before.ids.0 != 0 || asked.before.has(Capabilities::SETFCAP) {
        return None;
    }
    reason(
        "root may be mapped into a user namespace only by who has CAP_SETFCAP (since Linux 5.12), and we have it not",
        "be an ordinary user, or let this container have it: docker run --cap-add SETFCAP",
    )
}

fn only_with_a_user_namespace(asked: &Asked) -> Option<Reason> {
    let Tried::Namespaces(namespaces) = asked.tried else { return None };
    if namespaces.user || crate::kernel::has_capability(Capabilities::SYS_ADMIN) {
        return None;
    }
    reason(
        "only a user namespace can be had without CAP_SYS_ADMIN, and we have it not",
        "make one with them: put --user --map-root-user among the options",
    )
}

fn overlay_in_user_namespace(asked: &Asked) -> Option<Reason> {
    let may_mount = crate::kernel::has_capability(Capabilities::SYS_ADMIN);
    if asked.tried != Tried::Mount("overlay")
        || !may_mount
        || !kernel_is_before(5, 11)
        || evidence::is_machines_user_namespace()
    {
        return None;
    }
    reason(
        format!(
            "this is Linux {}, and before 5.11 overlays are mounted by root of the machine alone, not by root of a user namespace",
            kernel_release()
        ),
        "run layerlab with sudo, or use a kernel from 5.11",
    )
}

fn file_system_is_nowhere(asked: &Asked) -> Option<Reason> {
    let Tried::Mount(kind) = asked.tried else { return None };
    (evidence::filesystem_module(kind)? == Module::Nowhere).then_some(())?;
    let release = kernel_release();
    reason(
        format!("Linux {release} has no file system {kind}: it is neither in /proc/filesystems nor among the modules"),
        format!("use a kernel that was built with {kind}"),
    )
}

/// The kernel loads a module by itself where it can.
fn file_system_is_not_loaded(asked: &Asked) -> Option<Reason> {
    let Tried::Mount(kind) = asked.tried else { return None };
    match evidence::filesystem_module(kind)? {
        Module::There | Module::Nowhere => None,
        Module::File => reason(
            format!("/proc/filesystems does not list {kind}: it is a module of this kernel that is not loaded"),
            format!("load the module, as root of the machine: modprobe {kind}"),
        ),
        Module::NoModules => reason(
            format!(
                "/proc/filesystems does not list {kind}, and no modules of Linux {} lie in /lib/modules",
                kernel_release()
            ),
            format!("load the module on the machine itself, outside of this container: modprobe {kind}"),
        ),
    }
}

fn proc_is_covered(asked: &Asked) -> Option<Reason> {
    let Tried::Mount("proc") = asked.tried else { return None };
    let cover = evidence::cover_of_proc()?;
    reason(
        format!("a part of the /proc that is here is covered, and a new one would show it: {}", cover.display()),
        "do it where all of /proc is to be seen; in docker: --security-opt systempaths=unconfined, in podman: --security-opt unmask=ALL",
    )
}

fn in_the_first_file_system(asked: &Asked) -> Option<Reason> {
    if asked.tried != Tried::PivotRoot || !evidence::is_first_file_system() {
        return None;
    }
    reason(
        "the root is the kernel's first file system, in which an initramfs lies, and pivot_root(2) does not exchange that one",
        "do it on a machine that has gone on from its initramfs to another root (switch_root)",
    )
}

fn without_sys_chroot(asked: &Asked) -> Option<Reason> {
    if !matches!(asked.tried, Tried::Chroot | Tried::Entering)
        || crate::kernel::has_capability(Capabilities::SYS_CHROOT)
    {
        return None;
    }
    let what = if asked.tried == Tried::Chroot { "another root" } else { "another mount namespace" };
    reason(
        format!("{what} can only be taken with CAP_SYS_CHROOT, and we have it not"),
        "be root in a user namespace of your own: put unshare --user --map-root-user before it",
    )
}

fn read_only(asked: &Asked) -> Option<Reason> {
    let Tried::Files(place) = asked.tried else { return None };
    let there = place.ancestors().find(|path| path.exists())?;
    let mount = mount_of(there).filter(crate::kernel::proc::Mount::is_read_only)?;
    reason(
        format!("{} lies on {}, which is mounted read-only", place.display(), mount.mountpoint.display()),
        "name a directory that can be written",
    )
}

fn directory_is_not_ours(asked: &Asked) -> Option<Reason> {
    let Tried::Files(place) = asked.tried else { return None };
    let (directory, owner) = evidence::foreign_directory(place, asked.before.ids.0)?;
    reason(
        format!("{} belongs to user {owner}, and we are {}", directory.display(), asked.before.ids.0),
        "name a directory of yours",
    )
}

fn cgroups_are_read_only(asked: &Asked) -> Option<Reason> {
    let Tried::Cgroup(parent) = asked.tried else { return None };
    reason(
        format!("{} is read-only: we are in a container ourselves, or in a session", parent.display()),
        "run layerlab outside of it, or let the container have cgroups of its own: docker run --privileged --cgroupns=private",
    )
}

fn cgroups_are_not_ours(asked: &Asked) -> Option<Reason> {
    let Tried::Cgroup(parent) = asked.tried else { return None };
    let shown = parent.display();
    if asked.before.ids.0 == 0 && !evidence::is_machines_user_namespace() {
        return reason(
            format!("{shown} belongs to root of the machine, and we are root of a user namespace"),
            "run layerlab outside of this user namespace (a rootless container is one), as root",
        );
    }
    // Nobody gives away trees of version 1; they have a file `tasks`.
    match parent.join("tasks").exists() {
        true => reason(format!("{shown} belongs to root"), "sudo layerlab …"),
        false => reason(
            format!("{shown} was not given to this user"),
            "sudo layerlab …, or where systemd runs: systemd-run --user --scope -p Delegate=yes layerlab …",
        ),
    }
}

fn cgroup_has_processes(asked: &Asked) -> Option<Reason> {
    let Tried::Cgroup(parent) = asked.tried else { return None };
    reason(
        format!("there are processes in {}, and then it can have no cgroups with limits", parent.display()),
        "systemd-run --scope -p Delegate=yes layerlab …, or run layerlab outside of this container",
    )
}

fn cgroups_are_limited(asked: &Asked) -> Option<Reason> {
    let Tried::Cgroup(parent) = asked.tried else { return None };
    let file = parent.join("cgroup.max.descendants");
    let most = std::fs::read_to_string(&file).ok()?;
    reason(
        format!("there are as many cgroups as may be, here or above: {} is {}", file.display(), most.trim()),
        "remove cgroups that nobody is in, or raise the limit there",
    )
}

fn cgroup_value(asked: &Asked) -> Option<Reason> {
    matches!(asked.tried, Tried::Cgroup(_)).then_some(())?;
    reason("the kernel does not take this value", "give another limit")
}

/// Making namespaces and mounts needs CAP_SYS_ADMIN in the user namespace that owns them.
fn without_sys_admin(asked: &Asked) -> Option<Reason> {
    let needs = matches!(asked.tried, Tried::Mount(_) | Tried::Unmount | Tried::Spread | Tried::PivotRoot);
    if !needs || crate::kernel::has_capability(Capabilities::SYS_ADMIN) {
        return None;
    }
    reason(
        "mounting needs CAP_SYS_ADMIN in the namespace that owns the mounts, and we have it not",
        "do it in namespaces of your own: unshare --user --map-root-user --mount",
    )
}

/// Whether files are what was asked for. Who may not have them is told by their modes, far more often than by a filter.
fn is_about_files(asked: &Asked) -> bool {
    matches!(asked.tried, Tried::Entry | Tried::Files(_))
}

fn confined_by_apparmor(asked: &Asked) -> Option<Reason> {
    if is_about_files(asked) {
        return None;
    }
    let profile = evidence::apparmor_profile()?;
    reason(
        format!("we are confined by the AppArmor profile {profile} (/proc/self/attr/current)"),
        "run layerlab outside of this container, or without the profile: docker run --security-opt apparmor=unconfined",
    )
}

fn filtered(asked: &Asked) -> Option<Reason> {
    if is_about_files(asked) || !evidence::is_filtered() {
        return None;
    }
    reason(
        "a filter weighs our system calls, as in a container (/proc/self/status: Seccomp is 2), and nothing else is seen that would refuse this one",
        "run layerlab outside of this container, or with: docker run --security-opt seccomp=unconfined --cap-add SYS_ADMIN",
    )
}

fn unknown_call(asked: &Asked) -> Option<Reason> {
    reason(format!("Linux {} does not know {}(2)", kernel_release(), asked.call?), "use a newer kernel")
}

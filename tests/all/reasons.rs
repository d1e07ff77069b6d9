//! Every row of the table of reasons, provoked: the evidence is made in namespaces of our own, and what the table finds must
//! be the reason for it. Nothing of another kernel is needed: its release comes from personality(2), its missing parts from
//! mounts over what it tells.

use crate::support;
use crate::support::image::Image;
use crate::support::{Ended, is_in_three_lines, text};
use layerlab::ground::Errno;
use layerlab::kernel::{CallError, Namespaces};
use layerlab::reason::{Before, Tried};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

const TEST: &str = "reasons::each_row_of_the_table_finds_its_evidence";

const USER: Namespaces =
    Namespaces { user: true, mount: false, uts: false, ipc: false, pid: false, net: false, cgroup: false, time: false };
const MOUNT: Namespaces = Namespaces { user: false, mount: true, ..USER };
const NET: Namespaces = Namespaces { user: false, net: true, ..USER };

/// What the scripts call.
const PRELUDE: &str = r#"
cover() { # DIRECTORY FILE CONTENT: what the kernel tells there is covered
    mount -t tmpfs cover "$1" && echo "$3" > "$1/$2"
}
without() { # CAPABILITY PROGRAM…
    local lost=$1; shift
    exec setpriv --bounding-set="-$lost" --inh-caps="-$lost" "$@"
}
no_overlay() {
    local list; list=$(mktemp)
    grep -v overlay /proc/filesystems > "$list"
    mount --bind "$list" /proc/filesystems; rm "$list"
}
modules() { # LINE: the list of modules for the release that is told; a machine may have no directory of modules
    local layer lib; layer=$(mktemp -d) lib=$(readlink -f /lib)
    mkdir -p "$layer/modules/$(uname -r)" && echo "$1" > "$layer/modules/$(uname -r)/modules.dep"
    mount -t overlay overlay -o "lowerdir=$layer:$lib" "$lib"
}
chrooted() { # [LEFT OUT]: $d is a directory, and no mount, in which all else of the machine is
    local at; d=$(mktemp -d); mount -t tmpfs chroot "$d"; mkdir "$d/root"
    for at in /*; do
        if [ -L "$at" ]; then cp -P "$at" "$d/root"; elif [ -d "$at" ]; then
            mkdir "$d/root$at"; [ "$at" = "$1" ] || mount --rbind "$at" "$d/root$at"
        fi
    done
    d=$d/root
}
filtered() { # unshare|vfork PROGRAM…: unshare(2) is EPERM, or processes that share their memory are EINVAL
    exec python3 -c '
import ctypes, os, struct, sys
x86 = os.uname().machine == "x86_64"
unshare, clone, clone3 = (272, 56, 435) if x86 else (97, 220, 435)
load, equal, has, give = 0x20, 0x15, 0x45, 0x06
allow, eperm, einval, enosys = 0x7fff0000, 0x50001, 0x50016, 0x50026
filters = {
    "unshare": [(load, 0, 0, 0), (equal, 0, 1, unshare), (give, 0, 0, eperm), (give, 0, 0, allow)],
    "vfork": [(load, 0, 0, 0), (equal, 0, 1, clone3), (give, 0, 0, enosys), (equal, 0, 3, clone), (load, 0, 0, 16),
        (has, 0, 1, 0x4000), (give, 0, 0, einval), (give, 0, 0, allow)],
}
program = b"".join(struct.pack("HBBI", *line) for line in filters[sys.argv[1]])
held = ctypes.create_string_buffer(program)
class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_void_p)]
c = ctypes.CDLL(None)
assert c.prctl(38, 1, 0, 0, 0) == 0
assert c.prctl(22, 2, ctypes.byref(Filter(len(program) // 8, ctypes.addressof(held)))) == 0
os.execvp(sys.argv[2], sys.argv[2:])' "$@"
}
"#;

/// A script as root of namespaces of its own, which runs these words somewhere.
fn inside(script: &str, words: &[OsString]) -> Command {
    let mut command = support::command("unshare");
    command.args(["--user", "--map-root-user", "--mount", "--propagation", "private", "bash", "-c"]);
    command.arg(format!("{PRELUDE}\n{script}")).arg("bash").args(words);
    command
}

/// The program there, with these words.
fn program(script: &str, words: &str) -> Ended {
    let words = words.split(' ').map(OsString::from);
    let words: Vec<OsString> = [support::program().into_os_string()].into_iter().chain(words).collect();
    text(inside(script, &words).env("COLUMNS", "400"))
}

/// What the evidence is, made by a shell as root of namespaces of its own, which then runs `"$@"`; what was refused, and how;
/// the beginning of the reason and a part of what is to be done. Both are empty where there is no evidence.
#[rustfmt::skip]
fn rows() -> Vec<(&'static str, Tried<'static>, Errno, &'static str, &'static str)> {
    vec![
        ("exec \"$@\"", Tried::Namespaces(USER), Errno::EPERM, "", ""),
        (
            "cover /proc/sys/kernel unprivileged_userns_clone 0; without sys_admin \"$@\"",
            Tried::Namespaces(USER), Errno::EPERM,
            "user namespaces are switched off for ordinary users (kernel.unprivileged_userns_clone is 0)",
            "sudo sysctl kernel.unprivileged_userns_clone=1",
        ),
        (
            "exec unshare --user \"$@\"",
            Tried::Namespaces(USER), Errno::EPERM,
            "we are in a user namespace in which nobody has a number",
            "unshare --user --map-root-user",
        ),
        (
            "echo 0 > /proc/sys/user/max_user_namespaces; without sys_admin \"$@\"",
            Tried::Namespaces(USER), Errno::ENOSPC,
            "this machine allows no user namespaces: user.max_user_namespaces is 0",
            "sudo sysctl user.max_user_namespaces=10000, or run layerlab with sudo",
        ),
        (
            "echo 0 > /proc/sys/user/max_mnt_namespaces; exec \"$@\"",
            Tried::Namespaces(MOUNT), Errno::ENOSPC,
            "this machine allows no mount namespaces: user.max_mnt_namespaces is 0",
            "sudo sysctl user.max_mnt_namespaces=10000",
        ),
        (
            "echo 0 > /proc/sys/user/max_net_namespaces; exec \"$@\"",
            Tried::Namespaces(NET), Errno::ENOSPC,
            "this machine allows no network namespaces: user.max_net_namespaces is 0",
            "sudo sysctl user.max_net_namespaces=10000",
        ),
        (
            // The limit is one of the namespace around this one, and not to be seen.
            "exec \"$@\"",
            Tried::Namespaces(NET), Errno::ENOSPC,
            "there are as many namespaces as may be, here or in a user namespace around this one: the limits are user.max_net_namespaces",
            "lsns lists them",
        ),
        (
            "cover /proc/sys/kernel apparmor_restrict_unprivileged_userns 1; without sys_admin \"$@\"",
            Tried::IdMap, Errno::EPERM,
            "AppArmor lets only named programs use user namespaces",
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        (
            "without setfcap \"$@\"",
            Tried::IdMap, Errno::EPERM,
            "root may be mapped into a user namespace only by who has CAP_SETFCAP",
            "--cap-add SETFCAP",
        ),
        (
            "without sys_admin \"$@\"",
            Tried::Namespaces(NET), Errno::EPERM,
            "only a user namespace can be had without CAP_SYS_ADMIN",
            "--user --map-root-user",
        ),
        (
            "without sys_chroot \"$@\"",
            Tried::Chroot, Errno::EPERM,
            "another root can only be taken with CAP_SYS_CHROOT",
            "unshare --user --map-root-user",
        ),
        (
            "without sys_chroot \"$@\"",
            Tried::Entering, Errno::EPERM,
            "another mount namespace can only be taken with CAP_SYS_CHROOT",
            "unshare --user --map-root-user",
        ),
        (
            "without sys_admin \"$@\"",
            Tried::Mount("tmpfs"), Errno::EPERM,
            "mounting needs CAP_SYS_ADMIN in the namespace that owns the mounts",
            "unshare --user --map-root-user --mount",
        ),
        (
            "chrooted; exec chroot $d \"$@\"",
            Tried::Spread, Errno::EINVAL,
            "our root is a directory and no mount, as after chroot(2), and only mounts are changed or exchanged",
            "leave the chroot",
        ),
        (
            "chrooted; exec chroot $d \"$@\"",
            Tried::Namespaces(USER), Errno::EPERM,
            "our root is a directory and no mount, as after chroot(2), and who is in a chroot gets no user namespace",
            "leave the chroot",
        ),
        (
            "chrooted /proc; exec chroot $d \"$@\"",
            Tried::Process, Errno::ENOENT,
            "there is no /proc here",
            "mount -t proc proc /proc",
        ),
        (
            "exec setarch --uname-2.6 \"$@\"",
            Tried::Mount("overlay"), Errno::EPERM,
            "this is Linux 2.6.",
            "use a kernel from 5.11",
        ),
        (
            "no_overlay; modules 'kernel/fs/overlayfs/overlay.ko.xz:'; exec \"$@\"",
            Tried::Mount("overlay"), Errno::ENODEV,
            "/proc/filesystems does not list overlay: it is a module of this kernel that is not loaded",
            "modprobe overlay",
        ),
        (
            "no_overlay; modules 'kernel/fs/ext4/ext4.ko.xz:'; exec \"$@\"",
            Tried::Mount("overlay"), Errno::ENODEV,
            "Linux ",
            "use a kernel that was built with overlay",
        ),
        (
            "no_overlay; exec setarch --uname-2.6 \"$@\"",
            Tried::Mount("overlay"), Errno::ENODEV,
            "/proc/filesystems does not list overlay, and no modules of Linux 2.6.",
            "load the module on the machine itself",
        ),
        (
            "mount -t tmpfs t /proc/sys; exec \"$@\"",
            Tried::Mount("proc"), Errno::EPERM,
            "a part of the /proc that is here is covered, and a new one would show it: /proc/sys",
            "systempaths=unconfined",
        ),
        (
            "mount -t tmpfs -o ro t /mnt; exec \"$@\"",
            Tried::Files(Path::new("/mnt/a/b")), Errno::EROFS,
            "/mnt/a/b lies on /mnt, which is mounted read-only",
            "name a directory that can be written",
        ),
        (
            "exec \"$@\"",
            Tried::Cgroup(Path::new("/mnt")), Errno::EACCES,
            "/mnt belongs to root of the machine, and we are root of a user namespace",
            "outside of this user namespace",
        ),
        (
            "mount -t tmpfs t /mnt; : > /mnt/tasks; exec unshare --user --map-user 5 \"$@\"",
            Tried::Cgroup(Path::new("/mnt")), Errno::EACCES,
            "/mnt belongs to root",
            "sudo layerlab",
        ),
        (
            "exec unshare --user --map-user 5 \"$@\"",
            Tried::Cgroup(Path::new("/mnt")), Errno::EACCES,
            "/mnt was not given to this user",
            "systemd-run --user --scope -p Delegate=yes",
        ),
        (
            "exec \"$@\"",
            Tried::Cgroup(Path::new("/mnt")), Errno::EBUSY,
            "there are processes in /mnt",
            "systemd-run --scope",
        ),
        (
            "mount -t tmpfs t /mnt; echo 0 > /mnt/cgroup.max.descendants; exec \"$@\"",
            Tried::Cgroup(Path::new("/mnt")), Errno::ENOSPC,
            "there are as many cgroups as may be, here or above: /mnt/cgroup.max.descendants is 0",
            "remove cgroups",
        ),
        ("filtered unshare \"$@\"", Tried::Entry, Errno::EPERM, "you may not do that there", "of yours"),
        (
            "filtered unshare \"$@\"",
            Tried::Other, Errno::EPERM,
            "a filter weighs our system calls",
            "seccomp=unconfined",
        ),
        ("exec \"$@\"", Tried::Other, Errno::ENOSYS, "Linux ", "use a newer kernel"),
        ("exec \"$@\"", Tried::Other, Errno::ENOSPC, "there is no room left on that file system", "make room there"),
        // Nothing is seen that explains these: then nothing is said.
        ("exec \"$@\"", Tried::Mount("tmpfs"), Errno::EPERM, "", ""),
        ("exec \"$@\"", Tried::Mount("overlay"), Errno::EPERM, "", ""),
        ("exec \"$@\"", Tried::PivotRoot, Errno::EINVAL, "", ""),
        ("exec \"$@\"", Tried::Namespaces(MOUNT), Errno::EINVAL, "", ""),
        ("exec \"$@\"", Tried::IdMap, Errno::EPERM, "", ""),
    ]
}

#[test]
fn each_row_of_the_table_finds_its_evidence() {
    if let Ok(number) = std::env::var("LAYERLAB_TEST_REASON") {
        let (_, tried, errno, ..) = rows()[number.parse::<usize>().unwrap()];
        let found = Before::now().found(tried, &CallError::of("call", "", errno));
        let (why, fix) = found.map_or_else(Default::default, |reason| (reason.why, reason.fix));
        print!("\u{1}{why}\u{1}{fix}\u{1}");
        return;
    }
    let words = support::alone(TEST);
    let mut wrong = Vec::new();
    for (number, (script, tried, errno, why, fix)) in rows().into_iter().enumerate() {
        let ended = text(inside(script, &words).env("LAYERLAB_TEST_REASON", number.to_string()));
        let said: Vec<&str> = ended.stdout.split('\u{1}').collect();
        let is_right = said.len() == 4
            && said[1].starts_with(why)
            && said[2].contains(fix)
            && said[1].is_empty() == why.is_empty();
        if !is_right {
            wrong.push(format!("{script}\n  {tried:?} {} expected {why:?} {fix:?}\n  {ended:?}", errno.name()));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_limit_of_zero_is_told_by_everybody() {
    let none = "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$@\"";
    let why = "this machine allows no user namespaces: user.max_user_namespaces is 0";
    let list = program(none, "list").stdout;
    assert!(
        list.contains(&format!("Lessons 11, 14 cannot run here: {why}."))
            && list.contains("Begin with: layerlab run 1"),
        "{list}"
    );
    let run = program(none, "run 14 --auto");
    assert!(run.code == Some(3) && run.stdout.is_empty() && run.stderr.contains(why), "{run:?}");
    let doctor = program(none, "doctor 14");
    assert!(doctor.code == Some(3) && doctor.stdout.contains(why), "{doctor:?}");
    let network = "echo 0 > /proc/sys/user/max_net_namespaces; exec \"$@\"";
    let doctor = program(network, "doctor 15");
    let fix = "sudo sysctl user.max_net_namespaces=10000";
    assert!(doctor.stdout.contains(fix) && !doctor.stdout.contains("modprobe"), "{doctor:?}");
    // Of which namespace the limit is, is seen only before one goes into a user namespace.
    for kind in ["mnt", "pid", "ipc", "uts"] {
        let zero = format!("echo 0 > /proc/sys/user/max_{kind}_namespaces; without sys_admin \"$@\"");
        let run = program(&zero, "run 9 --auto");
        let fix = format!("  fix   sudo sysctl user.max_{kind}_namespaces=10000\n");
        assert!(run.code == Some(3) && run.stderr.contains(&fix), "{kind}: {run:?}");
        is_in_three_lines(&run);
        let list = program(&zero, "list").stdout;
        assert!(list.contains("No lesson can run here: ") && !list.contains("Begin with"), "{kind}: {list}");
    }
}

#[test]
fn a_chroot_is_told_as_one() {
    for (script, why) in [
        ("chrooted; exec chroot $d \"$@\"", "our root is a directory and no mount"),
        ("chrooted /proc; exec chroot $d \"$@\"", "there is no /proc here"),
    ] {
        for command in ["run 1 --auto", "shell 3 -c true"] {
            let ended = program(script, command);
            assert!(ended.code == Some(3) && ended.stderr.contains(why), "{command}: {ended:?}");
        }
        let list = program(script, "list").stdout;
        assert!(list.contains(&format!("No lesson can run here: {why}")) && !list.contains("Begin with"), "{list}");
        let doctor = program(script, "doctor");
        assert!(doctor.code == Some(3) && doctor.stdout.contains(why), "{doctor:?}");
        assert!(
            doctor.stdout.ends_with("\nNo lesson can run here.\n") && !doctor.stdout.contains("scratch"),
            "{doctor:?}"
        );
    }
}

#[test]
fn a_filter_of_system_calls_is_told_as_one() {
    for command in ["run 1 --auto", "container run / true"] {
        let ended = program("filtered unshare \"$@\"", command);
        assert_eq!(ended.code, Some(3), "{command}: {ended:?}");
        is_in_three_lines(&ended);
        assert!(ended.stderr.contains("(/proc/self/status: Seccomp is 2)"), "{command}: {ended:?}");
    }
}

#[test]
fn root_that_was_given_less_is_an_ordinary_user_or_told_why_not() {
    let run = program("without sys_chroot \"$@\"", "run 9 --auto");
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = program("without sys_admin,-setfcap \"$@\"", "run 9 --auto");
    assert!(run.code == Some(3) && run.stderr.contains("by who has CAP_SETFCAP"), "{run:?}");
}

#[test]
fn before_5_11_overlays_are_for_root() {
    // The kernel's answer is made by strace(1), the release by personality(2).
    let old = "exec setarch --uname-2.6 strace -f -qq -o /dev/null -e inject=fsconfig:error=EPERM \"$@\"";
    let why = "before 5.11 overlays are mounted by root of the machine alone";
    let run = program(old, "run 1 --auto");
    assert!(run.code == Some(3) && run.stdout.is_empty() && run.stderr.contains(why), "{run:?}");
    assert!(run.stderr.contains("  fix   run layerlab with sudo, or use a kernel from 5.11\n"), "{run:?}");
    let list = program(old, "list").stdout;
    assert!(
        list.contains("Lessons 1, 2, 3, ") && list.contains(why) && list.contains("Begin with: layerlab run 9"),
        "{list}"
    );
    let doctor = program(old, "doctor 1");
    assert!(doctor.code == Some(3) && doctor.stdout.contains(why), "{doctor:?}");
}

#[test]
fn what_this_machine_refuses_in_the_middle_of_a_lesson_is_no_fault_of_the_lesson() {
    // Nothing is seen beforehand; that it was the machine, a try after the run tells.
    let run = program("exec strace -f -qq -o /dev/null -e inject=fsconfig,fsmount:error=EPERM \"$@\"", "run 1 --auto");
    assert!(run.code == Some(3) && run.stderr.starts_with("error: lesson 1 cannot run here\n"), "{run:?}");
    assert!(run.stderr.contains("unknown: nothing on this machine shows why"), "{run:?}");
}

#[test]
fn trouble_with_the_scratch_space_is_told_as_such() {
    let nowhere = "mount -t tmpfs -o ro t /mnt; export LAYERLAB_SCRATCH=/mnt/scratch; exec \"$@\"";
    let doctor = program(nowhere, "doctor");
    assert_eq!(doctor.code, Some(3), "{doctor:?}");
    for part in [
        "✓ namespaces of our own",
        "✗ scratch space  does not work",
        "/mnt/scratch lies on /mnt, which is mounted read-only",
        "fix  set LAYERLAB_SCRATCH to a directory of yours on ext4, xfs or btrfs\n",
    ] {
        assert!(doctor.stdout.contains(part), "{part}: {doctor:?}");
    }
    if !support::is_root() {
        let foreign = program("export LAYERLAB_SCRATCH=/sys/none; exec \"$@\"", "run 1 --auto");
        assert!(foreign.code == Some(3) && foreign.stderr.contains("  why   /sys belongs to user "), "{foreign:?}");
    }
}

#[test]
fn a_time_namespace_does_without_vfork() {
    let image = Image::new();
    let root = image.root();
    let words = format!("container run --time {} /bin/cat /proc/self/timens_offsets", root.display());
    let ended = program("filtered vfork \"$@\"", &words);
    assert!(ended.code == Some(0) && ended.stdout.contains("monotonic"), "{ended:?}");
    // So it is known that the filter does what kernels before 6.3 do.
    let without = program("filtered vfork \"$@\"", &words.replace("--time ", ""));
    assert!(without.code == Some(3) && without.stderr.contains("fork() = -1 EINVAL"), "{without:?}");
}

#[test]
fn an_errno_without_a_name_keeps_its_number() {
    for (number, name) in [(524, "ENOTSUPP (Unknown error 524)"), (520, "errno 520 (Unknown error)")] {
        let script = format!("exec strace -f -qq -o /dev/null -e inject=mount:error={number} \"$@\"");
        let run = program(&script, "run 9 --auto");
        assert!(run.code == Some(3) && run.stderr.contains(&format!("= -1 {name}\n")), "{run:?}");
    }
}

//! The programs that a root file system has: enough to look around, to mount, and to make namespaces in it; and where this
//! host has them.

use crate::kernel::proc::{find_program, is_program};
use std::ffi::OsStr;
use std::path::PathBuf;

/// Where distributions have their programs; a program of the same name in a directory of the user's own is not meant.
pub(super) const PLACES: &[&str] = &["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/// A program by its name, and the Debian package that has it.
pub(super) const PROGRAMS: &[(&str, &str)] = &[
    // A shell.
    ("sh", "dash"),
    ("bash", "bash"),
    ("echo", "coreutils"),
    ("printf", "coreutils"),
    ("env", "coreutils"),
    ("test", "coreutils"),
    ("[", "coreutils"),
    ("true", "coreutils"),
    ("false", "coreutils"),
    ("sleep", "coreutils"),
    ("clear", "ncurses-bin"),
    ("tty", "coreutils"),
    ("stty", "coreutils"),
    // Files.
    ("ls", "coreutils"),
    ("cat", "coreutils"),
    ("head", "coreutils"),
    ("tail", "coreutils"),
    ("grep", "grep"),
    ("sed", "sed"),
    ("sort", "coreutils"),
    ("cut", "coreutils"),
    ("tr", "coreutils"),
    ("wc", "coreutils"),
    ("tee", "coreutils"),
    ("find", "findutils"),
    ("stat", "coreutils"),
    ("touch", "coreutils"),
    ("mkdir", "coreutils"),
    ("rmdir", "coreutils"),
    ("rm", "coreutils"),
    ("cp", "coreutils"),
    ("mv", "coreutils"),
    ("ln", "coreutils"),
    ("readlink", "coreutils"),
    ("realpath", "coreutils"),
    ("basename", "coreutils"),
    ("dirname", "coreutils"),
    ("pwd", "coreutils"),
    ("chmod", "coreutils"),
    ("chown", "coreutils"),
    ("mknod", "coreutils"),
    ("dd", "coreutils"),
    ("df", "coreutils"),
    ("du", "coreutils"),
    // Who and where we are.
    ("id", "coreutils"),
    ("whoami", "coreutils"),
    ("uname", "coreutils"),
    ("hostname", "hostname"),
    ("date", "coreutils"),
    ("nproc", "coreutils"),
    ("free", "procps"),
    // Processes.
    ("ps", "procps"),
    ("top", "procps"),
    ("kill", "procps"),
    ("pgrep", "procps"),
    // Mounts and namespaces.
    ("mount", "mount"),
    ("umount", "mount"),
    ("findmnt", "util-linux"),
    ("mountpoint", "util-linux"),
    ("pivot_root", "util-linux"),
    ("chroot", "coreutils"),
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
    ("lsns", "util-linux"),
    ("setpriv", "util-linux"),
    ("capsh", "libcap2-bin"),
    // The network.
    ("ip", "iproute2"),
    ("ping", "iputils-ping"),
];

/// A program of this host, by its name.
pub(super) fn find(name: &OsStr) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = PLACES.iter().map(PathBuf::from).chain(std::env::split_paths(&path).filter(|path| path.is_absolute()));
    find_program(name, std::env::join_paths(places).ok()?).filter(|path| path.is_absolute() && is_program(path))
}

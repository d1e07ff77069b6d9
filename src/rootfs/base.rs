//! What every root file system has whatever is in it: the usual directories (hier(7), file-hierarchy(7)) and the few
//! files that programs expect. Nothing of it is read from this host.

use crate::tree::{Inside, Meta, TreeError, TreeWriter};
use std::path::Path;

/// The usual directories, with their modes.
pub(super) const DIRECTORIES: &[(&str, u32)] = &[
    ("/bin", 0o755),
    ("/dev", 0o755),
    ("/etc", 0o755),
    ("/home", 0o755),
    ("/lib", 0o755),
    ("/mnt", 0o755),
    ("/proc", 0o755),
    ("/root", 0o700),
    ("/run", 0o755),
    ("/sbin", 0o755),
    ("/sys", 0o755),
    ("/tmp", 0o1777),
    ("/usr/bin", 0o755),
    ("/usr/lib", 0o755),
    ("/usr/sbin", 0o755),
    ("/var", 0o755),
    ("/var/log", 0o755),
    ("/var/tmp", 0o1777),
];

/// Links to where a merged /usr has their files, on hosts that have one; made where the host has them.
pub(super) const LINKS: &[&str] =
    &["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64"];

/// A prompt that says where one is, and works in every shell.
const PROFILE: &str = "\
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
PS1='rootfs:$PWD# '
";

const FILES: &[(&str, &str)] = &[
    ("/etc/hostname", "rootfs\n"),
    ("/etc/hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"),
    ("/etc/resolv.conf", ""),
    ("/etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"),
    // Names are looked up in the files beside it, and nowhere else.
    ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
    ("/etc/profile", PROFILE),
];

/// Writes them.
pub(super) fn files(tree: &mut TreeWriter, shell: &str) -> Result<(), TreeError> {
    let meta = Meta::mode(0o644);
    for (path, text) in FILES {
        tree.text(&Inside::of(Path::new(path)), &meta, text)?;
    }
    let passwd = format!("root:x:0:0:root:/root:{shell}\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
    tree.text(&Inside::of(Path::new("/etc/passwd")), &meta, &passwd)?;
    // df and busybox look there.
    tree.symlink(&Inside::of(Path::new("/etc/mtab")), "../proc/self/mounts".as_ref(), &Meta::default())
}

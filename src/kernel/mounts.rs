//! Mounts other than overlays: mount(2), umount2(2), move_mount(2).

use crate::ground::Errno;
use crate::kernel::proc::Mount;
use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
pub(super) use nix::mount::MsFlags;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, StatVfsMountFlags};
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, fsconfig_create, fsmount,
    fsopen,
};
use std::ffi::OsStr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What a mount as a whole forbids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MountFlags {
    /// `ro`
    pub read_only: bool,
    /// `nosuid`
    pub no_suid: bool,
    /// `nodev`
    pub no_devices: bool,
    /// `noexec`
    pub no_exec: bool,
}

impl MountFlags {
    fn bits(self) -> MsFlags {
        let mut bits = MsFlags::empty();
        bits.set(MsFlags::MS_RDONLY, self.read_only);
        bits.set(MsFlags::MS_NOSUID, self.no_suid);
        bits.set(MsFlags::MS_NODEV, self.no_devices);
        bits.set(MsFlags::MS_NOEXEC, self.no_exec);
        bits
    }
}

/// MS_NOSYMFOLLOW, which nix does not name.
const NOSYMFOLLOW: MsFlags = MsFlags::from_bits_retain(256);

/// mount(2) with any of its arguments left out: rustix has no function for that.
pub(super) fn mount(
    source: Option<&OsStr>,
    target: &Path,
    kind: Option<&str>,
    flags: MsFlags,
    data: Option<&[u8]>,
) -> Result<(), Errno> {
    Ok(nix::mount::mount(source, target, kind, flags, data.map(OsStr::from_bytes))?)
}

/// The flags in strace's order, which is that of their bits.
fn shown(flags: MsFlags) -> String {
    let names: Vec<&str> = flags.iter_names().map(|(name, _)| name).collect();
    if names.is_empty() { "0".to_string() } else { names.join("|") }
}

/// Removes the POSIX message queues of the IPC namespace that we are in; mq_overview(7). They are the files of a file system that
/// is mounted nowhere for it.
pub fn remove_posix_queues() -> std::io::Result<()> {
    let context = fsopen("mqueue", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(&context)?;
    let queues = fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, MountAttrFlags::empty())?;
    let queues = rustix::fs::openat(&queues, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    for name in crate::kernel::names_in(&queues)? {
        rustix::fs::unlinkat(&queues, name, AtFlags::empty())?;
    }
    Ok(())
}

/// Whether this process may change its mount namespace: CAP_SYS_ADMIN in the user namespace that owns it. Asked by a
/// mount(2) with two kinds of propagation at once, which the kernel refuses to everybody, and with EPERM to who may not
/// (fs/namespace.c: path_mount).
pub fn may_mount() -> bool {
    let both = MsFlags::MS_PRIVATE | MsFlags::MS_SHARED;
    nix::mount::mount(None::<&str>, "/", None::<&str>, both, None::<&str>) != Err(nix::errno::Errno::EPERM)
}

impl Sys {
    /// mount(2) of a tmpfs; `options` as in tmpfs(5) (`size=1m,mode=755`), empty for none.
    pub fn mount_tmpfs(&mut self, source: &str, target: &Path, options: &str) -> Result<(), CallError> {
        self.mount_plain("tmpfs", source, target, MountFlags::default(), options)
    }

    /// mount(2) of a file system that needs no disk: `tmpfs`, `proc`, `cgroup`, `cgroup2`.
    pub fn mount_plain(
        &mut self,
        kind: &str,
        source: &str,
        target: &Path,
        flags: MountFlags,
        options: &str,
    ) -> Result<(), CallError> {
        let data = (!options.is_empty()).then_some(options);
        let outcome = mount(Some(source.as_ref()), target, Some(kind), flags.bits(), data.map(str::as_bytes));
        let args = || {
            let data = data.map_or("NULL".to_string(), |data| strace::path(data.as_ref()));
            let source = strace::path(source.as_ref());
            format!("{source}, {}, \"{kind}\", {}, {data}", strace::path(target), shown(flags.bits()))
        };
        self.note_zero("mount", args, outcome)
    }

    /// The same where the source is called as the kind is: nobody has to tell them apart.
    pub fn mount_new(&mut self, kind: &str, target: &Path, flags: MountFlags, options: &str) -> Result<(), CallError> {
        self.mount_plain(kind, kind, target, flags, options)
    }

    /// mount(2) with MS_BIND: the same directory at a second place; with MS_REC, what is mounted below it too.
    pub fn bind_mount(&mut self, source: &Path, target: &Path, recursive: bool) -> Result<(), CallError> {
        let (flags, shown) = match recursive {
            true => (MsFlags::MS_BIND | MsFlags::MS_REC, "MS_BIND|MS_REC"),
            false => (MsFlags::MS_BIND, "MS_BIND"),
        };
        let outcome = mount(Some(source.as_ref()), target, None, flags, None);
        let args = || format!("{}, {}, NULL, {shown}, NULL", strace::path(source), strace::path(target));
        self.note_zero("mount", args, outcome)
    }

    /// mount(2) with MS_REMOUNT|MS_BIND|MS_RDONLY: this mount can no longer be written through.
    pub fn remount_read_only(&mut self, target: &Path) -> Result<(), CallError> {
        self.restrict_mount(target, MountFlags { read_only: true, ..MountFlags::default() })
    }

    /// mount(2) with MS_REMOUNT|MS_BIND: what this mount forbids from now on, besides what it forbids already.
    ///
    /// That is said again: a remount drops whatever is not, and in a user namespace the kernel answers EPERM to whoever
    /// drops `nosuid` and the like of a mount that came from outside.
    pub fn restrict_mount(&mut self, target: &Path, forbidden: MountFlags) -> Result<(), CallError> {
        let mut flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | forbidden.bits();
        if let Ok(found) = rustix::fs::statvfs(target) {
            for (has, flag) in [
                (StatVfsMountFlags::RDONLY, MsFlags::MS_RDONLY),
                (StatVfsMountFlags::NOSUID, MsFlags::MS_NOSUID),
                (StatVfsMountFlags::NODEV, MsFlags::MS_NODEV),
                (StatVfsMountFlags::NOEXEC, MsFlags::MS_NOEXEC),
                (StatVfsMountFlags::NOATIME, MsFlags::MS_NOATIME),
                (StatVfsMountFlags::NODIRATIME, MsFlags::MS_NODIRATIME),
                (StatVfsMountFlags::RELATIME, MsFlags::MS_RELATIME),
            ] {
                flags |= if found.f_flag.contains(has) { flag } else { MsFlags::empty() };
            }
        }
        let outcome = mount(None, target, None, flags, None);
        self.note_zero("mount", || format!("NULL, {}, NULL, {}, NULL", strace::path(target), shown(flags)), outcome)
    }

    /// The same for a mount of the table, whose flags stand there: a network drive that is away is asked nothing.
    /// mount_setattr(2) with AT_RECURSIVE does all at once since Linux 5.12, but none of our crates has it.
    pub fn restrict_listed(&mut self, mount: &Mount, forbidden: MountFlags) -> Result<(), CallError> {
        let has = |name: &str| mount.options.iter().any(|option| option == name);
        let mut flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | forbidden.bits();
        for (name, flag) in [
            ("ro", MsFlags::MS_RDONLY),
            ("nosuid", MsFlags::MS_NOSUID),
            ("nodev", MsFlags::MS_NODEV),
            ("noexec", MsFlags::MS_NOEXEC),
            ("nosymfollow", NOSYMFOLLOW),
        ] {
            flags |= if has(name) { flag } else { MsFlags::empty() };
        }
        // What is said of access times stays as it is, as long as nothing is said.
        let outcome = self::mount(None, &mount.mountpoint, None, flags, None);
        let args = || format!("NULL, {}, NULL, {}, NULL", strace::path(&mount.mountpoint), shown(flags));
        self.note_zero("mount", args, outcome)
    }

    /// open_tree(2) and move_mount(2): a mount leaves its place and comes to where a descriptor is. No path is looked up
    /// there.
    pub fn move_mount_to(&mut self, from: &Path, to: &OwnedFd) -> Result<(), CallError> {
        let moved = rustix::mount::open_tree(CWD, from, OpenTreeFlags::OPEN_TREE_CLOEXEC);
        let args = || format!("AT_FDCWD, {}, OPEN_TREE_CLOEXEC", strace::path(from));
        let moved = self.note("open_tree", args, moved, |fd| fd.as_raw_fd().into())?;
        let both = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
        let outcome = rustix::mount::move_mount(&moved, "", to, "", both);
        let flags = "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH";
        let args = || format!("{}, \"\", {}, \"\", {flags}", moved.as_raw_fd(), to.as_raw_fd());
        self.note_zero("move_mount", args, outcome)
    }

    /// mount(2) with MS_REMOUNT|MS_BIND: what a mount of ours forbids from now on; anything else it allows.
    pub fn remount_with(&mut self, target: &Path, flags: MountFlags) -> Result<(), CallError> {
        let flags = flags.bits() | MsFlags::MS_REMOUNT | MsFlags::MS_BIND;
        let outcome = mount(None, target, None, flags, None);
        self.note_zero("mount", || format!("NULL, {}, NULL, {}, NULL", strace::path(target), shown(flags)), outcome)
    }

    /// pivot_root(2) with `.` twice: the working directory becomes `/`, and the old root lies over it until
    /// [`Sys::detach_old_root`].
    pub fn pivot_root_here(&mut self) -> Result<(), CallError> {
        let outcome = rustix::process::pivot_root(".", ".");
        self.note_zero("pivot_root", || "\".\", \".\"".to_string(), outcome)
    }

    /// umount2(2) of `.` with MNT_DETACH: the old root, after [`Sys::pivot_root_here`].
    pub fn detach_old_root(&mut self) -> Result<(), CallError> {
        let outcome = rustix::mount::unmount(".", UnmountFlags::DETACH);
        self.note_zero("umount2", || "\".\", MNT_DETACH".to_string(), outcome)
    }

    /// umount2(2), not following a symbolic link at the end of the path.
    pub fn unmount(&mut self, target: &Path) -> Result<(), CallError> {
        let outcome = rustix::mount::unmount(target, UnmountFlags::NOFOLLOW);
        self.zero("umount2", format!("{}, UMOUNT_NOFOLLOW", strace::path(target)), outcome)
    }

    /// umount2(2) with MNT_DETACH: out of the tree at once, gone when its last user is.
    pub fn detach(&mut self, target: &Path) -> Result<(), CallError> {
        let outcome = rustix::mount::unmount(target, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW);
        self.zero("umount2", format!("{}, MNT_DETACH|UMOUNT_NOFOLLOW", strace::path(target)), outcome)
    }
}

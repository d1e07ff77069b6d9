//! Mounts other than overlays: mount(2), umount2(2).

use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use nix::mount::{MntFlags, MsFlags};
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

/// The flags in strace's order, which is that of their bits.
fn shown(flags: MsFlags) -> String {
    let names: Vec<&str> = flags.iter_names().map(|(name, _)| name).collect();
    if names.is_empty() { "0".to_string() } else { names.join("|") }
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
        let outcome = nix::mount::mount(Some(source), target, Some(kind), flags.bits(), data);
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
        let outcome = nix::mount::mount(Some(source), target, None::<&str>, flags, None::<&str>);
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
        use nix::sys::statvfs::FsFlags;
        let mut flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | forbidden.bits();
        if let Ok(found) = nix::sys::statvfs::statvfs(target) {
            for (has, flag) in [
                (FsFlags::ST_RDONLY, MsFlags::MS_RDONLY),
                (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
                (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
                (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
                (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
                (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
                #[cfg(target_env = "gnu")]
                (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
            ] {
                flags |= if found.flags().contains(has) { flag } else { MsFlags::empty() };
            }
        }
        let outcome = nix::mount::mount(None::<&str>, target, None::<&str>, flags, None::<&str>);
        self.note_zero("mount", || format!("NULL, {}, NULL, {}, NULL", strace::path(target), shown(flags)), outcome)
    }

    /// mount(2) with MS_REMOUNT|MS_BIND: what a mount of ours forbids from now on; anything else it allows.
    pub fn remount_with(&mut self, target: &Path, flags: MountFlags) -> Result<(), CallError> {
        let flags = flags.bits() | MsFlags::MS_REMOUNT | MsFlags::MS_BIND;
        let outcome = nix::mount::mount(None::<&str>, target, None::<&str>, flags, None::<&str>);
        self.note_zero("mount", || format!("NULL, {}, NULL, {}, NULL", strace::path(target), shown(flags)), outcome)
    }

    /// pivot_root(2) with `.` twice: the working directory becomes `/`, and the old root lies over it until
    /// [`Sys::detach_old_root`].
    pub fn pivot_root_here(&mut self) -> Result<(), CallError> {
        let outcome = nix::unistd::pivot_root(".", ".");
        self.note_zero("pivot_root", || "\".\", \".\"".to_string(), outcome)
    }

    /// umount2(2) of `.` with MNT_DETACH: the old root, after [`Sys::pivot_root_here`].
    pub fn detach_old_root(&mut self) -> Result<(), CallError> {
        let outcome = nix::mount::umount2(".", MntFlags::MNT_DETACH);
        self.note_zero("umount2", || "\".\", MNT_DETACH".to_string(), outcome)
    }

    /// umount2(2), not following a symbolic link at the end of the path.
    pub fn unmount(&mut self, target: &Path) -> Result<(), CallError> {
        let outcome = nix::mount::umount2(target, MntFlags::UMOUNT_NOFOLLOW);
        self.zero("umount2", format!("{}, UMOUNT_NOFOLLOW", strace::path(target)), outcome)
    }

    /// umount2(2) with MNT_DETACH: out of the tree at once, gone when its last user is.
    pub fn detach(&mut self, target: &Path) -> Result<(), CallError> {
        let outcome = nix::mount::umount2(target, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW);
        self.zero("umount2", format!("{}, MNT_DETACH|UMOUNT_NOFOLLOW", strace::path(target)), outcome)
    }
}

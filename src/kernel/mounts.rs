//! Mounts other than overlays: mount(2), umount2(2).

use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use nix::mount::{MntFlags, MsFlags};
use std::path::Path;

impl Sys {
    /// mount(2) of a tmpfs; `options` as in tmpfs(5) (`size=1m,mode=755`), empty for none.
    pub fn mount_tmpfs(&mut self, source: &str, target: &Path, options: &str) -> Result<(), CallError> {
        let data = (!options.is_empty()).then_some(options);
        let outcome = nix::mount::mount(Some(source), target, Some("tmpfs"), MsFlags::empty(), data);
        let shown = data.map_or("NULL".to_string(), |data| strace::path(data.as_ref()));
        self.zero("mount", format!("\"{source}\", {}, \"tmpfs\", 0, {shown}", strace::path(target)), outcome)
    }

    /// mount(2) with MS_BIND: the same directory at a second place; with MS_REC, what is mounted below it too.
    pub fn bind_mount(&mut self, source: &Path, target: &Path, recursive: bool) -> Result<(), CallError> {
        let (flags, shown) = match recursive {
            true => (MsFlags::MS_BIND | MsFlags::MS_REC, "MS_BIND|MS_REC"),
            false => (MsFlags::MS_BIND, "MS_BIND"),
        };
        let outcome = nix::mount::mount(Some(source), target, None::<&str>, flags, None::<&str>);
        let args = format!("{}, {}, NULL, {shown}, NULL", strace::path(source), strace::path(target));
        self.zero("mount", args, outcome)
    }

    /// mount(2) with MS_REMOUNT|MS_BIND|MS_RDONLY: this mount can no longer be written through.
    pub fn remount_read_only(&mut self, target: &Path) -> Result<(), CallError> {
        let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
        let outcome = nix::mount::mount(None::<&str>, target, None::<&str>, flags, None::<&str>);
        self.zero("mount", format!("NULL, {}, NULL, MS_RDONLY|MS_REMOUNT|MS_BIND, NULL", strace::path(target)), outcome)
    }

    /// mount(2) with MS_REC|MS_PRIVATE: nothing that is mounted here reaches another namespace, and nothing comes in.
    pub fn make_private(&mut self, target: &Path) -> Result<(), CallError> {
        let flags = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        let outcome = nix::mount::mount(None::<&str>, target, None::<&str>, flags, None::<&str>);
        self.zero("mount", format!("NULL, {}, NULL, MS_REC|MS_PRIVATE, NULL", strace::path(target)), outcome)
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

//! Namespaces and roots as lessons show them: unshare(2), setns(2), chroot(2), pivot_root(2), sethostname(2), and the
//! mounts that go with them. Recorded.

use crate::kernel::mounts::{MountFlags, MsFlags, mount};
use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use nix::sched::CloneFlags;
use serde::{Deserialize, Serialize};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

/// Which namespaces are made anew; namespaces(7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Namespaces {
    /// Mount table.
    pub mount: bool,
    /// Cgroup root directory.
    pub cgroup: bool,
    /// Host name.
    pub uts: bool,
    /// System V IPC and POSIX message queues.
    pub ipc: bool,
    /// Users, groups and capabilities.
    pub user: bool,
    /// Process numbers, for children.
    pub pid: bool,
    /// Network devices, addresses and routes.
    pub net: bool,
    /// Boot-time and monotonic clocks, for children (since Linux 5.6).
    pub time: bool,
}

/// CLONE_NEWTIME, which nix does not name.
const NEWTIME: i32 = 0x80;

impl Namespaces {
    /// Their kinds, as /proc/self/ns and the limits of the machine (`user.max_KIND_namespaces`) call them.
    pub fn kinds(self) -> impl Iterator<Item = &'static str> {
        let all = [
            (self.user, "user"),
            (self.mount, "mnt"),
            (self.uts, "uts"),
            (self.ipc, "ipc"),
            (self.net, "net"),
            (self.pid, "pid"),
            (self.cgroup, "cgroup"),
            (self.time, "time"),
        ];
        all.into_iter().filter(|(wanted, _)| *wanted).map(|(_, kind)| kind)
    }

    /// The flags, and their names in strace's order, which is that of their bits.
    fn flags(self) -> (CloneFlags, String) {
        let all = [
            (self.time, CloneFlags::from_bits_retain(NEWTIME), "CLONE_NEWTIME"),
            (self.mount, CloneFlags::CLONE_NEWNS, "CLONE_NEWNS"),
            (self.cgroup, CloneFlags::CLONE_NEWCGROUP, "CLONE_NEWCGROUP"),
            (self.uts, CloneFlags::CLONE_NEWUTS, "CLONE_NEWUTS"),
            (self.ipc, CloneFlags::CLONE_NEWIPC, "CLONE_NEWIPC"),
            (self.user, CloneFlags::CLONE_NEWUSER, "CLONE_NEWUSER"),
            (self.pid, CloneFlags::CLONE_NEWPID, "CLONE_NEWPID"),
            (self.net, CloneFlags::CLONE_NEWNET, "CLONE_NEWNET"),
        ];
        let wanted = || all.iter().filter(|(wanted, _, _)| *wanted);
        let flags = wanted().fold(CloneFlags::empty(), |flags, (_, flag, _)| flags | *flag);
        let names: Vec<&str> = wanted().map(|(_, _, name)| *name).collect();
        (flags, if names.is_empty() { "0".into() } else { names.join("|") })
    }
}

/// Where mounts made below a mount are seen too; mount_namespaces(7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// Nowhere else, and nothing comes in.
    #[default]
    Private,
    /// In all copies of this mount, in both directions.
    Shared,
    /// What comes from the other copies is seen here; nothing goes out.
    Slave,
    /// Nowhere else, and it cannot be bound either.
    Unbindable,
    /// As before.
    Unchanged,
}

impl Spread {
    fn flag(self) -> Option<(MsFlags, &'static str)> {
        Some(match self {
            Spread::Private => (MsFlags::MS_PRIVATE, "MS_PRIVATE"),
            Spread::Shared => (MsFlags::MS_SHARED, "MS_SHARED"),
            Spread::Slave => (MsFlags::MS_SLAVE, "MS_SLAVE"),
            Spread::Unbindable => (MsFlags::MS_UNBINDABLE, "MS_UNBINDABLE"),
            Spread::Unchanged => return None,
        })
    }
}

/// unshare(2) with CLONE_FS: the root and the working directory are the calling thread's own from here on.
pub(super) fn unshare_directories() -> Result<(), CallError> {
    nix::sched::unshare(CloneFlags::CLONE_FS).map_err(|errno| CallError::of("unshare", "CLONE_FS", errno))
}

impl Sys {
    /// unshare(2): what is made anew is for this process; PID and time namespaces are for its children.
    pub fn unshare(&mut self, namespaces: Namespaces) -> Result<(), CallError> {
        let (flags, shown) = namespaces.flags();
        self.zero("unshare", shown, nix::sched::unshare(flags))
    }

    /// setns(2) into a namespace of this kind, by its name in /proc/PID/ns.
    pub fn enter_namespace(&mut self, namespace: &OwnedFd, kind: &str) -> Result<(), CallError> {
        let wanted = |name: &str| kind == name;
        let namespaces = Namespaces {
            mount: wanted("mnt"),
            cgroup: wanted("cgroup"),
            uts: wanted("uts"),
            ipc: wanted("ipc"),
            user: wanted("user"),
            pid: wanted("pid"),
            net: wanted("net"),
            time: wanted("time"),
        };
        let (flags, shown) = namespaces.flags();
        self.zero("setns", format!("{}, {shown}", namespace.as_raw_fd()), nix::sched::setns(namespace, flags))
    }

    /// mount(2) of `/` and all below it with another propagation; nothing for [`Spread::Unchanged`].
    pub fn spread(&mut self, spread: Spread) -> Result<(), CallError> {
        let Some((flag, name)) = spread.flag() else { return Ok(()) };
        let outcome = mount(Some("none".as_ref()), Path::new("/"), None, MsFlags::MS_REC | flag, None);
        self.zero("mount", format!("\"none\", \"/\", NULL, MS_REC|{name}, NULL"), outcome)
    }

    /// mount(2) of a mount with another propagation; with MS_REC, of all below it too.
    pub fn make_spread(&mut self, target: &Path, spread: Spread, recursive: bool) -> Result<(), CallError> {
        let Some((flag, name)) = spread.flag() else { return Ok(()) };
        let (flags, names) =
            if recursive { (MsFlags::MS_REC | flag, format!("MS_REC|{name}")) } else { (flag, name.to_string()) };
        let outcome = mount(None, target, None, flags, None);
        self.zero("mount", format!("NULL, {}, NULL, {names}, NULL", strace::path(target)), outcome)
    }

    /// mount(2) of proc: the processes of the PID namespace that this process is in.
    pub fn mount_proc(&mut self, target: &Path) -> Result<(), CallError> {
        let flags = MountFlags { read_only: false, no_suid: true, no_devices: true, no_exec: true };
        self.mount_new("proc", target, flags, "")
    }

    /// chroot(2): the root directory of this process, and of nobody else.
    pub fn chroot(&mut self, directory: &Path) -> Result<(), CallError> {
        self.zero("chroot", strace::path(directory), rustix::process::chroot(directory))
    }

    /// pivot_root(2): the root mount of this mount namespace; the old one is found at `put_old`.
    pub fn pivot_root(&mut self, new_root: &Path, put_old: &Path) -> Result<(), CallError> {
        let args = format!("{}, {}", strace::path(new_root), strace::path(put_old));
        self.zero("pivot_root", args, rustix::process::pivot_root(new_root, put_old))
    }

    /// sethostname(2): the host name of this UTS namespace.
    pub fn set_hostname(&mut self, name: &str) -> Result<(), CallError> {
        let args = format!("{}, {}", strace::path(name.as_ref()), name.len());
        self.zero("sethostname", args, rustix::system::sethostname(name.as_bytes()))
    }
}

/// The host name of this UTS namespace; uname(2).
pub fn hostname() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The NIS domain name of this UTS namespace; uname(2). Hardly anybody has one: then it is `(none)`.
pub fn domain_name() -> String {
    rustix::system::uname().domainname().to_string_lossy().into_owned()
}

/// Sets it; setdomainname(2).
pub fn set_domain_name(name: &str) -> std::io::Result<()> {
    Ok(rustix::system::setdomainname(name.as_bytes())?)
}

/// What a process is called in `ps`; prctl(2) PR_SET_NAME.
pub fn set_process_name(name: &std::ffi::CStr) {
    let _ = rustix::thread::set_name(name);
}

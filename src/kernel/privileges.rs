//! What a process may no longer do: capabilities(7), prctl(2), setgroups(2), setresuid(2), seccomp(2).

use crate::ground::Errno;
use crate::kernel::sys::{CallError, Sys};
use rustix::process::{DumpableBehavior, Gid, Signal, Uid};
use rustix::thread::{CapabilitySet, CapabilitySets};

pub use rustix::thread::CapabilitySet as Capabilities;
pub use seccompiler::sock_filter as Instruction;

/// The capabilities that there are, by their numbers (linux/capability.h). A kernel may know fewer or more.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
    "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN",
    "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
];

/// Whether this capability is effective (`CapEff` of /proc/self/status), in our own user namespace.
pub fn has_capability(capability: Capabilities) -> bool {
    effective_capabilities().contains(capability)
}

/// The capabilities that are effective, in our own user namespace.
pub fn effective_capabilities() -> Capabilities {
    rustix::thread::capabilities(None).map_or(Capabilities::empty(), |sets| sets.effective)
}

impl Sys {
    /// prctl(2) PR_CAPBSET_DROP for every capability that is not kept: no program can ever give it again.
    pub fn bound_capabilities(&mut self, kept: Capabilities) -> Result<(), CallError> {
        for number in 0..64 {
            let capability = CapabilitySet::from_bits_retain(1 << number);
            if kept.contains(capability) {
                continue;
            }
            let outcome = rustix::thread::remove_capability_from_bounding_set(capability);
            // EINVAL says that this kernel knows no more of them.
            if number as usize >= NAMES.len() && outcome == Err(rustix::io::Errno::INVAL) {
                break;
            }
            let name = || NAMES.get(number as usize).map_or(format!("{number:#x}"), |name| (*name).to_string());
            self.note_zero("prctl", || format!("PR_CAPBSET_DROP, {}", name()), outcome)?;
        }
        Ok(())
    }

    /// Gives up these capabilities, for good: prctl(2) PR_CAPBSET_DROP for each, and capset(2). What else is permitted stays so.
    pub fn give_up_capabilities(&mut self, given_up: Capabilities) -> Result<(), CallError> {
        self.bound_capabilities(given_up.complement())?;
        let sets = rustix::thread::capabilities(None).map_err(|errno| CallError::of("capget", "…", errno))?;
        self.set_capabilities(sets.permitted.difference(given_up))
    }

    /// capset(2): exactly these are permitted and in effect, none is inheritable, and so none is ambient.
    pub fn set_capabilities(&mut self, kept: Capabilities) -> Result<(), CallError> {
        let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
        let outcome = rustix::thread::set_capabilities(None, sets);
        let args = || {
            let names: Vec<&str> =
                NAMES.iter().enumerate().filter(|(at, _)| kept.bits() >> at & 1 == 1).map(|(_, name)| *name).collect();
            let names = if names.is_empty() { "0".to_string() } else { names.join("|") };
            format!(
                "{{version=_LINUX_CAPABILITY_VERSION_3, pid=0}}, {{effective={names}, permitted={names}, inheritable=0}}"
            )
        };
        self.note_zero("capset", args, outcome)
    }

    /// prctl(2) PR_SET_NO_NEW_PRIVS: no program that is started from here on gives rights that we have not.
    pub fn forbid_new_privileges(&mut self) -> Result<(), CallError> {
        let outcome = rustix::thread::set_no_new_privs(true);
        self.note_zero("prctl", || "PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0".to_string(), outcome)
    }

    /// setgroups(2) to none, setresgid(2), setresuid(2).
    pub fn become_user(&mut self, user: u32, group: u32) -> Result<(), CallError> {
        let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(group));
        let outcome = rustix::thread::set_thread_res_gid(gid, gid, gid);
        self.note_zero("setresgid", || format!("{group}, {group}, {group}"), outcome)?;
        let outcome = rustix::thread::set_thread_res_uid(uid, uid, uid);
        self.note_zero("setresuid", || format!("{user}, {user}, {user}"), outcome)
    }

    /// setgroups(2): no supplementary groups.
    pub fn drop_groups(&mut self) -> Result<(), CallError> {
        self.note_zero("setgroups", || "0, []".to_string(), rustix::thread::set_thread_groups(&[]))
    }

    /// prctl(2) PR_SET_DUMPABLE 1: our entries in /proc belong to whom we have become, so that we may write our id map.
    pub fn show_in_proc(&mut self) -> Result<(), CallError> {
        let outcome = rustix::process::set_dumpable_behavior(DumpableBehavior::Dumpable);
        self.note_zero("prctl", || "PR_SET_DUMPABLE, SUID_DUMP_USER".to_string(), outcome)
    }

    /// prctl(2) PR_SET_DUMPABLE 0: our entries in /proc, `exe` and `fd` among them, are nobody's but the machine's root's.
    pub fn hide_from_proc(&mut self) -> Result<(), CallError> {
        let outcome = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
        self.note_zero("prctl", || "PR_SET_DUMPABLE, SUID_DUMP_DISABLE".to_string(), outcome)
    }

    /// prctl(2) PR_SET_PDEATHSIG: the kernel kills this process when its parent dies.
    pub fn die_with_parent(&mut self) -> Result<(), CallError> {
        let outcome = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
        self.note_zero("prctl", || "PR_SET_PDEATHSIG, SIGKILL".to_string(), outcome)
    }

    /// seccomp(2) SECCOMP_SET_MODE_FILTER: from now on every system call is weighed by this program.
    pub fn filter_system_calls(&mut self, program: &[Instruction]) -> Result<(), CallError> {
        let outcome = seccompiler::apply_filter(program).map_err(|error| match error {
            seccompiler::Error::Prctl(error) | seccompiler::Error::Seccomp(error) => Errno::from(error),
            _ => Errno::EINVAL,
        });
        let args = || format!("SECCOMP_SET_MODE_FILTER, 0, {{len={}, filter=0x…}}", program.len());
        self.note_zero("seccomp", args, outcome)
    }
}

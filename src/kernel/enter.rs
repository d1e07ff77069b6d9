//! Entering the namespaces of another process: /proc/PID/ns, setns(2).
//!
//! A process number can be given to another process at any time. An open directory /proc/PID cannot: whatever is opened
//! through it belongs to the process that had the number then, or fails with ESRCH.

use crate::kernel::strace;
use crate::kernel::sys::{CallError, RawErrno};
use nix::sched::CloneFlags;
use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::{Error, Read, Result};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

/// A process, held by its directory in /proc.
#[derive(Debug)]
pub struct Process {
    directory: OwnedFd,
    path: PathBuf,
}

/// The namespaces that a session has of its own, in the order in which they are entered: the user namespace gives the
/// right to the others (user_namespaces(7)).
const KINDS: &[(&str, &str, CloneFlags)] = &[
    ("user", "CLONE_NEWUSER", CloneFlags::CLONE_NEWUSER),
    ("mnt", "CLONE_NEWNS", CloneFlags::CLONE_NEWNS),
    ("pid", "CLONE_NEWPID", CloneFlags::CLONE_NEWPID),
];

impl Process {
    /// The process that has this number now, as /proc counts.
    ///
    /// # Errors
    /// ENOENT where there is none.
    pub fn open(pid: u32) -> Result<Process> {
        let path = PathBuf::from(format!("/proc/{pid}"));
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Process { directory: rustix::fs::open(&path, flags, Mode::empty())?, path })
    }

    /// When it was started, in clock ticks since the machine was (proc_pid_stat(5), field 22). A zombie has ended: ESRCH.
    pub fn started(&self) -> Result<u64> {
        let mut stat = String::new();
        File::from(self.file("stat")?).read_to_string(&mut stat)?;
        // The second field is the name in parentheses, and may hold anything.
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let mut fields = rest.split_ascii_whitespace();
        if matches!(fields.next(), None | Some("Z" | "X")) {
            return Err(Error::from_raw_os_error(nix::errno::Errno::ESRCH as i32));
        }
        fields.nth(18).and_then(|field| field.parse().ok()).ok_or_else(|| Error::from(std::io::ErrorKind::InvalidData))
    }

    /// A file of another process, by its number in the same /proc, whatever our root is by now.
    pub fn beside(&self, pid: u32, name: &str) -> Result<String> {
        let mut text = String::new();
        File::from(self.file(&format!("../{pid}/{name}"))?).read_to_string(&mut text)?;
        Ok(text)
    }

    /// Whether it is about to end: it has given up its namespaces already. PID 1 is for as long as it takes the others
    /// along.
    pub fn is_ending(&self) -> bool {
        self.file("ns/mnt").is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
    }

    /// Whether the calling process is in the same namespace of this kind: `mnt`, `pid`, `user`.
    pub fn shares(&self, kind: &str) -> Result<bool> {
        let theirs = rustix::fs::fstat(self.file(&format!("ns/{kind}"))?)?;
        let ours = rustix::fs::stat(format!("/proc/self/ns/{kind}"))?;
        Ok((theirs.st_dev, theirs.st_ino) == (ours.st_dev, ours.st_ino))
    }

    /// setns(2) into each of its namespaces that is not ours already. What we start from then on is in its PID namespace;
    /// we ourselves are not. The caller must have a single thread.
    pub fn enter(&self) -> std::result::Result<(), CallError> {
        let failed = |call: &str, args: String, error: &Error| CallError::from_io(call, args, error);
        // All are opened first: with the mounts of the session another /proc may come, in which we are not.
        let mut namespaces = Vec::new();
        for (kind, shown, flag) in KINDS {
            let file = format!("ns/{kind}");
            let path = self.path.join(&file);
            let open =
                |error| failed("openat", format!("AT_FDCWD, {}, O_RDONLY|O_CLOEXEC", strace::path(&path)), &error);
            if !self.shares(kind).map_err(open)? {
                namespaces.push((self.file(&file).map_err(open)?, format!("{}, {shown}", strace::path(&path)), *flag));
            }
        }
        for (namespace, args, flag) in namespaces {
            nix::sched::setns(namespace, flag)
                .map_err(|errno| CallError::of("setns", args, RawErrno::from(errno).0))?;
        }
        Ok(())
    }

    /// pidfd_send_signal(2) with SIGKILL; an open directory /proc/PID will do for the pidfd. EINVAL where the process is
    /// in no PID namespace below ours.
    pub fn kill(&self) -> std::result::Result<(), CallError> {
        let directory = self.directory.as_fd();
        rustix::process::pidfd_send_signal(directory, rustix::process::Signal::KILL).map_err(|errno| {
            let args = format!("{}, SIGKILL, NULL, 0", strace::path(&self.path));
            CallError::from_io("pidfd_send_signal", args, &errno.into())
        })
    }

    fn file(&self, name: &str) -> Result<OwnedFd> {
        Ok(rustix::fs::openat(
            self.directory.as_fd(),
            Path::new(name),
            OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?)
    }
}

/// The mount table of this process, as text (proc_pid_mountinfo(5)). A visitor of a session in which the learner has
/// mounted /proc anew is not in that table of processes, being outside of its PID namespace; the keeper, PID 1, is, and
/// has the same mounts.
pub fn mount_table() -> Result<Vec<u8>> {
    match std::fs::read("/proc/self/mountinfo") {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => std::fs::read("/proc/1/mountinfo"),
        table => table,
    }
}

/// What tells this run of the machine from every other one.
pub fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_string()
}

/// setsid(2): a session of its own, without a terminal.
pub fn leave_terminal() -> Result<()> {
    nix::unistd::setsid()?;
    Ok(())
}

//! Entering the namespaces of another process: /proc/PID/ns, setns(2).
//!
//! A process number can be given to another process at any time. An open directory /proc/PID cannot: whatever is opened
//! through it belongs to the process that had the number then, or fails with ESRCH.

use crate::ground::Errno;
use crate::kernel::namespaces::Namespaces;
use crate::kernel::proc::{Membership, Mount, parse_mounts, sysctl};
use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::{Error, Read, Result};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A process, held by its directory in /proc.
#[derive(Debug)]
pub struct Process {
    directory: OwnedFd,
    path: PathBuf,
}

/// What a process does and has done, in clock ticks, of which each is a hundredth of a second (proc_pid_stat(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// What it does: `R` it runs, or waits for a processor; `S` it sleeps; `D` it waits, and nothing may wake it.
    pub state: char,
    /// So long it had a processor.
    pub worked: u64,
    /// When it was started, counted from the start of the machine.
    pub started: u64,
}

/// The namespaces that a session has of its own, in the order in which they are entered: the user namespace gives the
/// right to the others (user_namespaces(7)).
const KINDS: &[(&str, &str, LinkNameSpaceType)] = &[
    ("user", "CLONE_NEWUSER", LinkNameSpaceType::User),
    ("mnt", "CLONE_NEWNS", LinkNameSpaceType::Mount),
    ("uts", "CLONE_NEWUTS", LinkNameSpaceType::HostNameAndNISDomainName),
    ("ipc", "CLONE_NEWIPC", LinkNameSpaceType::InterProcessCommunication),
    ("pid", "CLONE_NEWPID", LinkNameSpaceType::ProcessID),
    ("net", "CLONE_NEWNET", LinkNameSpaceType::Network),
    ("cgroup", "CLONE_NEWCGROUP", LinkNameSpaceType::ControlGroup),
];

/// All kinds that a shell of a lesson may have of its own, but for the PID namespace.
const INNER_KINDS: &[(&str, LinkNameSpaceType)] = &[
    ("user", LinkNameSpaceType::User),
    ("mnt", LinkNameSpaceType::Mount),
    ("uts", LinkNameSpaceType::HostNameAndNISDomainName),
    ("ipc", LinkNameSpaceType::InterProcessCommunication),
    ("net", LinkNameSpaceType::Network),
    ("cgroup", LinkNameSpaceType::ControlGroup),
    ("time", LinkNameSpaceType::Time),
];

/// See [`keep_proc`].
static PROC: OnceLock<OwnedFd> = OnceLock::new();

/// Opens the /proc that is there now, by which other processes are looked at from then on: with the mounts of a session
/// another one may come, in which we and the session are not.
pub fn keep_proc() {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    if let Ok(proc) = rustix::fs::open("/proc", flags, Mode::empty()) {
        // Where one is kept, that is the earlier one.
        let _ = PROC.set(proc);
    }
}

/// Opens a file or a directory below the /proc that was kept.
fn open_in_proc(path: &str, flags: OFlags) -> Result<OwnedFd> {
    Ok(rustix::fs::openat(kept_proc()?, path, flags | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

/// The /proc that was kept.
pub(super) fn kept_proc() -> Result<&'static OwnedFd> {
    keep_proc();
    PROC.get().ok_or_else(|| Error::from(std::io::ErrorKind::NotFound))
}

/// The message queues of the IPC namespace that we are in, by their numbers; proc_sysvipc(5).
pub fn message_queues() -> Result<Vec<String>> {
    let mut table = String::new();
    File::from(open_in_proc("sysvipc/msg", OFlags::empty())?).read_to_string(&mut table)?;
    // The first line says what the columns are: key, number …
    Ok(table.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1)).map(String::from).collect())
}

impl Process {
    /// All processes that the /proc that was kept shows, with their numbers there.
    pub fn all() -> Result<Vec<(u32, Process)>> {
        let numbers = crate::kernel::names_in(&open_in_proc(".", OFlags::DIRECTORY)?)?;
        let numbers = numbers.iter().filter_map(|name| name.to_str()?.parse::<u32>().ok());
        Ok(numbers.filter_map(|number| Some((number, Process::kept(&number.to_string()).ok()?))).collect())
    }

    /// The calling process.
    pub fn own() -> Result<Process> {
        Process::kept("self")
    }

    fn kept(name: &str) -> Result<Process> {
        Ok(Process { directory: open_in_proc(name, OFlags::DIRECTORY)?, path: Path::new("/proc").join(name) })
    }

    /// The number by which the kernel knows its namespace of this kind: `uts`, `pid`, also `pid_for_children`.
    pub fn namespace(&self, kind: &str) -> Result<u64> {
        Ok(rustix::fs::statat(self.directory.as_fd(), format!("ns/{kind}"), rustix::fs::AtFlags::empty())?.st_ino)
    }

    /// Its directory in /proc.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its mount namespace, to be entered.
    pub(super) fn mount_namespace(&self) -> Result<OwnedFd> {
        self.file("ns/mnt")
    }

    /// Its network namespace: device and inode, as of a file that keeps it.
    pub(super) fn network(&self) -> Result<(u64, u64)> {
        let found = rustix::fs::statat(self.directory.as_fd(), "ns/net", rustix::fs::AtFlags::empty())?;
        Ok((found.st_dev, found.st_ino))
    }

    /// The PID namespace of which the /proc tells that it sees, by the number that [`Process::namespace`] would give.
    pub fn namespace_of_its_proc(&self) -> Result<u64> {
        Ok(rustix::fs::statat(self.directory.as_fd(), "root/proc/1/ns/pid", rustix::fs::AtFlags::empty())?.st_ino)
    }

    /// The program that it runs: device and inode.
    pub fn program(&self) -> Result<(u64, u64)> {
        let found = rustix::fs::statat(self.directory.as_fd(), "exe", rustix::fs::AtFlags::empty())?;
        Ok((found.st_dev, found.st_ino))
    }

    /// The file that stands at a path of its root, with links followed as it would follow them: device and inode.
    pub fn file_of_its_root(&self, path: &Path) -> Result<(u64, u64)> {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let root = rustix::fs::openat(self.directory.as_fd(), "root", flags | OFlags::DIRECTORY, Mode::empty())?;
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let found = rustix::fs::fstat(rustix::fs::openat2(&root, path, flags, Mode::empty(), resolve)?)?;
        Ok((found.st_dev, found.st_ino))
    }

    /// Its root directory, as its own mount namespace calls it (proc_pid_root(5)).
    pub fn root(&self) -> Result<PathBuf> {
        use std::os::unix::ffi::OsStringExt;
        let root = rustix::fs::readlinkat(self.directory.as_fd(), "root", Vec::new())?;
        Ok(std::ffi::OsString::from_vec(root.into_bytes()).into())
    }

    /// Its working directory, as its own mount namespace calls it (proc_pid_cwd(5)).
    pub fn here(&self) -> Result<PathBuf> {
        use std::os::unix::ffi::OsStringExt;
        let here = rustix::fs::readlinkat(self.directory.as_fd(), "cwd", Vec::new())?;
        Ok(std::ffi::OsString::from_vec(here.into_bytes()).into())
    }

    /// A field of its status, as text (proc_pid_status(5)): `Name`, `PPid`, `NSpid`.
    pub fn status(&self, field: &str) -> Result<String> {
        let status = self.text("status")?;
        let value = status_field(&status, field);
        value.map(str::to_string).ok_or_else(|| Error::from(std::io::ErrorKind::InvalidData))
    }

    /// Its mount table.
    pub fn mounts(&self) -> Result<Vec<Mount>> {
        let mut table = Vec::new();
        File::from(self.file("mountinfo")?).read_to_end(&mut table)?;
        Ok(parse_mounts(&table))
    }

    /// The cgroups that it is in.
    pub fn membership(&self) -> Result<Membership> {
        let mut text = Vec::new();
        File::from(self.file("cgroup")?).read_to_end(&mut text)?;
        Ok(Membership::parse(text))
    }

    /// One of its small files in /proc, as text.
    pub fn text(&self, file: &str) -> Result<String> {
        let mut text = Vec::new();
        File::from(self.file(file)?).read_to_end(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Does something in its namespace of this kind, and comes back. Not for the kinds `user`, `mnt` and `pid`. A thread
    /// could do without coming back, but who has entered a PID namespace can start none (setns(2), clone(2)).
    pub fn within<T>(&self, kind: &str, what: impl FnOnce() -> T) -> Result<T> {
        let namespace = self.file(&format!("ns/{kind}"))?;
        let own = Process::own()?.file(&format!("ns/{kind}"))?;
        move_into_link_name_space(namespace.as_fd(), None)?;
        let done = what();
        // The namespaces of a session belong to its user namespace, in which we have all rights.
        move_into_link_name_space(own.as_fd(), None).expect("the way back into our own namespace is open");
        Ok(done)
    }

    /// What lies below the root of its mount namespace, device and inode: below one that pivot_root(2) has put there lies
    /// what was below the old root; below one that was moved there, the old root. It is looked at in a copy of the namespace,
    /// from which the root is taken away. The root must not be in a peer group (mount_namespaces(7)), or it would be taken
    /// away in the others of the group, too; and the caller must have a single thread, and comes back.
    pub fn below_its_root(&self) -> Result<(u64, u64)> {
        let theirs = self.file("ns/mnt")?;
        let ours = Process::own()?.file("ns/mnt")?;
        let directory =
            |path: &str| rustix::fs::open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        let (root, here) = (directory("/")?, directory(".")?);
        let look = || {
            move_into_link_name_space(theirs.as_fd(), None)?;
            let mut sys = Sys::default();
            sys.unshare(Namespaces { mount: true, ..Namespaces::default() })
                .map_err(|error| Error::from(error.errno))?;
            sys.detach(Path::new("/")).map_err(|error| Error::from(error.errno))?;
            // Who enters a mount namespace has its topmost root.
            move_into_link_name_space(Process::own()?.file("ns/mnt")?.as_fd(), None)?;
            let found = rustix::fs::stat("/")?;
            Ok((found.st_dev, found.st_ino))
        };
        let found = look();
        move_into_link_name_space(ours.as_fd(), None).expect("the way back into our own namespace is open");
        rustix::process::fchdir(&root).and_then(|()| rustix::process::chroot(".")).expect("our root is there");
        rustix::process::fchdir(&here)?;
        found
    }

    /// The process that has this number now, as /proc counts.
    ///
    /// # Errors
    /// ENOENT where there is none.
    pub fn open(pid: u32) -> Result<Process> {
        let path = PathBuf::from(format!("/proc/{pid}"));
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Process { directory: rustix::fs::open(&path, flags, Mode::empty())?, path })
    }

    /// When it was started, in clock ticks since the machine was. A zombie has ended: ESRCH.
    pub fn started(&self) -> Result<u64> {
        Ok(self.life()?.started)
    }

    /// The same of another process, by its number in the same /proc, whatever our root is by now.
    pub fn started_beside(&self, pid: u32) -> Result<u64> {
        Ok(Life::read(&self.beside(pid, "stat")?)?.started)
    }

    /// What it does just now, and has done. A zombie has ended: ESRCH.
    pub fn life(&self) -> Result<Life> {
        let mut stat = String::new();
        File::from(self.file("stat")?).read_to_string(&mut stat)?;
        Life::read(&stat)
    }

    /// What it was started with (proc_pid_cmdline(5)).
    pub fn arguments(&self) -> Result<Vec<String>> {
        let mut words = Vec::new();
        File::from(self.file("cmdline")?).read_to_end(&mut words)?;
        Ok(words.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect())
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
        let failed = |call: &str, args: String, error: &Error| CallError::of(call, args, error);
        // All are opened first: with the mounts of the session another /proc may come, in which we are not.
        let mut namespaces = Vec::new();
        for (kind, shown, flag) in KINDS {
            let file = format!("ns/{kind}");
            let path = self.path.join(&file);
            let open =
                |error| failed("openat", format!("AT_FDCWD, {}, O_RDONLY|O_CLOEXEC", strace::path(&path)), &error);
            let shares = match self.shares(kind) {
                // A kernel without this kind has no such file.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && *kind == "cgroup" => true,
                shares => shares.map_err(open)?,
            };
            if !shares {
                namespaces.push((self.file(&file).map_err(open)?, format!("{}, {shown}", strace::path(&path)), *flag));
            }
        }
        for (namespace, args, flag) in namespaces {
            move_into_link_name_space(namespace.as_fd(), Some(flag))
                .map_err(|errno| CallError::of("setns", args, errno))?;
        }
        Ok(())
    }

    /// pidfd_send_signal(2) with SIGKILL; an open directory /proc/PID will do for the pidfd. EINVAL where the process is
    /// in no PID namespace below ours.
    pub fn kill(&self) -> std::result::Result<(), CallError> {
        let directory = self.directory.as_fd();
        rustix::process::pidfd_send_signal(directory, rustix::process::Signal::KILL).map_err(|errno| {
            let args = format!("{}, SIGKILL, NULL, 0", strace::path(&self.path));
            CallError::of("pidfd_send_signal", args, errno)
        })
    }

    /// setns(2) into its PID namespace, for the children that we start from now on. Whether it is another one than ours.
    pub fn enter_pid_namespace(&self) -> Result<bool> {
        let differs = !self.shares("pid")?;
        if differs {
            move_into_link_name_space(self.file("ns/pid")?.as_fd(), Some(LinkNameSpaceType::ProcessID))?;
        }
        Ok(differs)
    }

    /// setns(2) into all its namespaces but the one of processes, then its root and its working directory.
    pub fn enter_with_root(&self) -> Result<()> {
        // Opened before /proc is out of sight.
        let directory = |name: &str| {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            rustix::fs::openat(self.directory.as_fd(), Path::new(name), flags, Mode::empty())
        };
        let (root, here) = (directory("root")?, directory("cwd")?);
        let mut namespaces = Vec::new();
        for (kind, flag) in INNER_KINDS {
            // A kernel without this kind has no such file.
            if self.shares(kind).is_ok_and(|shares| !shares) {
                namespaces.push((self.file(&format!("ns/{kind}"))?, *flag));
            }
        }
        for (namespace, flag) in namespaces {
            move_into_link_name_space(namespace.as_fd(), Some(flag))?;
        }
        rustix::process::fchdir(&root)?;
        rustix::process::chroot(".")?;
        rustix::process::fchdir(&here)?;
        Ok(())
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

impl Life {
    fn read(stat: &str) -> Result<Life> {
        // The second field is the name in parentheses, and may hold anything.
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let state = fields.first().and_then(|state| state.chars().next()).unwrap_or('X');
        if matches!(state, 'Z' | 'X') {
            return Err(Errno::ESRCH.into());
        }
        // man proc_pid_stat counts from 1, and ours begin with its third.
        let number = |at: usize| fields.get(at - 3).and_then(|field| field.parse::<u64>().ok());
        let life = || Some(Life { state, worked: number(14)? + number(15)?, started: number(22)? });
        life().ok_or_else(|| Error::from(std::io::ErrorKind::InvalidData))
    }
}

/// A field of the text of /proc/PID/status (proc_pid_status(5)): `Name`, `PPid`, `NSpid`.
pub fn status_field<'a>(status: &'a str, field: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).map(str::trim)
}

/// What tells one /proc from another: the device number of the file system. Each mount of it has one of its own.
pub fn proc_device() -> u64 {
    rustix::fs::stat("/proc").map_or(0, |found| found.st_dev)
}

/// What tells this run of the machine from every other one.
pub fn boot_id() -> String {
    sysctl("kernel.random.boot_id").unwrap_or_default()
}

/// setsid(2): a session of its own, without a terminal.
pub fn leave_terminal() -> Result<()> {
    rustix::process::setsid()?;
    Ok(())
}

//! Processes of the stage: prctl(2), pidfd_open(2), flock(2). Not recorded: no lesson shows them yet.

use crate::ground::Errno;
use rustix::process::{Signal, WaitOptions};
use std::os::fd::{AsFd, OwnedFd};

/// The effective user and group of this process.
pub fn effective_ids() -> (u32, u32) {
    (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw())
}

/// The kernel's release: `6.18.0`.
pub fn kernel_release() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}

/// Whether the kernel's release is older than this; false where its numbers cannot be read.
pub fn kernel_is_before(major: u32, minor: u32) -> bool {
    version(&kernel_release()).is_some_and(|version| version < (major, minor))
}

fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|letter: char| !letter.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// prctl(2) PR_SET_PDEATHSIG: SIGKILL for this process when its parent dies.
pub fn die_with_parent() -> std::io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?)
}

/// prctl(2) PR_SET_PDEATHSIG: SIGHUP for this process when its parent dies, as if its terminal had been closed.
pub fn hang_up_with_parent() -> std::io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(Signal::HUP))?)
}

/// getppid(2).
pub fn parent_pid() -> i32 {
    rustix::process::getppid().map_or(0, rustix::process::Pid::as_raw_pid)
}

/// pidfd_open(2): a descriptor that becomes readable when the process ends.
pub fn open_pidfd(pid: u32) -> std::io::Result<OwnedFd> {
    let pid = rustix::process::Pid::from_raw(pid as i32).ok_or(Errno::ESRCH)?;
    Ok(rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())?)
}

/// pidfd_send_signal(2) with SIGKILL: this very process, never one that got its number later.
pub fn kill(pidfd: &OwnedFd) {
    // The process may have ended already; then there is nothing to do.
    let _ = rustix::process::pidfd_send_signal(pidfd, rustix::process::Signal::KILL);
}

/// Which of two descriptors is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// The process behind the pidfd has ended.
    Ended,
    /// The other end of the socket was closed.
    HungUp,
    /// Neither, in the time allowed.
    TimedOut,
}

/// poll(2) until the process ends or the peer of the socket hangs up; `milliseconds` below 0 waits forever.
pub fn wait_for_end(pidfd: &OwnedFd, socket: Option<&OwnedFd>, milliseconds: i32) -> std::io::Result<Ready> {
    use rustix::event::{PollFd, PollFlags, Timespec};
    let timeout = (milliseconds >= 0).then(|| Timespec {
        tv_sec: i64::from(milliseconds / 1000),
        tv_nsec: i64::from(milliseconds % 1000) * 1_000_000,
    });
    loop {
        let mut wanted = vec![PollFd::new(pidfd, PollFlags::IN)];
        if let Some(socket) = socket {
            wanted.push(PollFd::new(socket, PollFlags::RDHUP));
        }
        match rustix::event::poll(&mut wanted, timeout.as_ref()) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(0) => return Ok(Ready::TimedOut),
            Ok(_) if !wanted[0].revents().is_empty() => return Ok(Ready::Ended),
            Ok(_) => return Ok(Ready::HungUp),
        }
    }
}

/// poll(2) and read(2): what comes out of two pipes until both are closed, as much was read as may be, or the time is over.
pub fn read_pipes(pipes: [OwnedFd; 2], until: std::time::Instant, most: usize) -> std::io::Result<[Vec<u8>; 2]> {
    use rustix::event::{PollFd, PollFlags, Timespec};
    let mut read = [Vec::new(), Vec::new()];
    let mut open = [true, true];
    while open != [false, false] && read.iter().all(|read| read.len() < most) {
        let Some(left) = until.checked_duration_since(std::time::Instant::now()) else { break };
        let left = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
        let which: Vec<usize> = (0..2).filter(|at| open[*at]).collect();
        let mut wanted: Vec<PollFd<'_>> = which.iter().map(|at| PollFd::new(&pipes[*at], PollFlags::IN)).collect();
        match rustix::event::poll(&mut wanted, Some(&left)) {
            Err(rustix::io::Errno::INTR) => continue,
            done => done?,
        };
        let ready: Vec<bool> = wanted.iter().map(|wanted| !wanted.revents().is_empty()).collect();
        for (at, _) in which.iter().zip(ready).filter(|(_, ready)| *ready) {
            let mut piece = [0; 4096];
            let length = rustix::io::read(&pipes[*at], &mut piece)?;
            open[*at] = length > 0;
            read[*at].extend_from_slice(&piece[..length]);
        }
    }
    Ok(read)
}

/// waitpid(2) for every child that has ended, without waiting: PID 1 inherits the orphans.
pub fn reap() {
    while let Ok(Some(_)) = rustix::process::wait(WaitOptions::NOHANG) {}
}

/// waitpid(2) for one child, however long it takes.
pub fn wait_for_child(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid as i32);
    let _ = pid.map(|pid| rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::empty()));
}

/// Waits until this process has no thread but the calling one. All others were joined: pthread_join(3) returns a moment before
/// the kernel has forgotten a thread, and until then a user namespace cannot be had (unshare(2), EINVAL).
pub fn wait_until_single_threaded() {
    let threads = || std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    while threads() > 1 {
        std::thread::yield_now();
    }
}

/// flock(2), exclusive, without waiting: `false` where somebody else holds it. It is released with the descriptor.
pub fn try_lock(file: impl AsFd) -> std::io::Result<bool> {
    match rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// flock(2), shared or exclusive, waiting for at most so many milliseconds: `false` where somebody still holds it.
pub fn lock_within(file: impl AsFd, exclusive: bool, milliseconds: u64) -> std::io::Result<bool> {
    use rustix::fs::FlockOperation;
    let operation =
        if exclusive { FlockOperation::NonBlockingLockExclusive } else { FlockOperation::NonBlockingLockShared };
    let until = std::time::Instant::now() + std::time::Duration::from_millis(milliseconds);
    loop {
        match rustix::fs::flock(&file, operation) {
            Ok(()) => return Ok(true),
            Err(rustix::io::Errno::WOULDBLOCK) if std::time::Instant::now() < until => {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
}

/// getrlimit(2): how many bytes of addresses this process may use, where somebody has set a limit (`ulimit -v`).
pub fn address_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

/// setrlimit(2): lets this process have as many descriptors as it may; how many that are.
pub fn raise_descriptor_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    getrlimit(Resource::Nofile).current
}

/// umask(2): the permission bits that new files do not get.
pub fn set_umask(mask: u32) {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask));
}

/// Our process as the namespace of /proc's mount sees it, which is that of the host: `NSpid` would need the same table.
pub fn own_pid_outside() -> u32 {
    let own = std::fs::read_link("/proc/self").ok();
    own.and_then(|link| link.to_str()?.parse().ok()).unwrap_or(0)
}

/// The same by a /proc that our standard output is: one that was inherited, when another one stands at /proc.
pub fn own_pid_by_stdout() -> u32 {
    let own = rustix::fs::readlinkat(rustix::stdio::stdout(), "self", Vec::new()).ok();
    own.and_then(|link| link.to_str().ok()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn releases_are_read_by_their_numbers() {
        assert_eq!(version("5.10.0-32-cloud-amd64"), Some((5, 10)));
        assert_eq!(version("6.18"), Some((6, 18)));
        assert_eq!(version("nonsense"), None);
        assert!(version("5.9.1") < version("5.11.0"));
    }
}

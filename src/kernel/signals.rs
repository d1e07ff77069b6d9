//! Signals that are waited for, by a process with a single thread: sigprocmask(2), sigwait(3), kill(2).

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::process::{Pid, WaitOptions};
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};

/// Signals that are blocked until they are asked for; SIGCHLD is always one of them.
#[derive(Debug)]
pub struct Signals(SigSet);

impl Signals {
    /// SIGINT and SIGTERM: what ends a command at a terminal, or from a script. SIGHUP is not one of them: nohup(1) ignores it.
    pub fn of_parent() -> std::io::Result<Signals> {
        let set: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGCHLD].into_iter().collect();
        set.thread_block()?;
        Ok(Signals(set))
    }

    /// Waits for the next one; nothing where a child may have ended.
    pub fn next(&self) -> Option<u8> {
        match self.0.wait() {
            Ok(Signal::SIGCHLD) | Err(_) => None,
            Ok(signal) => Some(signal as u8),
        }
    }
}

/// Such signals as a file, for who waits for other things too.
#[derive(Debug)]
pub(super) struct SignalFile(SignalFd);

impl Signals {
    pub(super) fn as_file(&self) -> std::io::Result<SignalFile> {
        Ok(SignalFile(SignalFd::with_flags(&self.0, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?))
    }
}

impl SignalFile {
    /// The one that has come; nothing where a child may have ended.
    pub(super) fn next(&self) -> Option<u8> {
        let signal = u8::try_from(self.0.read_signal().ok()??.ssi_signo).ok();
        signal.filter(|signal| *signal != Signal::SIGCHLD as u8)
    }
}

impl AsFd for SignalFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Signals that are passed on to a child. They are caught and not blocked, because a child would begin with the same
/// blocked; and /proc shows of a process that waits which signals it catches, but not which it has blocked.
#[derive(Debug)]
pub struct PassedOn(signal_hook::iterator::Signals);

impl PassedOn {
    /// Catches them from now on.
    pub fn catch() -> std::io::Result<PassedOn> {
        use signal_hook::consts::*;
        let passed_on = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT];
        Ok(PassedOn(signal_hook::iterator::Signals::new(passed_on.iter().chain([&SIGCHLD]))?))
    }

    /// Waits for the next one; nothing where a child may have ended.
    pub fn wait(&mut self) -> Option<u8> {
        let signal = self.0.forever().next()?;
        u8::try_from(signal).ok().filter(|_| signal != signal_hook::consts::SIGCHLD)
    }
}

/// What comes while somebody types and looks: signals as a file that poll(2) waits for.
#[derive(Debug)]
pub(super) struct TerminalSignals(SignalFd);

/// The size of the terminal changed.
pub(super) const RESIZED: u8 = Signal::SIGWINCH as u8;

impl TerminalSignals {
    /// SIGWINCH, and what ends a program.
    pub(super) fn block() -> std::io::Result<TerminalSignals> {
        use Signal::*;
        let set: SigSet = [SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT].into_iter().collect();
        set.thread_block()?;
        Ok(TerminalSignals(SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?))
    }

    /// The next one that has come.
    pub(super) fn next(&self) -> Option<u8> {
        u8::try_from(self.0.read_signal().ok()??.ssi_signo).ok()
    }
}

impl AsFd for TerminalSignals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Does something to the terminal without SIGTTOU, which would stop a process in the background.
pub(super) fn not_stopped_by_terminal<T>(what: impl FnOnce() -> T) -> T {
    let blocked: SigSet = [Signal::SIGTTOU].into_iter().collect();
    let _ = blocked.thread_block();
    let done = what();
    let _ = blocked.thread_unblock();
    done
}

/// Blocks none: whoever started us may have blocked some, and who is started by us is to be free of that.
pub fn unblock_signals() -> std::io::Result<()> {
    Ok(SigSet::empty().thread_set_mask()?)
}

/// The signals that this process ignores, as a mask with bit `number - 1` for each: whoever started it may have wanted that, as
/// nohup(1) does. It is the field `sigignore` of proc_pid_stat(5), which is one line, and quicker to make than `status`. None where
/// there is no /proc.
pub fn ignored_signals() -> u64 {
    let mut line = [0; 1024];
    let read = std::fs::File::open("/proc/self/stat").and_then(|mut file| file.read(&mut line)).unwrap_or(0);
    let line = String::from_utf8_lossy(&line[..read]);
    // The second field is the program's name in parentheses, which may hold spaces and parentheses; `sigignore` is the 33rd.
    let mask = line.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(33 - 3));
    mask.and_then(|mask| mask.parse().ok()).unwrap_or(0)
}

/// Whether `signal` is in such a mask.
pub fn is_in(mask: u64, signal: i32) -> bool {
    mask >> (signal - 1) & 1 == 1
}

/// Whether this signal is one that the keys of a terminal send.
pub fn is_sent_by_keys(signal: u8) -> bool {
    [Signal::SIGINT, Signal::SIGQUIT].iter().any(|key| *key as u8 == signal)
}

/// kill(2) of a child of ours that was not waited for, so that the number is still its own.
pub fn send_signal(child: u32, signal: u8) {
    let signal = rustix::process::Signal::from_named_raw(signal.into());
    if let (Some(signal), Some(child)) = (signal, Pid::from_raw(child as i32)) {
        let _ = rustix::process::kill_process(child, signal);
    }
}

/// The same for PID 1 of a namespace. A signal that it does not handle would be lost (pid_namespaces(7)): then it is killed,
/// and with it all the others. `status` is its file of this name in /proc.
pub fn end_pid_1(child: u32, signal: u8, status: &str) {
    let mask = |name: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix(name));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    };
    // One that is blocked is waited for, or will be handled later.
    let handled = signal > 0 && (mask("SigCgt:") | mask("SigBlk:")) >> (signal - 1) & 1 == 1;
    send_signal(child, if handled { signal } else { Signal::SIGKILL as u8 });
}

/// What asks a process to end.
pub const SIGTERM: u8 = Signal::SIGTERM as u8;

/// The number of a signal that is named as in `SIGQUIT`, `QUIT` or `3`; nothing where none of signal(7)'s first 31 is.
pub fn signal_number(name: &str) -> Option<u8> {
    let upper = name.to_ascii_uppercase();
    let full = if upper.starts_with("SIG") { upper } else { format!("SIG{upper}") };
    let by_number = name.parse().ok().and_then(|number: i32| Signal::try_from(number).ok());
    by_number.or_else(|| full.parse().ok()).map(|signal| signal as u8)
}

/// prctl(2) PR_SET_PDEATHSIG: SIGTERM for this process when its parent dies.
pub fn terminate_with_parent() -> std::io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))?)
}

/// waitpid(2) for every child that has ended, without waiting; the exit code of this one, as a shell tells it, if it was
/// among them.
pub fn reap_and_find(awaited: u32) -> Option<u8> {
    let mut code = None;
    while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
        if pid.as_raw_pid() as u32 == awaited {
            let killed = status.terminating_signal().map(|signal| 128 + signal);
            code = status.exit_status().or(killed).map(|code| code as u8);
        }
    }
    code
}

//! The keeper of a session: PID 1 of its namespaces. It does nothing but be there and bury the dead.
//!
//! Until the CLI has written down that the session exists, the keeper's life hangs on the CLI's socket; a CLI that is
//! killed before leaves nothing behind. After that it ends on SIGTERM and SIGKILL, and with it every process and every
//! mount of the session (pid_namespaces(7)).

use crate::ground::{Errno, Role};
use crate::isolate::{self, OwnCgroups};
use crate::kernel::proc::{CgroupTree, Cgroups};
use crate::kernel::{
    Process, Sys, boot_id, domain_name, effective_ids, hostname, kernel_release, leave_terminal, own_pid_outside,
    proc_device, reap, set_process_name,
};
use crate::observe::NAMESPACES;
use crate::stage::confine::{Confinement, give_up_capabilities};
use crate::stage::link::{Link, send, unexpected};
use crate::stage::wire::{Keeper, KeeperSetup, Reply, SessionFiles, Setup, StageFacts, StageNeeds};
use crate::stage::{HOLDER, KEEPER, PROGRAM, StageError, is_real_root};
use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGCHLD, SIGTERM};
use signal_hook::iterator::Signals;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// The word that lets the keeper live on.
const KEEP: &[u8] = b"k";
/// How long a session that was killed may take to be gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// The third argument of a keeper that is only there.
pub(super) const KEPT: &str = "kept";

/// The life of the keeper until it is written down; its standard input is the socket to the CLI.
pub(super) fn run(words: &str) -> ExitCode {
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(5) };
    let Ok(setup) = serde_json::from_str::<KeeperSetup>(words) else { return ExitCode::from(5) };
    // As `ps` shows it: we were started as /proc/self/exe.
    set_process_name(c"layerlab");
    // A terminal that is closed takes nobody along who does not belong to it.
    let _ = leave_terminal();
    let cgroups = match make_cgroups(&setup.places) {
        Ok(cgroups) => cgroups,
        Err(error) => {
            let _ = send(&socket, &Reply::Failed(error));
            return ExitCode::FAILURE;
        }
    };
    let KeeperSetup { role, scratch, files, .. } = setup;
    let facts = StageFacts { role, kernel: kernel_release(), scratch, pid: own_pid_outside(), cgroups };
    // The processes of the session, by the numbers that they have in it: ps looks for itself under its own. Where the
    // kernel refuses it (in a container that hides a part of its /proc), the one of the machine stays.
    let _ = Sys::default().mount_proc(Path::new("/proc"));
    if role == Role::Root
        && let Err(error) = confine(&files, facts.cgroups.as_ref())
    {
        facts.cgroups.iter().for_each(isolate::remove_cgroups);
        let _ = send(&socket, &Reply::Failed(error));
        return ExitCode::FAILURE;
    }
    if send(&socket, &Reply::Ready(facts)).is_err() {
        return ExitCode::SUCCESS;
    }
    let mut word = [0];
    if std::io::stdin().read_exact(&mut word).is_err() || word != KEEP {
        return ExitCode::SUCCESS;
    }
    // What it took to come here is not needed any more, and stays in memory until the program begins anew.
    let _ = Command::new(PROGRAM).args([KEEPER, words, KEPT]).exec();
    be_there()
}

/// The rest of the keeper's life.
pub(super) fn be_there() -> ExitCode {
    let Ok(mut signals) = Signals::new([SIGCHLD, SIGTERM]) else { return ExitCode::from(5) };
    set_process_name(c"layerlab");
    // Told so that the CLI knows it was heard; from here on the socket means nothing.
    if let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() {
        let _ = std::fs::File::from(socket).write_all(KEEP);
    }
    // Those that ended before the signal was heeded.
    reap();
    for signal in signals.forever() {
        if signal == SIGTERM {
            break;
        }
        reap();
    }
    ExitCode::SUCCESS
}

/// What root's session leaves of the machine; its cgroups are its own.
fn confine(files: &SessionFiles, cgroups: Option<&Cgroups>) -> Result<(), StageError> {
    let cgroups = cgroups.iter().flat_map(|cgroups| &cgroups.trees).map(|tree| tree.directory.clone());
    let writable: Vec<PathBuf> = files.writable.iter().cloned().chain(cgroups).collect();
    Confinement { writable: &writable, real_root: true, ..Confinement::of_session(files) }.begin()?;
    give_up_capabilities()
}

/// What may be written in a session: its benches, and where an ordinary user works on a lesson that was built in, the user's
/// home. Lines of another lesson could wait there, unseen, for what somebody types later, and so the home is not theirs.
/// Our own directory is not written in a session: what is noted there, a process outside notes.
fn session_files(root: &Path, home: &Path, lessons: Option<&Path>) -> SessionFiles {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = variable("HOME").filter(|_| lessons.is_none() && !is_real_root());
    let is_one = |path: &PathBuf| path != Path::new("/");
    let real = |paths: Vec<Option<PathBuf>>| {
        paths.into_iter().flatten().filter_map(|path| path.canonicalize().ok()).filter(is_one).collect()
    };
    SessionFiles {
        writable: real(vec![Some(root.to_path_buf()), own.filter(|own| own.is_dir())]),
        sealed: real(vec![Some(home.to_path_buf())]),
        needed: real(vec![std::env::current_exe().ok(), lessons.map(Path::to_path_buf), variable("HOME")]),
    }
}

/// The cgroups of the session, called after us; the keeper itself is in them. Should it be killed, whoever ends the session
/// removes them, or the next run.
fn make_cgroups(places: &[CgroupTree]) -> Result<Option<Cgroups>, StageError> {
    if places.is_empty() {
        return Ok(None);
    }
    let (mut own, made) = OwnCgroups::make_all(places)?;
    match isolate::make_session_root(&made) {
        Ok(()) => Ok(Some(made)),
        Err(error) => {
            // Nobody may be in what is removed.
            places.iter().for_each(|place| drop(isolate::move_into(&place.directory)));
            own.remove();
            Err(error.into())
        }
    }
}

/// A keeper that is starting. It ends with us until it is told [`StartingKeeper::keep`].
#[derive(Debug)]
pub struct StartingKeeper {
    link: Link,
    /// The keeper as it is to be written down.
    pub keeper: Keeper,
}

impl StartingKeeper {
    /// Has a session's namespaces made and their keeper started; `root` is the directory of the session's files, below our own
    /// directory `home`, and `lessons` the folder or file of the lesson, where it was not built in.
    ///
    /// # Errors
    /// What the host refuses.
    pub fn start(
        root: &Path,
        home: &Path,
        lessons: Option<&Path>,
        needs: StageNeeds,
    ) -> Result<StartingKeeper, StageError> {
        let setup = Setup::Session { root: root.to_path_buf(), files: session_files(root, home, lessons), needs };
        let mut link = Link::start(Path::new(PROGRAM), HOLDER, &setup, true)?;
        let outcome = link.reply();
        let _ = link.child.wait();
        let facts = match outcome? {
            Reply::Ready(facts) => facts,
            other => return Err(unexpected(&other)),
        };
        let found = || {
            let process = Process::open(facts.pid)?;
            let mounts = process.mounts()?.into_iter().map(|mount| mount.id).collect();
            Ok((process.started()?, process.program()?, namespaces(&process), mounts))
        };
        let (started, program, namespaces, mounts) = found()
            .map_err(|error: std::io::Error| StageError::broken(format!("the keeper is not to be found: {error}")))?;
        let StageFacts { role, scratch, pid, cgroups, .. } = facts;
        Ok(StartingKeeper {
            link,
            keeper: Keeper {
                pid,
                proc: proc_device(),
                started,
                boot: boot_id(),
                role,
                host: hostname(),
                domain: domain_name(),
                program,
                namespaces,
                mounts,
                scratch,
                cgroups,
            },
        })
    }

    /// The keeper is written down: from now on it lives without us.
    ///
    /// # Errors
    /// When it ended meanwhile.
    pub fn keep(mut self) -> Result<Keeper, StageError> {
        let gone = |error: std::io::Error| StageError::broken(format!("the keeper ended: {error}"));
        self.link.socket.write_all(KEEP).map_err(gone)?;
        self.link.socket.read_exact(&mut [0]).map_err(gone)?;
        Ok(self.keeper)
    }
}

/// The namespaces of a process, by kind.
fn namespaces(process: &Process) -> BTreeMap<String, u64> {
    NAMESPACES.iter().filter_map(|kind| Some((kind.to_string(), process.namespace(kind).ok()?))).collect()
}

/// A keeper of which nothing is noted any more: somebody has deleted its home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostKeeper {
    /// Its number here.
    pub pid: u32,
    /// The directory of the session's files, which is gone or forgotten.
    pub root: PathBuf,
}

/// Whether a keeper that was written down is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeeperState {
    /// It is.
    Alive,
    /// The machine was started anew since.
    Rebooted,
    /// It has ended, and its number may be another process's by now.
    Ended,
    /// Nobody can tell: /proc is another one here, and its number means something else.
    OutOfSight,
}

impl Keeper {
    /// Whether it is there.
    pub fn state(&self) -> KeeperState {
        match self.process() {
            Some(process) if !process.is_ending() => KeeperState::Alive,
            None if self.boot != boot_id() => KeeperState::Rebooted,
            None if self.proc != 0 && self.proc != proc_device() => KeeperState::OutOfSight,
            _ => KeeperState::Ended,
        }
    }

    /// Its process, which must be this user's: nobody enters what somebody else has prepared. Seen from within the session it is PID 1, where /proc was mounted anew there.
    pub(super) fn process(&self) -> Option<Process> {
        if self.boot != boot_id() {
            return None;
        }
        let ours = effective_ids().0.to_string();
        let is_it = |process: &Process| {
            process.started().is_ok_and(|started| started == self.started)
                && process.status("Uid").is_ok_and(|ids| ids.split_whitespace().all(|id| id == ours))
        };
        [self.pid, 1].into_iter().filter_map(|pid| Process::open(pid).ok()).find(is_it)
    }

    /// Whether a process is what was made for the session: this very program, in these namespaces, started for this directory.
    /// That of another one with the same number and start would have to be noted by somebody who means harm.
    pub(super) fn is(&self, process: &Process) -> bool {
        // It begins the program anew as soon as it is noted, and has no arguments for that moment.
        let begins = || !process.is_ending() && process.arguments().is_ok_and(|words| words.len() < 2);
        has_ended_within(PATIENCE, begins);
        let is_keeper = process.arguments().is_ok_and(|words| words.get(1).is_some_and(|mode| mode == KEEPER));
        is_keeper
            && process.program().is_ok_and(|program| program == self.program)
            && namespaces(process) == self.namespaces
    }

    /// The keepers of sessions in our own directory `home` of which nothing is noted there any more: neither as we see it, nor
    /// as they do.
    pub fn lost(home: &Path) -> Vec<LostKeeper> {
        let is_lost = |keeper: &LostKeeper| {
            let Some(name) = keeper.root.file_name().filter(|_| keeper.root.parent() == Some(home)) else {
                return false;
            };
            let noted = home.join(".state").join(name);
            let seen = Path::new("/proc").join(keeper.pid.to_string()).join("root");
            !noted.exists() && noted.strip_prefix("/").is_ok_and(|noted| !seen.join(noted).exists())
        };
        keepers().map(|(keeper, _)| keeper).filter(is_lost).collect()
    }

    /// Whether the calling process is one of the session's.
    pub fn is_around_us(&self) -> bool {
        self.process().is_some_and(|process| process.shares("pid").unwrap_or(false))
    }

    /// Ends the session, and waits until all of it has: every process in it is killed, every mount of it goes.
    ///
    /// # Errors
    /// When the keeper cannot be reached from here, and when it does not end.
    pub fn end(&self) -> Result<(), StageError> {
        // Not by its number: in the session of another lesson that number is nobody's, or somebody else's.
        let Some(process) = self.process().filter(|process| self.is(process)) else {
            self.remove_cgroups();
            return Ok(());
        };
        if let Err(error) = process.kill()
            && error.errno != Errno::ESRCH
        {
            let why = "from within a session the processes of another one cannot be reached";
            let fix = "leave the session that you are in with exit, and try again";
            return Err(StageError::host("cannot end the session", error, why, fix));
        }
        match self.has_ended_within(PATIENCE) {
            true => {
                self.remove_cgroups();
                Ok(())
            }
            false => Err(StageError::hangs("the end of the session")),
        }
    }

    /// Removes the cgroups of a session that has ended; after a reboot they are gone anyway.
    fn remove_cgroups(&self) {
        if self.boot == boot_id() {
            self.cgroups.iter().for_each(isolate::remove_cgroups);
        }
    }

    /// The cgroups of one exercise.
    pub(super) fn cgroups_of(&self, exercise: &str) -> Option<Cgroups> {
        self.cgroups.as_ref().map(|cgroups| cgroups.below(exercise))
    }

    /// Waits for the end of the keeper, which is that of the whole session: PID 1 goes when all others have gone.
    fn has_ended_within(&self, patience: Duration) -> bool {
        has_ended_within(patience, || self.process().is_some())
    }

    /// Ends the keepers of a session directory of which no note tells: it was damaged. They are known by what they were
    /// started with (proc_pid_cmdline(5)); those of other users do not let themselves be ended.
    pub fn end_forgotten(root: &Path) {
        for (_, process) in keepers().filter(|(keeper, _)| keeper.root == root) {
            if process.kill().is_ok() {
                has_ended_within(PATIENCE, || process.started().is_ok());
            }
        }
    }

    /// By whose attributes overlays live in the session.
    pub fn role(&self) -> Role {
        self.role
    }
}

/// The keepers of this user that are to be seen, with their processes. PID 1 is the one that we are in ourselves.
fn keepers() -> impl Iterator<Item = (LostKeeper, Process)> {
    let ours = effective_ids().0.to_string();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid != 1).filter_map(move |pid| {
        // Opened first: what is read then is this process's, or nothing.
        let process = Process::open(pid).ok()?;
        let words = process.arguments().ok()?;
        let setup = words.get(2).filter(|_| words[1] == KEEPER)?;
        let root = serde_json::from_str::<KeeperSetup>(setup).ok()?.root;
        let is_ours = process.status("Uid").is_ok_and(|ids| ids.split_whitespace().all(|id| id == ours));
        is_ours.then_some((LostKeeper { pid, root }, process))
    })
}

/// Whether something that is there ends in good time.
pub(super) fn has_ended_within(patience: Duration, is_there: impl Fn() -> bool) -> bool {
    let until = Instant::now() + patience;
    while is_there() {
        if Instant::now() > until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}

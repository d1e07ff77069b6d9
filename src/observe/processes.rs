//! The processes of a stage or a session, and which namespaces each is in.
//!
//! A session's first process is PID 1 of its PID namespace. What else belongs to it is in that namespace, or in one that
//! was made within it: then the parent of some parent is.

use crate::ground::EXERCISE_VARIABLE;
use crate::kernel::{Life, Process, status_field};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::time::{Duration, Instant};

/// The kinds of namespaces, as /proc names them.
pub const NAMESPACES: &[&str] = &["user", "mnt", "uts", "ipc", "net", "pid", "cgroup"];

/// So long it is waited for a moment at which no process runs. A machine with much to do may not let one run for a while.
const PATIENCE: Duration = Duration::from_secs(3);
/// What has worked for so long already, in clock ticks (a hundredth of a second each), will go on: it is not waited for.
const BUSY: u64 = 50;

/// The processes of a session.
#[derive(Debug)]
pub struct Processes {
    /// PID 1: what is not its namespace is a process's own.
    pub first: Running,
    /// All others but those of this program, the one that was started last first.
    pub others: Vec<Running>,
    /// Those of this program: shells' parents, visitors, and whatever the learner has started of it.
    pub ours: Vec<Running>,
    /// The process that asks, its parent, and so on, by the numbers that /proc shows.
    pub above: Vec<u32>,
}

/// A process that runs.
#[derive(Debug)]
pub struct Running {
    /// What it is called in `ps`.
    pub name: String,
    /// It itself.
    pub process: Process,
    /// Its namespaces, by kind.
    pub namespaces: BTreeMap<&'static str, u64>,
    /// Its numbers: that by which /proc shows it, then one for each PID namespace on the way to its own.
    pub numbers: Vec<u32>,
    /// The exercise that it was started for, where that can be told: by its own environment, else by the nearest one of
    /// those that it descends from. It is an honest learner's word; who wants to forge it deceives himself.
    pub exercise: Option<String>,
    /// It is the first process of a shell that entered the session: who started it is not in the session.
    pub came_in: bool,
    started: u64,
    /// It runs, or waits for a processor, for a disk, or for its child to become another program (vfork(2)).
    runs: bool,
    /// It runs, and has done so for long.
    is_busy: bool,
    /// So often the kernel took it from a processor: as long as it sleeps, the number stays.
    turns: u64,
}

impl Processes {
    /// Looks at the session that the calling process is in, or has entered.
    ///
    /// # Errors
    /// Where /proc cannot be read.
    pub fn now() -> Result<Processes> {
        Processes::seen_from(None)
    }

    /// The same, as the process of this number asks for it; otherwise it is the parent of the calling one.
    ///
    /// # Errors
    /// Where /proc cannot be read.
    pub fn seen_from(asks: Option<u32>) -> Result<Processes> {
        let own = Process::own()?;
        // Who has entered a PID namespace is not in it, but the children would be.
        let inside = own.namespace("pid_for_children")?;
        let program = own.program().ok();
        let all: BTreeMap<u32, Seen> =
            Process::all()?.into_iter().filter_map(|(pid, it)| Some((pid, seen(it)?))).collect();
        let mut first = None;
        let (mut others, mut ours) = (Vec::new(), Vec::new());
        let asks = asks.or_else(|| own.status("PPid").ok()?.parse().ok());
        let above = asks.map(|pid| line(&all, pid).collect());
        let members: Vec<u32> = all.keys().copied().filter(|pid| is_member(&all, *pid, inside)).collect();
        let mut whose: BTreeMap<u32, (Option<String>, bool)> = BTreeMap::new();
        for number in &members {
            let mut line = line(&all, *number).take_while(|pid| members.contains(pid));
            let exercise = line.find_map(|pid| exercise_of(&all[&pid].process));
            let came_in = !members.contains(&all[number].parent);
            whose.insert(*number, (exercise, came_in));
        }
        for (number, Seen { process, space, .. }) in all {
            let Some((exercise, came_in)) = whose.remove(&number) else { continue };
            let is_ours = program.is_some() && process.program().ok() == program;
            let Some(running) = Running::of(process) else { continue };
            let running = Running { exercise, came_in, ..running };
            if space == inside && running.pid() == 1 {
                first = Some(running);
            } else if is_ours {
                ours.push(running);
            } else {
                others.push(running);
            }
        }
        // Of two that were started in the same tick of the clock the one with the higher number is the later one.
        others.sort_by_key(|running| std::cmp::Reverse((running.started, running.numbers.first().copied())));
        let first = first.ok_or_else(|| Error::from(ErrorKind::NotFound))?;
        Ok(Processes { first, others, ours, above: above.unwrap_or_default() })
    }

    /// The same at a moment at which all of them slept, but for those that have long been at work: a child that is still the
    /// copy of its shell has become the program that it shall be, and what was about to end has ended. Where no such moment
    /// comes, they are as they are after three seconds.
    ///
    /// One look takes its time, and one may wake another behind its back. So two looks in a row must find the same
    /// processes asleep, and none may have run in between: then they all slept at the end of the first look.
    ///
    /// # Errors
    /// Where /proc cannot be read.
    pub fn at_rest() -> Result<Processes> {
        let until = Instant::now() + PATIENCE;
        let mut pause = Duration::from_millis(1);
        let mut before = None;
        loop {
            let now = Processes::now()?;
            let asleep = now.asleep();
            if asleep.is_some() && asleep == before || Instant::now() >= until {
                return Ok(now);
            }
            if asleep.is_none() {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(20));
            }
            before = asleep;
        }
    }

    /// Those that are waited for: when each was started, its number, and how often it had a turn; nothing where one of them
    /// runs.
    fn asleep(&self) -> Option<Vec<(u64, u32, u64)>> {
        let waited_for = self.others.iter().filter(|running| !running.is_busy);
        let look = |running: &Running| (running.started, running.numbers.first().copied().unwrap_or(0), running.turns);
        waited_for.map(|running| (!running.runs).then(|| look(running))).collect()
    }

    /// Without those that were started for another exercise: what they show is not this one's.
    pub fn only_for(mut self, exercise: &str) -> Processes {
        if !exercise.is_empty() {
            self.others.retain(|running| running.exercise.as_ref().is_none_or(|theirs| theirs == exercise));
        }
        self
    }

    /// Whether a process is in a namespace of this kind that the session itself is not in.
    pub fn has_own(&self, running: &Running, kind: &str) -> bool {
        let (theirs, ours) = (running.namespaces.get(kind), self.first.namespaces.get(kind));
        theirs.is_some() && theirs != ours
    }
}

struct Seen {
    process: Process,
    parent: u32,
    space: u64,
}

fn seen(process: Process) -> Option<Seen> {
    let parent = process.status("PPid").ok()?.parse().ok()?;
    // Of others' processes nobody may know it; a dead one has none.
    let space = process.namespace("pid").unwrap_or(0);
    Some(Seen { process, parent, space })
}

fn is_member(all: &BTreeMap<u32, Seen>, pid: u32, inside: u64) -> bool {
    line(all, pid).any(|pid| all[&pid].space == inside)
}

/// A process, its parent, and so on, as far as they are to be seen.
fn line(all: &BTreeMap<u32, Seen>, pid: u32) -> impl Iterator<Item = u32> {
    let known = move |pid: u32| all.contains_key(&pid).then_some(pid);
    std::iter::successors(known(pid), move |pid| known(all[pid].parent).filter(|parent| parent != pid))
}

/// What a process says of itself in its environment (proc_pid_environ(5)).
fn exercise_of(process: &Process) -> Option<String> {
    let variables = process.text("environ").ok()?;
    let value = |variable: &str| Some(variable.strip_prefix(EXERCISE_VARIABLE)?.strip_prefix('=')?.to_string());
    variables.split('\0').find_map(value).filter(|exercise| !exercise.is_empty())
}

impl Running {
    /// What is to be known of a process; nothing where it ends just now.
    fn of(process: Process) -> Option<Running> {
        let Life { state, worked, started } = process.life().ok()?;
        let status = process.text("status").ok()?;
        let name = status_field(&status, "Name")?.to_string();
        let numbers = status_field(&status, "NSpid")?.split_whitespace().flat_map(str::parse).collect();
        let namespaces = NAMESPACES.iter().filter_map(|kind| Some((*kind, process.namespace(kind).ok()?))).collect();
        let runs = matches!(state, 'R' | 'D');
        let turns = ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"]
            .iter()
            .filter_map(|field| status_field(&status, field)?.parse::<u64>().ok())
            .sum();
        let (exercise, came_in, is_busy) = (None, false, runs && worked > BUSY);
        Some(Running { name, process, namespaces, numbers, exercise, came_in, started, runs, is_busy, turns })
    }

    /// Its number in the PID namespace that it is in.
    pub fn pid(&self) -> u32 {
        self.numbers.last().copied().unwrap_or(0)
    }
}

//! The processes of a stage or a session, and which namespaces each is in.
//!
//! A session's first process is PID 1 of its PID namespace. What else belongs to it is in that namespace, or in one that
//! was made within it: then the parent of some parent is.

use crate::kernel::Process;
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};

/// The kinds of namespaces, as /proc names them.
pub const NAMESPACES: &[&str] = &["user", "mnt", "uts", "ipc", "net", "pid", "cgroup"];

/// The processes of a session.
#[derive(Debug)]
pub struct Processes {
    /// PID 1: what is not its namespace is a process's own.
    pub first: Running,
    /// All others but those of this program, the one that was started last first.
    pub others: Vec<Running>,
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
    started: u64,
}

impl Processes {
    /// Looks at the session that the calling process is in, or has entered.
    ///
    /// # Errors
    /// Where /proc cannot be read.
    pub fn now() -> Result<Processes> {
        let own = Process::own()?;
        // Who has entered a PID namespace is not in it, but the children would be.
        let inside = own.namespace("pid_for_children")?;
        let program = own.program().ok();
        let all: BTreeMap<u32, Seen> =
            Process::all()?.into_iter().filter_map(|(pid, it)| Some((pid, seen(it)?))).collect();
        let mut first = None;
        let mut others = Vec::new();
        let members: Vec<u32> = all.keys().copied().filter(|pid| is_member(&all, *pid, inside)).collect();
        for (number, Seen { process, space, .. }) in all {
            if !members.contains(&number) {
                continue;
            }
            let is_ours = program.is_some() && process.program().ok() == program;
            let Some(running) = Running::of(process) else { continue };
            if space == inside && running.pid() == 1 {
                first = Some(running);
            } else if !is_ours {
                others.push(running);
            }
        }
        others.sort_by_key(|running| std::cmp::Reverse(running.started));
        let first = first.ok_or_else(|| Error::from(ErrorKind::NotFound))?;
        Ok(Processes { first, others })
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
    let mut next = Some(pid);
    while let Some((pid, seen)) = next.and_then(|pid| Some((pid, all.get(&pid)?))) {
        if seen.space == inside {
            return true;
        }
        next = (seen.parent != pid).then_some(seen.parent);
    }
    false
}

impl Running {
    /// What is to be known of a process; nothing where it ends just now.
    fn of(process: Process) -> Option<Running> {
        let started = process.started().ok()?;
        let name = process.status("Name").ok()?;
        let numbers = process.status("NSpid").ok()?.split_whitespace().flat_map(str::parse).collect();
        let namespaces = NAMESPACES.iter().filter_map(|kind| Some((*kind, process.namespace(kind).ok()?))).collect();
        Some(Running { name, process, namespaces, numbers, started })
    }

    /// Its number in the PID namespace that it is in.
    pub fn pid(&self) -> u32 {
        self.numbers.last().copied().unwrap_or(0)
    }
}

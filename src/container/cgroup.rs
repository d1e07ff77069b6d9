//! Limits: cgroups(7), in whichever form this host has them.
//!
//! A host mounts one tree for all (version 2), one tree for each controller (version 1), or both (then the controllers are
//! where they are: a version 2 tree without them is of no use here). Which it is, is found by looking at the mount table.

use crate::container::error::ContainerError;
use crate::container::plan::Limits;
use crate::container::steps::Steps;
use crate::kernel::{CallError, Process, names_in};
use crate::observe::{Mount, cgroup_mounts};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// How our cgroups begin: whose they are, so that the next run knows those that nobody removed.
const PREFIX: &str = "layerlab-";
const WANTED: &str = "cannot limit the container";

/// The cgroups of one container.
#[derive(Debug, Default)]
pub(super) struct Cgroups {
    made: Vec<Made>,
}

/// One of them; in version 1 there is one for each controller.
#[derive(Debug)]
struct Made {
    /// Open, because our root is another one when it is removed.
    parent: OwnedFd,
    own: OwnedFd,
    name: PathBuf,
    door: PathBuf,
    memory: Option<&'static str>,
}

/// A limit as the kernel's files know it.
struct Setting {
    controller: &'static str,
    file: &'static str,
    value: String,
    /// Not every kernel has the file.
    may_lack: bool,
}

impl Cgroups {
    /// Makes them, with their limits; nobody is in them yet.
    pub fn make(steps: &mut Steps, limits: &Limits) -> Result<Cgroups, ContainerError> {
        let mut cgroups = Cgroups::default();
        if limits.is_none() {
            return Ok(cgroups);
        }
        let outcome = cgroups.make_all(steps, limits);
        if outcome.is_err() {
            cgroups.remove();
        }
        outcome.map(|()| cgroups)
    }

    fn make_all(&mut self, steps: &mut Steps, limits: &Limits) -> Result<(), ContainerError> {
        let table =
            cgroup_mounts().map_err(|error| ContainerError::Broken(format!("cannot read the mount table: {error}")))?;
        let own = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let started = Process::open(std::process::id()).and_then(|process| process.started()).unwrap_or(0);
        let name = PathBuf::from(format!("{PREFIX}{}-{started}", std::process::id()));
        for tree in trees(&table, &own, limits)? {
            self.make_one(steps, &tree, &name)?;
        }
        Ok(())
    }

    fn make_one(&mut self, steps: &mut Steps, tree: &Tree, name: &Path) -> Result<(), ContainerError> {
        let sys = steps.so_that("cgroup: the kernel counts what its processes use, and stops at the limit");
        if tree.unified {
            for setting in &tree.settings {
                let available = std::fs::read_to_string(tree.parent.join("cgroup.subtree_control")).unwrap_or_default();
                if !available.split_whitespace().any(|controller| controller == setting.controller) {
                    let file = tree.parent.join("cgroup.subtree_control");
                    let content = format!("+{}", setting.controller);
                    sys.write_once(&file.to_string_lossy(), &content).map_err(|error| refused(error, tree))?;
                }
            }
        }
        let own = tree.parent.join(name);
        sys.make_directory(&own, 0o755).map_err(|error| refused(error, tree))?;
        let open = |path: &Path| {
            crate::kernel::open_directory(None, path)
                .map_err(|error| refused(CallError::from_io("openat", crate::kernel::quoted(path), &error), tree))
        };
        let memory = tree.settings.iter().any(|setting| setting.controller == "memory");
        self.made.push(Made {
            parent: open(&tree.parent)?,
            own: open(&own)?,
            name: name.to_path_buf(),
            door: own.join(if tree.unified { "cgroup.procs" } else { "tasks" }),
            memory: memory.then_some(if tree.unified { "memory.events" } else { "memory.oom_control" }),
        });
        for setting in &tree.settings {
            let file = own.join(setting.file);
            if setting.may_lack && !file.exists() {
                continue;
            }
            sys.write_once(&file.to_string_lossy(), &setting.value).map_err(|error| refused(error, tree))?;
        }
        Ok(())
    }

    /// The files by which a process goes into them.
    pub fn doors(&self) -> Vec<PathBuf> {
        self.made.iter().map(|made| made.door.clone()).collect()
    }

    /// Whether the kernel ended one of their processes because the memory was used up.
    pub fn ran_out_of_memory(&self) -> bool {
        let counted = |made: &Made| {
            let text = crate::kernel::read_in(&made.own, Path::new(made.memory?)).ok()?;
            let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "))?;
            count.trim().parse::<u64>().ok()
        };
        self.made.iter().any(|made| counted(made).is_some_and(|count| count > 0))
    }

    /// Removes the cgroups of containers whose parent was killed; `processes` is any process of the host's /proc. One that is
    /// in use, or is being made, belongs to a process that lives.
    pub fn sweep(&self, processes: &Process) {
        for made in &self.made {
            for name in names_in(&made.parent).unwrap_or_default() {
                let parts = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-'));
                let Some((Ok(pid), Ok(started))) = parts.map(|(pid, started)| (pid.parse(), started.parse::<u64>()))
                else {
                    continue;
                };
                if !processes.started_beside(pid).is_ok_and(|begun| begun == started) {
                    let _ = crate::kernel::Sys::default().unlink_in(&made.parent, Path::new(&name), true);
                }
            }
        }
    }

    /// Removes them. Their processes have ended; the kernel may need a moment to notice.
    pub fn remove(&mut self) {
        for made in self.made.drain(..) {
            for _ in 0..200 {
                match crate::kernel::Sys::default().unlink_in(&made.parent, &made.name, true) {
                    Err(error) if error.is("EBUSY") => std::thread::sleep(std::time::Duration::from_millis(1)),
                    _ => break,
                }
            }
        }
    }
}

/// A directory of a tree in which a cgroup can be made.
struct Tree {
    parent: PathBuf,
    unified: bool,
    settings: Vec<Setting>,
}

fn settings(limits: &Limits, unified: bool) -> Vec<Setting> {
    let mut all = Vec::new();
    let mut set = |controller, file, value: String, may_lack| all.push(Setting { controller, file, value, may_lack });
    if let Some(bytes) = limits.memory {
        match unified {
            true => {
                set("memory", "memory.max", bytes.to_string(), false);
                set("memory", "memory.swap.max", "0".to_string(), true);
            }
            false => {
                set("memory", "memory.limit_in_bytes", bytes.to_string(), false);
                set("memory", "memory.memsw.limit_in_bytes", bytes.to_string(), true);
            }
        }
    }
    if let Some(pids) = limits.pids {
        set("pids", "pids.max", pids.to_string(), false);
    }
    if let Some(thousandths) = limits.cpus {
        // So many microseconds in each tenth of a second.
        let quota = (thousandths * 100).max(1000);
        match unified {
            true => set("cpu", "cpu.max", format!("{quota} 100000"), false),
            false => {
                set("cpu", "cpu.cfs_period_us", "100000".to_string(), false);
                set("cpu", "cpu.cfs_quota_us", quota.to_string(), false);
            }
        }
    }
    all
}

/// Where the cgroups of a container go, on this host.
fn trees(table: &[Mount], own: &str, limits: &Limits) -> Result<Vec<Tree>, ContainerError> {
    let wanted = settings(limits, false);
    let mut trees: Vec<Tree> = Vec::new();
    let mut lacking = Vec::new();
    for setting in wanted {
        match version_1(table, own, setting.controller) {
            Some(parent) => match trees.iter_mut().find(|tree| tree.parent == parent) {
                Some(tree) => tree.settings.push(setting),
                None => trees.push(Tree { parent, unified: false, settings: vec![setting] }),
            },
            None => lacking.push(setting.controller),
        }
    }
    if lacking.is_empty() {
        return Ok(trees);
    }
    let unified = version_2(table, own).filter(|parent| {
        let has = std::fs::read_to_string(parent.join("cgroup.controllers")).unwrap_or_default();
        lacking.iter().all(|wanted| has.split_whitespace().any(|controller| controller == *wanted))
    });
    let Some(parent) = unified else {
        let error = std::io::Error::from_raw_os_error(2);
        let error =
            CallError::from_io("openat", format!("AT_FDCWD, \"/sys/fs/cgroup/{}\", O_RDONLY", lacking[0]), &error);
        let why = format!("no cgroup tree of this host has the controller {}", lacking.join(" and "));
        let fix = "run it without this limit, or on a host that mounts cgroups (mount -t cgroup2 none /sys/fs/cgroup)";
        return Err(ContainerError::host(WANTED, error, why, fix));
    };
    let settings = settings(limits, true).into_iter().filter(|setting| lacking.contains(&setting.controller)).collect();
    trees.push(Tree { parent, unified: true, settings });
    Ok(trees)
}

/// The directory of our own cgroup in the tree of a controller.
fn version_1(table: &[Mount], own: &str, controller: &str) -> Option<PathBuf> {
    let has = |options: &[u8]| options.split(|byte| *byte == b',').any(|option| option == controller.as_bytes());
    let mount = table.iter().rfind(|mount| mount.kind == "cgroup" && has(&mount.super_options))?;
    let path = own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let names = parts.next()?;
        names.split(',').any(|name| name == controller).then(|| parts.next()).flatten()
    })?;
    Some(below(mount, path))
}

/// The directory of the version 2 tree below which we may make cgroups: for root the topmost one, where processes and cgroups
/// may live side by side; for an ordinary user that above our own cgroup, if it was given to the user.
fn version_2(table: &[Mount], own: &str) -> Option<PathBuf> {
    let mount = table.iter().rfind(|mount| mount.kind == "cgroup2")?;
    if crate::kernel::effective_ids().0 == 0 {
        return Some(mount.mountpoint.clone());
    }
    let path = own.lines().find_map(|line| line.strip_prefix("0::"))?;
    let own = below(mount, path);
    Some(if own == mount.mountpoint { own } else { own.parent()?.to_path_buf() })
}

/// A cgroup's directory; where only a part of the tree is mounted, its path is told from the top of the whole.
fn below(mount: &Mount, path: &str) -> PathBuf {
    let path = Path::new(path);
    let inside = path.strip_prefix(&mount.root).unwrap_or(path.strip_prefix("/").unwrap_or(path));
    mount.mountpoint.join(inside)
}

fn refused(error: CallError, tree: &Tree) -> ContainerError {
    let parent = tree.parent.display();
    let (why, fix) = match error.name().as_str() {
        "EROFS" => (
            format!("{parent} is read-only: we are in a container ourselves"),
            "run layerlab outside of it, or without limits",
        ),
        "EACCES" | "EPERM" => (
            format!("{parent} was not given to this user"),
            "sudo layerlab …, or where systemd runs: systemd-run --user --scope -p Delegate=yes layerlab …",
        ),
        "EBUSY" => (
            format!("there are processes in {parent}, and then it can have no cgroups with limits"),
            "systemd-run --scope -p Delegate=yes layerlab …, or run it without limits",
        ),
        "EINVAL" | "ERANGE" => ("the kernel does not take this value".to_string(), "give another limit"),
        _ => (format!("the kernel refuses it in {parent}"), "run it without limits"),
    };
    ContainerError::host(WANTED, error, why, fix)
}

//! Limits: cgroups(7), in whichever form this host has them. Where they go and how they are removed is
//! the knowledge of `isolate`; what is written into which file is ours.

use crate::container::error::ContainerError;
use crate::container::options::Limits;
use crate::ground::CgroupVersion;
use crate::isolate::Steps;
use crate::isolate::{OwnCgroups, cgroup_places};
use crate::kernel::Process;
use crate::kernel::proc::{CgroupTree, counted, limit_file, oom_file};
use crate::reason::{Tried, refused};
use std::path::{Path, PathBuf};

const WANTED: &str = "cannot limit the container";

/// The cgroups of one container; in version 1 there is one for each controller.
#[derive(Debug, Default)]
pub(super) struct Cgroups {
    own: OwnCgroups,
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
        let mut controllers: Vec<&str> =
            settings(limits, CgroupVersion::Two).iter().map(|setting| setting.controller).collect();
        controllers.dedup();
        let trees = cgroup_places(&controllers, WANTED)?;
        trees.iter().try_for_each(|tree| self.make_one(steps, tree, limits))
    }

    fn make_one(&mut self, steps: &mut Steps, tree: &CgroupTree, limits: &Limits) -> Result<(), ContainerError> {
        let sys = steps.explain("cgroup: the kernel counts what its processes use, and stops at the limit");
        let own = self.own.make(sys, tree, WANTED)?;
        let settings = settings(limits, tree.version).into_iter();
        for setting in settings.filter(|setting| tree.controllers.iter().any(|one| one == setting.controller)) {
            let file = own.directory.join(setting.file);
            if setting.may_lack && !file.exists() {
                continue;
            }
            sys.write_proc(&file, &setting.value)
                .map_err(|error| refused(WANTED, Tried::Cgroup(&tree.directory), error))?;
        }
        Ok(())
    }

    /// The files by which a process goes into them.
    pub fn doors(&self) -> Vec<PathBuf> {
        let door = |version| match version {
            CgroupVersion::Two => "cgroup.procs",
            // By this one a process goes in without waiting for the others.
            CgroupVersion::One => "tasks",
        };
        self.own.all().iter().map(|own| own.directory.join(door(own.version))).collect()
    }

    /// Whether the kernel ended one of their processes because the memory was used up.
    pub fn ran_out_of_memory(&self) -> bool {
        self.own.all().iter().any(|own| {
            let text = crate::kernel::read_in(&own.open, Path::new(oom_file(own.version))).unwrap_or_default();
            counted(&text, "oom_kill").is_some_and(|count| count > 0)
        })
    }

    /// Removes the cgroups of containers whose parent was killed; `processes` is any process of the host's /proc.
    pub fn sweep(&self, processes: &Process) {
        self.own.sweep(|pid, started| processes.started_beside(pid).is_ok_and(|begun| begun == started));
    }

    /// Removes them. Their processes have ended.
    pub fn remove(&mut self) {
        self.own.remove();
    }
}

fn settings(limits: &Limits, version: CgroupVersion) -> Vec<Setting> {
    let mut all = Vec::new();
    let mut set = |controller, file, value: String, may_lack| all.push(Setting { controller, file, value, may_lack });
    if let Some(bytes) = limits.memory {
        set("memory", limit_file(version, "memory"), bytes.to_string(), false);
        match version {
            CgroupVersion::Two => set("memory", "memory.swap.max", "0".to_string(), true),
            CgroupVersion::One => set("memory", "memory.memsw.limit_in_bytes", bytes.to_string(), true),
        }
    }
    if let Some(pids) = limits.pids {
        set("pids", limit_file(version, "pids"), pids.to_string(), false);
    }
    if let Some(thousandths) = limits.cpus {
        // So many microseconds in each tenth of a second, which in version 1 is the period of a new cgroup.
        let quota = (thousandths * 100).max(1000);
        let period = if version == CgroupVersion::Two { " 100000" } else { "" };
        set("cpu", limit_file(version, "cpu"), format!("{quota}{period}"), false);
    }
    all
}

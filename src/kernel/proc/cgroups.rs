//! Where this machine has its cgroups, and what stands in those of a run: cgroups(7). Read only.
//!
//! A machine mounts one tree for all controllers (version 2), one tree for each (version 1), or both; then the controllers
//! are where they are, and a version 2 tree without them is of no use. Which it is, is found by looking at the mount table.

use crate::ground::{CgroupVersion, Errno, Name, path_bytes};
use crate::kernel::proc::{Limit, Membership, Mount, limit_file};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The controllers that lessons are about.
pub const CONTROLLERS: &[&str] = &["pids", "memory", "cpu"];

/// In version 2 processes live in the leaves of the tree: ours are in the one of this name.
pub const LEAF: &str = "stage";

/// A directory in which a cgroup can be made, and what can be limited there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CgroupTree {
    /// The directory.
    #[serde(with = "path_bytes")]
    pub directory: PathBuf,
    /// Which of the two interfaces it has.
    pub version: CgroupVersion,
    /// The controllers that it has, of those that were asked for.
    pub controllers: Vec<String>,
}

/// The cgroups of a run or of an exercise: what it sees as the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cgroups {
    /// Which interface all of them have.
    pub version: CgroupVersion,
    /// In version 1 one for each hierarchy.
    pub trees: Vec<CgroupTree>,
    /// Their path in /proc/PID/cgroup as we read it: `/` unless a session holds several.
    #[serde(with = "path_bytes")]
    pub path: PathBuf,
}

impl Cgroups {
    /// The directory of ours that has a controller.
    pub fn directory(&self, controller: &str) -> Option<&Path> {
        let tree = self.trees.iter().find(|tree| tree.controllers.iter().any(|one| one == controller))?;
        Some(&tree.directory)
    }

    /// Those of this name within.
    pub fn below(&self, name: &str) -> Cgroups {
        let mut below = self.clone();
        below.path.push(name);
        for tree in &mut below.trees {
            tree.directory.push(name);
        }
        below
    }

    /// The names of all cgroups that were made within, each once, `a/b` for nested ones; not the one in which our own
    /// processes are.
    pub fn names(&self) -> Vec<Name> {
        let mut names = Vec::new();
        for tree in &self.trees {
            gather(&tree.directory, Path::new(""), &mut names);
        }
        names.retain(|name| self.version == CgroupVersion::One || name.as_path() != Path::new(LEAF));
        names.sort();
        names.dedup();
        names
    }

    /// The file of a limit or of a use, in the cgroup of this name.
    pub fn read(&self, controller: &str, name: impl AsRef<Path>, file: &str) -> std::io::Result<String> {
        let directory = self.directory(controller).ok_or(Errno::ENOENT)?;
        Ok(std::fs::read_to_string(directory.join(name).join(file))?.trim().to_string())
    }

    /// The limit of the cgroup of this name, and the text by which the kernel tells it.
    ///
    /// # Errors
    /// Where the controller is not handed down to it.
    pub fn limit(&self, controller: &str, name: impl AsRef<Path>) -> std::io::Result<(Option<Limit>, String)> {
        let text = self.read(controller, &name, limit_file(self.version, controller))?;
        let period = match (controller, self.version) {
            ("cpu", CgroupVersion::One) => self.read(controller, name, "cpu.cfs_period_us").unwrap_or_default(),
            _ => String::new(),
        };
        Ok((Limit::parse(controller, &format!("{text} {period}")), text))
    }
}

fn gather(directory: &Path, inside: &Path, names: &mut Vec<Name>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let inside = inside.join(entry.file_name());
            names.push(Name::from(inside.as_path()));
            gather(&entry.path(), &inside, names);
        }
    }
}

/// Where cgroups with these controllers can be made: for each controller the tree that has it.
///
/// # Errors
/// The controllers that no tree has.
pub fn cgroup_trees(table: &[Mount], own: &Membership, controllers: &[&str]) -> Result<Vec<CgroupTree>, Vec<String>> {
    let mut trees: Vec<CgroupTree> = Vec::new();
    let mut lacking = Vec::new();
    for controller in controllers {
        match version_1(table, own, controller) {
            Some(directory) => match trees.iter_mut().find(|tree| tree.directory == directory) {
                Some(tree) => tree.controllers.push(controller.to_string()),
                None => trees.push(CgroupTree {
                    directory,
                    version: CgroupVersion::One,
                    controllers: vec![controller.to_string()],
                }),
            },
            None => lacking.push(controller.to_string()),
        }
    }
    if lacking.is_empty() {
        return Ok(trees);
    }
    let unified = version_2(table, own).filter(|parent| {
        let has = controllers_in(&parent.join("cgroup.controllers"));
        lacking.iter().all(|wanted| has.contains(wanted))
    });
    match unified {
        Some(directory) => {
            trees.push(CgroupTree { directory, version: CgroupVersion::Two, controllers: lacking });
            Ok(trees)
        }
        None => Err(lacking),
    }
}

/// The controllers that a file of a cgroup of version 2 lists: `cgroup.controllers`, `cgroup.subtree_control`.
pub fn controllers_in(file: &Path) -> Vec<String> {
    let listed = std::fs::read_to_string(file).unwrap_or_default();
    listed.split_whitespace().map(String::from).collect()
}

/// The directory of our own cgroup in the tree of a controller.
fn version_1(table: &[Mount], own: &Membership, controller: &str) -> Option<PathBuf> {
    let mount = table.iter().rfind(|mount| mount.kind == "cgroup" && mount.has_option(controller))?;
    Some(below(mount, own.path(CgroupVersion::One, controller)?))
}

/// The directory of the version 2 tree below which we may make cgroups: for root the topmost one, where processes and cgroups
/// may live side by side; for an ordinary user that above our own cgroup, if it was given to the user.
fn version_2(table: &[Mount], own: &Membership) -> Option<PathBuf> {
    let mount = table.iter().rfind(|mount| mount.kind == "cgroup2")?;
    if crate::kernel::effective_ids().0 == 0 {
        return Some(mount.mountpoint.clone());
    }
    let own = below(mount, own.path(CgroupVersion::Two, "")?);
    Some(if own == mount.mountpoint { own } else { own.parent()?.to_path_buf() })
}

/// A cgroup's directory; where only a part of the tree is mounted, its path is told from the top of the whole.
fn below(mount: &Mount, path: &Path) -> PathBuf {
    let inside = path.strip_prefix(&mount.root).unwrap_or(path.strip_prefix("/").unwrap_or(path));
    // Without the slash that an empty rest would leave.
    mount.mountpoint.join(inside).components().collect()
}

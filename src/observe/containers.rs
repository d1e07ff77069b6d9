//! Which container a process is in, without asking the engine: from `/proc` and from what engines leave on the disk.
//!
//! The first process of a container is the child of a program that looks after it, `containerd-shim` or `conmon`, whose
//! arguments have the id. The cgroup has it too, where there is one of the container's own. Docker's names are in
//! `containers/ID/config.v2.json` of its data directory, which is found by the files that Docker mounts from there;
//! podman's are among conmon's arguments; containerd's ids are names.

use crate::kernel::proc::Mount;
use crate::kernel::{CallError, Process, open_directory, open_file, quoted};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

/// Docker's record of a container has a few thousand bytes.
const LONGEST_RECORD: u64 = 4 << 20;

/// A container of an engine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Whose it is.
    pub engine: Engine,
    /// The engine's id, 64 hexadecimal digits for most.
    pub id: String,
    /// The name that a person gave it, or the engine.
    pub name: Option<String>,
    /// Why its name is not known: the engine's record may not be read.
    pub name_refused: Option<CallError>,
}

/// Who runs containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Docker: dockerd, by way of containerd.
    Docker,
    /// podman, or whoever else starts conmon.
    Podman,
    /// containerd, asked by ctr, nerdctl or Kubernetes.
    Containerd,
}

impl Engine {
    /// As its makers write it.
    pub fn word(self) -> &'static str {
        match self {
            Engine::Docker => "Docker",
            Engine::Podman => "podman",
            Engine::Containerd => "containerd",
        }
    }
}

impl Container {
    /// The container of a process with this mount table; `own` is our own.
    pub fn of(pid: u32, mounts: &[Mount], own: &[Mount]) -> Option<Container> {
        let process = Process::open(pid).ok()?;
        let (engine, id, name) = by_parents(&process)?;
        let id = id_of_cgroup(&process).unwrap_or(id);
        let recorded = || match engine {
            Engine::Docker => name_for_docker(&id, mounts, own),
            _ => Ok(None),
        };
        let (name, name_refused) = match name {
            Some(name) => (Some(name), None),
            None => recorded().map_or_else(|error| (None, Some(error)), |name| (name, None)),
        };
        Some(Container { engine, id, name, name_refused })
    }

    /// Whether somebody who says this means it: its name, its id, or the beginning of its id.
    pub fn is_called(&self, said: &str) -> bool {
        self.name.as_deref() == Some(said) || (!said.is_empty() && self.id.starts_with(said))
    }

    /// `Docker container student (64cf7cc69245)`.
    pub fn words(&self) -> String {
        let is_long = self.id.len() == 64 && self.id.is_ascii();
        let id = if is_long { &self.id[..12] } else { &self.id };
        let engine = self.engine.word();
        match &self.name {
            Some(name) if *name != self.id => format!("{engine} container {} ({id})", printable(name)),
            _ => format!("{engine} container {}", printable(id)),
        }
    }
}

/// A name that others chose, fit for a terminal.
fn printable(text: &str) -> String {
    crate::ground::Name::from(Path::new(text)).to_string()
}

/// The nearest program above a process that looks after a container, and what its arguments say.
fn by_parents(process: &Process) -> Option<(Engine, String, Option<String>)> {
    let mut parent: u32 = process.status("PPid").ok()?.parse().ok()?;
    // A command that was started inside later stands deeper; a ring cannot be, but a table that changes can look like one.
    for _ in 0..64 {
        let above = Process::open(parent).ok()?;
        let words = above.arguments().ok()?;
        let program = Path::new(words.first()?).file_name()?.to_str()?.to_string();
        let after = |option: &str| {
            let at = words.iter().position(|word| word == option)?;
            words.get(at + 1).filter(|word| !word.is_empty()).cloned()
        };
        if program.starts_with("containerd-shim") {
            let engine =
                if after("-namespace").as_deref() == Some("moby") { Engine::Docker } else { Engine::Containerd };
            return Some((engine, after("-id")?, None));
        }
        if program == "conmon" {
            return Some((Engine::Podman, after("-c")?, after("-n")));
        }
        parent = above.status("PPid").ok()?.parse().ok()?;
    }
    None
}

/// The id at the end of the path of a cgroup: `/docker/ID`, `…/docker-ID.scope`, `…/libpod-ID.scope/container`. Of the
/// containers of a pod, which have one shim together, only this is each one's own.
fn id_of_cgroup(process: &Process) -> Option<String> {
    let text = process.text("cgroup").ok()?;
    let is_id = |word: &&str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split(['/', '-', '.', ':', '\n']).rfind(is_id).map(String::from)
}

/// The name in Docker's own record, `"Name":"/student"`.
fn name_for_docker(id: &str, mounts: &[Mount], own: &[Mount]) -> Result<Option<String>, CallError> {
    let directories = mounts.iter().filter_map(|mount| {
        // `/var/lib/docker/containers/ID/hostname`, as the file system of that directory calls it.
        let parts: Vec<Component<'_>> = mount.root.components().collect();
        let is_record = |pair: &[Component<'_>]| pair[0].as_os_str() == "containers" && pair[1].as_os_str() == id;
        let at = parts.windows(2).position(is_record)? + 1;
        let directory: PathBuf = parts[..=at].iter().collect();
        let mount = own.iter().find(|other| other.device == mount.device && directory.starts_with(&other.root))?;
        Some(mount.mountpoint.join(directory.strip_prefix(&mount.root).ok()?))
    });
    let Some(path) = directories.into_iter().next() else { return Ok(None) };
    let record = open_directory(None, &path).and_then(|directory| open_file(&directory, Path::new("config.v2.json")));
    let record = match record {
        Ok(record) => record,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let args = format!("AT_FDCWD, {}, O_RDONLY|O_NOFOLLOW|O_CLOEXEC", quoted(&path.join("config.v2.json")));
            return Err(CallError::of("openat", args, &error));
        }
        Err(_) => return Ok(None),
    };
    let record: Option<serde_json::Value> = serde_json::from_reader(File::from(record).take(LONGEST_RECORD)).ok();
    let name = record.and_then(|record| Some(record["Name"].as_str()?.trim_start_matches('/').to_string()));
    Ok(name.filter(|name| !name.is_empty()))
}

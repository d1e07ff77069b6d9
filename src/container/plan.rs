//! What a container is to be, as plain data, and how it is handed from one of our processes to the next.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The layers of the image, topmost first.
    pub lowers: Vec<PathBuf>,
    /// The command and its arguments; never empty.
    pub command: Vec<OsString>,
    /// Host name.
    pub hostname: String,
    /// Nothing may be written to the root file system.
    pub read_only: bool,
    /// Directories and files of the host.
    pub volumes: Vec<Volume>,
    /// `NAME=VALUE`.
    pub environment: Vec<OsString>,
    /// Where the command begins.
    pub workdir: Option<PathBuf>,
    /// Who the command is.
    pub user: Option<(u32, u32)>,
    /// PID 1 is ours: it starts the command, and buries the dead.
    pub init: bool,
    /// A directory on disk for the upper layer, to be looked at afterwards.
    pub keep: Option<PathBuf>,
    /// Every system call is told.
    pub explain: bool,
    /// Without capabilities dropped, system calls filtered and files hidden.
    pub unprotected: bool,
    /// A time namespace too.
    pub time: bool,
    /// The command gets a terminal of its own.
    pub terminal: bool,
    /// Most bytes that the tmpfs may hold, as in tmpfs(5).
    pub size: String,
    /// Limits.
    pub limits: Limits,
    /// What our processes tell each other.
    pub inner: Inner,
}

/// A directory or a file of the host inside the container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// On the host.
    pub source: PathBuf,
    /// In the container, absolute.
    pub target: PathBuf,
    /// `:ro`
    pub read_only: bool,
}

/// How much of the machine it may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
    /// Thousandths of a processor.
    pub cpus: Option<u64>,
}

impl Limits {
    /// No limit at all.
    pub fn is_none(&self) -> bool {
        *self == Limits::default()
    }
}

/// What the parent found out, for PID 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inner {
    /// The directory over which the scratch tmpfs is mounted.
    pub place: PathBuf,
    /// Not root of the machine.
    pub ordinary: bool,
    /// The files by which PID 1 attaches itself to its cgroups.
    pub cgroups: Vec<PathBuf>,
}

/// The words before the command's own.
const COMMAND: &str = "--";

impl Plan {
    /// As words of a command line: `name=value` each, so that paths may hold any byte. Anybody may see them (/proc/PID/cmdline).
    pub fn to_words(&self) -> Vec<OsString> {
        let mut words = Vec::with_capacity(24);
        let mut put = |name: &str, value: &OsStr| {
            let mut word = OsString::with_capacity(name.len() + 1 + value.len());
            word.push(name);
            word.push("=");
            word.push(value);
            words.push(word);
        };
        self.lowers.iter().for_each(|lower| put("lower", lower.as_os_str()));
        for volume in &self.volumes {
            put(if volume.read_only { "volume-ro" } else { "volume" }, volume.source.as_os_str());
            put("at", volume.target.as_os_str());
        }
        self.environment.iter().for_each(|variable| put("env", variable));
        self.inner.cgroups.iter().for_each(|file| put("cgroup", file.as_os_str()));
        put("hostname", self.hostname.as_ref());
        put("size", self.size.as_ref());
        put("place", self.inner.place.as_os_str());
        let flags = [
            ("read-only", self.read_only),
            ("init", self.init),
            ("explain", self.explain),
            ("unprotected", self.unprotected),
            ("time", self.time),
            ("terminal", self.terminal),
            ("ordinary", self.inner.ordinary),
        ];
        flags.iter().filter(|(_, set)| *set).for_each(|(name, _)| put(name, OsStr::new("")));
        let numbers = [("memory", self.limits.memory), ("pids", self.limits.pids), ("cpus", self.limits.cpus)];
        for (name, value) in numbers {
            value.inspect(|value| put(name, value.to_string().as_ref()));
        }
        self.keep.iter().for_each(|keep| put("keep", keep.as_os_str()));
        self.workdir.iter().for_each(|workdir| put("workdir", workdir.as_os_str()));
        if let Some((user, group)) = self.user {
            put("user", format!("{user}:{group}").as_ref());
        }
        words.push(COMMAND.into());
        words.extend(self.command.iter().cloned());
        words
    }

    /// The plan that was written so; nothing where the words make no sense.
    pub fn from_words(words: &[OsString]) -> Option<Plan> {
        let mut plan = Plan::default();
        let end = words.iter().position(|word| word == COMMAND)?;
        for word in &words[..end] {
            let bytes = word.as_bytes();
            let at = bytes.iter().position(|&byte| byte == b'=')?;
            let value = || OsString::from_vec(bytes[at + 1..].to_vec());
            let text = || std::str::from_utf8(&bytes[at + 1..]).ok();
            let number = || text()?.parse().ok();
            match &bytes[..at] {
                b"lower" => plan.lowers.push(value().into()),
                name @ (b"volume" | b"volume-ro") => {
                    let read_only = name == b"volume-ro";
                    plan.volumes.push(Volume { source: value().into(), target: PathBuf::new(), read_only });
                }
                b"at" => plan.volumes.last_mut()?.target = value().into(),
                b"env" => plan.environment.push(value()),
                b"cgroup" => plan.inner.cgroups.push(value().into()),
                b"hostname" => plan.hostname = text()?.to_string(),
                b"size" => plan.size = text()?.to_string(),
                b"place" => plan.inner.place = value().into(),
                b"read-only" => plan.read_only = true,
                b"init" => plan.init = true,
                b"explain" => plan.explain = true,
                b"unprotected" => plan.unprotected = true,
                b"time" => plan.time = true,
                b"terminal" => plan.terminal = true,
                b"ordinary" => plan.inner.ordinary = true,
                b"memory" => plan.limits.memory = Some(number()?),
                b"pids" => plan.limits.pids = Some(number()?),
                b"cpus" => plan.limits.cpus = Some(number()?),
                b"keep" => plan.keep = Some(value().into()),
                b"workdir" => plan.workdir = Some(value().into()),
                b"user" => {
                    let (user, group) = text()?.split_once(':')?;
                    plan.user = Some((user.parse().ok()?, group.parse().ok()?));
                }
                _ => return None,
            }
        }
        plan.command = words[end + 1..].to_vec();
        (!plan.command.is_empty()).then_some(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::{Inner, Limits, Plan, Volume};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_plan_survives_being_handed_on_whatever_its_bytes() {
        let odd = OsStr::from_bytes(b"a=b:c,\\ \n\xff--");
        let plan = Plan {
            lowers: vec![odd.into(), "b".into()],
            command: vec!["--".into(), odd.into(), "lower=x".into()],
            hostname: "h".into(),
            read_only: true,
            volumes: vec![
                Volume { source: odd.into(), target: "/v".into(), read_only: true },
                Volume { source: "s".into(), target: odd.into(), read_only: false },
            ],
            environment: vec![odd.into()],
            workdir: Some(odd.into()),
            user: Some((1, 2)),
            init: true,
            keep: Some(odd.into()),
            explain: true,
            unprotected: true,
            time: true,
            terminal: true,
            size: "64m".into(),
            limits: Limits { memory: Some(1), pids: Some(2), cpus: Some(3) },
            inner: Inner { place: "/tmp".into(), ordinary: true, cgroups: vec![odd.into()] },
        };
        assert_eq!(Plan::from_words(&plan.to_words()), Some(plan));
        assert_eq!(Plan::from_words(&["nonsense".into(), "--".into(), "sh".into()]), None);
    }
}

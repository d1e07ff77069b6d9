//! What a container is to be, as plain data, and how it is handed from one of our processes to the next.

use crate::container::options::Options;
use crate::ground::path_bytes;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::{ErrorKind, Read, Result, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// What was asked for, with every path of the host found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The layers of the image, topmost first.
    #[serde(with = "path_bytes")]
    pub lowers: Vec<PathBuf>,
    /// The digest of the stored image that they are.
    pub image: Option<String>,
    /// The command and its arguments; never empty.
    pub command: Vec<OsString>,
    /// Host name.
    pub hostname: String,
    /// Directories and files of the host.
    pub volumes: Vec<Volume>,
    /// A directory on disk for the upper layer, to be looked at afterwards.
    #[serde(with = "path_bytes")]
    pub keep: Option<PathBuf>,
    /// The signal that asks the command to end, where its image wants another one than SIGTERM.
    pub stop_signal: Option<u8>,
    /// The command gets a terminal of its own.
    pub terminal: bool,
    /// What is taken as it was asked for.
    pub options: Options,
    /// What our processes tell each other.
    pub inner: Inner,
}

/// A directory or a file of the host inside the container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// On the host.
    #[serde(with = "path_bytes")]
    pub source: PathBuf,
    /// In the container, absolute.
    #[serde(with = "path_bytes")]
    pub target: PathBuf,
    /// `:ro`
    pub read_only: bool,
}

/// What the parent found out, for PID 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inner {
    /// The directory over which the scratch tmpfs is mounted.
    #[serde(with = "path_bytes")]
    pub place: PathBuf,
    /// Not root of the machine.
    pub ordinary: bool,
    /// The files by which PID 1 attaches itself to its cgroups.
    #[serde(with = "path_bytes")]
    pub cgroups: Vec<PathBuf>,
}

impl Plan {
    /// Hands it to the process at the other end of the line: how many bytes, then JSON. The arguments of a program can
    /// be seen by everybody (/proc/PID/cmdline), and each is limited to 128 KiB (execve(2)).
    pub fn send(&self, mut line: &UnixStream) -> Result<()> {
        let json = serde_json::to_vec(self)?;
        let mut bytes = (json.len() as u64).to_ne_bytes().to_vec();
        bytes.extend(json);
        line.write_all(&bytes)
    }

    /// Reads it from the standard input, and not a byte more; nothing if the sender has ended.
    pub fn receive() -> Result<Option<Plan>> {
        let mut line = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
        let mut length = [0; 8];
        let read = line.read_exact(&mut length).and_then(|()| {
            let mut json = vec![0; u64::from_ne_bytes(length) as usize];
            line.read_exact(&mut json)?;
            Ok(json)
        });
        match read {
            Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
            Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Inner, Plan, Volume};
    use crate::container::options::{Limits, Options};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_plan_survives_being_handed_on_whatever_its_bytes() {
        let odd = OsStr::from_bytes(b"a=b:c,\\ \n\xff--");
        let plan = Plan {
            lowers: vec![odd.into(), "b".into()],
            image: Some("sha256:00".into()),
            command: vec!["--".into(), odd.into(), "lower=x".into()],
            hostname: "h".into(),
            volumes: vec![
                Volume { source: odd.into(), target: "/v".into(), read_only: true },
                Volume { source: "s".into(), target: odd.into(), read_only: false },
            ],
            keep: Some(odd.into()),
            stop_signal: Some(3),
            terminal: true,
            options: Options {
                limits: Limits { memory: Some(1), pids: Some(2), cpus: Some(3) },
                read_only: true,
                env: vec![odd.into()],
                workdir: Some(odd.into()),
                user: Some((1, 2)),
                init: true,
                size: "64m".into(),
                explain: true,
                unprotected: true,
                time: true,
            },
            inner: Inner { place: "/tmp".into(), ordinary: true, cgroups: vec![odd.into()] },
        };
        let json = serde_json::to_vec(&plan).unwrap();
        assert_eq!(serde_json::from_slice::<Plan>(&json).unwrap(), plan);
    }
}

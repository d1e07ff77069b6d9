//! The worker's end of a shell that a line of a lesson has opened; what the shell itself does is in `inner.rs`.

use crate::action::Opening;
use crate::ground::Call;
use crate::stage::link::Link;
use crate::stage::wire::{InnerSetup, InnerStage, Reply, Request, WorkerSetup};
use crate::stage::{INNER, PROGRAM};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A shell. When this is dropped the shell ends.
#[derive(Debug)]
pub(super) struct OpenedShell {
    link: Link,
    /// Its process, as the worker numbers processes.
    pid: u32,
}

impl OpenedShell {
    /// Opens a shell within another one, or within the worker; returns it with the calls that were made for it.
    ///
    /// # Errors
    /// The answer to the line where it did not come to a shell.
    pub fn open(
        worker: WorkerSetup,
        within: Option<&OpenedShell>,
        opening: Opening,
    ) -> Result<(OpenedShell, Vec<Call>), Reply> {
        let within = within.map(|shell| shell.pid);
        let setup = InnerSetup { worker, within, opening, stage: InnerStage::Enters, pid: 0, calls: Vec::new() };
        let mut link = Link::start(Path::new(PROGRAM), INNER, &setup, false).map_err(Reply::Failed)?;
        match link.reply().map_err(Reply::Failed)? {
            Reply::Opened { facts, calls } => Ok((OpenedShell { link, pid: facts.pid }, calls)),
            refused => {
                let _ = link.child.wait();
                Err(refused)
            }
        }
    }

    /// Asks it something.
    pub fn ask(&mut self, request: &Request) -> Reply {
        self.link.request(request).and_then(|()| self.link.reply()).unwrap_or_else(Reply::Failed)
    }

    /// Whether its root directory is the worker's.
    pub fn has_our_root(&self) -> bool {
        let root = |path: &Path| std::fs::metadata(path).ok().map(|root| (root.dev(), root.ino()));
        root(&self.process().join("root")) == root(Path::new("/"))
    }

    /// Its process, as the worker numbers processes.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Its directory in /proc.
    pub fn process(&self) -> PathBuf {
        format!("/proc/{}", self.pid).into()
    }
}

impl Drop for OpenedShell {
    fn drop(&mut self) {
        let _ = self.link.socket.shutdown(std::net::Shutdown::Both);
        let _ = self.link.child.wait();
    }
}

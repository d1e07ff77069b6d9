//! A root file system of this host's own programs, and of the terminals that they know.

use crate::rootfs::host_files::{Copied, HostFiles, Missing};
use crate::rootfs::programs::{PROGRAMS, find};
use crate::rootfs::{base, busybox, terminfo};
use crate::tree::{TreeError, TreeWriter};
use std::ffi::{OsStr, OsString};

/// Which programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Busybox alone, with a link for each program that it is.
    pub busybox: bool,
    /// These alone, by name or path; where there are none, all that we know.
    pub only: Vec<OsString>,
    /// More, by name or path.
    pub with: Vec<OsString>,
    /// The terminal we are at (TERM).
    pub terminal: Option<OsString>,
}

/// Fills a tree with programs of this host.
pub(super) fn fill(tree: &mut TreeWriter, wanted: &Wanted) -> Result<Copied, TreeError> {
    let mut host = HostFiles::new(tree);
    host.directories()?;
    if wanted.busybox {
        busybox::take(&mut host)?;
    } else if wanted.only.is_empty() {
        for (name, package) in PROGRAMS {
            match find(OsStr::new(name)) {
                Some(path) => host.program(&path)?,
                None => host.copied.missing.push(Missing { program: name.to_string(), package: package.to_string() }),
            }
        }
    }
    for name in wanted.only.iter().chain(&wanted.with) {
        host.further(name)?;
    }
    for path in terminfo::entries(wanted.terminal.clone()) {
        host.take(&path)?;
    }
    let bash = find("bash".as_ref()).filter(|path| host.has(path)).map(|path| path.display().to_string());
    base::files(host.tree, bash.as_deref().unwrap_or("/bin/sh"))?;
    host.finish()
}

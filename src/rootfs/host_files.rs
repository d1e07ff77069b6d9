//! Copying files of this host into a tree.
//!
//! A path inside reads as it does outside: where the host has a symbolic link on the way, the same link is made, so a
//! merged /usr stays merged and Debian's alternatives stay alternatives. What programs read beside their libraries
//! (modules, data, configuration) does not come along.

use crate::ground::Errno;
use crate::kernel::CallError;
use crate::kernel::proc::is_program;
use crate::rootfs::libraries::Libraries;
use crate::rootfs::programs::{PLACES, find};
use crate::rootfs::{base, script};
use crate::tree::{Inside, Meta, TreeError, TreeWriter};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// As many links as the kernel follows (path_resolution(7)).
const MOST_LINKS: usize = 40;
/// The C library opens it by itself where names of users are asked for (nss(5)); newer ones have it built in.
const OPENED_BY_NAME: &str = "libnss_files.so.2";

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Programs, by the path that they have here and inside.
    pub programs: Vec<String>,
    /// Links to busybox.
    pub applets: Vec<String>,
    /// Libraries and loaders.
    pub libraries: Vec<String>,
    /// Programs that this host lacks.
    pub missing: Vec<Missing>,
    /// Libraries that a program needs and this host lacks.
    pub unresolved: Vec<Unresolved>,
}

/// A program that this host lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// `ping`
    pub program: String,
    /// The Debian package that has it.
    pub package: String,
}

/// A library that this host lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unresolved {
    /// `libfoo.so.1`
    pub library: String,
    /// Who needs it.
    pub program: String,
}

/// Copies from the host what it is told to, each file once.
pub(super) struct HostFiles<'t, 'a> {
    pub tree: &'t mut TreeWriter<'a>,
    pub copied: Copied,
    libraries: Libraries,
    /// Every path inside that was made from one of the host.
    taken: BTreeSet<PathBuf>,
    /// Names of libraries that the loader inside may not find, and where they are.
    unseen: BTreeMap<OsString, PathBuf>,
    /// Where the C library is: every loader looks there.
    seen: Option<PathBuf>,
}

impl<'t, 'a> HostFiles<'t, 'a> {
    pub fn new(tree: &'t mut TreeWriter<'a>) -> HostFiles<'t, 'a> {
        let (copied, libraries) = (Copied::default(), Libraries::of_host());
        HostFiles { tree, copied, libraries, taken: BTreeSet::new(), unseen: BTreeMap::new(), seen: None }
    }

    /// The usual directories; links where the host has links.
    pub fn directories(&mut self) -> Result<(), TreeError> {
        for link in base::LINKS.iter().map(Path::new) {
            if link.symlink_metadata().is_ok_and(|found| found.is_symlink()) && link.is_dir() {
                self.follow(link)?;
            }
        }
        for (path, mode) in base::DIRECTORIES {
            if !self.taken.contains(Path::new(path)) {
                self.tree.directory(&Inside::of(Path::new(path)), Meta::mode(*mode))?;
            }
        }
        Ok(())
    }

    /// A program with all it needs to start.
    pub fn program(&mut self, path: &Path) -> Result<(), TreeError> {
        if self.has(path) {
            return Ok(());
        }
        self.take(path)?;
        self.copied.programs.push(path.display().to_string());
        if let Some(script) = script::read(path) {
            for program in script.programs() {
                match find(program.as_os_str()) {
                    Some(found) => self.program(&found)?,
                    None => self.lacks(program.as_os_str(), path),
                }
            }
            return Ok(());
        }
        let closure = self.libraries.closure(path);
        if let Some(loader) = &closure.interpreter {
            match is_program(loader) {
                true => self.library(loader)?,
                false => self.lacks(loader.as_os_str(), path),
            }
        }
        for found in &closure.libraries {
            self.library(&found.path)?;
            let (directory, name) = (found.path.parent(), found.path.file_name().unwrap_or_default());
            if name.as_bytes().starts_with(b"libc.") {
                self.seen = directory.map(Path::to_path_buf);
            }
            if found.unseen {
                self.unseen.entry(name.to_os_string()).or_insert_with(|| found.path.clone());
            }
        }
        for name in &closure.missing {
            self.lacks(name, path);
        }
        let machine = self.libraries.read(path).filter(|_| !closure.libraries.is_empty()).map(|elf| elf.machine);
        if let Some(opened) = machine.and_then(|machine| self.libraries.by_name(OPENED_BY_NAME.as_ref(), machine)) {
            self.library(&opened)?;
        }
        Ok(())
    }

    /// A program that was asked for by name or path. One that lies where the shell does not look gets a link.
    pub fn further(&mut self, name: &OsStr) -> Result<(), TreeError> {
        let wanted = format!("cannot copy the program {}", Path::new(name).display());
        if !name.as_bytes().contains(&b'/') {
            let Some(path) = find(name) else {
                let fix = "install it, or name it by its path; on Debian, apt-file search bin/NAME finds its package";
                return Err(TreeError::refused(wanted, "it is in none of the directories of PATH", fix));
            };
            return self.program(&path);
        }
        let path = std::path::absolute(name).unwrap_or_else(|_| name.into());
        std::fs::metadata(&path).map_err(|error| TreeError::io(&wanted, "stat", &path, &error))?;
        if !is_program(&path) || ["/proc", "/sys", "/dev"].iter().any(|kernel| path.starts_with(kernel)) {
            return Err(TreeError::refused(
                wanted,
                "it is no file that can be started",
                "name a program: --with /usr/bin/awk",
            ));
        }
        self.program(&path)?;
        let in_places = PLACES.iter().any(|place| path.parent() == Some(Path::new(place)));
        let link = Path::new("/usr/local/bin").join(path.file_name().unwrap_or_default());
        if in_places || link == path {
            return Ok(());
        }
        self.tree.symlink(&Inside::of(&link), path.as_os_str(), &Meta::default())
    }

    fn library(&mut self, path: &Path) -> Result<(), TreeError> {
        if !self.has(path) {
            self.take(path)?;
            self.copied.libraries.push(path.display().to_string());
        }
        Ok(())
    }

    /// Copies a file, and makes all links on the way to it.
    pub fn take(&mut self, path: &Path) -> Result<(), TreeError> {
        match self.follow(path)? {
            None => Ok(()),
            Some(directory) => Err(TreeError::io(copying(path), "read", &directory, Errno::EISDIR)),
        }
    }

    /// Whether a path of the host was taken already, by this name.
    pub fn has(&self, path: &Path) -> bool {
        self.taken.contains(path)
    }

    /// Walks along a path of the host as the kernel would, making what it meets. Returns the directory, where it leads to
    /// one.
    fn follow(&mut self, path: &Path) -> Result<Option<PathBuf>, TreeError> {
        let failed = |call: &str, at: &Path, errno: Errno| TreeError::io(copying(path), call, at, errno);
        let mut ahead = steps(path);
        let mut at = PathBuf::from("/");
        let mut links = 0;
        while let Some(name) = ahead.pop_front() {
            if name == ".." {
                at.pop();
                continue;
            }
            let next = at.join(&name);
            let found = next.symlink_metadata().map_err(|error| failed("lstat", &next, error.into()))?;
            if found.is_symlink() {
                links += 1;
                if links > MOST_LINKS {
                    return Err(TreeError::call(
                        copying(path),
                        CallError::of("stat", crate::kernel::quoted(path), Errno::ELOOP),
                    ));
                }
                let target = std::fs::read_link(&next).map_err(|error| failed("readlink", &next, error.into()))?;
                if self.taken.insert(next.clone()) {
                    self.tree.symlink(&Inside::of(&next), target.as_os_str(), &Meta::default())?;
                }
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                for part in steps(&target).into_iter().rev() {
                    ahead.push_front(part);
                }
            } else if found.is_dir() {
                self.tree.some_directory(&Inside::of(&next))?;
                at = next;
            } else {
                if !ahead.is_empty() || !found.is_file() {
                    let errno = if ahead.is_empty() { Errno::EINVAL } else { Errno::ENOTDIR };
                    return Err(failed("open", &next, errno));
                }
                if self.taken.insert(next.clone()) {
                    let file = File::open(&next).map_err(|error| failed("open", &next, error.into()))?;
                    let data = file.metadata().map_err(|error| failed("fstat", &next, error.into()))?;
                    // Whoever may read it here may there, and nobody becomes somebody else by starting it.
                    let mode = data.permissions().mode() & 0o755;
                    let modified = Some((data.mtime(), data.mtime_nsec()));
                    let meta = Meta { mode, modified, ..Meta::default() };
                    self.tree.copy(&Inside::of(&next), &meta, &file)?;
                }
                self.taken.insert(path.to_path_buf());
                return Ok(None);
            }
        }
        Ok(Some(at))
    }

    fn lacks(&mut self, library: &OsStr, program: &Path) {
        let (library, program) = (library.to_string_lossy().into_owned(), program.display().to_string());
        self.copied.unresolved.push(Unresolved { library, program });
    }

    /// Makes visible what the loader inside may not find: a link where it always looks.
    pub fn finish(mut self) -> Result<Copied, TreeError> {
        let seen = self.seen.take().unwrap_or_else(|| PathBuf::from("/usr/lib"));
        for (name, path) in std::mem::take(&mut self.unseen) {
            let link = seen.join(name);
            // The directory may itself be reached by a link.
            let link = match self.follow(&seen)? {
                Some(real) => real.join(link.file_name().unwrap_or_default()),
                None => link,
            };
            if !self.has(&link) {
                self.tree.symlink(&Inside::of(&link), path.as_os_str(), &Meta::default())?;
            }
        }
        Ok(self.copied)
    }
}

/// The names of a path of the host, those of `..` too, to be followed one by one.
fn steps(path: &Path) -> VecDeque<OsString> {
    let parts = path.as_os_str().as_bytes().split(|byte| *byte == b'/');
    parts.filter(|part| !part.is_empty() && *part != b".").map(|part| OsStr::from_bytes(part).to_os_string()).collect()
}

fn copying(path: &Path) -> String {
    format!("cannot copy {} into the root file system", path.display())
}

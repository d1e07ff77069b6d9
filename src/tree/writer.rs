//! The tree that is being made: every entry goes through here, is counted here, and stays inside.
//!
//! Directories get their modes and times at the very end, the deepest first. Until then we may write to all of them, and
//! what is made in one does not change its time.

use crate::ground::Errno;
use crate::kernel::{CallError, EntryType, Within, copy_chunk, next_data, seek_to};
use crate::tree::budget::Budget;
use crate::tree::error::TreeError;
use crate::tree::inside::Inside;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Write};

type Outcome<T> = Result<T, TreeError>;

/// How much is copied between two looks whether somebody wants us to stop.
const CHUNK: usize = 16 << 20;
/// So many that were left out are named; the rest is only counted.
const NAMED: usize = 1000;

/// Permissions, owner, time and attributes of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Permission bits.
    pub mode: u32,
    /// Owner and group.
    pub owner: Option<(u32, u32)>,
    /// Last change, in seconds and nanoseconds since 1970.
    pub modified: Option<(i64, i64)>,
    /// Extended attributes.
    pub attributes: Vec<(OsString, Vec<u8>)>,
}

impl Meta {
    /// Only a mode; the rest is as the kernel makes it.
    pub fn mode(mode: u32) -> Meta {
        Meta { mode, ..Meta::default() }
    }
}

/// An entry of the source that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Where it would have been.
    pub path: String,
    /// `a device node`
    pub why: String,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Regular files.
    pub files: u64,
    /// Directories.
    pub directories: u64,
    /// Symbolic links, further names of files, and pipes.
    pub others: u64,
    /// Bytes in the files.
    pub bytes: u64,
    /// Owners could not be set: the files belong to who made them.
    pub owners_lost: bool,
    /// Something in it has a set-user-ID or set-group-ID bit, a capability, or an owner other than who made it.
    #[serde(skip)]
    pub lends_rights: bool,
    /// Nobody but its owner may enter its top directory, because it lends rights and lies where anybody could get at it.
    pub closed: bool,
    /// The first thousand entries that were left out.
    pub left_out: Vec<LeftOut>,
    /// How many were left out in all.
    pub left_out_in_all: u64,
}

/// Writes the tree below an open directory.
pub struct TreeWriter<'a> {
    root: Within,
    /// What is being made: `the root file system`.
    called: &'a str,
    /// The directory of the last entry: the next one mostly is in it too.
    last: Option<(Inside, Within)>,
    directories: BTreeMap<Inside, Meta>,
    made: Made,
    budget: &'a Budget<'a>,
    /// What is copied passes through here.
    buffer: Vec<u8>,
    root_user: bool,
    keeps_special_bits: bool,
}

impl<'a> TreeWriter<'a> {
    /// Begins with an empty directory.
    pub fn new(root: Within, called: &'a str, budget: &'a Budget<'a>) -> TreeWriter<'a> {
        let root_user = crate::kernel::effective_ids().0 == 0;
        let directories = BTreeMap::from([(Inside::default(), Meta::mode(0o755))]);
        TreeWriter {
            root,
            called,
            last: None,
            directories,
            made: Made::default(),
            budget,
            buffer: vec![0; 64 * 1024],
            root_user,
            keeps_special_bits: root_user,
        }
    }

    /// Keeps the bits for set-user-ID, set-group-ID and sticky also for an ordinary user: only where no other user can get at
    /// the tree.
    pub fn keep_special_bits(&mut self) {
        self.keeps_special_bits = true;
    }

    /// Its top directory.
    pub fn root(&self) -> &Within {
        &self.root
    }

    /// A directory, and those above it; one that is there already gets another mode at the end.
    pub fn directory(&mut self, path: &Inside, meta: Meta) -> Outcome<()> {
        self.enter(path)?;
        self.directories.insert(path.clone(), meta);
        Ok(())
    }

    /// Makes sure of a directory; one that is there stays as it is meant to be.
    pub fn some_directory(&mut self, path: &Inside) -> Outcome<()> {
        self.enter(path)
    }

    /// A file with these bytes.
    pub fn text(&mut self, path: &Inside, meta: &Meta, text: &str) -> Outcome<()> {
        self.stream(path, meta, text.len() as u64, &mut text.as_bytes()).map(|_| ())
    }

    /// A file with what another one holds. Where that has holes, it has them too.
    pub fn copy(&mut self, path: &Inside, meta: &Meta, source: &File) -> Outcome<()> {
        let file = self.begin(path, 0)?;
        let mut at = 0;
        while let Some((start, end)) = next_data(source, at).map_err(|error| self.failed(path, error))? {
            seek_to(source, start).and_then(|()| seek_to(&file, start)).map_err(|error| self.failed(path, error))?;
            at = start;
            while at < end {
                let most = CHUNK.min(usize::try_from(end - at).unwrap_or(CHUNK));
                let got = copy_chunk(source, &file, most).map_err(|error| self.failed(path, error))? as u64;
                if got == 0 {
                    break;
                }
                self.budget.charge(path, got)?;
                self.made.bytes += got;
                at += got;
            }
            if at < end {
                // It became shorter meanwhile.
                break;
            }
        }
        let size = source.metadata().map(|data| data.len()).unwrap_or(0);
        if size > at {
            file.set_len(size)
                .map_err(|error| TreeError::io(self.making(path), "ftruncate", &path.absolute(), &error))?;
        }
        self.finish_file(path, &file, meta)
    }

    /// A file with the next `size` bytes of a stream; returns how many there were.
    pub fn stream(&mut self, path: &Inside, meta: &Meta, size: u64, source: &mut dyn Read) -> Outcome<u64> {
        let mut file = self.begin(path, size)?;
        let mut left = size;
        while left > 0 {
            self.budget.goes_on()?;
            let most = self.buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let got = match source.read(&mut self.buffer[..most]) {
                Ok(0) => break,
                Ok(got) => got,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let fix = "make the archive anew, or fetch it again";
                    return Err(TreeError::refused(format!("cannot read {path}"), error.to_string(), fix));
                }
            };
            let written = file.write_all(&self.buffer[..got]);
            written.map_err(|error| TreeError::io(self.making(path), "write", &path.absolute(), &error))?;
            left -= got as u64;
        }
        self.made.bytes += size - left;
        self.finish_file(path, &file, meta)?;
        Ok(size - left)
    }

    /// A symbolic link. Its text is kept as it is: it leads somewhere only for who follows it.
    pub fn symlink(&mut self, path: &Inside, target: &OsStr, meta: &Meta) -> Outcome<()> {
        let owner = meta.owner.filter(|_| self.root_user);
        let lost = self.place(path, 0, |parent, name| {
            parent.make_symlink(name, target)?;
            let lost = owner.is_some_and(|owner| parent.set_owner(name, owner).is_err());
            meta.modified.map_or(Ok(()), |modified| parent.set_modified(name, modified)).map(|()| lost)
        })?;
        self.made.owners_lost |= lost;
        self.made.others += 1;
        Ok(())
    }

    /// A further name for an entry that is in the tree.
    pub fn link(&mut self, path: &Inside, existing: &Inside) -> Outcome<()> {
        let Some((above, old)) = existing.split() else {
            return Err(self.refused(path, "it is a hard link to the root directory"));
        };
        if path == existing {
            return Err(self.refused(path, "it is a hard link to itself"));
        }
        let directory = self.reach(&above).map_err(|error| self.failed(path, error))?;
        self.place(path, 0, |parent, name| parent.make_link(name, &directory, old))?;
        self.made.others += 1;
        Ok(())
    }

    /// A named pipe.
    pub fn pipe(&mut self, path: &Inside, meta: &Meta) -> Outcome<()> {
        let pipe = self.place(path, 0, Within::make_pipe)?;
        self.made.others += 1;
        self.set(path, &pipe, meta, 0o777)
    }

    /// Says to an overlay that a name is deleted in the layers below. Where the tree has a directory of that name, it hides them;
    /// where it has anything else, that hides them already.
    pub fn whiteout(&mut self, path: &Inside) -> Outcome<()> {
        let Some((above, name)) = path.split() else {
            return Err(self.refused(path, "the root itself cannot be deleted"));
        };
        self.enter(&above)?;
        let parent = self.last.as_ref().map_or(&self.root, |(_, directory)| directory);
        match parent.look(name) {
            Ok(found) if found.kind == EntryType::Directory => self.opaque(path),
            Ok(_) => Ok(()),
            Err(error) if error.errno == Errno::ENOENT => {
                self.made.others += 1;
                self.place(path, 0, Within::make_whiteout)
            }
            Err(error) => Err(self.failed(path, error)),
        }
    }

    /// Says to an overlay that a directory hides what lies below it: by an attribute of root's, or where that may not be set,
    /// by one of the user's own.
    pub fn opaque(&mut self, path: &Inside) -> Outcome<()> {
        self.budget.charge(path, 0)?;
        self.enter(path)?;
        let directory = self.last.as_ref().map_or(&self.root, |(_, directory)| directory);
        let set = |name: &str| Within::set_attribute_of(directory, name.as_ref(), b"y");
        let outcome = match set("trusted.overlay.opaque") {
            Err(error) if error.errno == Errno::EPERM => set("user.overlay.opaque"),
            outcome => outcome,
        };
        outcome.map_err(|error| self.failed(path, error))
    }

    /// Notes an entry that is not made.
    pub fn leave_out(&mut self, path: impl ToString, why: &str) {
        self.made.left_out_in_all += 1;
        if self.made.left_out.len() < NAMED {
            self.made.left_out.push(LeftOut { path: path.to_string(), why: why.to_string() });
        }
    }

    /// Gives the directories their modes and times, the deepest first. Nothing can be added afterwards.
    pub fn finish(mut self) -> Outcome<Made> {
        self.last = None;
        for (path, meta) in std::mem::take(&mut self.directories).into_iter().rev() {
            self.budget.goes_on()?;
            let directory = self.reach(&path).map_err(|error| self.failed(&path, error))?;
            self.set(&path, &directory, &meta, 0o1777)?;
            self.made.directories += 1;
        }
        Ok(self.made)
    }

    fn begin(&mut self, path: &Inside, size: u64) -> Outcome<File> {
        self.place(path, size, |parent, name| parent.make_file(name, 0o600))
    }

    fn finish_file(&mut self, path: &Inside, file: &File, meta: &Meta) -> Outcome<()> {
        self.made.files += 1;
        self.made.lends_rights |= self.keeps_special_bits && meta.mode & 0o6000 != 0;
        self.set(path, file, meta, 0o777)
    }

    /// Counts an entry, makes sure of its directory, and makes it there. What has its name already is taken away first:
    /// never followed, never written to, and never a directory.
    fn place<T>(
        &mut self,
        path: &Inside,
        size: u64,
        make: impl Fn(&Within, &OsStr) -> Result<T, CallError>,
    ) -> Outcome<T> {
        self.budget.charge(path, size)?;
        let Some((above, name)) = path.split() else {
            return Err(self.refused(path, "the root itself can be nothing but a directory"));
        };
        self.enter(&above)?;
        let parent = self.last.as_ref().map_or(&self.root, |(_, directory)| directory);
        let made = match make(parent, name) {
            Err(error) if error.errno == Errno::EEXIST => match parent.remove(name, false) {
                Err(error) if error.errno == Errno::EISDIR => {
                    return Err(self.refused(path, "it would take the place of a directory"));
                }
                removed => removed.and_then(|()| make(parent, name)),
            },
            made => made,
        };
        made.map_err(|error| self.failed(path, error))
    }

    /// Makes a directory the one that is worked in; it and those above it are made where they are missing.
    fn enter(&mut self, path: &Inside) -> Outcome<()> {
        if self.last.as_ref().is_some_and(|(at, _)| at == path) || (path.names().is_empty() && self.last.is_none()) {
            return Ok(());
        }
        self.last = None;
        let mut at = Inside::default();
        let mut directory: Option<Within> = None;
        for name in path.names() {
            at = at.join(name).map_err(|why| self.refused(path, why))?;
            let above = directory.as_ref().unwrap_or(&self.root);
            let opened = match above.directory(name) {
                Err(error) if error.errno == Errno::ENOENT => {
                    above.make_directory(name).map_err(|error| self.failed(&at, error))?;
                    self.directories.insert(at.clone(), Meta::mode(0o755));
                    let opened = above.directory(name).map_err(|error| self.failed(&at, error))?;
                    self.budget.charge(&at, 0)?;
                    opened
                }
                Err(error) if error.errno == Errno::ENOTDIR || error.errno == Errno::ELOOP => {
                    let why =
                        format!("{at} is a symbolic link or a file, and the way to {path} does not lead through it");
                    return Err(self.refused(path, &why));
                }
                opened => opened.map_err(|error| self.failed(&at, error))?,
            };
            directory = Some(opened);
        }
        self.last = directory.map(|directory| (at, directory));
        Ok(())
    }

    /// Opens a directory of the tree.
    fn reach(&self, path: &Inside) -> Result<Within, CallError> {
        let mut names = path.names().iter();
        let Some(first) = names.next() else { return self.root.again() };
        names.try_fold(self.root.directory(first)?, |directory, name| directory.directory(name))
    }

    /// Sets what an entry has beside its content. The owner comes first: changing it takes away bits and attributes. Who is
    /// not root gets the files for his own: a set-user-ID bit would mean himself.
    fn set(&mut self, path: &Inside, file: impl std::os::fd::AsFd, meta: &Meta, most: u32) -> Outcome<()> {
        if let Some(owner) = meta.owner.filter(|_| self.root_user)
            && Within::set_owner_of(&file, owner).is_err()
        {
            self.made.owners_lost = true;
        }
        let most = if self.keeps_special_bits { 0o7777 } else { most };
        let is_foreign = self.root_user && meta.owner.is_some_and(|(user, _)| user != 0);
        let has_capability = meta.attributes.iter().any(|(name, _)| name == "security.capability");
        self.made.lends_rights |= is_foreign || has_capability;
        for (name, value) in meta.attributes.iter().filter(|(name, _)| is_kept(name)) {
            // An ordinary user may not set them all, and not every file system has them.
            let _ = Within::set_attribute_of(&file, name, value);
        }
        let mode = Within::set_mode_of(&file, meta.mode & most);
        let modified = mode.and_then(|()| meta.modified.map_or(Ok(()), |at| Within::set_modified_of(&file, at)));
        modified.map_err(|error| self.failed(path, error))
    }

    fn making(&self, path: &Inside) -> String {
        format!("cannot make {path} in {}", self.called)
    }

    fn failed(&self, path: &Inside, error: CallError) -> TreeError {
        TreeError::call(self.making(path), error)
    }

    fn refused(&self, path: &Inside, why: &str) -> TreeError {
        TreeError::refused(self.making(path), why, "look at the source: tar --list --verbose, or ls -la")
    }
}

/// Attributes that belong to a file and not to this machine: no labels of its security modules, nothing of overlayfs but what
/// an overlay inside of an overlay has, which is escaped.
fn is_kept(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    if name.starts_with(b"user.overlay.overlay.") || name.starts_with(b"trusted.overlay.overlay.") {
        return true;
    }
    let known = ["security.capability", "system.posix_acl_access", "system.posix_acl_default"];
    known.iter().any(|known| name == known.as_bytes())
        || (name.starts_with(b"user.") && !name.starts_with(b"user.overlay."))
}

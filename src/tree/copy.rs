//! A tree copied from a directory, one that debootstrap(8) made for example.
//!
//! It is read by descriptors from its top, so that no symbolic link in it leads elsewhere, and what is mounted in it is
//! not entered.

use crate::ground::Errno;
use crate::kernel::{EntryType, Stat, Within, is_mount_root, names_in};
use crate::tree::error::TreeError;
use crate::tree::inside::Inside;
use crate::tree::writer::{Meta, TreeWriter};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;

/// Copies everything below a directory.
///
/// # Errors
/// What cannot be read, and what cannot be written.
pub fn copy_tree(tree: &mut TreeWriter, source: &Path) -> Result<(), TreeError> {
    let wanted = format!("cannot copy {}", source.display());
    let top = Within::open(source).map_err(|error| TreeError::call(wanted, error))?;
    let at = std::fs::metadata(source).map_err(|error| TreeError::io("cannot copy it", "stat", source, &error))?;
    use std::os::unix::fs::MetadataExt;
    let ours = tree.root().identity().map_err(|error| TreeError::call("cannot look at our own directory", error))?;
    let mut copy = Copy { tree, device: at.dev(), ours, links: HashMap::new() };
    let meta = Meta {
        mode: at.mode() & 0o7777,
        owner: Some((at.uid(), at.gid())),
        modified: Some((at.mtime(), at.mtime_nsec())),
        attributes: Within::attributes_of(&top),
    };
    copy.tree.directory(&Inside::default(), meta)?;
    copy.directory(&top, &Inside::default())
}

struct Copy<'t, 'a> {
    tree: &'t mut TreeWriter<'a>,
    /// The file system of the source.
    device: u64,
    /// The directory that is being made: it may lie in the source, and is not copied into itself.
    ours: (u64, u64),
    /// Files with several names, and the first of them.
    links: HashMap<u64, Inside>,
}

impl Copy<'_, '_> {
    fn directory(&mut self, directory: &Within, at: &Inside) -> Result<(), TreeError> {
        let names = names_in(directory.fd())
            .map_err(|error| TreeError::io(reading(at), "getdents64", &at.absolute(), &error))?;
        for name in names {
            let path = at.join(&name).map_err(|why| TreeError::refused(reading(at), why, "copy a part of it"))?;
            let found = directory.look(&name).map_err(|error| TreeError::call(reading(&path), error))?;
            self.entry(directory, &name, &path, &found)?;
        }
        Ok(())
    }

    fn entry(&mut self, parent: &Within, name: &OsStr, path: &Inside, found: &Stat) -> Result<(), TreeError> {
        const SECOND: i64 = 1_000_000_000;
        let modified = (found.modified.div_euclid(SECOND), found.modified.rem_euclid(SECOND));
        let mut meta =
            Meta { mode: found.mode, owner: Some((found.uid, found.gid)), modified: Some(modified), ..Meta::default() };
        let failed = |error| TreeError::call(reading(path), error);
        if (found.device, found.inode) == self.ours {
            return Ok(());
        }
        if found.kind != EntryType::Directory
            && found.links > 1
            && let Some(first) = self.links.get(&found.inode).filter(|_| found.device == self.device)
        {
            let first = first.clone();
            return self.tree.link(path, &first);
        }
        match found.kind {
            EntryType::Directory => {
                let directory = match parent.directory(name) {
                    Err(error) if error.errno == Errno::EACCES => {
                        self.tree.leave_out(path, "a directory that you may not read");
                        return Ok(());
                    }
                    opened => opened.map_err(failed)?,
                };
                let mounted = found.device != self.device || is_mount_root(directory.fd());
                meta.attributes = Within::attributes_of(&directory);
                self.tree.directory(path, meta)?;
                if mounted {
                    self.tree.leave_out(path, "what is mounted there");
                    return Ok(());
                }
                return self.directory(&directory, path);
            }
            EntryType::File => {
                let file = match parent.file(name) {
                    Err(error) if error.errno == Errno::EACCES => {
                        self.tree.leave_out(path, "a file that you may not read");
                        return Ok(());
                    }
                    opened => opened.map_err(failed)?,
                };
                let file = std::os::fd::OwnedFd::from(file);
                if found.device != self.device || is_mount_root(&file) {
                    self.tree.leave_out(path, "a file that is mounted there");
                    return Ok(());
                }
                meta.attributes = Within::attributes_of(&file);
                self.tree.copy(path, &meta, &file.into())?;
            }
            EntryType::Symlink => self.tree.symlink(path, &parent.read_link(name).map_err(failed)?, &meta)?,
            EntryType::Fifo => self.tree.pipe(path, &meta)?,
            EntryType::Socket => self.tree.leave_out(path, "a socket"),
            EntryType::CharacterDevice | EntryType::BlockDevice => self.tree.leave_out(path, "a device node"),
            EntryType::Unknown => self.tree.leave_out(path, "something of an unknown kind"),
        }
        let made = !matches!(found.kind, EntryType::Socket | EntryType::CharacterDevice | EntryType::BlockDevice);
        if found.links > 1 && made && found.device == self.device {
            self.links.insert(found.inode, path.clone());
        }
        Ok(())
    }
}

fn reading(path: &Inside) -> String {
    format!("cannot copy {path} of the source")
}

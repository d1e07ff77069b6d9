//! A file or directory as it was at one moment, small enough to be written down: to tell later whether it was touched.

use crate::event::Kind;
use crate::ground::Name;
use crate::observe::entry::entry;
use crate::observe::tree::{Detail, ObservedTree, Stamp, fingerprint_of};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Result;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Everything at and below a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// By path relative to the one that was kept; the empty name is that one itself.
    entries: BTreeMap<Name, SnapshotEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SnapshotEntry {
    kind: Kind,
    stamp: Stamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    opaque: bool,
    /// A hash of the content of a file that is not too large, else 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    content: u64,
}

fn is_zero(content: &u64) -> bool {
    *content == 0
}

/// What happened to an entry since it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// It is not there any more.
    Gone,
    /// It was not there.
    Added(Kind),
    /// A whiteout took its place.
    WhitedOut,
    /// Something else took its place.
    Replaced(Kind),
    /// Its permission bits: before, now.
    Mode(u32, u32),
    /// Its owner or group.
    Owner,
    /// Its content.
    Content,
    /// Its content is the same, but it was written anew or its time was set.
    Time,
    /// It became opaque, or is so no more.
    Opaque(bool),
}

impl Touch {
    /// What was lost comes before what was changed, and that before what was added.
    fn gravity(&self) -> u8 {
        match self {
            Touch::Gone | Touch::WhitedOut | Touch::Replaced(_) => 0,
            Touch::Mode(..) | Touch::Owner | Touch::Content | Touch::Time | Touch::Opaque(_) => 1,
            Touch::Added(_) => 2,
        }
    }
}

impl Snapshot {
    /// Keeps what stands at and below a path now; nothing where there is nothing.
    pub fn of(path: &Path) -> Result<Snapshot> {
        let mut entries = BTreeMap::new();
        let Some(top) = entry(path)? else { return Ok(Snapshot::default()) };
        let is_directory = top.kind == Kind::Directory;
        entries.insert(Name::default(), SnapshotEntry::of(top.kind, top.stamp, top.opaque));
        if is_directory {
            let tree = ObservedTree::read(path, Detail::Upper, &[])?;
            let mut above: Vec<PathBuf> = vec![PathBuf::new()];
            for id in tree.below(0) {
                let node = tree.node(id);
                above.truncate(usize::from(node.depth));
                let at = above.last().map_or_else(PathBuf::new, |above| above.join(name(&tree, id)));
                entries
                    .insert(Name::from(at.as_path()), SnapshotEntry::of(tree.kind(id), node.stamp, tree.is_opaque(id)));
                above.push(at);
            }
        }
        Ok(Snapshot { entries })
    }

    /// The same with the content of every file that is not too large, so that it can be told how a file was touched.
    pub fn with_content(path: &Path) -> Result<Snapshot> {
        let mut kept = Snapshot::of(path)?;
        for (name, entry) in &mut kept.entries {
            if entry.kind == Kind::File && entry.stamp.size <= MOST_HASHED {
                entry.content = fingerprint_of(&below(path, name));
            }
        }
        Ok(kept)
    }

    /// Whether there was nothing.
    pub fn is_nothing(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether it was a directory.
    pub fn is_directory(&self) -> bool {
        self.entries.get(&Name::default()).is_some_and(|entry| entry.kind == Kind::Directory)
    }

    /// The file system it was on; nothing where there was nothing.
    pub fn device(&self) -> Option<u64> {
        self.entries.get(&Name::default()).map(|entry| entry.stamp.device)
    }

    /// What is different now at and below `path`, by path relative to it (empty for itself): what is gone first, what was
    /// added last.
    pub fn touched(&self, path: &Path) -> Result<Vec<(PathBuf, Touch)>> {
        let now = Snapshot::of(path)?;
        let mut touched = Vec::new();
        for (name, before) in &self.entries {
            // What lies in a directory that is gone is gone with it.
            if touched.iter().any(|(above, touch): &(PathBuf, Touch)| {
                matches!(touch, Touch::Gone | Touch::WhitedOut | Touch::Replaced(_))
                    && name.as_path().starts_with(above)
            }) {
                continue;
            }
            let touch = match now.entries.get(name) {
                None => Some(Touch::Gone),
                Some(after) => before.touch(after, &below(path, name)),
            };
            touched.extend(touch.map(|touch| (name.as_path().to_path_buf(), touch)));
        }
        for (name, after) in &now.entries {
            if !self.entries.contains_key(name) && !touched.iter().any(|(above, _)| name.as_path().starts_with(above)) {
                touched.push((name.as_path().to_path_buf(), Touch::Added(after.kind.clone())));
            }
        }
        touched.sort_by(|(one, first), (other, second)| (first.gravity(), one).cmp(&(second.gravity(), other)));
        Ok(touched)
    }
}

impl SnapshotEntry {
    fn touch(&self, now: &SnapshotEntry, path: &Path) -> Option<Touch> {
        match (&self.kind, &now.kind) {
            (Kind::Whiteout { .. }, Kind::Whiteout { .. }) => return None,
            (_, Kind::Whiteout { .. }) => return Some(Touch::WhitedOut),
            (before, now) if before != now => return Some(Touch::Replaced(now.clone())),
            _ => {}
        }
        let (before, after) = (&self.stamp, &now.stamp);
        if before.mode != after.mode {
            return Some(Touch::Mode(before.mode, after.mode));
        }
        if (before.uid, before.gid) != (after.uid, after.gid) {
            return Some(Touch::Owner);
        }
        if self.kind == Kind::Directory {
            // A directory's own time moves with every entry, and is no difference; its inode is the next one's
            // when it was made anew.
            return (self.opaque != now.opaque).then_some(Touch::Opaque(now.opaque));
        }
        let moved = (before.device, before.inode, before.modified) != (after.device, after.inode, after.modified);
        // A file that had been written just before it was kept may have been written again within the same tick.
        let looked_into = moved || before.fingerprint != 0;
        let same = before.size == after.size
            && !(moved && self.content == 0)
            && !(looked_into && self.content != 0 && self.content != fingerprint_of(path));
        match (same, moved) {
            (false, _) => Some(Touch::Content),
            (true, true) => Some(Touch::Time),
            (true, false) => None,
        }
    }

    fn of(kind: Kind, stamp: Stamp, opaque: bool) -> SnapshotEntry {
        SnapshotEntry { kind, stamp, opaque, content: 0 }
    }
}

/// A larger file is trusted by its size and times alone.
const MOST_HASHED: u64 = 1 << 20;

fn below(path: &Path, name: &Name) -> PathBuf {
    if name.is_empty() { path.to_path_buf() } else { path.join(name.as_path()) }
}

fn name(tree: &ObservedTree, id: u32) -> &Path {
    Path::new(std::ffi::OsStr::from_bytes(tree.name(id)))
}

#[cfg(test)]
mod tests {
    use super::{Snapshot, Touch};
    use crate::event::Kind;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    #[test]
    fn each_way_of_touching_is_told_from_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        fs::create_dir_all(at.join("sub/deep")).unwrap();
        for name in ["same", "gone", "mode", "content", "time", "anew", "kind", "sub/deep/file"] {
            fs::write(at.join(name), "text\n").unwrap();
            fs::set_permissions(at.join(name), fs::Permissions::from_mode(0o644)).unwrap();
        }
        let kept = Snapshot::with_content(at).unwrap();
        // What is written down comes back as it was.
        let kept: Snapshot = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
        assert_eq!(kept.touched(at).unwrap(), []);

        fs::remove_file(at.join("gone")).unwrap();
        fs::set_permissions(at.join("mode"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(at.join("content"), "TEXT\n").unwrap();
        fs::File::options().write(true).open(at.join("time")).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        fs::remove_file(at.join("kind")).unwrap();
        fs::create_dir(at.join("kind")).unwrap();
        fs::remove_dir_all(at.join("sub")).unwrap();
        fs::create_dir(at.join("new")).unwrap();
        fs::write(at.join("new/below"), "").unwrap();
        let touched = kept.touched(at).unwrap();
        let expected = [
            ("gone", Touch::Gone),
            ("kind", Touch::Replaced(Kind::Directory)),
            ("sub", Touch::Gone),
            ("content", Touch::Content),
            ("mode", Touch::Mode(0o644, 0o600)),
            ("time", Touch::Time),
            ("new", Touch::Added(Kind::Directory)),
        ];
        assert_eq!(touched, expected.map(|(path, touch)| (PathBuf::from(path), touch)));
    }

    #[test]
    fn a_single_file_is_kept_too_and_so_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let nothing = Snapshot::of(&file).unwrap();
        assert!(nothing.is_nothing());
        fs::write(&file, "a").unwrap();
        assert_eq!(nothing.touched(&file).unwrap(), [(PathBuf::new(), Touch::Added(Kind::File))]);
        let kept = Snapshot::with_content(&file).unwrap();
        fs::write(&file, "b").unwrap();
        assert_eq!(kept.touched(&file).unwrap(), [(PathBuf::new(), Touch::Content)]);
        fs::remove_file(&file).unwrap();
        assert_eq!(kept.touched(&file).unwrap(), [(PathBuf::new(), Touch::Gone)]);
    }
}

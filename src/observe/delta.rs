//! What is different between two looks at one directory.

use crate::event::Mark;
use crate::kernel::EntryType;
use crate::observe::layers::TreePosition;
use crate::observe::tree::{Extra, NodeId, fingerprint_of};
use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The differences, by node of the tree as it is now.
#[derive(Debug, Default)]
pub struct Delta {
    /// Nodes that are new or changed. Of a new subtree only its first node stands here.
    pub marks: HashMap<NodeId, Mark>,
    /// Under a directory of now: the nodes of the tree before that are gone from it.
    pub gone: HashMap<NodeId, Vec<NodeId>>,
    /// Directories that hold a difference at any depth.
    pub touched: HashSet<NodeId>,
}

impl Delta {
    /// Compares `now` with `before`; `differs` says whether an entry that both have is another one now.
    pub fn between(
        now: TreePosition<'_>,
        before: TreePosition<'_>,
        differs: &mut dyn FnMut(NodeId, NodeId, &Path) -> bool,
    ) -> Delta {
        let mut delta = Delta::default();
        let mut path = PathBuf::new();
        delta.directory(now, before, &mut path, differs);
        delta
    }

    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.gone.is_empty()
    }

    fn directory(
        &mut self,
        now: TreePosition<'_>,
        before: TreePosition<'_>,
        path: &mut PathBuf,
        differs: &mut dyn FnMut(NodeId, NodeId, &Path) -> bool,
    ) -> bool {
        let mut touched = false;
        let mut old = before.tree.children(before.node).peekable();
        for id in now.tree.children(now.node) {
            let name = now.tree.name(id);
            while let Some(gone) = old.next_if(|old| before.tree.name(*old) < name) {
                self.gone.entry(now.node).or_default().push(gone);
                touched = true;
            }
            path.push(std::ffi::OsStr::from_bytes(name));
            match old.next_if(|old| before.tree.name(*old) == name) {
                None => {
                    self.marks.insert(id, Mark::New);
                    touched = true;
                }
                Some(old) => {
                    if differs(id, old, path) {
                        self.marks.insert(id, Mark::Changed);
                        touched = true;
                    }
                    if now.tree.is_directory(id) && before.tree.is_directory(old) {
                        let now = TreePosition { tree: now.tree, node: id };
                        let before = TreePosition { tree: before.tree, node: old };
                        touched |= self.directory(now, before, path, differs);
                    }
                }
            }
            path.pop();
        }
        for gone in old {
            self.gone.entry(now.node).or_default().push(gone);
            touched = true;
        }
        if touched {
            self.touched.insert(now.node);
        }
        touched
    }
}

/// The attributes that are read in every layer; those of an upper's files are not known before it is one.
fn seen_everywhere(place: TreePosition<'_>) -> Option<Extra> {
    let extra = Extra { origin: false, metacopy: false, ..place.tree.extra(place.node)?.clone() };
    (extra != Extra::default()).then_some(extra)
}

/// Whether an entry of a layer is another one, or was changed. A directory's own time is no difference: it moves with
/// every entry.
pub fn entry_differs(now: (TreePosition<'_>, &Path), before: TreePosition<'_>) -> bool {
    let (now, path) = now;
    let (new, old) = (now.tree.node(now.node), before.tree.node(before.node));
    // Of a mount point, what is mounted on it would be compared with what lies under it.
    if new.mountpoint || old.mountpoint {
        return false;
    }
    if new.kind != old.kind || seen_everywhere(now) != seen_everywhere(before) {
        return true;
    }
    let (new, old) = (new.stamp, old.stamp);
    if (new.device, new.inode, new.mode, new.uid, new.gid) != (old.device, old.inode, old.mode, old.uid, old.gid) {
        return true;
    }
    if now.tree.node(now.node).kind == EntryType::Directory {
        return false;
    }
    if (new.size, new.modified) != (old.size, old.modified) {
        return true;
    }
    if old.fingerprint == 0 {
        return false;
    }
    let fingerprint = if new.fingerprint == 0 { fingerprint_of(path) } else { new.fingerprint };
    fingerprint != old.fingerprint
}

//! A directory tree as it was at one moment, small in memory: 100,000 entries cost about 8 MB and their names.
//!
//! The nodes stand in the order in which a tree is printed (a directory, then all that is below it; names sorted by
//! their bytes), and each knows where its subtree ends. So the children of a directory are found by jumping from end to
//! end, and two trees are compared by walking both at once.

use crate::event::{Kind, WhiteoutForm};
use crate::ground::{Errno, Name};
use crate::kernel::{
    EntryType, HeldDirectory, get_attribute, look, open_directory, open_file, open_path_below, path_of, read_directory,
    read_link,
};
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::hash::Hasher;
use std::io::{Read, Result};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The index of a node in its tree.
pub type NodeId = u32;

/// A tree; node 0 is the directory that was asked for.
#[derive(Debug, Default)]
pub struct ObservedTree {
    nodes: Vec<Node>,
    names: Vec<u8>,
    /// What few nodes have: the text of a link, attributes.
    extras: Vec<Extra>,
    /// Directories that could not be read, with the reason.
    pub troubles: Vec<(PathBuf, Errno)>,
    /// The path of the directory that was asked for …
    directory: PathBuf,
    /// … and that directory, where nothing else leads there safely.
    held: Option<OwnedFd>,
}

/// One entry.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    name: (u32, u16),
    /// 0 for the directory that was asked for.
    pub depth: u16,
    /// One past the last node below this one.
    end: NodeId,
    extra: u32,
    /// What it is.
    pub kind: EntryType,
    /// Another file system is mounted on it; what lies there is not part of this tree.
    pub mountpoint: bool,
    /// What can be compared between two moments; zero in a merged view, whose layers are looked at themselves.
    pub stamp: Stamp,
}

/// What tells whether an entry changed between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The file system it is on.
    pub device: u64,
    /// Its inode.
    pub inode: u64,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes.
    pub size: u64,
    /// Last change of content, nanoseconds.
    pub modified: i64,
    /// A hash of the content where `modified` lies so near to the look that a second change might not move it
    /// (kernels before 6.13 stamp by the clock's tick), else 0.
    pub fingerprint: u64,
}

/// What few entries have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    /// The text of a symbolic link.
    pub target: Option<Vec<u8>>,
    /// The numbers of a device.
    pub numbers: Option<(u32, u32)>,
    /// `overlay.opaque`: the attribute's full name and its value.
    pub opaque: Option<(String, Vec<u8>)>,
    /// `overlay.redirect`.
    pub redirect: Option<Vec<u8>>,
    /// `overlay.metacopy` is there.
    pub metacopy: bool,
    /// `overlay.origin` is there: it was copied up.
    pub origin: bool,
    /// `overlay.whiteout` is there.
    pub whiteout: bool,
}

/// How much to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Names and types alone: a merged view.
    Names,
    /// Stamps, and the attributes of directories, devices and empty files: a lower layer.
    Layer,
    /// And the attributes of every file: an upper.
    Upper,
}

/// A file that was changed less than this before we looked is fingerprinted.
const RACY_NANOSECONDS: i64 = 50_000_000;
/// A larger file is trusted by its stamp alone.
const MOST_FINGERPRINTED: u64 = 1 << 20;

impl ObservedTree {
    /// Reads the tree below `directory`, without following links or entering other file systems.
    ///
    /// A directory of `uppers` is read in full detail together with all that is below it.
    pub fn read(directory: &Path, detail: Detail, uppers: &[PathBuf]) -> Result<ObservedTree> {
        ObservedTree::read_some(directory, detail, uppers, None)
    }

    /// Reads only what lies on the way from `directory` to `path`, which is relative to it. Nothing is listed, so it does
    /// not matter how much lies beside it.
    pub fn along(directory: &Path, path: &Path, detail: Detail) -> Result<ObservedTree> {
        ObservedTree::read_some(directory, detail, &[], Some(path))
    }

    /// Reads the tree below a directory that is held: by descriptors alone, so that nothing leads out of it. Where a
    /// look at a link would give it a new access time, its text is left out.
    pub fn read_held(held: HeldDirectory, detail: Detail) -> Result<ObservedTree> {
        let HeldDirectory { directory, path, unchanged_by_reading, .. } = held;
        let reading = Reading { detail, held: true, link_texts: unchanged_by_reading, uppers: &[], along: None };
        let mut tree = ObservedTree::read_open(&directory, &path, reading)?;
        tree.held = Some(directory);
        Ok(tree)
    }

    fn read_some(directory: &Path, detail: Detail, uppers: &[PathBuf], along: Option<&Path>) -> Result<ObservedTree> {
        let root = open_directory(None, directory)?;
        let detail = if uppers.iter().any(|upper| upper == directory) { Detail::Upper } else { detail };
        ObservedTree::read_open(&root, directory, Reading { detail, held: false, link_texts: true, uppers, along })
    }

    fn read_open(root: &OwnedFd, directory: &Path, reading: Reading<'_>) -> Result<ObservedTree> {
        let stat = look(Some(root), Path::new("."))?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let mut reader = Reader {
            tree: ObservedTree { directory: directory.to_path_buf(), ..ObservedTree::nothing() },
            detail: reading.detail,
            reading,
            device: stat.device,
            racy_since: now.map_or(0, |now| now.as_nanos() as i64) - RACY_NANOSECONDS,
            path: directory.to_path_buf(),
        };
        if reader.detail != Detail::Names {
            reader.attributes(0, root, Path::new("."));
        }
        reader.directory(0, root);
        Ok(reader.tree)
    }

    /// A tree with nothing in it.
    pub fn nothing() -> ObservedTree {
        let root = Node {
            name: (0, 0),
            depth: 0,
            end: 1,
            extra: u32::MAX,
            kind: EntryType::Directory,
            mountpoint: false,
            stamp: Stamp::default(),
        };
        ObservedTree { nodes: vec![root], ..ObservedTree::default() }
    }

    /// The directory above an entry that lies in this tree, opened, and the entry's name there.
    pub fn directory_of<'p>(&self, path: &'p Path) -> Result<(OwnedFd, &'p Path)> {
        let parent = path.parent().unwrap_or(Path::new("/"));
        let name = Path::new(path.file_name().unwrap_or_default());
        let opened = match (&self.held, parent.strip_prefix(&self.directory)) {
            (Some(held), Ok(below)) => open_path_below(held, below)?,
            _ => open_directory(None, parent)?,
        };
        Ok((opened, name))
    }

    /// How many entries lie below the directory that was asked for.
    pub fn len(&self) -> usize {
        self.nodes.len().saturating_sub(1)
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// A node's own name.
    pub fn name(&self, id: NodeId) -> &[u8] {
        let (start, length) = self.node(id).name;
        &self.names[start as usize..start as usize + usize::from(length)]
    }

    /// What few nodes have.
    pub fn extra(&self, id: NodeId) -> Option<&Extra> {
        self.extras.get(self.node(id).extra as usize)
    }

    /// The nodes directly below, sorted by name.
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { tree: self, next: id + 1, end: self.node(id).end }
    }

    /// All nodes below, in the order of printing.
    pub fn below(&self, id: NodeId) -> Range<NodeId> {
        id + 1..self.node(id).end
    }

    /// The node at a path relative to the root of the tree; the empty path is the root. A mount point is not found: what
    /// it holds is in another tree.
    pub fn find(&self, path: &Path) -> Option<NodeId> {
        self.find_from(0, path)
    }

    /// The node at a path relative to another node.
    pub fn find_from(&self, from: NodeId, path: &Path) -> Option<NodeId> {
        path.components().try_fold(from, |id, part| {
            let named = |child: &NodeId| self.name(*child) == part.as_os_str().as_bytes();
            self.children(id).find(named).filter(|child| !self.node(*child).mountpoint)
        })
    }

    /// A whiteout in either of its forms.
    pub fn whiteout(&self, id: NodeId) -> Option<WhiteoutForm> {
        let extra = self.extra(id)?;
        match self.node(id).kind {
            EntryType::CharacterDevice if extra.numbers == Some((0, 0)) => Some(WhiteoutForm::Device),
            EntryType::File if extra.whiteout => Some(WhiteoutForm::Xattr),
            _ => None,
        }
    }

    /// A directory that hides what lower layers have at its path. (The value `x` only says that whiteouts of the second
    /// form may lie in it.)
    pub fn is_opaque(&self, id: NodeId) -> bool {
        self.extra(id).and_then(|extra| extra.opaque.as_ref()).is_some_and(|(_, value)| value == b"y")
    }

    /// A directory.
    pub fn is_directory(&self, id: NodeId) -> bool {
        self.node(id).kind == EntryType::Directory
    }

    /// What it is, as data for a scene.
    pub fn kind(&self, id: NodeId) -> Kind {
        if let Some(form) = self.whiteout(id) {
            return Kind::Whiteout { form };
        }
        let extra = self.extra(id);
        let (major, minor) = extra.and_then(|extra| extra.numbers).unwrap_or_default();
        match self.node(id).kind {
            EntryType::Directory => Kind::Directory,
            EntryType::File | EntryType::Unknown => Kind::File,
            EntryType::Symlink => {
                let target = extra.and_then(|extra| extra.target.clone()).unwrap_or_default();
                Kind::Symlink { target: Name::from(target) }
            }
            EntryType::CharacterDevice | EntryType::BlockDevice => Kind::Device { major, minor },
            EntryType::Fifo => Kind::Fifo,
            EntryType::Socket => Kind::Socket,
        }
    }
}

/// The nodes directly below another one.
pub struct Children<'a> {
    tree: &'a ObservedTree,
    next: NodeId,
    end: NodeId,
}

impl Iterator for Children<'_> {
    type Item = NodeId;
    fn next(&mut self) -> Option<NodeId> {
        let id = self.next;
        (id < self.end).then(|| {
            self.next = self.tree.node(id).end;
            id
        })
    }
}

/// What is read, and how.
struct Reading<'a> {
    detail: Detail,
    /// The directory is held: no path leads there.
    held: bool,
    /// The text of symbolic links is read.
    link_texts: bool,
    uppers: &'a [PathBuf],
    /// Only what lies on this way is read.
    along: Option<&'a Path>,
}

struct Reader<'a> {
    tree: ObservedTree,
    reading: Reading<'a>,
    /// Of the directory that is read now.
    detail: Detail,
    device: u64,
    racy_since: i64,
    path: PathBuf,
}

impl Reader<'_> {
    /// Reads what is in the directory of node `id`, which is the last node so far.
    fn directory(&mut self, id: NodeId, open: &OwnedFd) {
        // Names are gathered behind the others, then sorted as ranges: no allocation for each.
        let mut found: Vec<((u32, u16), EntryType)> = Vec::new();
        let depth = self.tree.node(id).depth + 1;
        let names = &mut self.tree.names;
        let mut name_it = |name: &[u8], kind| {
            found.push(((names.len() as u32, name.len() as u16), kind));
            names.extend_from_slice(name);
        };
        match self.reading.along {
            None => {
                if let Err(error) = read_directory(open, name_it) {
                    self.tree.troubles.push((self.path.clone(), Errno::from(&error)));
                }
            }
            Some(along) => {
                if let Some(part) = along.components().nth(usize::from(depth) - 1) {
                    name_it(part.as_os_str().as_bytes(), EntryType::Unknown);
                }
            }
        }
        let text = |(start, length): (u32, u16)| &self.tree.names[start as usize..start as usize + usize::from(length)];
        found.sort_unstable_by(|(one, _), (other, _)| text(*one).cmp(text(*other)));
        self.tree.nodes.reserve(found.len());
        for (name, kind) in found {
            self.entry(
                Node { name, depth, end: 0, extra: u32::MAX, kind, mountpoint: false, stamp: Stamp::default() },
                open,
            );
        }
        let end = self.tree.nodes.len() as NodeId;
        self.tree.nodes[id as usize].end = end;
    }

    fn entry(&mut self, mut node: Node, parent: &OwnedFd) {
        let id = self.tree.nodes.len() as NodeId;
        node.end = id + 1;
        let (start, length) = node.name;
        let name = self.tree.names[start as usize..start as usize + usize::from(length)].to_vec();
        let name = Path::new(OsStr::from_bytes(&name));
        let mut extra = Extra::default();
        let mut device = self.device;
        if self.detail != Detail::Names || matches!(node.kind, EntryType::Unknown | EntryType::Directory) {
            // Gone between the listing and the look: it is as if it had never been listed.
            let Ok(stat) = look(Some(parent), name) else { return };
            node.kind = stat.kind;
            device = stat.device;
            if self.detail != Detail::Names {
                node.stamp = Stamp {
                    device: stat.device,
                    inode: stat.inode,
                    mode: stat.mode,
                    uid: stat.uid,
                    gid: stat.gid,
                    size: stat.size,
                    modified: stat.modified,
                    fingerprint: 0,
                };
                if stat.kind == EntryType::File && stat.changed > self.racy_since && stat.size <= MOST_FINGERPRINTED {
                    node.stamp.fingerprint = fingerprint(parent, name);
                }
                if matches!(stat.kind, EntryType::CharacterDevice | EntryType::BlockDevice) {
                    extra.numbers = Some(stat.numbers);
                }
            }
        }
        node.mountpoint = node.kind == EntryType::Directory && device != self.device;
        if node.kind == EntryType::Symlink && self.reading.link_texts {
            extra.target = read_link(parent, name).ok();
        }
        self.tree.nodes.push(node);
        if extra != Extra::default() {
            self.set_extra(id, extra);
        }
        self.path.push(name);
        let detail_above = self.detail;
        if node.kind == EntryType::Directory && self.reading.uppers.contains(&self.path) {
            self.detail = Detail::Upper;
        }
        let wanted = match self.detail {
            Detail::Names => false,
            // Attributes of a lower matter on directories, and on the empty files that may be whiteouts.
            Detail::Layer => {
                node.kind == EntryType::Directory || (node.kind == EntryType::File && node.stamp.size == 0)
            }
            Detail::Upper => matches!(node.kind, EntryType::Directory | EntryType::File),
        };
        if wanted {
            self.attributes(id, parent, name);
        }
        if node.kind == EntryType::Directory && !node.mountpoint {
            match open_directory(Some(parent), name) {
                Ok(open) => self.directory(id, &open),
                Err(error) => {
                    self.tree.troubles.push((self.path.clone(), Errno::from(&error)));
                }
            }
        }
        self.detail = detail_above;
        self.path.pop();
    }

    /// Reads the overlay's own attributes of the node at `self.path`, which is called `name` in `parent`.
    fn attributes(&mut self, id: NodeId, parent: &OwnedFd, name: &Path) {
        let by_descriptor = self.reading.held.then(|| path_of(parent).join(name));
        let path = by_descriptor.as_deref().unwrap_or(&self.path);
        let names = crate::kernel::list_attributes(path);
        if !names.iter().any(|name| name.contains(".overlay.")) {
            return;
        }
        let mut extra = self.tree.extra(id).cloned().unwrap_or_default();
        for name in names {
            let Some(rest) = name.strip_prefix("trusted.overlay.").or(name.strip_prefix("user.overlay.")) else {
                continue;
            };
            match rest {
                "opaque" => {
                    extra.opaque = get_attribute(path, &name).map(|value| (name.clone(), value));
                }
                "redirect" => extra.redirect = get_attribute(path, &name),
                "whiteout" => extra.whiteout = true,
                "metacopy" => extra.metacopy = true,
                "origin" => extra.origin = true,
                _ => {}
            }
        }
        self.set_extra(id, extra);
    }

    fn set_extra(&mut self, id: NodeId, extra: Extra) {
        let node = &mut self.tree.nodes[id as usize];
        if node.extra == u32::MAX {
            node.extra = self.tree.extras.len() as u32;
            self.tree.extras.push(extra);
        } else {
            self.tree.extras[node.extra as usize] = extra;
        }
    }
}

/// A hash of a file's content that is never 0; 1 where it can't be read.
fn fingerprint(parent: &OwnedFd, name: &Path) -> u64 {
    let mut content = Vec::new();
    let read = open_file(parent, name).map(std::fs::File::from).and_then(|mut file| file.read_to_end(&mut content));
    if read.is_err() {
        return 1;
    }
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(&content);
    hasher.finish().max(2)
}

/// The fingerprint of a file now, to compare with one taken before.
pub fn fingerprint_of(path: &Path) -> u64 {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return 1 };
    match open_directory(None, &parent.join(".")) {
        Ok(parent) => fingerprint(&parent, Path::new(name)),
        Err(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{Detail, ObservedTree};
    use std::path::Path;

    #[test]
    fn children_and_paths_are_found_and_sorted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("b/c/d")).unwrap();
        std::fs::write(folder.path().join("b/z"), "z").unwrap();
        std::fs::write(folder.path().join("a"), "a").unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        let tree = ObservedTree::read(folder.path(), Detail::Upper, &[]).unwrap();
        let names =
            |id| tree.children(id).map(|id| String::from_utf8_lossy(tree.name(id)).into_owned()).collect::<Vec<_>>();
        assert_eq!(names(0), ["a", "b", "link"]);
        let b = tree.find(Path::new("b")).unwrap();
        assert_eq!(names(b), ["c", "z"]);
        assert_eq!(tree.below(b).len(), 3);
        assert!(tree.find(Path::new("b/c/d")).is_some() && tree.find(Path::new("b/x")).is_none());
        assert_eq!(tree.len(), 6);
    }

    #[test]
    fn a_file_written_just_now_has_a_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, "one").unwrap();
        let before = ObservedTree::read(folder.path(), Detail::Layer, &[]).unwrap().node(1).stamp;
        std::fs::write(&file, "two").unwrap();
        assert_ne!(before.fingerprint, 0);
        assert_ne!(before.fingerprint, super::fingerprint_of(&file));
    }
}

//! What was seen on the disk: trees, the layers of each overlay, and what changed since the step before.
//!
//! Plain data. `observe` fills it from the kernel, `scene` draws it; neither knows the other. A tree is a list of
//! [`Row`]s in the order in which they are printed (depth first, names sorted by their bytes); a row says how deep it
//! stands. Large trees arrive already folded: a row of kind [`Kind::Folded`] stands for the entries that were left out.

use crate::event::{Panel, PanelRow, SeenNetwork};
use crate::ground::Name;
use serde::{Deserialize, Serialize};
use std::fmt;

/// All that is shown after a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The working directory itself, where no overlay is mounted in it yet (or any more).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workspace: Vec<Row>,
    /// Every overlay that is mounted, in the order of the mount table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlays: Vec<Overlay>,
    /// What is different from the step before, in the order in which it should be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The tables that the lesson asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub panels: Vec<Panel>,
    /// Where the lesson asks for the table of the network: all networks that it made, with their cables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<SeenNetwork>,
}

impl Observation {
    /// What is there now, without what became of it: two looks at the same things are equal so.
    pub fn still(&self) -> Observation {
        let rows = |rows: &[Row]| {
            let there = rows.iter().filter(|row| row.mark != Some(Mark::Gone));
            there.map(|row| Row { mark: None, ..row.clone() }).collect::<Vec<_>>()
        };
        let layer = |layer: &Layer| Layer { rows: rows(&layer.rows), ..layer.clone() };
        let overlay = |overlay: &Overlay| Overlay {
            lowers: overlay
                .lowers
                .iter()
                .map(|lower| match lower {
                    Lower::Layer(one) => Lower::Layer(layer(one)),
                    folded => folded.clone(),
                })
                .collect(),
            upper: overlay.upper.as_ref().map(layer),
            merged: rows(&overlay.merged),
            ..overlay.clone()
        };
        Observation {
            workspace: rows(&self.workspace),
            overlays: self.overlays.iter().map(overlay).collect(),
            changes: Vec::new(),
            panels: self
                .panels
                .iter()
                .map(|panel| {
                    let there = panel.rows.iter().filter(|row| row.mark != Some(Mark::Gone));
                    let rows = there.map(|row| PanelRow { mark: None, ..row.clone() }).collect();
                    Panel { kind: panel.kind, rows }
                })
                .collect(),
            networks: self.networks.clone(),
        }
    }

    /// Whether something is told to be different from the look before.
    pub fn tells_of_changes(&self) -> bool {
        let marked = |rows: &[Row]| rows.iter().any(|row| row.mark.is_some());
        let in_lower = |lower: &Lower| matches!(lower, Lower::Layer(layer) if marked(&layer.rows));
        !self.changes.is_empty()
            || marked(&self.workspace)
            || self.overlays.iter().any(|overlay| {
                marked(&overlay.merged)
                    || overlay.upper.as_ref().is_some_and(|upper| marked(&upper.rows))
                    || overlay.lowers.iter().any(in_lower)
            })
    }
}

/// One overlay mount: its layers and what the union of them shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    /// Where it is mounted, relative to the working directory where it lies below it.
    pub mountpoint: Name,
    /// The lower layers, topmost first (the order of `lowerdir=`).
    pub lowers: Vec<Lower>,
    /// The upper layer; absent where the mount is read-only by construction.
    pub upper: Option<Layer>,
    /// The work directory that belongs to the upper.
    pub work: Option<Name>,
    /// What a process sees at the mount point.
    pub merged: Vec<Row>,
    /// The mount was made with `ro`, or has no upper.
    pub read_only: bool,
    /// What could not be read, in words (a layer out of reach, say).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<String>,
}

/// A lower layer, or a run of them that was left out of a long pile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lower {
    /// One layer with its tree.
    Layer(Layer),
    /// So many layers, with so many entries in all, that are not shown.
    Folded {
        /// How many layers stand here.
        layers: u64,
        /// How many entries they hold together.
        entries: u64,
    },
}

/// One layer directory and what lies in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Its directory, as short as it can be said from the working directory; of a container of an engine's what the layer
    /// is, as [`LayerRole`] says it.
    pub name: Name,
    /// Its directory, where the name is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<Name>,
    /// What it is to the engine that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<LayerRole>,
    /// What lies in it.
    pub rows: Vec<Row>,
}

/// What a layer is to Docker, podman or containerd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerRole {
    /// The upper: what the container itself wrote.
    Container,
    /// Docker's own between the two: empty files on which it mounts `/etc/hosts` and the like.
    Init,
    /// A layer of the image.
    Image {
        /// Counted from the bottom, as the image's `RootFS.Layers` are: the first is 1.
        number: u32,
    },
}

impl fmt::Display for LayerRole {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayerRole::Container => out.write_str("container"),
            LayerRole::Init => out.write_str("init"),
            LayerRole::Image { number } => write!(out, "image layer {number}"),
        }
    }
}

/// One line of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// 0 for an entry directly in the directory that is shown.
    pub depth: u16,
    /// The entry's own name, without directories (empty for a folded row).
    pub name: Name,
    /// What it is.
    pub kind: Kind,
    /// In a layer: what the overlay made of it. More than one may hold (an opaque directory that is also new).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<State>,
    /// In merged: the layer that gives it (for a directory that several layers share, the topmost of them).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Name>,
    /// In merged: further layers whose directory of this name is merged into this one, topmost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Name>,
    /// In merged: the layers that have this name too and whose entry can't be seen, topmost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hides: Vec<Name>,
    /// What happened to it since the step before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link and where it points.
    Symlink {
        /// The text of the link.
        target: Name,
    },
    /// "This name is deleted": the overlay's own marker in a layer.
    Whiteout {
        /// Which of its two forms it has.
        form: WhiteoutForm,
    },
    /// A character or block device, with its numbers.
    Device {
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// So many entries that are not shown.
    Folded {
        /// How many, counted through all their directories.
        entries: u64,
    },
}

/// The two ways in which a layer says "deleted" (kernel: Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhiteoutForm {
    /// A character device with the numbers 0, 0.
    Device,
    /// An empty regular file with the attribute `overlay.whiteout` (kernel 6.7).
    Xattr,
}

/// What the overlay made of an entry of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In no layer below: it was made here.
    Added,
    /// A new file that stands where a lower layer has one of the same name; nothing was copied up.
    Replaced,
    /// A copy, or a new file: the file below has several names (hard links), and for such a file the kernel notes no
    /// origin unless the mount has `index=on`.
    CopiedOrReplaced,
    /// Copied up from a lower layer.
    CopiedUp {
        /// How its content compares with the one below.
        content: Content,
        /// Mode, owner or (for a file) time of last change differ from the one below.
        metadata_changed: bool,
    },
    /// A directory that hides everything of that name below (xattr `overlay.opaque=y`).
    Opaque {
        /// The attribute as it stands on the disk, `trusted.overlay.opaque` or `user.overlay.opaque`.
        xattr: String,
    },
    /// A directory that takes its lower content from another path (xattr `overlay.redirect`).
    Redirect {
        /// The path as it stands in the attribute.
        to: Name,
    },
    /// Only the metadata was copied up; the data is still read from below (xattr `overlay.metacopy`).
    Metacopy,
    /// No layer's: a file system is mounted here, and hides what the directory or file itself holds.
    Mounted {
        /// Its type, as the mount table has it: `tmpfs`.
        kind: String,
    },
}

/// How the content of a copied-up file compares with the file it was copied from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Byte for byte the same.
    Same,
    /// Different.
    Changed,
    /// A directory, or a file too large to compare while somebody waits.
    NotCompared,
}

/// What happened to a row since the step before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It was not there.
    New,
    /// It was there and is different now.
    Changed,
    /// It was there and is gone; the row is shown one last time.
    Gone,
}

/// One difference from the step before: the sentence under the trees, as data.
///
/// Paths are relative to the layer or mount point they lie in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// An overlay was mounted.
    Mounted {
        /// Where.
        mountpoint: Name,
        /// How many lower layers it has.
        lowers: u64,
        /// Its upper, if it has one.
        upper: Option<Name>,
    },
    /// An overlay is no longer mounted.
    Unmounted {
        /// Where it was.
        mountpoint: Name,
    },
    /// An overlay is seen at another place: what is mounted there has become the root of a shell, or was moved.
    Moved {
        /// Where it was.
        from: Name,
        /// Where it is.
        to: Name,
    },
    /// Something is new in the upper, and no lower layer has it.
    Created {
        /// Its path in the layer.
        path: Name,
        /// A directory (else a file or the like).
        directory: bool,
        /// The layer it lies in.
        layer: Name,
    },
    /// A file or directory was copied up.
    CopiedUp {
        /// Its path.
        path: Name,
        /// The layer it came from.
        from: Name,
        /// The upper it was copied into.
        to: Name,
        /// A directory (else a file or the like).
        directory: bool,
        /// How its content compares with the source now.
        content: Content,
        /// Mode, owner or time differ from the source now.
        metadata_changed: bool,
        /// Only metadata was copied.
        metacopy: bool,
        /// The source was looked at before and after, and is the same.
        source_unchanged: bool,
    },
    /// A new file took the place of one that a lower layer has.
    Replaced {
        /// Its path.
        path: Name,
        /// The upper it lies in.
        layer: Name,
        /// The layers whose entry it hides.
        hides: Vec<Name>,
    },
    /// A file took the place of one that has several names in a lower layer: as a copy or as a new file, which nothing notes.
    CopiedOrReplaced {
        /// Its path.
        path: Name,
        /// The upper it lies in.
        layer: Name,
        /// The layers whose entry it hides.
        hides: Vec<Name>,
    },
    /// A whiteout was made: the name is deleted, the layers below keep theirs.
    WhitedOut {
        /// Its path.
        path: Name,
        /// The layer that holds the whiteout.
        layer: Name,
        /// The layers whose entry it hides.
        hides: Vec<Name>,
    },
    /// A whiteout is gone, and nothing took its place.
    WhiteoutRemoved {
        /// Its path.
        path: Name,
        /// The layer that held it.
        layer: Name,
    },
    /// A directory became opaque.
    BecameOpaque {
        /// Its path.
        path: Name,
        /// The layer that holds it.
        layer: Name,
        /// The layers whose directory it hides.
        hides: Vec<Name>,
    },
    /// Something in the upper changed again (it was there before).
    Modified {
        /// Its path.
        path: Name,
        /// The layer it lies in.
        layer: Name,
    },
    /// Something that only the upper had is gone.
    Removed {
        /// Its path.
        path: Name,
        /// The layer it lay in.
        layer: Name,
    },
    /// A lower layer itself changed: every container that uses it sees that.
    LowerChanged {
        /// Its path.
        path: Name,
        /// The lower layer.
        layer: Name,
        /// What happened there.
        mark: Mark,
    },
    /// Something changed in the working directory, where no overlay is mounted.
    Workspace {
        /// Its path.
        path: Name,
        /// A directory (else a file or the like).
        directory: bool,
        /// What happened to it.
        mark: Mark,
    },
    /// More changes of one kind than are told one by one: how many are left.
    Untold {
        /// The layer they are in; none for the working directory.
        layer: Option<Name>,
        /// What happened to them.
        mark: Mark,
        /// How many.
        entries: u64,
    },
}

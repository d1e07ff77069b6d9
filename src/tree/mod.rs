//! Trees of files, read and written by descriptors: one directory at a time, through no symbolic link.
//!
//! [`new_directory`] sees to it that a directory appears whole or not at all; a [`TreeWriter`] fills it, from another
//! directory ([`copy_tree`]) or from an archive that nobody has to trust ([`Archive`]). All of it is counted against a
//! [`Budget`], and stops when it is told to. [`remove_tree`] deletes a tree, [`write_whole`] writes a small
//! file.

mod archive;
mod budget;
mod copy;
mod error;
mod inside;
mod new_directory;
mod pax;
mod remove;
mod unpacked;
mod way;
mod whole_file;
mod writer;

pub use archive::{Archive, Entry, EntryKind};
pub use budget::Budget;
pub use copy::copy_tree;
pub use error::TreeError;
pub use inside::Inside;
pub use new_directory::{DirectoryKind, new_directory};
pub use remove::remove_tree;
pub use unpacked::decompressed;
pub use way::{exchanged_by_others, is_out_of_reach};
pub use whole_file::{write_named, write_named_by, write_whole};
pub use writer::{LeftOut, Made, Meta, TreeWriter};

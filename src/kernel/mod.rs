//! Thin wrappers around the kernel, one per intent. The only room that names nix or rustix.
//!
//! [`Sys`] holds the calls a learner may want to see: each is recorded as strace(1) would print it. What only looks
//! (reading attributes, the mount table) is not recorded and lives in functions of its own.

mod attributes;
mod directory;
mod enter;
mod files;
mod mounts;
mod namespaces;
mod network;
mod overlay;
mod processes;
mod strace;
mod sys;
mod terminal;

pub use attributes::{FileSystem, filesystem, get_attribute, list_attributes, supports_attribute};
pub use directory::{EntryType, Stat, look, open_directory, open_file, read_directory, read_link};
pub use enter::{Process, boot_id, leave_terminal, mount_table};
pub use files::{Access, Times, is_directory_in, is_mount_root, names_in, umask};
pub use mounts::MountFlags;
pub use namespaces::{Namespaces, Spread, call_oneself, hostname};
pub use network::{Interface, Network, Route, is_own_network, network};
pub use overlay::OverlayMount;
pub use processes::*;
pub use strace::path as quoted;
pub use sys::{CallError, Sys, errno_of};
pub use terminal::{TerminalState, keep_terminal, take_terminal, typed_within};

//! Thin wrappers around the kernel, one per intent, by rustix. nix is for what rustix has no safe function for: close(2) by a
//! number, openat(2) without O_LARGEFILE, the numbers of system calls, mount(2) with any of its arguments left out, unshare(2), sets of signals. A test holds
//! the files to that.
//!
//! [`Sys`] holds the calls a learner may want to see: each is recorded as strace(1) would print it. What only looks
//! (reading attributes, the mount table) is not recorded and lives in functions of its own.

mod attributes;
mod carried;
mod descriptors;
mod directory;
mod enter;
mod files;
mod filter;
mod held;
mod loopback;
mod mounts;
mod namespaces;
mod network;
mod overlay;
mod privileges;
pub mod proc;
mod processes;
mod pty;
mod rooted;
mod signals;
mod strace;
mod sys;
mod terminal;
mod within;

pub use attributes::{FileSystem, filesystem, get_attribute, list_attributes, supports_attribute};
pub use carried::{Carried, OWN_DEVICES, Theirs, use_own_devices};
pub use descriptors::{
    close_inherited, has_hung_up, own_network, peer_of, receive_descriptors, send_descriptors, send_standard_streams,
    standard_directory, use_as_input,
};
pub use directory::{
    EntryType, Stat, look, open_at_once, open_directory, open_file, open_to_read, read_directory, read_in, read_link,
};
pub use enter::{Life, Process, boot_id, keep_proc, leave_terminal, message_queues, proc_device, status_field};
pub use files::{Access, Times, is_directory_in, is_mount_root, may_write, names_in, umask};
pub use filter::system_call_filter;
pub use held::{DirectoryToHold, HeldDirectory, NotHeld, hold_directories, open_path_below};
pub use mounts::{MountFlags, may_mount, remove_posix_queues};
pub use namespaces::{Namespaces, Spread, domain_name, hostname, set_domain_name, set_process_name};
pub use network::{
    Cable, Interface, Network, Route, is_own_network, let_wait, may_use_network, network, network_number,
};
pub use overlay::{OverlayMount, try_option};
pub use privileges::{Capabilities, Instruction, effective_capabilities, has_capability};
pub use processes::*;
pub use pty::{Happened, Pty, Relay, new_session, open_terminal, use_terminal};
pub use rooted::{Root, leads_to, path_of};
pub use signals::{
    PassedOn, SIGTERM, Signals, end_pid_1, ignored_signals, is_in, is_sent_by_keys, reap_and_find, send_signal,
    signal_number, terminate_with_parent, unblock_signals,
};
pub use strace::path as quoted;
pub use sys::{CallError, Sys};
pub use terminal::{
    RawTerminal, TerminalState, Typed, foreground_group, hand_terminal, take_terminal, typed_or_ready, window_size,
};
pub use within::{Within, copy_chunk, next_data, seek_to};

//! What programs know of terminals (terminfo(5)): the entries of the common ones, where this host has them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

const DIRECTORIES: &[&str] = &["/etc/terminfo", "/lib/terminfo", "/usr/lib/terminfo", "/usr/share/terminfo"];

const TERMINALS: &[&str] = &[
    "alacritty",
    "ansi",
    "dumb",
    "foot",
    "linux",
    "rxvt-unicode-256color",
    "screen",
    "screen-256color",
    "tmux",
    "tmux-256color",
    "vt100",
    "vt220",
    "xterm",
    "xterm-256color",
    "xterm-ghostty",
    "xterm-kitty",
];

/// The files of the common terminals, and of the one we are at.
pub(super) fn entries(ours: Option<OsString>) -> Vec<PathBuf> {
    let ours = ours.filter(|name| !name.is_empty() && !name.as_bytes().contains(&b'/') && name != "." && name != "..");
    let names: Vec<&OsStr> = TERMINALS.iter().map(OsStr::new).chain(ours.as_deref()).collect();
    names.into_iter().filter_map(find).collect()
}

fn find(name: &OsStr) -> Option<PathBuf> {
    let first = *name.as_bytes().first()?;
    // Below the first letter, or its number on file systems that don't tell small letters from capitals.
    let folders = [OsStr::from_bytes(&[first]).to_os_string(), format!("{first:02x}").into()];
    let of = |directory: &&str| folders.clone().map(|folder| Path::new(directory).join(folder).join(name));
    DIRECTORIES.iter().flat_map(of).find(|path| std::fs::metadata(path).is_ok_and(|found| found.is_file()))
}

//! `tree [-a] [DIRECTORY…]`: what is in a directory, as tree 2.1 draws it in a UTF-8 locale. It only looks.

use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Directories to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    directories: Vec<String>,
    all: bool,
}

impl Verb for Tree {
    const NAME: &'static str = "tree";
    const SYNOPSIS: &'static str = "tree [-a] [DIRECTORY…]";
    const FLAGS: &'static [Flag] = &[Flag::short('a')];

    fn parse(words: &[String]) -> Result<Tree, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?;
        let all = arguments.has("a");
        let mut directories = arguments.operands;
        if directories.is_empty() {
            directories.push(".".into());
        }
        Ok(Tree { directories, all })
    }

    fn run(&self, context: &mut Context) -> Status {
        let mut drawing = Drawing { all: self.all, text: Vec::new(), directories: 0, files: 0, failed: false };
        for directory in &self.directories {
            drawing.root(directory);
        }
        let Drawing { mut text, directories, files, failed, .. } = drawing;
        let directory = if directories == 1 { "directory" } else { "directories" };
        let file = if files == 1 { "file" } else { "files" };
        text.extend_from_slice(format!("\n{directories} {directory}, {files} {file}\n").as_bytes());
        context.print(text);
        if failed { 2 } else { 0 }
    }
}

struct Drawing {
    all: bool,
    text: Vec<u8>,
    directories: u64,
    files: u64,
    failed: bool,
}

impl Drawing {
    fn root(&mut self, directory: &str) {
        self.text.extend_from_slice(&escaped(directory.as_bytes()));
        // A root counts as a directory only when something is shown in it.
        if self.below(Path::new(directory), &mut Vec::new()) > 0 {
            self.directories += 1;
        } else if std::fs::metadata(directory).is_ok_and(|found| !found.is_dir()) {
            self.files += 1;
        }
    }

    /// Ends the line of the directory, then draws what is in it; returns how many entries that are.
    fn below(&mut self, directory: &Path, stem: &mut Vec<u8>) -> usize {
        let Ok(entries) = std::fs::read_dir(directory) else {
            self.failed = true;
            self.text.extend_from_slice(b"  [error opening dir]\n");
            return 0;
        };
        self.text.push(b'\n');
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        names.retain(|name| self.all || !name.as_bytes().starts_with(b"."));
        names.sort();
        for (at, name) in names.iter().enumerate() {
            let last = at + 1 == names.len();
            self.text.extend_from_slice(stem);
            self.text.extend_from_slice(if last { "└── " } else { "├── " }.as_bytes());
            self.text.extend_from_slice(&escaped(name.as_bytes()));
            let length = stem.len();
            // No-break spaces, as tree has them, so that no terminal breaks a line there.
            stem.extend_from_slice(if last { "    " } else { "│\u{a0}\u{a0} " }.as_bytes());
            self.entry(&directory.join(name), stem);
            stem.truncate(length);
        }
        names.len()
    }

    fn entry(&mut self, path: &Path, stem: &mut Vec<u8>) {
        let kind = std::fs::symlink_metadata(path).map(|found| found.file_type());
        if kind.as_ref().is_ok_and(|kind| kind.is_dir()) {
            self.directories += 1;
            self.below(path, stem);
            return;
        }
        if kind.is_ok_and(|kind| kind.is_symlink()) {
            let target = std::fs::read_link(path).unwrap_or_default();
            self.text.extend_from_slice(b" -> ");
            self.text.extend_from_slice(&escaped(OsStr::as_bytes(target.as_os_str())));
        }
        // A link to a directory counts as one, though tree does not go there.
        match path.is_dir() {
            true => self.directories += 1,
            false => self.files += 1,
        }
        self.text.push(b'\n');
    }
}

/// A name as tree prints it: characters as they are, others as `\012`; where the bytes are not UTF-8, no character
/// outside ASCII is, and spaces and backslashes are escaped too.
fn escaped(name: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(name.len());
    match std::str::from_utf8(name) {
        Ok(name) => {
            for letter in name.chars() {
                match letter.is_control() {
                    true => text.extend_from_slice(format!("\\{:03o}", u32::from(letter)).as_bytes()),
                    false => text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
                }
            }
        }
        Err(_) => {
            for &byte in name {
                match byte {
                    7..=13 => text.extend_from_slice(&[b'\\', b"abtnvfr"[usize::from(byte) - 7]]),
                    b'\\' | b' ' => text.extend_from_slice(&[b'\\', byte]),
                    b'!'..=b'~' => text.push(byte),
                    other => text.extend_from_slice(format!("\\{other:03o}").as_bytes()),
                }
            }
        }
    }
    text
}

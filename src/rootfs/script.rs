//! Scripts: a file that begins with `#!` is started by another program (execve(2)).

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// As much of the first line as the kernel reads.
const MOST: u64 = 256;

/// What starts a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    interpreter: PathBuf,
    words: Vec<PathBuf>,
}

/// Reads the first line; nothing where the file is no script.
pub(super) fn read(path: &Path) -> Option<Script> {
    let mut first = Vec::new();
    std::fs::File::open(path).ok()?.take(MOST).read_to_end(&mut first).ok()?;
    parse(&first)
}

fn parse(first: &[u8]) -> Option<Script> {
    let line = first.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let words = line.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let mut words = words.map(|word| PathBuf::from(OsStr::from_bytes(word)));
    Some(Script { interpreter: words.next()?, words: words.collect() })
}

impl Script {
    /// The programs that it needs: its interpreter, and the one that env(1) is told to look for.
    pub fn programs(&self) -> Vec<PathBuf> {
        let mut programs = vec![self.interpreter.clone()];
        if self.interpreter.file_name() == Some(OsStr::new("env")) {
            let is_name = |word: &&PathBuf| {
                let word = word.as_os_str().as_bytes();
                !word.starts_with(b"-") && !word.contains(&b'=')
            };
            programs.extend(self.words.iter().find(is_name).cloned());
        }
        programs
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::path::PathBuf;

    #[test]
    fn the_first_line_names_who_starts_it() {
        let programs = |text: &str| parse(text.as_bytes()).map(|script| script.programs()).unwrap_or_default();
        assert_eq!(programs("#!/bin/sh -e\nrm"), [PathBuf::from("/bin/sh")]);
        assert_eq!(programs("#! /usr/bin/env -S A=b python3 -u\n"), ["/usr/bin/env", "python3"].map(PathBuf::from));
        assert!(programs("#!\n").is_empty() && programs("\x7fELF").is_empty());
    }
}

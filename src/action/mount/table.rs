//! The mount table as this process sees it (proc_pid_mountinfo(5)), as far as an explanation needs it.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where it is mounted.
    pub(super) point: PathBuf,
    /// `ext4`, `overlay`, …
    pub(super) kind: String,
    /// The first word that mount(8) was given.
    pub(super) source: String,
    /// The options of the mount and of the file system, as they stand there.
    options: String,
}

impl Entry {
    /// The value of an option, for example of `upperdir`.
    pub(super) fn option(&self, key: &str) -> Option<PathBuf> {
        let mut options = self.options.split(',').filter_map(|option| option.split_once('='));
        options.find(|(name, _)| *name == key).map(|(_, value)| PathBuf::from(unescaped(value)))
    }

    /// Nothing can be written through it.
    pub(super) fn is_read_only(&self) -> bool {
        self.options.split(',').any(|option| option == "ro")
    }
}

/// The whole table; empty where there is no /proc.
pub(super) fn read() -> Vec<Entry> {
    let bytes = crate::kernel::mount_table().unwrap_or_default();
    String::from_utf8_lossy(&bytes).lines().filter_map(entry).collect()
}

/// The mount that a path lies on.
pub(super) fn mount_of(path: &Path) -> Option<Entry> {
    let path = std::fs::canonicalize(path).ok()?;
    // Of several that fit the longest is the nearest, and of several on one point the last hides the others.
    read().into_iter().filter(|entry| path.starts_with(&entry.point)).max_by_key(|entry| entry.point.as_os_str().len())
}

fn entry(line: &str) -> Option<Entry> {
    let (mount, filesystem) = line.split_once(" - ")?;
    let mount: Vec<&str> = mount.split(' ').collect();
    let mut filesystem = filesystem.split(' ');
    let kind = filesystem.next()?.to_string();
    let source = unescaped(filesystem.next()?).to_string_lossy().into_owned();
    let options = format!("{},{}", mount.get(5)?, filesystem.next().unwrap_or_default());
    Some(Entry { point: unescaped(mount.get(4)?).into(), kind, source, options })
}

/// `\040` is a space, and so on.
fn unescaped(text: &str) -> OsString {
    let bytes = std::ffi::OsStr::new(text).as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let octal = bytes.get(at + 1..at + 4).filter(|digits| digits.iter().all(|d| (b'0'..=b'7').contains(d)));
        match (bytes[at], octal) {
            (b'\\', Some(digits)) => {
                plain.push(digits.iter().fold(0u8, |byte, digit| byte << 3 | (digit - b'0')));
                at += 4;
            }
            (byte, _) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    OsString::from_vec(plain)
}

#[cfg(test)]
mod tests {
    use super::entry;

    #[test]
    fn a_line_of_the_table_is_read_with_its_escapes() {
        let line = r"63 43 0:39 / /a\040b rw,relatime shared:1 - overlay my\040src rw,lowerdir=l,upperdir=u\054p,workdir=w";
        let entry = entry(line).unwrap();
        assert_eq!((entry.point.to_str(), entry.source.as_str()), (Some("/a b"), "my src"));
        assert_eq!((entry.kind.as_str(), entry.option("upperdir")), ("overlay", Some("u,p".into())));
        assert!(!entry.is_read_only());
    }
}

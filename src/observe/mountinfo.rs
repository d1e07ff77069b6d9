//! The mount table: /proc/self/mountinfo, proc_pid_mountinfo(5).
//!
//! Spaces, tabs, newlines and backslashes stand there as octal escapes; an overlay's layers stand there as they were
//! given, so they may be relative to a directory that is not recorded.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Its number, unique in this table.
    pub id: u32,
    /// The number of the mount it is mounted on.
    pub parent: u32,
    /// The file system's device number, `0:40`: the same wherever it is mounted.
    pub device: String,
    /// Where it is mounted.
    pub mountpoint: PathBuf,
    /// The directory of the file system that is mounted; `/` unless this is a bind mount of a part.
    pub root: PathBuf,
    /// `overlay`, `tmpfs`, `ext4` …
    pub kind: String,
    /// The options of this mount (`ro`, `nosuid`) …
    pub options: Vec<String>,
    /// Whether what is mounted below it reaches other namespaces.
    pub propagation: Propagation,
    /// … and those of the file system, unescaped once but not split: an overlay's hold paths with commas.
    pub super_options: Vec<u8>,
}

/// Where mounts below a mount are seen too; mount_namespaces(7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Propagation {
    /// `shared:N`: with the other members of its peer group.
    pub shared: bool,
    /// `master:N`: what is mounted in a peer group elsewhere comes here.
    pub slave: bool,
    /// `unbindable`: it can't be bind-mounted either.
    pub unbindable: bool,
}

impl Propagation {
    /// `shared`, `slave`, `shared and slave`, `unbindable` or `private`.
    pub fn word(self) -> &'static str {
        match (self.shared, self.slave, self.unbindable) {
            (true, true, _) => "shared and slave",
            (true, false, _) => "shared",
            (false, true, _) => "slave",
            (false, false, true) => "unbindable",
            (false, false, false) => "private",
        }
    }
}

/// The layers that an overlay's options name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverlayOptions {
    /// Topmost first.
    pub lowers: Vec<PathBuf>,
    /// Absent for a mount of lower layers alone.
    pub upper: Option<PathBuf>,
    /// The upper's work directory.
    pub work: Option<PathBuf>,
    /// Attributes are named `user.overlay.*`.
    pub userxattr: bool,
    /// The file system itself is read-only.
    pub read_only: bool,
}

/// The mount table of this process.
pub fn mounts() -> std::io::Result<Vec<Mount>> {
    Ok(parse(&crate::kernel::mount_table()?))
}

/// Of the mount table of this process, the trees of cgroups (cgroups(7)).
pub fn cgroup_mounts() -> std::io::Result<Vec<Mount>> {
    let table = crate::kernel::mount_table()?;
    let is_one = |line: &&[u8]| line.windows(9).any(|part| part == b" - cgroup");
    Ok(table.split(|byte| *byte == b'\n').filter(is_one).filter_map(line).collect())
}

/// The mount table of another process, by its directory in /proc.
pub fn mounts_of(process: &Path) -> std::io::Result<Vec<Mount>> {
    Ok(parse(&std::fs::read(process.join("mountinfo"))?))
}

/// Reads a mount table; a line that is not of its form is passed over.
pub fn parse(table: &[u8]) -> Vec<Mount> {
    table.split(|byte| *byte == b'\n').filter_map(line).collect()
}

fn line(line: &[u8]) -> Option<Mount> {
    let mut words = line.split(|byte| *byte == b' ');
    let number = |word: Option<&[u8]>| std::str::from_utf8(word?).ok()?.parse().ok();
    let id = number(words.next())?;
    let parent = number(words.next())?;
    let device = String::from_utf8_lossy(words.next()?).into_owned();
    let root = path(words.next()?);
    let mountpoint = path(words.next()?);
    let options = String::from_utf8_lossy(words.next()?).split(',').map(String::from).collect();
    // Any number of optional fields, then a lone hyphen.
    let mut propagation = Propagation::default();
    for word in words.by_ref().take_while(|word| *word != b"-") {
        propagation.shared |= word.starts_with(b"shared:");
        propagation.slave |= word.starts_with(b"master:");
        propagation.unbindable |= word == b"unbindable";
    }
    let kind = String::from_utf8_lossy(words.next()?).into_owned();
    let super_options = unescape(words.nth(1)?);
    Some(Mount { id, parent, device, mountpoint, root, kind, options, propagation, super_options })
}

impl Mount {
    /// The layers of an overlay; `None` for any other file system.
    pub fn overlay(&self) -> Option<OverlayOptions> {
        if self.kind != "overlay" {
            return None;
        }
        let mut overlay = OverlayOptions::default();
        for option in split_unescaped(&self.super_options, b',') {
            let (key, value) = match option.iter().position(|byte| *byte == b'=') {
                Some(at) => (&option[..at], &option[at + 1..]),
                None => (option, &b""[..]),
            };
            match key {
                b"lowerdir" => {
                    // `a:b::data`: what follows a double colon holds data only and is no layer of its own.
                    let lowers = split_unescaped(value, b':').into_iter();
                    overlay.lowers.extend(lowers.take_while(|lower| !lower.is_empty()).map(unbackslash));
                }
                b"lowerdir+" => overlay.lowers.push(unbackslash(value)),
                b"upperdir" => overlay.upper = Some(unbackslash(value)),
                b"workdir" => overlay.work = Some(unbackslash(value)),
                b"userxattr" => overlay.userxattr = true,
                b"ro" => overlay.read_only = true,
                _ => {}
            }
        }
        overlay.read_only |= overlay.upper.is_none() || self.options.iter().any(|option| option == "ro");
        Some(overlay)
    }

    /// Whether it is mounted at `directory` or below it.
    pub fn is_below(&self, directory: &Path) -> bool {
        self.mountpoint.starts_with(directory)
    }
}

fn path(word: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(unescape(word)))
}

/// `\040` is a space.
fn unescape(word: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(word.len());
    let mut at = 0;
    while at < word.len() {
        let octal = word.get(at + 1..at + 4).filter(|digits| digits.iter().all(|digit| (b'0'..=b'7').contains(digit)));
        match octal {
            Some(digits) if word[at] == b'\\' => {
                plain.push(digits.iter().fold(0u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')));
                at += 4;
            }
            _ => {
                plain.push(word[at]);
                at += 1;
            }
        }
    }
    plain
}

/// Splits where the separator does not follow a backslash.
fn split_unescaped(text: &[u8], separator: u8) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        if text[at] == b'\\' {
            at += 1;
        } else if text[at] == separator {
            parts.push(&text[start..at]);
            start = at + 1;
        }
        at += 1;
    }
    parts.push(&text[start..]);
    parts
}

fn unbackslash(text: &[u8]) -> PathBuf {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        plain.push(if byte == b'\\' { *bytes.next().unwrap_or(&byte) } else { byte });
    }
    PathBuf::from(OsString::from_vec(plain))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::path::PathBuf;

    #[test]
    fn an_overlay_becomes_its_layers() {
        let table = br"68 63 0:40 / /tmp/my\040mnt rw,relatime shared:1 - overlay overlay rw,lowerdir=a\040b:c\134:d:l1,upperdir=up,workdir=work,uuid=on,userxattr";
        let mounts = parse(table);
        assert_eq!(mounts[0].mountpoint, PathBuf::from("/tmp/my mnt"));
        let overlay = mounts[0].overlay().unwrap();
        assert_eq!(overlay.lowers, [PathBuf::from("a b"), "c:d".into(), "l1".into()]);
        assert_eq!((overlay.upper, overlay.work), (Some("up".into()), Some("work".into())));
        assert!(overlay.userxattr && !overlay.read_only);
        assert_eq!(mounts[0].propagation.word(), "shared");
    }

    #[test]
    fn layers_given_one_by_one_and_a_mount_without_upper() {
        let table = br"1 2 0:40 / /m rw - overlay x rw,lowerdir+=a,lowerdir+=b\134,c";
        let overlay = parse(table)[0].overlay().unwrap();
        assert_eq!(overlay.lowers, [PathBuf::from("a"), "b,c".into()]);
        assert!(overlay.read_only);
        assert_eq!(parse(b"nonsense\n1 2\n"), []);
    }
}

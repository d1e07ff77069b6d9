//! The mount table: /proc/self/mountinfo, proc_pid_mountinfo(5).
//!
//! Spaces, tabs, newlines, backslashes, and commas within an option stand there as octal escapes. An overlay's layers
//! stand there as they were given, so they may be relative to a directory that is not recorded. What mount(2) was given
//! still has its own backslashes (`a\134\054b` for `a\,b`, the directory `a,b`); what fsconfig(2) was given has none
//! (`a\054b`).

use crate::kernel::MountFlags;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read, Result};
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
    /// The first word that mount(8) was given: a device, or any text.
    pub source: OsString,
    /// The options of this mount (`ro`, `nosuid`) …
    pub options: Vec<String>,
    /// Whether what is mounted below it reaches other namespaces.
    pub propagation: Propagation,
    /// … and those of the file system, as they stand there: an overlay's hold paths with commas. See [`Mount::overlay`].
    pub super_options: Vec<u8>,
}

/// Where mounts below a mount are seen too; mount_namespaces(7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Propagation {
    /// `shared:N`: with the other members of this peer group.
    pub shared: Option<u32>,
    /// `master:N`: what is mounted in this peer group comes here.
    pub slave: Option<u32>,
    /// `unbindable`: it can't be bind-mounted either.
    pub unbindable: bool,
}

impl Propagation {
    /// `shared`, `slave`, `shared and slave`, `unbindable` or `private`.
    pub fn word(self) -> &'static str {
        match (self.shared.is_some(), self.slave.is_some(), self.unbindable) {
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

impl OverlayOptions {
    /// All directories that they name, the work directory too.
    pub fn layers(&self) -> impl Iterator<Item = &PathBuf> {
        self.lowers.iter().chain(&self.upper).chain(&self.work)
    }
}

/// The mount table of this process.
///
/// A visitor of a session in which the learner has mounted /proc anew is not in that table of processes, being outside of
/// its PID namespace; the keeper, PID 1, is, and has the same mounts.
///
/// # Errors
/// Where there is no /proc.
pub fn mounts() -> Result<Vec<Mount>> {
    match mounts_of(Path::new("/proc/self")) {
        Err(error) if error.kind() == ErrorKind::NotFound => mounts_of(Path::new("/proc/1")),
        mounts => mounts,
    }
}

/// The mount table of a process, by its directory in /proc.
///
/// # Errors
/// Where it has ended.
pub fn mounts_of(process: &Path) -> Result<Vec<Mount>> {
    // The kernel gives a page at a time: room for more than one saves asking again and again.
    let mut table = Vec::with_capacity(16 * 1024);
    File::open(process.join("mountinfo"))?.read_to_end(&mut table)?;
    Ok(parse_mounts(&table))
}

/// Reads a mount table; a line that is not of its form is passed over.
pub fn parse_mounts(table: &[u8]) -> Vec<Mount> {
    table.split(|byte| *byte == b'\n').filter_map(line).collect()
}

/// The mount that a path lies on.
pub fn mount_of(path: &Path) -> Option<Mount> {
    let path = std::fs::canonicalize(path).ok()?;
    let mounts = mounts().unwrap_or_default().into_iter().filter(|mount| path.starts_with(&mount.mountpoint));
    // Of several the longest is the nearest, and of several on one point the last hides the others.
    mounts.max_by_key(|mount| mount.mountpoint.as_os_str().len())
}

fn line(line: &[u8]) -> Option<Mount> {
    let mut words = line.split(|byte| *byte == b' ');
    let number = |word: Option<&[u8]>| std::str::from_utf8(word?).ok()?.parse().ok();
    let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
    let (id, parent) = (number(words.next())?, number(words.next())?);
    let device = text(words.next()?);
    let (root, mountpoint) = (unescape(words.next()?).into(), unescape(words.next()?).into());
    let options = words.next()?.split(|byte| *byte == b',').map(text).collect();
    // Any number of optional fields, then a lone hyphen.
    let mut propagation = Propagation::default();
    for word in words.by_ref().take_while(|word| *word != b"-") {
        propagation.shared = propagation.shared.or(number(word.strip_prefix(b"shared:")));
        propagation.slave = propagation.slave.or(number(word.strip_prefix(b"master:")));
        propagation.unbindable |= word == b"unbindable";
    }
    let (kind, source) = (text(words.next()?), unescape(words.next()?));
    let super_options = words.next()?.to_vec();
    Some(Mount { id, parent, device, mountpoint, root, kind, source, options, propagation, super_options })
}

impl Mount {
    /// The layers of an overlay; `None` for any other file system.
    pub fn overlay(&self) -> Option<OverlayOptions> {
        if self.kind != "overlay" {
            return None;
        }
        let mut overlay = OverlayOptions { read_only: self.is_read_only(), ..OverlayOptions::default() };
        for option in split(&self.super_options, b',') {
            let at = option.iter().position(|byte| *byte == b'=').unwrap_or(option.len());
            let value = option.get(at + 1..).unwrap_or_default();
            match &option[..at] {
                b"lowerdir" => {
                    // `a:b::data`: what follows a double colon holds data only and is no layer of its own.
                    let lowers = split(value, b':').into_iter();
                    overlay
                        .lowers
                        .extend(lowers.take_while(|lower| !lower.is_empty()).map(|lower| layer(lower, b"\\:,")));
                }
                // It takes a path as it is: a backslash in it is a backslash.
                b"lowerdir+" => overlay.lowers.push(layer(value, b"")),
                b"upperdir" => overlay.upper = Some(layer(value, b"\\:,")),
                b"workdir" => overlay.work = Some(layer(value, b"\\:,")),
                b"userxattr" => overlay.userxattr = true,
                _ => {}
            }
        }
        overlay.read_only |= overlay.upper.is_none();
        Some(overlay)
    }

    /// Whether nothing can be written through it: the mount is read-only, or the file system is.
    pub fn is_read_only(&self) -> bool {
        self.options.iter().any(|option| option == "ro") || self.has_option("ro")
    }

    /// Whether this word stands among the options of the file system.
    pub fn has_option(&self, word: &str) -> bool {
        split(&self.super_options, b',').contains(&word.as_bytes())
    }

    /// Whether it is mounted at `directory` or below it.
    pub fn is_below(&self, directory: &Path) -> bool {
        self.mountpoint.starts_with(directory)
    }

    /// Whether it forbids all of this.
    pub fn forbids(&self, forbidden: MountFlags) -> bool {
        let MountFlags { read_only, no_suid, no_devices, no_exec } = forbidden;
        let wanted = [(read_only, "ro"), (no_suid, "nosuid"), (no_devices, "nodev"), (no_exec, "noexec")];
        wanted.iter().all(|(wanted, name)| !wanted || self.options.iter().any(|option| option == name))
    }
}

/// The first character of an escaped text: its byte, whether it stands there as itself, and what comes behind it.
fn first(text: &[u8]) -> Option<(u8, bool, &[u8])> {
    match text {
        // `\040` is a space.
        [b'\\', digits @ ..] if digits.len() >= 3 && digits[..3].iter().all(|digit| matches!(digit, b'0'..=b'7')) => {
            let byte = digits[..3].iter().fold(0_u8, |byte, digit| byte << 3 | (digit - b'0'));
            Some((byte, false, &digits[3..]))
        }
        [byte, rest @ ..] => Some((*byte, true, rest)),
        [] => None,
    }
}

fn unescape(mut text: &[u8]) -> OsString {
    let mut plain = Vec::with_capacity(text.len());
    while let Some((byte, _, rest)) = first(text) {
        plain.push(byte);
        text = rest;
    }
    OsString::from_vec(plain)
}

/// Splits where the separator stands as itself, and not behind a backslash.
fn split(text: &[u8], separator: u8) -> Vec<&[u8]> {
    let (mut parts, mut start, mut rest) = (Vec::new(), text, text);
    while let Some((byte, is_itself, behind)) = first(rest) {
        if byte == separator && is_itself {
            parts.push(&start[..start.len() - rest.len()]);
            start = behind;
        }
        let after_backslash = first(behind).filter(|_| byte == b'\\');
        rest = after_backslash.map_or(behind, |(_, _, behind)| behind);
    }
    parts.push(start);
    parts
}

/// The path that an option gives. A backslash goes where it stands before one of `special`, or before a comma that would
/// else end the option; elsewhere it is a part of the name.
fn layer(mut value: &[u8], special: &[u8]) -> PathBuf {
    let mut plain = Vec::with_capacity(value.len());
    while let Some((byte, _, rest)) = first(value) {
        value = rest;
        let escaped = first(rest).filter(|(next, is_itself, _)| special.contains(next) || *next == b',' && *is_itself);
        match escaped.filter(|_| byte == b'\\') {
            Some((next, _, rest)) => {
                plain.push(next);
                value = rest;
            }
            None => plain.push(byte),
        }
    }
    OsString::from_vec(plain).into()
}

#[cfg(test)]
mod tests {
    use super::parse_mounts as parse;
    use crate::ground::mutation::each_mutant;
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

    #[test]
    fn every_byte_of_a_name_survives() {
        // As Linux 6.18 shows what mount(2) was given, and what fsconfig(2) was given.
        type Given = (&'static [u8], &'static [&'static [u8]], &'static [u8]);
        let given: &[Given] = &[
            (
                br"lowerdir=a\134\054b:c\134:d:e\134\134f:g\040h,upperdir=u\134\054p",
                &[b"a,b", b"c:d", br"e\f", b"g h"],
                b"u,p",
            ),
            (br"lowerdir+=a\054b,lowerdir+=c:d,lowerdir+=e\134f,upperdir=u\054p", &[b"a,b", b"c:d", br"e\f"], b"u,p"),
            (b"lowerdir=n\xff:m,upperdir=u=\xfe", &[b"n\xff", b"m"], b"u=\xfe"),
        ];
        for (options, lowers, upper) in given {
            let line = [b"1 2 0:40 / /m\\011\xff rw - overlay a\\040\xff,b rw,", *options].concat();
            let mount = parse(&line).remove(0);
            let overlay = mount.overlay().unwrap();
            let bytes = |path: &PathBuf| path.as_os_str().as_encoded_bytes().to_vec();
            assert_eq!(overlay.lowers.iter().map(bytes).collect::<Vec<_>>(), *lowers);
            assert_eq!(bytes(&overlay.upper.unwrap()), *upper);
            assert_eq!(
                (bytes(&mount.mountpoint), mount.source.as_encoded_bytes()),
                (b"/m\t\xff".to_vec(), &b"a \xff,b"[..])
            );
            assert!(!mount.is_read_only() && mount.has_option("rw"));
        }
    }

    #[test]
    fn a_table_is_read_whatever_is_in_it() {
        let table = std::fs::read("/proc/self/mountinfo").unwrap();
        let samples: [&[u8]; 5] = [
            &table[..table.len().min(2000)],
            br"68 63 0:40 / /tmp/my\040mnt rw,relatime shared:1 master:2 - overlay o rw,lowerdir=a\040b:c\134:d::e,upperdir=u\134\054p,workdir=w",
            br"1 2 0:40 / /m ro unbindable - overlay x rw,lowerdir+=a\,b,lowerdir+=c\134,userxattr",
            br"1 2 0:40 /\777 \40 - - - -",
            b"1 2 3 4 5 6 - 8 9 10\n\n\\",
        ];
        each_mutant(&samples, 6_000, |bytes| {
            let mounts = parse(bytes);
            for mount in &mounts {
                let overlay = mount.overlay().unwrap_or_default();
                let names = overlay.lowers.iter().chain(&overlay.upper).chain(&overlay.work);
                assert!(names.map(|name| name.as_os_str().len()).sum::<usize>() <= bytes.len());
            }
            assert!(mounts.len() <= bytes.len() / 10 + 1);
            // A name is read as the kernel writes it.
            let name: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
            let escape = |byte: &u8| match byte {
                b' ' | b'\t' | b'\n' | b'\\' => format!("\\{byte:03o}").into_bytes(),
                other => vec![*other],
            };
            let written: Vec<u8> = name.iter().flat_map(escape).collect();
            let line = [b"1 2 0:40 / /", &written[..], b" rw - tmpfs t rw"].concat();
            assert_eq!(parse(&line)[0].mountpoint.as_os_str().as_encoded_bytes(), [b"/", &name[..]].concat());
        });
    }
}

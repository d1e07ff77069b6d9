//! Whose the files of an image are, and whose they are on disk.
//!
//! Root has them as they are. An ordinary user has them all: what belongs to him on disk belongs to root in the image, and
//! another owner of the image is noted on the file, in the attribute that umoci and other rootless programs use
//! (<https://rootlesscontaine.rs>, `user.rootlesscontainers`).

use crate::kernel::effective_ids;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// The attribute in which an owner is noted that an ordinary user cannot have.
pub(super) const NOTED: &[u8] = b"user.rootlesscontainers";
/// The same of fuse-overlayfs and podman: `UID:GID:MODE`, with the mode in octal digits.
pub(super) const NOTED_WITH_MODE: &[u8] = b"user.containers.override_stat";
/// What [`NOTED`] says of an owner that is not noted.
const NOT_NOTED: u32 = u32::MAX;

/// How owners on disk become owners in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owners {
    /// As they are.
    Same,
    /// This user and this group are root's in the image; there are no others.
    Mapped(u32, u32),
}

impl Owners {
    /// Those of the calling user.
    pub fn of_caller() -> Owners {
        match effective_ids() {
            (0, _) => Owners::Same,
            (user, group) => Owners::Mapped(user, group),
        }
    }

    /// The user in the image; nothing where there is none.
    pub(super) fn user(self, id: u32) -> Option<u32> {
        match self {
            Owners::Same => Some(id),
            Owners::Mapped(user, _) => (id == user).then_some(0),
        }
    }

    /// The group in the image; nothing where there is none.
    pub(super) fn group(self, id: u32) -> Option<u32> {
        match self {
            Owners::Same => Some(id),
            Owners::Mapped(_, group) => (id == group).then_some(0),
        }
    }
}

/// Whether an attribute of this name notes an owner.
pub(super) fn is_note(name: &OsStr) -> bool {
    [NOTED, NOTED_WITH_MODE].contains(&name.as_bytes())
}

/// An owner as [`NOTED`] holds it: a message of protobuf with the user as field 1 and the group as field 2. What is 0 is
/// left out.
pub(super) fn note((user, group): (u32, u32)) -> Vec<u8> {
    let mut value = Vec::new();
    for (tag, id) in [(0x08, user), (0x10, group)] {
        if id != 0 {
            value.push(tag);
            let mut rest = id;
            while rest >= 0x80 {
                value.push((rest & 0x7f) as u8 | 0x80);
                rest >>= 7;
            }
            value.push(rest as u8);
        }
    }
    value
}

/// Reads what [`note`] writes; nothing where it is something else.
pub(super) fn noted(mut value: &[u8]) -> Option<(Option<u32>, Option<u32>)> {
    let mut owner = [0, 0];
    while let [tag, rest @ ..] = value {
        let field = match tag {
            0x08 => 0,
            0x10 => 1,
            _ => return None,
        };
        let length = rest.iter().position(|byte| *byte < 0x80)? + 1;
        let number = rest[..length.min(10)].iter().rev().fold(0_u64, |sum, byte| (sum << 7) | u64::from(*byte & 0x7f));
        owner[field] = u32::try_from(number).ok()?;
        value = &rest[length..];
    }
    let [user, group] = owner.map(|id| (id != NOT_NOTED).then_some(id));
    Some((user, group))
}

/// Reads `UID:GID:MODE`, which may go on with `:` and the kind of the file.
pub(super) fn noted_with_mode(value: &[u8]) -> Option<(u32, u32, u32)> {
    let mut parts = std::str::from_utf8(value).ok()?.split(':');
    let (user, group) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let mode = u32::from_str_radix(parts.next()?, 8).ok()?;
    Some((user, group, mode & 0o7777))
}

#[cfg(test)]
mod tests {
    use super::{note, noted, noted_with_mode};

    #[test]
    fn what_is_noted_is_read_again() {
        for owner in [(0, 0), (0, 42), (1000, 0), (127, 128), (0x7fff_ffff, 65534)] {
            assert_eq!(noted(&note(owner)), Some((Some(owner.0), Some(owner.1))), "{owner:?}");
        }
        assert_eq!(note((1, 300)), [0x08, 1, 0x10, 0xac, 0x02]);
        assert_eq!(noted(&note((u32::MAX, 5))), Some((None, Some(5))));
        for wrong in [&b"\x08"[..], b"\x08\xff", b"x", b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"] {
            assert_eq!(noted(wrong), None, "{wrong:?}");
        }
        assert_eq!(noted_with_mode(b"0:42:0104755"), Some((0, 42, 0o4755)));
        assert_eq!(noted_with_mode(b"1:2:0644:file"), Some((1, 2, 0o644)));
        assert_eq!(noted_with_mode(b"1:2"), None);
        assert_eq!(noted_with_mode(b"1:2:9"), None);
    }
}

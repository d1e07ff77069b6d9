//! The extended attributes of a file: which belong into a layer, and which overlayfs or this machine has put there.

use crate::image::layer::owners::{NOTED, NOTED_WITH_MODE, Owners, noted, noted_with_mode};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Under which names overlayfs keeps its own marks: as root, and in a user namespace (`userxattr`).
const OVERLAY: [&[u8]; 2] = [b"trusted.overlay.", b"user.overlay."];
/// Before a mark of an overlay that was mounted inside of another one (kernel 6.7, "Nesting overlayfs mounts").
const ESCAPED: &[u8] = b"overlay.";

/// Names and values, as they are on disk.
pub(super) type Attributes = Vec<(OsString, Vec<u8>)>;

/// What overlayfs says of an entry of an upper or a lower layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::image) struct Marks {
    /// A directory hides what lies below it.
    pub opaque: bool,
    /// A directory may hold whiteouts that are files with an attribute.
    pub may_hold_whiteouts: bool,
    /// An empty file is a whiteout.
    pub whiteout: bool,
    /// What is below has another name: it was renamed. A path from the top, or a name in the same directory.
    pub redirect: Option<Vec<u8>>,
    /// Only what stands about the file is here, its content is below.
    pub metacopy: bool,
}

/// The marks among these attributes.
pub(super) fn marks(attributes: &[(OsString, Vec<u8>)]) -> Marks {
    let mut marks = Marks::default();
    for (name, value) in attributes {
        match OVERLAY.iter().find_map(|prefix| name.as_bytes().strip_prefix(*prefix)) {
            Some(b"opaque") if value == b"y" => marks.opaque = true,
            Some(b"opaque") if value == b"x" => marks.may_hold_whiteouts = true,
            Some(b"whiteout") => marks.whiteout = true,
            Some(b"redirect") => marks.redirect = Some(value.clone()),
            Some(b"metacopy") => marks.metacopy = true,
            _ => {}
        }
    }
    marks
}

/// What a layer says of a file beside its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Owner and group; nothing where the image has no such user or group.
    pub owner: (Option<u32>, Option<u32>),
    /// Permission bits.
    pub mode: u32,
    /// The attributes that belong into a layer, sorted by name.
    pub attributes: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What is said of a file with this owner, mode and attributes on disk.
pub(super) fn said(owners: Owners, owner: (u32, u32), mode: u32, attributes: &[(OsString, Vec<u8>)]) -> Said {
    let mut said = Said { owner: (owners.user(owner.0), owners.group(owner.1)), mode, attributes: Vec::new() };
    for (name, value) in attributes {
        let name = name.as_bytes();
        if name == NOTED
            && let Some((user, group)) = noted(value)
        {
            said.owner = (user.or(said.owner.0), group.or(said.owner.1));
        } else if name == NOTED_WITH_MODE
            && let Some((user, group, mode)) = noted_with_mode(value)
        {
            (said.owner, said.mode) = ((Some(user), Some(group)), mode);
        } else if let Some(prefix) = OVERLAY.iter().find(|prefix| name.starts_with(prefix)) {
            if let Some(inner) = name[prefix.len()..].strip_prefix(ESCAPED) {
                said.attributes.push(([prefix, inner].concat(), value.clone()));
            }
        } else if name == b"security.capability" {
            said.attributes.push((name.to_vec(), without_root_id(value)));
        } else if name.starts_with(b"system.posix_acl_") {
            said.attributes.push((name.to_vec(), acl(owners, value)));
        } else if name.starts_with(b"user.") {
            said.attributes.push((name.to_vec(), value.clone()));
        }
    }
    said.attributes.sort();
    said
}

/// The attribute as it has to be on disk, below an overlay: what looks like a mark of overlayfs is escaped.
pub(super) fn on_disk(name: &OsStr) -> OsString {
    let name = name.as_bytes();
    let prefix = OVERLAY.iter().find(|prefix| name.starts_with(prefix));
    OsString::from_vec(match prefix {
        Some(prefix) => [prefix, ESCAPED, &name[prefix.len()..]].concat(),
        None => name.to_vec(),
    })
}

/// Capabilities of a file that were given in a user namespace name its root (version 3, 24 bytes). In an image they hold for
/// the root of whoever runs it (version 2, the same without the last four bytes). capabilities(7)
fn without_root_id(value: &[u8]) -> Vec<u8> {
    match value {
        [flags, 0, 0, 3, rest @ ..] if rest.len() == 20 => [&[*flags, 0, 0, 2], &rest[..16]].concat(),
        _ => value.to_vec(),
    }
}

/// An access control list: a version, then entries of a tag, permissions and an id (acl(5), `posix_acl_xattr.h`).
fn acl(owners: Owners, value: &[u8]) -> Vec<u8> {
    const USER: u8 = 0x02;
    const GROUP: u8 = 0x08;
    let mut value = value.to_vec();
    let entries = value.get_mut(4..).unwrap_or_default();
    for entry in entries.as_chunks_mut::<8>().0 {
        let id = u32::from_le_bytes([entry[4], entry[5], entry[6], entry[7]]);
        let mapped = match entry[0] {
            USER => owners.user(id),
            GROUP => owners.group(id),
            _ => None,
        };
        if let Some(mapped) = mapped {
            entry[4..].copy_from_slice(&mapped.to_le_bytes());
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::{Owners, marks, on_disk, said};
    use std::ffi::OsString;

    fn list(names: &[(&str, &[u8])]) -> Vec<(OsString, Vec<u8>)> {
        names.iter().map(|(name, value)| (OsString::from(name), value.to_vec())).collect()
    }

    #[test]
    fn what_overlayfs_and_the_machine_have_put_there_stays_out() {
        let attributes = list(&[
            ("user.z", b"1"),
            ("user.overlay.origin", b"x"),
            ("trusted.overlay.opaque", b"y"),
            ("user.overlay.overlay.opaque", b"y"),
            ("trusted.overlay.overlay.overlay.redirect", b"r"),
            ("security.selinux", b"label"),
            ("trusted.other", b"1"),
            ("user.a", b""),
        ]);
        let kept = said(Owners::Same, (1, 2), 0o644, &attributes);
        let names: Vec<_> =
            kept.attributes.iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect();
        assert_eq!(names, ["trusted.overlay.overlay.redirect", "user.a", "user.overlay.opaque", "user.z"]);
        assert_eq!((kept.owner, kept.mode), ((Some(1), Some(2)), 0o644));
        // And back: what would mean something to overlayfs is escaped once more.
        for (before, after) in [
            ("user.overlay.opaque", "user.overlay.overlay.opaque"),
            ("trusted.overlay.overlay.redirect", "trusted.overlay.overlay.overlay.redirect"),
            ("user.a", "user.a"),
        ] {
            assert_eq!(on_disk(before.as_ref()), after);
        }
    }

    #[test]
    fn marks_are_read_in_both_forms() {
        for form in ["trusted", "user"] {
            let named = |name: &str, value: &[u8]| list(&[(&format!("{form}.overlay.{name}"), value)]);
            assert!(marks(&named("opaque", b"y")).opaque);
            assert!(marks(&named("opaque", b"x")).may_hold_whiteouts && !marks(&named("opaque", b"x")).opaque);
            assert!(marks(&named("whiteout", b"")).whiteout);
            assert_eq!(marks(&named("redirect", b"/a")).redirect.as_deref(), Some(&b"/a"[..]));
            assert!(marks(&named("metacopy", b"")).metacopy);
            assert_eq!(marks(&named("origin", b"y")), super::Marks::default());
            assert_eq!(marks(&named("overlay.opaque", b"y")), super::Marks::default());
        }
    }

    #[test]
    fn a_noted_owner_is_the_owner_and_is_not_kept() {
        let mapped = Owners::Mapped(1000, 100);
        assert_eq!(said(mapped, (1000, 100), 0o600, &[]).owner, (Some(0), Some(0)));
        assert_eq!(said(mapped, (1001, 100), 0o600, &[]).owner, (None, Some(0)));
        let noted = list(&[("user.rootlesscontainers", b"\x08\x05")]);
        let kept = said(mapped, (1000, 100), 0o600, &noted);
        assert_eq!((kept.owner, kept.attributes), ((Some(5), Some(0)), vec![]));
        let with_mode = list(&[("user.containers.override_stat", b"0:42:0102755")]);
        let kept = said(mapped, (1000, 100), 0o700, &with_mode);
        assert_eq!((kept.owner, kept.mode, kept.attributes), ((Some(0), Some(42)), 0o2755, vec![]));
        // What is none is a user's own attribute.
        assert_eq!(said(mapped, (1000, 100), 0o700, &list(&[("user.rootlesscontainers", b"x")])).attributes.len(), 1);
    }

    #[test]
    fn capabilities_hold_for_whoever_runs_the_image() {
        let third: Vec<u8> = [&[1, 0, 0, 3], &[7; 16][..], &1000_u32.to_le_bytes()].concat();
        let second: Vec<u8> = [&[1, 0, 0, 2], &[7; 16][..]].concat();
        for value in [&third, &second] {
            let kept = said(Owners::Same, (0, 0), 0, &list(&[("security.capability", value)]));
            assert_eq!(kept.attributes, [(b"security.capability".to_vec(), second.clone())]);
        }
    }

    #[test]
    fn the_ids_in_an_access_control_list_are_those_of_the_image() {
        let entry = |tag: u8, id: u32| [&[tag, 0, 7, 0][..], &id.to_le_bytes()].concat();
        let value = |user, group| [&[2, 0, 0, 0][..], &entry(1, u32::MAX), &entry(2, user), &entry(8, group)].concat();
        let kept =
            said(Owners::Mapped(1000, 100), (1000, 100), 0, &list(&[("system.posix_acl_access", &value(1000, 100))]));
        assert_eq!(kept.attributes[0].1, value(0, 0));
    }
}

//! One entry of an archive as bytes: a header of ustar, and a header of pax before it where a field does not fit (tar(5)).
//!
//! The same entry makes the same bytes, always. There are no names of users and groups, and no forms of GNU tar.

use std::io::Read;

/// A tar archive is made of blocks.
pub(in crate::image) const BLOCK: usize = 512;

/// What eleven octal digits can say: a size, or a time.
const LARGEST: u64 = 0o777_7777_7777;
/// What seven octal digits can say: an owner, or a device number.
const LARGEST_ID: u64 = 0o777_7777;

/// What stands before the content of an entry.
#[derive(Clone, Debug, Default)]
pub(in crate::image) struct Header<'a> {
    /// Its name, without `/` before it; that of a directory ends in `/`.
    pub path: &'a [u8],
    /// What it is, as a letter of tar(5): `0` a file, `1` a hard link, `2` a symbolic link, `3` and `4` devices, `5` a
    /// directory, `6` a named pipe.
    pub kind: u8,
    /// Permission bits.
    pub mode: u32,
    /// Owner and group.
    pub owner: (u32, u32),
    /// How many bytes follow.
    pub size: u64,
    /// Last change, in seconds since 1970.
    pub modified: i64,
    /// What a link leads to.
    pub link: &'a [u8],
    /// Of a device: major and minor.
    pub device: (u32, u32),
    /// Extended attributes.
    pub attributes: &'a [(Vec<u8>, Vec<u8>)],
}

impl Header<'_> {
    /// The header, and the one of pax before it where one is needed.
    ///
    /// # Errors
    /// In a few words, what no archive can say.
    pub fn bytes(&self) -> Result<Vec<u8>, &'static str> {
        let mut pax = Vec::new();
        let (prefix, name) = split(self.path).unwrap_or_else(|| {
            pax.push((b"path".to_vec(), self.path.to_vec()));
            (&b""[..], &self.path[..100.min(self.path.len())])
        });
        let mut too_large = |key: &str, number: u64, most: u64| {
            if number <= most {
                return number;
            }
            pax.push((key.as_bytes().to_vec(), number.to_string().into_bytes()));
            0
        };
        let user = too_large("uid", self.owner.0.into(), LARGEST_ID);
        let group = too_large("gid", self.owner.1.into(), LARGEST_ID);
        let size = too_large("size", self.size, LARGEST);
        let modified = match u64::try_from(self.modified) {
            Ok(modified) if modified <= LARGEST => modified,
            _ => {
                pax.push((b"mtime".to_vec(), self.modified.to_string().into_bytes()));
                0
            }
        };
        if self.link.len() > 100 {
            pax.push((b"linkpath".to_vec(), self.link.to_vec()));
        }
        for (name, value) in self.attributes {
            if name.contains(&b'=') {
                return Err("the name of an attribute has a = in it, which no archive can say");
            }
            pax.push(([b"SCHILY.xattr.", name.as_slice()].concat(), value.clone()));
        }
        pax.sort();
        let mut bytes = Vec::new();
        if !pax.is_empty() {
            let records: Vec<u8> = pax.iter().flat_map(|(key, value)| record(key, value)).collect();
            let base = self.path.strip_suffix(b"/").unwrap_or(self.path).rsplit(|byte| *byte == b'/').next();
            let base = base.unwrap_or_default();
            let name = [b"PaxHeaders/", &base[..base.len().min(80)]].concat();
            bytes.extend(block(b'x', b"", &name, [0o644, 0, 0, records.len() as u64, 0], b"", (0, 0)));
            bytes.extend(&records);
            bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        }
        let numbers = [u64::from(self.mode), user, group, size, modified];
        let link = &self.link[..self.link.len().min(100)];
        bytes.extend(block(self.kind, prefix, name, numbers, link, self.device));
        Ok(bytes)
    }
}

/// Why the content of an entry could not be passed on.
pub(in crate::image) enum Broken<E> {
    /// It cannot be read.
    Unreadable(std::io::Error),
    /// It ended before its size was reached.
    Short,
    /// Nobody takes it.
    Refused(E),
}

/// Passes on the `size` bytes of an entry's content by way of the buffer, and the zeros that fill its last block.
pub(in crate::image) fn content<E>(
    source: &mut dyn Read,
    size: u64,
    buffer: &mut [u8],
    mut put: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), Broken<E>> {
    let mut left = size;
    while left > 0 {
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let got = match source.read(&mut buffer[..most]) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Broken::Unreadable(error)),
            Ok(0) => return Err(Broken::Short),
            Ok(got) => got,
        };
        put(&buffer[..got]).map_err(Broken::Refused)?;
        left -= got as u64;
    }
    let padding = (BLOCK - (size % BLOCK as u64) as usize) % BLOCK;
    put(&[0; BLOCK][..padding]).map_err(Broken::Refused)
}

/// The name in its two fields, the second of which may have 100 bytes and the first 155; they meet at a `/`.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    if path.len() <= 100 {
        return Some((b"", path));
    }
    let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    let at = slashes.filter(|at| (1..=155).contains(at)).find(|at| (1..=100).contains(&(path.len() - at - 1)))?;
    Some((&path[..at], &path[at + 1..]))
}

/// The 512 bytes of a header. `numbers` are mode, user, group, size and time.
fn block(kind: u8, prefix: &[u8], name: &[u8], numbers: [u64; 5], link: &[u8], device: (u32, u32)) -> [u8; BLOCK] {
    let [mode, user, group, size, modified] = numbers;
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name);
    put(100, format!("{mode:07o}").as_bytes());
    put(108, format!("{user:07o}").as_bytes());
    put(116, format!("{group:07o}").as_bytes());
    put(124, format!("{size:011o}").as_bytes());
    put(136, format!("{modified:011o}").as_bytes());
    put(148, b"        ");
    put(156, &[kind]);
    put(157, link);
    put(257, b"ustar\x0000");
    put(329, format!("{:07o}", device.0).as_bytes());
    put(337, format!("{:07o}", device.1).as_bytes());
    put(345, prefix);
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// A record of pax(1): its own length is a part of it.
fn record(key: &[u8], value: &[u8]) -> Vec<u8> {
    let rest = [b" ", key, b"=", value, b"\n"].concat();
    let digits = (1..20).find(|digits| (rest.len() + digits).to_string().len() == *digits).unwrap_or_default();
    [(rest.len() + digits).to_string().as_bytes(), &rest].concat()
}

#[cfg(test)]
mod tests {
    use super::Header;
    use crate::tree::{Archive, Budget, EntryKind};
    use std::sync::atomic::AtomicUsize;

    fn read(bytes: Vec<u8>) -> crate::tree::Entry {
        let stop = AtomicUsize::new(0);
        let budget = Budget::new(u64::MAX, &stop);
        let whole = [bytes, vec![0; 1024]].concat();
        let mut archive = Archive::from_stream(Box::new(std::io::Cursor::new(whole)), "it".into(), &budget).unwrap();
        archive.next_entry().unwrap().unwrap()
    }

    fn file(path: &[u8]) -> Header<'_> {
        Header { path, kind: b'0', mode: 0o644, ..Header::default() }
    }

    #[test]
    fn an_entry_that_fits_is_one_block_as_other_programs_write_it() {
        let bytes = Header { owner: (1, 2), modified: 0x5000_0000, ..file(b"etc/motd") }.bytes().unwrap();
        assert_eq!(bytes.len(), 512);
        assert_eq!(&bytes[..9], b"etc/motd\0");
        assert_eq!(&bytes[100..148], b"0000644\x000000001\x000000002\x0000000000000\x0012000000000\0");
        assert_eq!(&bytes[257..265], b"ustar\x0000");
        // No name of a user or a group.
        assert!(bytes[265..329].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn what_does_not_fit_stands_in_a_header_of_pax_and_nothing_else_does() {
        let long = [b"a".repeat(100), b"/".to_vec(), b"b".repeat(100)].concat();
        assert_eq!(file(&long).bytes().unwrap().len(), 512);
        assert_eq!(read(file(&long).bytes().unwrap()).path.names().len(), 2);
        let longer = [b"a".repeat(156), b"/b".to_vec()].concat();
        let whole = b"x".repeat(101);
        let cases = [
            (file(&longer), "path"),
            (file(&whole), "path"),
            (Header { owner: (0o777_7777, 0o1000_0000), ..file(b"f") }, "gid"),
            (Header { modified: -1, ..file(b"f") }, "mtime"),
            (Header { modified: 1 << 33, ..file(b"f") }, "mtime"),
            (Header { size: 1 << 33, ..file(b"f") }, "size"),
            (Header { kind: b'2', link: &whole, ..file(b"f") }, "linkpath"),
        ];
        for (header, key) in cases {
            let bytes = header.bytes().unwrap();
            let records = String::from_utf8_lossy(&bytes[512..bytes.len() - 512]).into_owned();
            let keys: Vec<&str> =
                records.trim_end_matches('\0').lines().map(|line| line.split([' ', '=']).nth(1).unwrap()).collect();
            assert_eq!(keys, [key]);
            let entry = read(bytes);
            assert_eq!(entry.path.absolute().as_os_str().as_encoded_bytes()[1..], *header.path);
            assert_eq!(entry.meta.owner, Some(header.owner));
            assert_eq!(entry.meta.modified, Some((header.modified, 0)));
            match entry.kind {
                EntryKind::File(size) => assert_eq!(size, header.size),
                EntryKind::Symlink(text) => assert_eq!(text.as_encoded_bytes(), header.link),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn attributes_are_any_bytes() {
        let attributes = [(b"user.a".to_vec(), b"\0\n=\xff".to_vec()), (b"user.b".to_vec(), b"x".repeat(1000))];
        let entry = read(Header { attributes: &attributes, ..file(b"f") }.bytes().unwrap());
        let read: Vec<_> =
            entry.meta.attributes.into_iter().map(|(name, value)| (name.into_encoded_bytes(), value)).collect();
        assert_eq!(read, attributes);
        let odd = [(b"user.a=b".to_vec(), Vec::new())];
        assert!(Header { attributes: &odd, ..file(b"f") }.bytes().unwrap_err().contains("="));
    }
}

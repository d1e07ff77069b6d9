//! A root file system unpacked from a tar archive, which nobody has to trust.
//!
//! Its names lead down from the root or it is refused; where they lead to is found one directory at a time, through no
//! symbolic link ([`crate::rootfs::inside`], [`crate::kernel::Within`]). Its headers are read one after the other as tar(5)
//! has them, so that what is large is seen before it is read, and where two headers disagree about a size, nobody guesses.

use crate::rootfs::error::RootfsError;
use crate::rootfs::inside::Inside;
use crate::rootfs::pax::{self, Pax};
use crate::rootfs::tree::{Meta, Tree};
use crate::rootfs::unpacked::{Refusal, unpacked};
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use tar::{EntryType, Header};

const BLOCK: u64 = 512;
/// The names and attributes of an entry; the kernel's own limits are far below.
const MOST_WORDS: u64 = 1 << 20;

/// Unpacks an archive.
pub(super) fn fill(tree: &mut Tree, path: &Path, file: File) -> Result<(), RootfsError> {
    let wanted = format!("cannot unpack {}", path.display());
    let stream = unpacked(file).map_err(|refusal| match refusal {
        Refusal::Unreadable(error) => RootfsError::io(&wanted, "read", path, &error),
        Refusal::Compressed(kind, program) => {
            let fix = format!("unpack that first: {program} --keep {}", path.display());
            RootfsError::refused(&wanted, format!("it is compressed by {kind}"), &fix)
        }
    })?;
    Archive { stream, wanted, ended: false }.unpack(tree)
}

struct Archive {
    stream: Box<dyn Read>,
    wanted: String,
    /// The mark at its end was seen.
    ended: bool,
}

/// What stands before the header of an entry, about it.
#[derive(Default)]
struct Words {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: Pax,
}

impl Archive {
    fn unpack(&mut self, tree: &mut Tree) -> Result<(), RootfsError> {
        let mut words = Words::default();
        let mut any = false;
        while let Some(header) = self.header(any)? {
            any = true;
            let size = header.entry_size().map_err(|_| self.broken("a size in it is no number"))?;
            match header.entry_type() {
                EntryType::GNULongName => words.name = Some(self.text(tree, size)?),
                EntryType::GNULongLink => words.link = Some(self.text(tree, size)?),
                EntryType::XHeader => {
                    words.pax = pax::parse(&self.words(tree, size)?).map_err(|why| self.broken(why))?
                }
                // It speaks of all entries behind it: a comment, mostly.
                EntryType::XGlobalHeader => drop(self.words(tree, size)?),
                _ => self.entry(tree, &header, size, std::mem::take(&mut words))?,
            }
        }
        if !self.ended {
            return Err(self.broken("it ends in the middle: the mark at the end of an archive is missing"));
        }
        // A compressed file has a sum behind its end, which tells whether all of it was what was packed.
        for _ in 0..64 {
            if self.fill(&mut [0; 16 * 1024])? == 0 {
                break;
            }
        }
        Ok(())
    }

    fn entry(&mut self, tree: &mut Tree, header: &Header, size: u64, words: Words) -> Result<(), RootfsError> {
        let name = words.pax.path.or(words.name).unwrap_or_else(|| header.path_bytes().into_owned());
        let shown = || String::from_utf8_lossy(&name).into_owned();
        let refuse = |why: &str| {
            RootfsError::refused(
                format!("cannot unpack {:?}", shown()),
                why,
                "do not trust this archive; look: tar --list",
            )
        };
        let path = Inside::parse(&name).map_err(refuse)?;
        if words.pax.size.is_some_and(|other| other != size) {
            return Err(refuse("its two headers say two different sizes"));
        }
        if words.pax.sparse || header.entry_type() == EntryType::GNUSparse {
            return Err(refuse("it is packed with holes, which we do not read: pack it without tar --sparse"));
        }
        let number = |number: std::io::Result<u64>| number.ok().and_then(|number| u32::try_from(number).ok());
        let mode = header.mode().map_err(|_| refuse("its mode is no number"))?;
        let owner = (words.pax.user.or(number(header.uid())), words.pax.group.or(number(header.gid())));
        let modified =
            || header.mtime().ok().and_then(|seconds| i64::try_from(seconds).ok()).map(|seconds| (seconds, 0));
        let meta = Meta {
            mode: mode & 0o7777,
            owner: owner.0.zip(owner.1),
            modified: words.pax.modified.or_else(modified),
            attributes: words.pax.attributes,
        };
        let target = words.pax.link.or(words.link).or_else(|| header.link_name_bytes().map(|name| name.into_owned()));
        let target = target.unwrap_or_default();
        // Old archives know no directories but by the slash.
        let is_old_directory = header.entry_type() == EntryType::Regular && name.ends_with(b"/");
        match header.entry_type() {
            EntryType::Directory => tree.directory(&path, meta)?,
            _ if is_old_directory => tree.directory(&path, meta)?,
            EntryType::Regular | EntryType::Continuous => {
                let got = tree.stream(&path, &meta, size, &mut self.stream)?;
                if got < size {
                    return Err(self.broken(&format!("it ends in the middle of {path}")));
                }
                return self.skip((BLOCK - size % BLOCK) % BLOCK);
            }
            EntryType::Symlink if target.is_empty() || target.contains(&0) => {
                return Err(refuse("it is a symbolic link without a text"));
            }
            EntryType::Symlink => tree.symlink(&path, OsStr::from_bytes(&target), &meta)?,
            EntryType::Link => {
                let to =
                    |why: &str| refuse(&format!("it is a hard link to {:?}: {why}", String::from_utf8_lossy(&target)));
                let existing = Inside::parse(&target).map_err(to)?;
                tree.link(&path, &existing)?;
            }
            EntryType::Fifo => tree.pipe(&path, &meta)?,
            EntryType::Char | EntryType::Block => tree.leave_out(&path, "a device node"),
            other => {
                let why = format!("an entry of the kind {:?}", char::from(other.as_byte()));
                tree.leave_out(&path, &why);
            }
        }
        // What such an entry holds is of no use, and is read past.
        tree.charge(&path, size)?;
        self.skip_entry(tree, size)
    }

    /// The next header; nothing at the end.
    fn header(&mut self, any: bool) -> Result<Option<Header>, RootfsError> {
        let mut header = Header::new_old();
        match self.fill(header.as_mut_bytes())? {
            0 => return Ok(None),
            512 => {}
            _ => return Err(self.broken("it ends in the middle of a header")),
        }
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            self.ended = true;
            return Ok(None);
        }
        // The sum of its bytes, with blanks for the sum itself.
        let bytes = header.as_bytes();
        let sum: u32 = bytes
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
            .sum();
        match header.cksum() {
            Ok(said) if said == sum => Ok(Some(header)),
            _ if any => Err(self.broken("a header in it is damaged: its checksum is wrong")),
            _ => Err(self.broken("it is no tar archive: it does not begin with a header of one")),
        }
    }

    /// A name before an entry (GNU tar's own form), which ends with a NUL.
    fn text(&mut self, tree: &mut Tree, size: u64) -> Result<Vec<u8>, RootfsError> {
        let mut text = self.words(tree, size)?;
        if text.last() == Some(&0) {
            text.pop();
        }
        Ok(text)
    }

    /// What a header about the next entry holds.
    fn words(&mut self, tree: &mut Tree, size: u64) -> Result<Vec<u8>, RootfsError> {
        tree.charge("what the archive says of an entry", size)?;
        if size > MOST_WORDS {
            return Err(self.broken("what it says of an entry is longer than a mebibyte"));
        }
        let mut words = vec![0; usize::try_from(size).unwrap_or(0)];
        if self.fill(&mut words)? < words.len() {
            return Err(self.broken("it ends in the middle of a header"));
        }
        self.skip((BLOCK - size % BLOCK) % BLOCK)?;
        Ok(words)
    }

    fn skip_entry(&mut self, tree: &Tree, size: u64) -> Result<(), RootfsError> {
        let mut left = size.checked_next_multiple_of(BLOCK).ok_or_else(|| self.broken("a size in it is no number"))?;
        while left > 0 {
            tree.goes_on()?;
            let part = left.min(1 << 20);
            self.skip(part)?;
            left -= part;
        }
        Ok(())
    }

    fn skip(&mut self, mut left: u64) -> Result<(), RootfsError> {
        let mut buffer = [0; 16 * 1024];
        while left > 0 {
            let part = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if self.fill(&mut buffer[..part])? < part {
                return Err(self.broken("it ends in the middle of an entry"));
            }
            left -= part as u64;
        }
        Ok(())
    }

    /// Reads until the buffer is full or the stream ends; returns how much it was.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, RootfsError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.stream.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(got) => filled += got,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.broken(&format!("reading it fails: {error}"))),
            }
        }
        Ok(filled)
    }

    fn broken(&self, why: &str) -> RootfsError {
        RootfsError::refused(
            &self.wanted,
            why,
            "fetch it again, or make it anew: tar --create --file root.tar --directory ROOT .",
        )
    }
}

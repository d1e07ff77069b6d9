//! A tar archive, which nobody has to trust, read entry by entry.
//!
//! Its names lead down from the top or it is refused; where they lead to is found one directory at a time, through no
//! symbolic link ([`crate::tree::Inside`], [`crate::kernel::Within`]). Its headers are read one after the other as tar(5)
//! has them, so that what is large is seen before it is read, and where two headers disagree about a size, nobody guesses.

use crate::tree::budget::Budget;
use crate::tree::error::TreeError;
use crate::tree::inside::Inside;
use crate::tree::pax::{self, Pax};
use crate::tree::unpacked::decompressed;
use crate::tree::writer::{Meta, TreeWriter};
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use tar::{EntryType, Header};

const BLOCK: u64 = 512;
/// The largest size that eleven octal digits can say.
const LARGEST: u64 = 0o777_7777_7777;
/// The names and attributes of an entry; the kernel's own limits are far below.
const MOST_WORDS: u64 = 1 << 20;

/// An archive that is being read.
pub struct Archive<'a> {
    stream: Box<dyn Read>,
    budget: &'a Budget<'a>,
    wanted: String,
    /// So many bytes of it belong to the entry that was read last, its padding too.
    left: u64,
    begun: bool,
}

/// What an archive holds: one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it belongs.
    pub path: Inside,
    /// What it is.
    pub kind: EntryKind,
    /// What it has beside its content.
    pub meta: Meta,
}

/// What an entry of an archive is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file of so many bytes.
    File(u64),
    /// A directory.
    Directory,
    /// A symbolic link with this text.
    Symlink(OsString),
    /// A further name for an entry that came before.
    Link(Inside),
    /// A named pipe.
    Pipe,
    /// A device.
    Device,
    /// Something else; this is the letter that stands for it.
    Other(u8),
}

/// What stands before the header of an entry, about it.
#[derive(Default)]
struct Words {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: Pax,
}

impl<'a> Archive<'a> {
    /// The archive in a file, which may be compressed.
    ///
    /// # Errors
    /// When it cannot be read, and when it is compressed in a way that we do not know.
    pub fn open(path: &Path, file: File, budget: &'a Budget<'a>) -> Result<Archive<'a>, TreeError> {
        Archive::from_stream(Box::new(file), path.display().to_string(), budget)
    }

    /// The same, of what is read from elsewhere; `called` is how people call it.
    ///
    /// # Errors
    /// As those of [`Archive::open`].
    pub fn from_stream(
        stream: Box<dyn Read + Send>,
        called: String,
        budget: &'a Budget<'a>,
    ) -> Result<Archive<'a>, TreeError> {
        Ok(Archive::plain(decompressed(stream, &called)?, called, budget))
    }

    /// An archive that is not compressed, whatever it begins with.
    pub fn plain(stream: Box<dyn Read>, called: String, budget: &'a Budget<'a>) -> Archive<'a> {
        Archive::of(stream, format!("cannot unpack {called}"), budget)
    }

    /// Reads what stands behind the mark at the end, to the end of the stream.
    ///
    /// # Errors
    /// When it is more than the budget has.
    pub fn drain(&mut self) -> Result<(), TreeError> {
        let mut buffer = [0; 16 * 1024];
        while self.fill(&mut buffer)? > 0 {
            self.budget.charge("what stands behind the end of the archive", buffer.len() as u64)?;
        }
        Ok(())
    }

    fn of(stream: Box<dyn Read>, wanted: String, budget: &'a Budget<'a>) -> Archive<'a> {
        Archive { stream, budget, wanted, left: 0, begun: false }
    }

    /// Writes all that it holds.
    ///
    /// # Errors
    /// When it cannot be trusted, and when something cannot be written.
    pub fn unpack(mut self, tree: &mut TreeWriter) -> Result<(), TreeError> {
        while let Some(entry) = self.next_entry()? {
            self.write(entry, tree)?;
        }
        Ok(())
    }

    /// The next entry; nothing at the end. What the last one held and nobody wanted is read past.
    ///
    /// # Errors
    /// When what it says makes no sense, or leads out of the tree.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, TreeError> {
        self.skip_entry()?;
        let mut words = Words::default();
        while let Some(header) = self.header()? {
            let size = header.entry_size().map_err(|_| self.broken("a size in it is no number"))?;
            match header.entry_type() {
                EntryType::GNULongName => words.name = Some(self.text(size)?),
                EntryType::GNULongLink => words.link = Some(self.text(size)?),
                EntryType::XHeader => words.pax = pax::parse(&self.words(size)?).map_err(|why| self.broken(why))?,
                // It speaks of all entries behind it: a comment, mostly.
                EntryType::XGlobalHeader => drop(self.words(size)?),
                _ => return self.entry(&header, size, words).map(Some),
            }
        }
        // A compressed file has a sum behind its end, which tells whether all of it was what was packed.
        for _ in 0..64 {
            if self.fill(&mut [0; 16 * 1024])? == 0 {
                break;
            }
        }
        Ok(None)
    }

    /// Reads what the file holds that was read last, which has so many bytes.
    ///
    /// # Errors
    /// When the archive ends in it.
    pub fn content(&mut self, size: u64, each: &mut dyn FnMut(&[u8])) -> Result<(), TreeError> {
        let mut buffer = vec![0; 64 * 1024];
        let mut left = size;
        while left > 0 {
            self.budget.goes_on()?;
            let part = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if self.fill(&mut buffer[..part])? < part {
                return Err(self.broken("it ends in the middle of a file"));
            }
            each(&buffer[..part]);
            left -= part as u64;
        }
        self.left -= size;
        Ok(())
    }

    /// Writes the entry that was read last.
    ///
    /// # Errors
    /// When it cannot be written, and when the archive ends in it.
    pub fn write(&mut self, entry: Entry, tree: &mut TreeWriter) -> Result<(), TreeError> {
        let Entry { path, kind, meta } = entry;
        match kind {
            EntryKind::Directory => tree.directory(&path, meta),
            EntryKind::File(size) => {
                let got = tree.stream(&path, &meta, size, &mut self.stream)?;
                self.left -= got;
                if got < size { Err(self.broken(&format!("it ends in the middle of {path}"))) } else { Ok(()) }
            }
            EntryKind::Symlink(target) => tree.symlink(&path, &target, &meta),
            EntryKind::Link(existing) => tree.link(&path, &existing),
            EntryKind::Pipe => tree.pipe(&path, &meta),
            EntryKind::Device => {
                tree.leave_out(&path, "a device node");
                Ok(())
            }
            EntryKind::Other(letter) => {
                tree.leave_out(&path, &format!("an entry of the kind {:?}", char::from(letter)));
                Ok(())
            }
        }
    }

    fn entry(&mut self, header: &Header, size: u64, words: Words) -> Result<Entry, TreeError> {
        let name = words.pax.path.or(words.name).unwrap_or_else(|| header.path_bytes().into_owned());
        let shown = || String::from_utf8_lossy(&name).into_owned();
        let refuse = |why: &str| {
            TreeError::refused(
                format!("cannot unpack {:?}", shown()),
                why,
                "do not trust this archive; look: tar --list",
            )
        };
        let path = Inside::parse(&name).map_err(refuse)?;
        // A size that the eleven digits of the header cannot say stands in the one before it, and 0 in its place.
        let size = match words.pax.size {
            Some(large) if large > LARGEST && size == 0 => large,
            Some(other) if other != size => return Err(refuse("its two headers say two different sizes")),
            _ => size,
        };
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
        let kind = match header.entry_type() {
            EntryType::Directory => EntryKind::Directory,
            _ if is_old_directory => EntryKind::Directory,
            EntryType::Regular | EntryType::Continuous => EntryKind::File(size),
            EntryType::Symlink if target.is_empty() || target.contains(&0) => {
                return Err(refuse("it is a symbolic link without a text"));
            }
            EntryType::Symlink => EntryKind::Symlink(OsString::from_vec(target)),
            EntryType::Link => {
                let to =
                    |why: &str| refuse(&format!("it is a hard link to {:?}: {why}", String::from_utf8_lossy(&target)));
                EntryKind::Link(Inside::parse(&target).map_err(to)?)
            }
            EntryType::Fifo => EntryKind::Pipe,
            EntryType::Char | EntryType::Block => EntryKind::Device,
            other => EntryKind::Other(other.as_byte()),
        };
        if !matches!(kind, EntryKind::File(_)) {
            // What such an entry holds is of no use, and is read past.
            self.budget.charge(&path, size)?;
        }
        self.left = size.checked_next_multiple_of(BLOCK).ok_or_else(|| self.broken("a size in it is no number"))?;
        Ok(Entry { path, kind, meta })
    }

    /// The next header; nothing at the mark that ends an archive.
    fn header(&mut self) -> Result<Option<Header>, TreeError> {
        let mut header = Header::new_old();
        match self.fill(header.as_mut_bytes())? {
            0 => return Err(self.broken("it ends in the middle: the mark at the end of an archive is missing")),
            512 => {}
            _ => return Err(self.broken("it ends in the middle of a header")),
        }
        if header.as_bytes().iter().all(|byte| *byte == 0) {
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
            Ok(said) if said == sum => {
                self.begun = true;
                Ok(Some(header))
            }
            _ if self.begun => Err(self.broken("a header in it is damaged: its checksum is wrong")),
            _ => Err(self.broken("it is no tar archive: it does not begin with a header of one")),
        }
    }

    /// A name before an entry (GNU tar's own form), which ends with a NUL.
    fn text(&mut self, size: u64) -> Result<Vec<u8>, TreeError> {
        let mut text = self.words(size)?;
        if text.last() == Some(&0) {
            text.pop();
        }
        Ok(text)
    }

    /// What a header about the next entry holds.
    fn words(&mut self, size: u64) -> Result<Vec<u8>, TreeError> {
        self.budget.charge("what the archive says of an entry", size)?;
        if size > MOST_WORDS {
            return Err(self.broken("what it says of an entry is longer than a mebibyte"));
        }
        let mut words = vec![0; usize::try_from(size).unwrap_or(0)];
        if self.fill(&mut words)? < words.len() {
            return Err(self.broken("it ends in the middle of a header"));
        }
        self.left = (BLOCK - size % BLOCK) % BLOCK;
        self.skip_entry()?;
        Ok(words)
    }

    /// Reads past what is left of an entry.
    fn skip_entry(&mut self) -> Result<(), TreeError> {
        let mut buffer = [0; 16 * 1024];
        while self.left > 0 {
            self.budget.goes_on()?;
            let part = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            if self.fill(&mut buffer[..part])? < part {
                return Err(self.broken("it ends in the middle of an entry"));
            }
            self.left -= part as u64;
        }
        Ok(())
    }

    /// Reads until the buffer is full or the stream ends; returns how much it was.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, TreeError> {
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

    fn broken(&self, why: &str) -> TreeError {
        TreeError::refused(
            &self.wanted,
            why,
            "fetch it again, or make it anew: tar --create --file root.tar --directory ROOT .",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Archive;
    use crate::ground::mutation::each_mutant;
    use crate::tree::Budget;
    use std::sync::atomic::AtomicUsize;
    use tar::{EntryType, Header};

    fn block(kind: EntryType, name: &str, content: &[u8]) -> Vec<u8> {
        let mut header = Header::new_ustar();
        header.set_path(name).unwrap();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        let mut block = [header.as_bytes(), content].concat();
        block.resize(block.len().next_multiple_of(512), 0);
        block
    }

    #[test]
    fn no_archive_breaks_its_reader_or_makes_it_work_without_an_end() {
        let whole = [
            block(EntryType::Directory, "d/", b""),
            block(EntryType::XHeader, "pax", b"12 path=d/f\n12 size=123\n"),
            block(EntryType::Regular, "f", b"text"),
            block(EntryType::GNULongName, "l", b"long/name\0"),
            block(EntryType::Regular, "g", &[b'x'; 600]),
            block(EntryType::Link, "h", b""),
            vec![0; 1024],
        ]
        .concat();
        each_mutant(&[&whole], 2_000, |bytes| {
            let mut bytes = bytes.to_vec();
            // The sums are made right again, or nearly all would end there.
            for block in bytes.as_chunks_mut::<512>().0.iter_mut().filter(|block| &block[257..262] == b"ustar") {
                block[148..156].fill(b' ');
                let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
                block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            }
            let (stop, length) = (AtomicUsize::new(0), bytes.len());
            let budget = Budget::new(1 << 20, &stop);
            let mut archive = Archive::of(Box::new(std::io::Cursor::new(bytes)), "it".to_string(), &budget);
            let mut entries = 0;
            while let Ok(Some(entry)) = archive.next_entry() {
                assert!(!entry.path.names().iter().any(|name| name == ".."));
                entries += 1;
            }
            assert!(entries <= length / 512);
        });
    }
}

//! An upper layer of overlayfs becomes an archive.
//!
//! The entries stand in the order of the bytes of their names, a directory before what is in it. What overlayfs says by
//! devices and attributes is said by names: `.wh.NAME` for what is deleted, right behind its directory. The same upper layer
//! makes the same bytes, whoever writes it and however it came about. What no layer can say is refused, or told.

use crate::ground::Errno;
use crate::image::error::ImageError;
use crate::image::layer::attributes::{Attributes, Marks, marks, said};
use crate::image::layer::header::{self, BLOCK, Broken, Header};
use crate::image::layer::owners::{Owners, is_note};
use crate::image::layer::stack::{Merged, Part, Stack, is_whiteout};
use crate::image::layer::{OPAQUE, WHITEOUT};
use crate::kernel::{CallError, EntryType, Stat, Within, is_mount_root, names_in};
use crate::tree::{Inside, LeftOut};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How an upper layer is written.
#[derive(Debug)]
pub struct Rules<'a> {
    /// How a directory is written that hides what lies below it.
    pub opaque: Opaque,
    /// The layers below it as directories, the topmost first, as far as they are at hand: what they show has to be known where a
    /// directory hides it, and where the upper layer has only a part of something.
    pub lowers: Vec<PathBuf>,
    /// Whose the files are.
    pub owners: Owners,
    /// No file is younger, in seconds since 1970 (<https://reproducible-builds.org/specs/source-date-epoch/>).
    pub youngest: Option<i64>,
    /// A number in it is the signal that ends the work.
    pub stop: &'a AtomicUsize,
}

/// How a directory is written that hides what lies below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opaque {
    /// By a whiteout for each name that the lower layers show there. The specification prefers that.
    Explicit,
    /// By `.wh..wh..opq`.
    Marker,
}

/// An entry as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// At which byte of the archive it begins.
    pub at: u64,
    /// `etc/.wh.motd`, what would steer a terminal escaped.
    pub name: String,
    /// `directory`, `file`, `whiteout`, …
    pub kind: &'static str,
    /// How many bytes its headers have.
    pub header: u64,
    /// How many bytes it holds.
    pub size: u64,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Entries, whiteouts among them.
    pub entries: u64,
    /// Whiteouts, and marks of directories that hide what lies below them.
    pub whiteouts: u64,
    /// Bytes of the archive.
    pub bytes: u64,
    /// What a layer cannot hold.
    pub left_out: Vec<LeftOut>,
}

/// Writes the upper layer in `upper` as an archive to `out`, and tells `each` of every entry.
///
/// # Errors
/// What cannot be read or written, and what no layer can say.
pub fn write(
    upper: &Path,
    rules: &Rules,
    out: &mut dyn Write,
    each: &mut dyn FnMut(&Entry),
) -> Result<Written, ImageError> {
    let wanted = format!("cannot make a layer of {}", upper.display());
    let top = Within::open(upper).map_err(|error| ImageError::call(&wanted, error))?;
    let found = crate::kernel::look(Some(top.fd()), Path::new("."))
        .map_err(|error| ImageError::io(&wanted, "newfstatat", upper, &error))?;
    let lowers = rules.lowers.iter().map(|lower| {
        let wanted = format!("cannot read the lower layer {}", lower.display());
        Within::open(lower).map_err(|error| ImageError::call(wanted, error))
    });
    let again = top.again().map_err(|error| ImageError::call(&wanted, error))?;
    let layers = std::iter::once(Ok(again)).chain(lowers).collect::<Result<_, _>>()?;
    let mut writer = Writer {
        rules,
        layers: Stack::new(layers),
        out,
        each,
        written: Written::default(),
        buffer: vec![0; 128 * 1024],
        first_names: HashMap::new(),
    };
    let place = Place { path: Inside::default(), device: found.device, found, is_hidden: false };
    writer.directory(&top, None, &place)?;
    writer.bytes(&[0; 2 * BLOCK])?;
    Ok(writer.written)
}

struct Writer<'a> {
    rules: &'a Rules<'a>,
    /// The upper layer and those below it.
    layers: Stack,
    out: &'a mut dyn Write,
    each: &'a mut dyn FnMut(&Entry),
    written: Written,
    /// The contents of files pass through here.
    buffer: Vec<u8>,
    /// Files with several names, by file system and inode: the first of them, and what is noted of their owner.
    first_names: HashMap<(u64, u64), (Vec<u8>, Attributes)>,
}

/// An entry that is to be written.
struct Place {
    path: Inside,
    found: Stat,
    /// The file system of the directory that it is in.
    device: u64,
    /// A directory above it hides what lies below.
    is_hidden: bool,
}

/// Where an entry is read.
enum Source {
    /// Only in the upper layer, under this name.
    Upper(OsString),
    /// In all layers.
    Merged(Merged),
}

type Entries = Vec<(Source, Place)>;

impl Writer<'_> {
    /// A directory: itself, what it hides, and what is in it. `parts` are its directories in all layers, where all of it is to be
    /// written and not only what is in the upper layer.
    fn directory(&mut self, directory: &Within, parts: Option<Vec<Part>>, place: &Place) -> Result<(), ImageError> {
        let Place { path, found, .. } = place;
        let attributes = Within::attributes_of(directory);
        let held = marks(&attributes);
        let parts = match (parts, &held.redirect) {
            (None, Some(_)) => Some(self.renamed(path)?),
            (parts, _) => parts,
        };
        if held.metacopy {
            return Err(self.in_part(path, ONLY_METADATA, "metacopy"));
        }
        let mut name = tar_name(path);
        name.push(b'/');
        if name == b"/" {
            name = b"./".to_vec();
        }
        self.entry(path, Header { path: &name, kind: b'5', ..Header::default() }, found, &attributes, "directory")?;
        if found.device != place.device || (!path.names().is_empty() && is_mount_root(directory.fd())) {
            self.leave_out(path, "what is mounted there is no part of the layer");
            return Ok(());
        }
        let (entries, mut deleted) = match &parts {
            None => self.upper_entries(directory, path, &held)?,
            Some(parts) => (self.merged_entries(parts, path)?, BTreeSet::new()),
        };
        let hides = place.is_hidden || held.opaque || parts.is_some();
        match self.rules.opaque {
            // A directory in it comes upon one of the same name, which is hidden as well.
            Opaque::Explicit if hides => {
                let hidden = self.layers.names_at(path, 1);
                let hidden = hidden
                    .map_err(|error| ImageError::call(format!("cannot read {path} in the lower layers"), error))?;
                let is_here = |name: &OsString| entries.iter().any(|(_, place)| last_name(&place.path) == Some(name));
                deleted.extend(hidden.into_iter().filter(|name| !is_here(name)));
            }
            Opaque::Marker if hides && !place.is_hidden => self.whiteout(path, OPAQUE)?,
            _ => {}
        }
        for name in deleted {
            self.whiteout(path, &[WHITEOUT, name.as_bytes()].concat())?;
        }
        for (source, mut place) in entries {
            place.is_hidden = hides;
            match source {
                Source::Upper(name) if place.found.kind == EntryType::Directory => {
                    let inner = directory.directory(&name).map_err(|error| self.unreadable(&place.path, error))?;
                    self.directory(&inner, None, &place)?;
                }
                Source::Upper(name) => self.one(directory, &name, &place)?,
                Source::Merged(Merged::Directory(parts)) => {
                    let top = parts.first().map(|part| part.directory.again());
                    let top = top.transpose().map_err(|error| self.unreadable(&place.path, error))?;
                    top.map_or(Ok(()), |top| self.directory(&top, Some(parts), &place))?;
                }
                Source::Merged(Merged::File(files)) => {
                    files.first().map_or(Ok(()), |file| self.one(&file.parent, &file.name, &place))?;
                }
                Source::Merged(Merged::Nothing) => {}
            }
        }
        Ok(())
    }

    /// What the upper layer has in a directory, and the names that it deletes.
    fn upper_entries(
        &self,
        directory: &Within,
        path: &Inside,
        held: &Marks,
    ) -> Result<(Entries, BTreeSet<OsString>), ImageError> {
        let names = names_in(directory.fd()).map_err(|error| {
            ImageError::call(
                reading(path),
                CallError::of("getdents64", crate::kernel::quoted(&path.absolute()), &error),
            )
        })?;
        let device = directory.identity().map_err(|error| ImageError::call(reading(path), error))?.0;
        let (mut entries, mut deleted) = (Vec::new(), BTreeSet::new());
        for name in names {
            let inside = self.named(path, &name)?;
            let found = directory.look(&name).map_err(|error| ImageError::call(reading(&inside), error))?;
            // Before anything else: the kernel makes all whiteouts of a mount names of one device.
            if is_whiteout(directory, &name, &found, held) {
                deleted.insert(name);
            } else {
                entries.push((Source::Upper(name), Place { path: inside, found, device, is_hidden: false }));
            }
        }
        Ok((entries, deleted))
    }

    /// What all layers have in a directory.
    fn merged_entries(&self, parts: &[Part], path: &Inside) -> Result<Entries, ImageError> {
        let failed = |error| ImageError::call(format!("cannot read {path} in all layers"), error);
        let mut entries = Vec::new();
        for name in self.layers.names(parts).map_err(failed)? {
            let inside = self.named(path, &name)?;
            let merged = self.layers.child(parts, &name).map_err(failed)?;
            let (found, above) = match &merged {
                Merged::Directory(inner) => match inner.first() {
                    Some(part) => (look_at(&part.directory), part.directory.identity()),
                    None => continue,
                },
                Merged::File(files) => match files.first() {
                    Some(file) => (Ok(file.found), file.parent.identity()),
                    None => continue,
                },
                Merged::Nothing => continue,
            };
            let device = above.map_err(failed)?.0;
            let found = found.map_err(failed)?;
            entries.push((Source::Merged(merged), Place { path: inside, found, device, is_hidden: true }));
        }
        Ok(entries)
    }

    /// The path of an entry in a directory. A file cannot have a name that says in a layer that something is deleted.
    fn named(&self, path: &Inside, name: &OsStr) -> Result<Inside, ImageError> {
        let inside = path.join(name).map_err(|why| self.cannot_say(path, why))?;
        if name.as_bytes().starts_with(WHITEOUT) {
            let why = "a name that begins with .wh. says in a layer that something is deleted, so no file can have it";
            return Err(self.cannot_say(&inside, why));
        }
        Ok(inside)
    }

    /// The directories of one that was renamed: here, and under its old name below.
    fn renamed(&self, path: &Inside) -> Result<Vec<Part>, ImageError> {
        match self.layers.at(path, 0).map_err(|error| ImageError::call(reading(path), error))? {
            Merged::Directory(parts) if parts.len() > 1 => Ok(parts),
            _ => Err(self.in_part(path, "it was renamed, and what it held is still in a lower layer", "redirect_dir")),
        }
    }

    /// The content of a file of which only mode and owner were copied up.
    fn content_below(&self, path: &Inside) -> Result<std::fs::File, ImageError> {
        let failed = |error| ImageError::call(reading(path), error);
        match self.layers.at(path, 0).map_err(failed)? {
            Merged::File(files) => match files.last().filter(|file| !file.metacopy) {
                Some(file) => file.parent.file(&file.name).map_err(|error| self.unreadable(path, error)),
                None => Err(self.in_part(path, ONLY_METADATA, "metacopy")),
            },
            _ => Err(self.in_part(path, ONLY_METADATA, "metacopy")),
        }
    }

    fn one(&mut self, parent: &Within, name: &OsStr, place: &Place) -> Result<(), ImageError> {
        let Place { path, found, .. } = place;
        let failed = |error| ImageError::call(reading(path), error);
        let full = tar_name(path);
        if found.kind == EntryType::Socket {
            self.leave_out(path, "a socket is nothing without the process that listens to it");
            return Ok(());
        }
        let identity = (found.device, found.inode);
        if found.links > 1 && found.device == place.device {
            if let Some((first, notes)) = self.first_names.get(&identity).cloned() {
                let header = Header { path: &full, kind: b'1', link: &first, ..Header::default() };
                return self.entry(path, header, found, &notes, "hard link");
            }
            self.first_names.insert(identity, (full.clone(), Vec::new()));
        }
        let header = |kind| Header { path: &full, kind, ..Header::default() };
        match found.kind {
            EntryType::File => {
                let mut file = parent.file(name).map_err(|error| self.unreadable(path, error))?;
                let attributes = Within::attributes_of(&file);
                let mut size = found.size;
                if marks(&attributes).metacopy {
                    file = self.content_below(path)?;
                    let data = file.metadata();
                    size =
                        data.map_err(|error| ImageError::io(reading(path), "fstat", &path.absolute(), &error))?.len();
                }
                if let Some((_, notes)) = self.first_names.get_mut(&identity) {
                    notes.extend(attributes.iter().filter(|(name, _)| is_note(name)).cloned());
                }
                self.entry(path, Header { size, ..header(b'0') }, found, &attributes, "file")?;
                self.content(path, size, &mut file)
            }
            EntryType::Symlink => {
                let target = parent.read_link(name).map_err(failed)?;
                let header = Header { link: target.as_bytes(), ..header(b'2') };
                self.entry(path, header, found, &Attributes::new(), "symbolic link")
            }
            EntryType::Fifo => self.entry(path, header(b'6'), found, &Attributes::new(), "named pipe"),
            EntryType::CharacterDevice | EntryType::BlockDevice => {
                let kind = if found.kind == EntryType::CharacterDevice { b'3' } else { b'4' };
                self.entry(path, Header { device: found.numbers, ..header(kind) }, found, &Attributes::new(), "device")
            }
            _ => Err(self.cannot_say(path, "it is something of an unknown kind")),
        }
    }

    /// The headers of an entry.
    fn entry(
        &mut self,
        path: &Inside,
        header: Header,
        found: &Stat,
        attributes: &Attributes,
        kind: &'static str,
    ) -> Result<(), ImageError> {
        let said = said(self.rules.owners, (found.uid, found.gid), found.mode, attributes);
        let (Some(user), Some(group)) = said.owner else {
            let why = format!(
                "it belongs to user {} and group {}, and in your user namespace you are the only user",
                found.uid, found.gid
            );
            let fix = "make the layer as root; or take the file away, or chgrp it to your own group";
            return Err(ImageError::refused(writing(path), why, fix));
        };
        let modified = found.modified.div_euclid(1_000_000_000);
        let header = Header {
            mode: said.mode,
            owner: (user, group),
            modified: self.rules.youngest.map_or(modified, |youngest| modified.min(youngest)),
            attributes: &said.attributes,
            ..header
        };
        self.header(path, &header, kind)
    }

    /// A name that says that something is deleted. It has no owner and no time of its own.
    fn whiteout(&mut self, directory: &Inside, name: &[u8]) -> Result<(), ImageError> {
        let mut full = tar_name(directory);
        if !full.is_empty() {
            full.push(b'/');
        }
        full.extend(name);
        self.written.whiteouts += 1;
        let header = Header { path: &full, kind: b'0', ..Header::default() };
        self.header(directory, &header, if name == OPAQUE { "opaque mark" } else { "whiteout" })
    }

    fn header(&mut self, path: &Inside, header: &Header, kind: &'static str) -> Result<(), ImageError> {
        self.goes_on()?;
        let bytes = header.bytes().map_err(|why| self.cannot_say(path, why))?;
        let name = String::from_utf8_lossy(header.path);
        (self.each)(&Entry {
            at: self.written.bytes,
            name: crate::ground::escaped(&name).into_owned(),
            kind,
            header: bytes.len() as u64,
            size: header.size,
        });
        self.written.entries += 1;
        self.bytes(&bytes)
    }

    /// The bytes of a file, and so many more that they fill whole blocks. Holes are written as what they are read as.
    fn content(&mut self, path: &Inside, size: u64, file: &mut std::fs::File) -> Result<(), ImageError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let put = |bytes: &[u8]| self.goes_on().and_then(|()| self.bytes(bytes));
        let copied = header::content(file, size, &mut buffer, put);
        self.buffer = buffer;
        copied.map_err(|broken| match broken {
            Broken::Unreadable(error) => ImageError::io(reading(path), "read", &path.absolute(), &error),
            Broken::Short => {
                let why = "somebody made it shorter while it was read";
                ImageError::refused(writing(path), why, "wait until nobody writes to the upper layer")
            }
            Broken::Refused(error) => error,
        })
    }

    /// A signal ends the work.
    fn goes_on(&self) -> Result<(), ImageError> {
        match self.rules.stop.load(Ordering::Relaxed) {
            0 => Ok(()),
            signal => Err(ImageError::Stopped(u8::try_from(signal).unwrap_or(1))),
        }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), ImageError> {
        self.out
            .write_all(bytes)
            .map_err(|error| ImageError::io("cannot write the layer", "write", Path::new("layer"), &error))?;
        self.written.bytes += bytes.len() as u64;
        Ok(())
    }

    /// The upper layer has only a part of it, and the rest is not to be found.
    fn in_part(&self, path: &Inside, why: &str, option: &str) -> ImageError {
        let fix = format!(
            "name the image that it lies on: --base IMAGE; or mount the overlay with {option}=off and make the change again"
        );
        ImageError::refused(writing(path), why, fix)
    }

    fn leave_out(&mut self, path: &Inside, why: &str) {
        self.written.left_out.push(LeftOut { path: path.to_string(), why: why.to_string() });
    }

    fn unreadable(&self, path: &Inside, error: CallError) -> ImageError {
        if error.errno != Errno::EACCES {
            return ImageError::call(reading(path), error);
        }
        let (why, fix) = ("its mode does not let you read it", "chmod u+rX on it, or make the layer as root");
        ImageError::Refused(crate::ground::Failure::kernel(writing(path), error, why, fix))
    }

    fn cannot_say(&self, path: &Inside, why: &str) -> ImageError {
        ImageError::refused(writing(path), why, "rename it or take it away, and make the layer again")
    }
}

const ONLY_METADATA: &str = "only its mode and owner were copied up, its content is below";

fn last_name(path: &Inside) -> Option<&OsString> {
    path.names().last()
}

/// What an open directory is.
fn look_at(directory: &Within) -> Result<Stat, CallError> {
    crate::kernel::look(Some(directory.fd()), Path::new(".")).map_err(|error| CallError::of("newfstatat", "…", &error))
}

/// The name of an entry in an archive: relative, without `./`.
fn tar_name(path: &Inside) -> Vec<u8> {
    path.absolute().as_os_str().as_bytes().strip_prefix(b"/").unwrap_or_default().to_vec()
}

fn reading(path: &Inside) -> String {
    format!("cannot read {path} of the upper layer")
}

fn writing(path: &Inside) -> String {
    format!("cannot write {path} into a layer")
}

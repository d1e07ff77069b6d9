//! The file of a pack: made, and read by somebody who need not trust it.

use crate::ground::{Call, Failure, Name, acts, escaped};
use crate::image::{Digest, hash};
use crate::kernel::quoted;
use crate::lesson::CatalogueEntry;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The first entry of a pack.
pub(super) const NOTE: &str = "pack.txt";
/// Its first line: what the file is, and the version of the form.
const FIRST: &str = "layerlab pack 1";
/// The last line, where the solutions are locked.
const LOCKED: &str = "solutions: locked";
/// The header of the first entry, and what it holds.
const BEFORE: usize = 1024;
/// No pack is larger, in bytes.
const LARGEST: u64 = 64 << 20;
/// No name and no licence is longer.
const LONGEST: usize = 60;

/// A pack that is what its digest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// What it is called: small letters, digits and hyphens.
    pub name: String,
    /// What others may do with it: `CC-BY-4.0`.
    pub licence: String,
    /// Whoever teaches has locked the solutions for a class, until this time; for good, where it is empty.
    pub locked: Option<String>,
    /// Of all that stands behind the note.
    pub digest: Digest,
}

impl Pack {
    fn note(&self) -> String {
        let locked = match self.locked.as_deref() {
            None => String::new(),
            Some("") => format!("{LOCKED}\n"),
            Some(until) => format!("{LOCKED} until {until}\n"),
        };
        format!("{FIRST}\nname: {}\nlicence: {}\ndigest: {}\n{locked}", self.name, self.licence, self.digest)
    }

    /// What a note says. It must be written exactly as we write it.
    pub(super) fn of_note(note: &str) -> Result<Pack, &'static str> {
        let mut lines = note.lines();
        if lines.next() != Some(FIRST) {
            return Err("it does not begin as a pack of this version does");
        }
        let mut field = |name| lines.next().and_then(|line| line.strip_prefix(name)).map(str::to_string);
        let (name, licence, digest) = (field("name: "), field("licence: "), field("digest: "));
        let (Some(name), Some(licence), Some(digest)) = (name, licence, digest) else {
            return Err("its note lacks a name, a licence or a digest");
        };
        let locked = lines.next().and_then(|line| line.strip_prefix(LOCKED));
        let locked = locked.map(|until| until.strip_prefix(" until ").unwrap_or_default().to_string());
        let pack = Pack { name, licence, locked, digest: Digest::parse(&digest)? };
        is_name(&pack.name)?;
        is_time(pack.locked.as_deref())?;
        is_licence(&pack.licence)?;
        if pack.note() == note { Ok(pack) } else { Err("its note says more than a note does") }
    }
}

/// The file of a pack, read once: what was held to the digest is what is added.
#[derive(Clone, Debug)]
pub struct PackFile {
    /// What it says of itself.
    pub pack: Pack,
    pub(super) bytes: Arc<[u8]>,
}

/// Makes the file of a pack from lessons; the same lessons make the same bytes.
///
/// # Errors
/// When the name, the licence or a file of a lesson cannot be in a pack.
pub fn make(
    name: &str,
    licence: &str,
    locked: Option<&str>,
    lessons: &[CatalogueEntry],
) -> Result<(Pack, Vec<u8>), Failure> {
    let wanted = || format!("cannot make the pack {}", escaped(name));
    let fix = "name it in small letters, digits and hyphens, and give a licence such as CC-BY-4.0";
    is_name(name).and_then(|()| is_licence(licence)).map_err(|why| Failure::ours(wanted(), why, fix))?;
    let later = "give a time such as 2026-03-01T18:30:00Z, or none for good";
    is_time(locked).map_err(|why| Failure::ours(wanted(), why, later))?;
    let locked = locked.map(str::to_string);
    let mut files = tar::Builder::new(Vec::new());
    for lesson in lessons {
        for file in lesson.files() {
            let bytes = lesson.read(&file)?;
            let place = Path::new(&lesson.name()).join(&file);
            let fix = format!("look at {}", Name::of(lesson.path().join(&file)));
            is_text(&bytes).map_err(|why| Failure::ours(wanted(), format!("{}: {why}", Name::of(&place)), &fix))?;
            let mut header = header(bytes.len());
            files
                .append_data(&mut header, &place, &*bytes)
                .map_err(|error| Failure::ours(wanted(), error.to_string(), &fix))?;
        }
    }
    let behind = files.into_inner().map_err(|error| Failure::ours(wanted(), error.to_string(), fix))?;
    let pack = Pack { name: name.to_string(), licence: licence.to_string(), locked, digest: hash(&behind) };
    let note = pack.note();
    let mut first = header(note.len());
    first.set_path(NOTE).map_err(|error| Failure::ours(wanted(), error.to_string(), fix))?;
    first.set_cksum();
    let mut bytes = [first.as_bytes(), note.as_bytes()].concat();
    bytes.resize(BEFORE, 0);
    bytes.extend(behind);
    Ok((pack, bytes))
}

/// Reads what a pack says of itself, and holds all of it to its digest.
///
/// # Errors
/// When it cannot be read, is no pack, or is not what it was.
pub fn read(file: &Path) -> Result<PackFile, Failure> {
    let wanted = || format!("cannot use {} as a pack of lessons", Name::of(file));
    let failed = |call: &str, error: std::io::Error| {
        let why = error.to_string();
        let call = Call::failed(call, format!("{}, O_RDONLY", quoted(file)), error);
        Failure::kernel(wanted(), call, why, "name a file that `layerlab lesson pack` made")
    };
    let refused = |why: &str| Failure::ours(wanted(), why, "fetch it again from who made it");
    // A named pipe would keep us waiting.
    if !std::fs::metadata(file).map_err(|error| failed("open", error))?.is_file() {
        return Err(refused("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    let open = File::open(file).map_err(|error| failed("open", error))?;
    open.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| failed("read", error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(refused("it is larger than 64 MiB"));
    }
    let pack = parse(&bytes).map_err(refused)?;
    Ok(PackFile { pack, bytes: bytes.into() })
}

/// The same of its bytes.
pub(super) fn parse(bytes: &[u8]) -> Result<Pack, &'static str> {
    let no_pack = "it does not begin as a pack does";
    let (first, behind) = bytes.split_at_checked(BEFORE).ok_or(no_pack)?;
    let (head, note) = first.split_at(BEFORE / 2);
    if !head.starts_with(NOTE.as_bytes()) || head[NOTE.len()] != 0 {
        return Err(no_pack);
    }
    let end = note.iter().position(|byte| *byte == 0).unwrap_or(note.len());
    let (note, rest) = note.split_at(end);
    if rest.iter().any(|byte| *byte != 0) {
        return Err(no_pack);
    }
    let pack = Pack::of_note(std::str::from_utf8(note).map_err(|_| no_pack)?)?;
    if hash(behind) != pack.digest {
        return Err("its digest is wrong: it is damaged, or somebody has changed it");
    }
    // Headers and files alike are text, with NUL bytes between them.
    is_text(behind)?;
    Ok(pack)
}

/// Whether bytes are text that steers no terminal.
fn is_text(bytes: &[u8]) -> Result<(), &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it holds something that is no text in UTF-8")?;
    match text.chars().any(|letter| acts(letter) && !matches!(letter, '\n' | '\t' | '\0')) {
        true => Err("its texts hold characters that steer a terminal"),
        false => Ok(()),
    }
}

/// Whether something can be the name of a pack. A name begins with a letter, so it is no number of a lesson.
fn is_name(name: &str) -> Result<(), &'static str> {
    let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    match letters && name.starts_with(|letter: char| letter.is_ascii_lowercase()) && name.len() <= LONGEST {
        true => Ok(()),
        false => Err("its name is not made of small letters, digits and hyphens"),
    }
}

/// Whether something is the time until which solutions are locked, as in RFC 3339; nothing is for good.
fn is_time(locked: Option<&str>) -> Result<(), &'static str> {
    match locked.is_none_or(|until| until.is_empty() || humantime::parse_rfc3339(until).is_ok()) {
        true => Ok(()),
        false => Err("the time until which its solutions are locked is none"),
    }
}

fn is_licence(licence: &str) -> Result<(), &'static str> {
    match !licence.trim().is_empty()
        && licence.len() <= LONGEST
        && licence.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    {
        true => Ok(()),
        false => Err("its licence is not a line of plain letters"),
    }
}

fn header(size: usize) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.set_size(size as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

#[cfg(test)]
mod tests {
    use super::{make, parse};
    use crate::ground::mutation::each_mutant;
    use crate::lesson::Catalogue;

    #[test]
    fn a_pack_is_what_its_digest_says_or_it_is_none() {
        let lessons = Catalogue::embedded();
        let (pack, bytes) = make("ours", "MIT", None, &lessons.entries()[..1]).unwrap();
        assert_eq!(make("ours", "MIT", None, &lessons.entries()[..1]).unwrap().1, bytes);
        assert_eq!(parse(&bytes).as_ref(), Ok(&pack));
        // Only the header of the note is not in the digest, and nobody reads more of it than its name.
        each_mutant(&[&bytes[..4096]], 300, |mutant| {
            let whole = [mutant, &bytes[4096..]].concat();
            if let Ok(read) = parse(&whole) {
                assert_eq!(read.digest, pack.digest);
            }
        });
        for (name, licence) in
            [("", "MIT"), ("../x", "MIT"), ("3", "MIT"), ("Ours", "MIT"), ("ours", ""), ("ours", "\u{1b}")]
        {
            assert!(make(name, licence, None, &lessons.entries()[..1]).is_err(), "{name:?} {licence:?}");
        }
    }
}

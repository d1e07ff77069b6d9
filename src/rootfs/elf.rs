//! What an ELF file says of itself: for which machine it is, who loads it, which libraries it needs and where it wants
//! them looked for. Read from its program headers, as the loader does: sections may be stripped. See elf(5), ld.so(8).

use object::elf::{
    DF_1_NODEFLIB, DT_FLAGS_1, DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB,
};
use object::elf::{FileHeader32, FileHeader64, PT_LOAD};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::read::{ReadCache, StringTable};
use object::{Endianness, FileKind, ReadRef};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// What must be the same for a program and its libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Machine {
    /// `e_machine`, as in elf(5).
    pub number: u16,
    /// 64 bits; 32 where not.
    pub wide: bool,
    /// The most significant byte first.
    pub big_endian: bool,
}

/// What an ELF file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Elf {
    /// For which machine it is.
    pub machine: Machine,
    /// The program that loads it (PT_INTERP). A library, and a program that is linked statically, has none.
    pub interpreter: Option<PathBuf>,
    /// Names, or paths, of the libraries that it needs.
    pub needed: Vec<OsString>,
    /// The name under which others need it.
    pub soname: Option<OsString>,
    /// Where to look first (DT_RPATH), for itself and what it needs; void where there is a run path.
    pub rpath: Vec<OsString>,
    /// Where to look next (DT_RUNPATH), for itself alone.
    pub runpath: Option<Vec<OsString>>,
    /// It wants nothing from the default directories.
    pub no_default: bool,
}

impl Elf {
    /// Reads an open file. Nothing where it is no ELF file.
    ///
    /// # Errors
    /// What in it makes no sense.
    pub fn read(file: File) -> Result<Option<Elf>, object::Error> {
        let data = ReadCache::new(file);
        match FileKind::parse(&data) {
            Ok(FileKind::Elf32) => parse::<FileHeader32<Endianness>, _>(&data).map(Some),
            Ok(FileKind::Elf64) => parse::<FileHeader64<Endianness>, _>(&data).map(Some),
            _ => Ok(None),
        }
    }
}

fn parse<'data, Header, R>(data: R) -> Result<Elf, object::Error>
where
    Header: FileHeader<Endian = Endianness>,
    R: ReadRef<'data>,
{
    let header = Header::parse(data)?;
    let endian = header.endian()?;
    let machine =
        Machine { number: header.e_machine(endian).0, wide: header.is_class_64(), big_endian: header.is_big_endian() };
    let mut elf = Elf {
        machine,
        interpreter: None,
        needed: Vec::new(),
        soname: None,
        rpath: Vec::new(),
        runpath: None,
        no_default: false,
    };
    let segments = header.program_headers(endian, data)?;
    let mut dynamic = None;
    for segment in segments {
        if let Some(path) = segment.interpreter(endian, data)? {
            elf.interpreter = Some(OsStr::from_bytes(path).into());
        }
        dynamic = segment.dynamic(endian, data)?.or(dynamic);
    }
    let entries: Vec<_> = dynamic
        .unwrap_or_default()
        .iter()
        .map(|entry| (entry.tag(endian), entry.val(endian)))
        .take_while(|(tag, _)| *tag != DT_NULL)
        .collect();
    let value = |wanted| entries.iter().find(|(tag, _)| *tag == wanted).map(|(_, value)| *value);
    // The table of strings is given by its address in memory, which some segment of the file is loaded to.
    let (address, size) = (value(DT_STRTAB).unwrap_or(0), value(DT_STRSZ).unwrap_or(0));
    let offset = segments.iter().filter(|segment| segment.p_type(endian) == PT_LOAD).find_map(|segment| {
        let within = address.checked_sub(segment.p_vaddr(endian).into())?;
        (within < segment.p_filesz(endian).into()).then(|| within.checked_add(segment.p_offset(endian).into()))?
    });
    let strings = match offset {
        Some(offset) => StringTable::new(data, offset, offset.saturating_add(size)),
        None => StringTable::default(),
    };
    let string = |value: u64| {
        let read = u32::try_from(value).ok().and_then(|at| strings.get(at).ok());
        read.map(|text| OsStr::from_bytes(text).to_os_string())
    };
    for (tag, value) in &entries {
        match *tag {
            DT_NEEDED => elf.needed.extend(string(*value)),
            DT_SONAME => elf.soname = string(*value),
            DT_RPATH => elf.rpath.extend(string(*value).iter().flat_map(|list| directories(list))),
            DT_RUNPATH => elf.runpath = string(*value).map(|list| directories(&list)),
            DT_FLAGS_1 => elf.no_default |= value & DF_1_NODEFLIB.0 != 0,
            _ => {}
        }
    }
    Ok(elf)
}

/// A list with colons in it.
fn directories(list: &OsStr) -> Vec<OsString> {
    let parts = list.as_bytes().split(|byte| *byte == b':').filter(|part| !part.is_empty());
    parts.map(|part| OsStr::from_bytes(part).to_os_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::Elf;
    use std::fs::File;
    use std::io::Write;

    fn read(bytes: &[u8]) -> Result<Option<Elf>, object::Error> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Elf::read(file)
    }

    #[test]
    fn this_program_is_read() {
        let elf = Elf::read(File::open("/proc/self/exe").unwrap()).unwrap().unwrap();
        assert!(elf.needed.iter().any(|name| name.to_string_lossy().starts_with("libc.")), "{elf:?}");
        assert!(elf.interpreter.is_some_and(|path| path.is_file()));
        assert_eq!(elf.machine.wide, cfg!(target_pointer_width = "64"));
        assert_eq!(read(b"#!/bin/sh\n").unwrap(), None);
        assert_eq!(read(b"").unwrap(), None);
    }

    #[test]
    fn damaged_files_are_errors_and_nothing_worse() {
        let sound = std::fs::read("/bin/true").unwrap();
        for length in (0..sound.len()).step_by(97) {
            let _ = read(&sound[..length]);
        }
        for at in 0..1024.min(sound.len()) {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = sound.clone();
                damaged[at] ^= flip;
                let _ = read(&damaged);
            }
        }
    }
}

//! Which libraries a program needs, and where they are: the loader's own rules (ld.so(8)), without running it.
//!
//! For each name that an ELF file needs: its DT_RPATH and that of those through which it was needed (unless it has a
//! DT_RUNPATH), its DT_RUNPATH, the directories of /etc/ld.so.conf, the default ones. The environment has no say: the
//! root file system will not know it. Libraries for special processors (glibc-hwcaps) are passed over; the ordinary one
//! beside them runs on all.

use crate::rootfs::elf::{Elf, Machine};
use crate::rootfs::ld_so_conf;
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A library that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundLibrary {
    /// Where, as the loader names it.
    pub path: PathBuf,
    /// The loader inside may not find it: only /etc/ld.so.conf leads there, and there will be no cache of that; or the
    /// `$ORIGIN` of the program does, which the C library knows from /proc, and that may not be mounted.
    pub unseen: bool,
}

/// What a program needs.
#[derive(Debug, Default)]
pub(super) struct Closure {
    /// The loader, where the program has one.
    pub interpreter: Option<PathBuf>,
    /// The libraries, in the order in which the loader meets them.
    pub libraries: Vec<FoundLibrary>,
    /// Names that are nowhere.
    pub missing: Vec<OsString>,
}

/// Finds libraries; what was read once is kept.
pub(super) struct Libraries {
    configured: Vec<PathBuf>,
    read: HashMap<PathBuf, Option<Rc<Elf>>>,
}

/// A loaded ELF file, and through which one it was needed.
struct Loaded {
    elf: Rc<Elf>,
    origin: PathBuf,
    by: Option<usize>,
}

impl Libraries {
    /// As this host is configured.
    pub fn of_host() -> Libraries {
        Libraries { configured: ld_so_conf::directories(Path::new("/etc/ld.so.conf")), read: HashMap::new() }
    }

    /// What an ELF file says of itself; nothing where it is none, or cannot be read.
    pub fn read(&mut self, path: &Path) -> Option<Rc<Elf>> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
        let opened = if is_file { File::open(path).ok() } else { None };
        let elf = opened.and_then(|file| Elf::read(file).ok().flatten()).map(Rc::new);
        self.read.insert(path.to_path_buf(), elf.clone());
        elf
    }

    /// Everything that a program needs to be loaded, found breadth first, as the loader does.
    pub fn closure(&mut self, program: &Path) -> Closure {
        let Some(elf) = self.read(program) else { return Closure::default() };
        let real = program.canonicalize().unwrap_or_else(|_| program.to_path_buf());
        let mut closure = Closure { interpreter: elf.interpreter.clone(), ..Closure::default() };
        // A library is known by the name it was needed by, and by the one it gives itself. The loader is there already.
        let mut known: HashSet<OsString> = HashSet::new();
        if let Some(loader) = closure.interpreter.as_ref().and_then(|path| self.read(path)) {
            known.extend(loader.soname.clone());
        }
        let mut loaded = vec![Loaded { elf, origin: directory_of(&real), by: None }];
        let mut at = 0;
        while at < loaded.len() {
            let elf = loaded[at].elf.clone();
            for name in &elf.needed {
                if !known.insert(name.clone()) {
                    continue;
                }
                match self.find(name, &loaded, at) {
                    None => closure.missing.push(name.clone()),
                    Some((found, elf)) => {
                        let is_new =
                            elf.soname.as_ref().is_none_or(|soname| soname == name || known.insert(soname.clone()));
                        if is_new {
                            loaded.push(Loaded { elf, origin: directory_of(&found.path), by: Some(at) });
                            closure.libraries.push(found);
                        }
                    }
                }
            }
            at += 1;
        }
        closure
    }

    /// A library by its name, if some file of that name is for the same machine.
    pub fn by_name(&mut self, name: &OsStr, machine: Machine) -> Option<PathBuf> {
        let directories = default_directories(machine);
        directories.iter().map(|directory| directory.join(name)).find(|path| self.fits(path, machine).is_some())
    }

    fn find(&mut self, name: &OsStr, loaded: &[Loaded], at: usize) -> Option<(FoundLibrary, Rc<Elf>)> {
        let (asker, program) = (&loaded[at], &loaded[0]);
        let machine = program.elf.machine;
        if name.as_bytes().contains(&b'/') {
            let paths = expand(name, &asker.origin, machine);
            return self.first(paths.into_iter().map(|path| (path, false)), machine);
        }
        let mut parts = Vec::new();
        if asker.elf.runpath.is_none() {
            let mut next = Some(at);
            while let Some(one) = next.map(|at| &loaded[at]) {
                if one.elf.runpath.is_none() {
                    parts.extend(one.elf.rpath.iter().map(|part| (part, one)));
                }
                next = one.by;
            }
        }
        parts.extend(asker.elf.runpath.iter().flatten().map(|part| (part, asker)));
        let named = parts.into_iter().flat_map(|(part, one)| {
            let by_proc = one.by.is_none() && part.to_string_lossy().contains("ORIGIN");
            expand(part, &one.origin, machine).into_iter().map(move |directory| (directory.join(name), by_proc))
        });
        if let Some(found) = self.first(named.collect::<Vec<_>>().into_iter(), machine) {
            return Some(found);
        }
        let default = default_directories(machine);
        let no_default = asker.elf.no_default;
        let configured: Vec<_> = self
            .configured
            .iter()
            .map(|directory| (directory, default.contains(directory)))
            .filter(|(_, is_default)| !(no_default && *is_default))
            .map(|(directory, is_default)| (directory.join(name), !is_default))
            .collect();
        let last = default.iter().filter(|_| !no_default).map(|directory| (directory.join(name), false));
        self.first(configured.into_iter().chain(last), machine)
    }

    /// The first of these paths that is for this machine, each with whether the loader inside may not find it.
    fn first(
        &mut self,
        mut paths: impl Iterator<Item = (PathBuf, bool)>,
        machine: Machine,
    ) -> Option<(FoundLibrary, Rc<Elf>)> {
        paths.find_map(|(path, unseen)| self.fits(&path, machine).map(|elf| (FoundLibrary { path, unseen }, elf)))
    }

    fn fits(&mut self, path: &Path, machine: Machine) -> Option<Rc<Elf>> {
        self.read(path).filter(|elf| elf.machine == machine)
    }
}

fn directory_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("/")).to_path_buf()
}

/// What `$ORIGIN`, `$LIB` and `$PLATFORM` stand for. Which `$LIB` a loader was built with is not written anywhere: all
/// that there are, are tried.
fn expand(part: &OsStr, origin: &Path, machine: Machine) -> Vec<PathBuf> {
    let replace = |text: &[u8], name: &str, value: &[u8]| {
        [format!("${{{name}}}"), format!("${name}")]
            .iter()
            .fold(text.to_vec(), |text, token| replace_bytes(&text, token.as_bytes(), value))
    };
    let text = replace(part.as_bytes(), "ORIGIN", origin.as_os_str().as_bytes());
    let text = replace(&text, "PLATFORM", platform(machine).as_bytes());
    let kinds = if machine.wide { ["lib64", "lib"] } else { ["lib32", "lib"] };
    let kinds = triplets(machine).iter().map(|triplet| format!("lib/{triplet}")).chain(kinds.map(str::to_string));
    let mut paths = Vec::new();
    for path in kinds.map(|kind| PathBuf::from(OsString::from_vec(replace(&text, "LIB", kind.as_bytes())))) {
        // What is relative depends on where the program is started, and so leads nowhere that we know of.
        if path.is_absolute() && !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

fn replace_bytes(text: &[u8], token: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.windows(token.len()).position(|window| window == token) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(value);
        rest = &rest[at + token.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Where loaders look in the end: Debian's directories for each architecture, then those of everybody.
fn default_directories(machine: Machine) -> Vec<PathBuf> {
    let of_triplets =
        triplets(machine).iter().flat_map(|triplet| [format!("/lib/{triplet}"), format!("/usr/lib/{triplet}")]);
    let wide = if machine.wide { ["/lib64", "/usr/lib64"] } else { ["/lib32", "/usr/lib32"] };
    // musl looks in /usr/local/lib too, between the two.
    let all =
        of_triplets.chain(wide.map(str::to_string)).chain(["/lib", "/usr/local/lib", "/usr/lib"].map(str::to_string));
    all.map(PathBuf::from).collect()
}

/// The names of an architecture among Debian's directories (Debian's Multiarch/Tuples), by `e_machine`.
fn triplets(machine: Machine) -> &'static [&'static str] {
    match (machine.number, machine.wide, machine.big_endian) {
        (62, true, _) => &["x86_64-linux-gnu"],
        (62, false, _) => &["x86_64-linux-gnux32"],
        (3, ..) => &["i386-linux-gnu"],
        (183, true, false) => &["aarch64-linux-gnu"],
        (40, _, false) => &["arm-linux-gnueabihf", "arm-linux-gnueabi"],
        (243, true, _) => &["riscv64-linux-gnu"],
        (21, _, false) => &["powerpc64le-linux-gnu"],
        (21, _, true) => &["powerpc64-linux-gnu"],
        (22, true, _) => &["s390x-linux-gnu"],
        (258, true, _) => &["loongarch64-linux-gnu"],
        (8, true, false) => &["mips64el-linux-gnuabi64"],
        (8, false, false) => &["mipsel-linux-gnu"],
        _ => &[],
    }
}

/// What the kernel calls the processor (AT_PLATFORM).
fn platform(machine: Machine) -> &'static str {
    match machine.number {
        62 => "x86_64",
        3 => "i686",
        183 => "aarch64",
        40 => "v7l",
        21 => "power8",
        22 => "z900",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{Machine, expand};
    use std::path::{Path, PathBuf};

    #[test]
    fn tokens_stand_for_what_the_loader_puts_there() {
        let machine = Machine { number: 62, wide: true, big_endian: false };
        let expand = |text: &str| expand(text.as_ref(), Path::new("/opt/x/bin"), machine);
        assert_eq!(expand("$ORIGIN/../lib"), [PathBuf::from("/opt/x/bin/../lib")]);
        assert_eq!(expand("/y/${PLATFORM}"), [PathBuf::from("/y/x86_64")]);
        assert_eq!(expand("/y/$LIB"), ["/y/lib/x86_64-linux-gnu", "/y/lib64", "/y/lib"].map(PathBuf::from));
        assert!(expand("lib").is_empty());
    }
}

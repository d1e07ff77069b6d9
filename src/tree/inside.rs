//! A path inside a tree: names without `.` and `..`, from its top.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Deeper than any real tree; it bounds the descriptors that removing one takes.
const DEEPEST: usize = 128;
/// What the kernel takes for a path (PATH_MAX), less the NUL at its end.
const LONGEST: usize = 4095;

/// The names on the way to an entry. None for the root itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inside(Vec<OsString>);

impl Inside {
    /// Reads a name as an archive has it: relative, and leading down only. Any bytes will do, text or not.
    ///
    /// # Errors
    /// In a few words, why it is no such name.
    pub fn parse(name: &[u8]) -> Result<Inside, &'static str> {
        if name.len() > LONGEST {
            return Err("its name is longer than 4095 bytes");
        }
        if name.starts_with(b"/") {
            return Err("its name is absolute");
        }
        if name.contains(&0) {
            return Err("its name holds a NUL byte");
        }
        let parts = name.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".");
        let parts: Vec<OsString> = parts.map(|part| OsStr::from_bytes(part).to_os_string()).collect();
        if parts.iter().any(|part| part == "..") {
            return Err("its name leads upwards, by ..");
        }
        Inside(parts).measured()
    }

    /// A path of the host, absolute and without `..`, for the same path inside.
    pub fn of(path: &Path) -> Inside {
        use std::path::Component;
        let names = path.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_os_string()),
            _ => None,
        });
        Inside(names.collect())
    }

    /// An entry in this directory.
    ///
    /// # Errors
    /// When it is deeper than any real tree.
    pub fn join(&self, name: &OsStr) -> Result<Inside, &'static str> {
        let mut names = self.0.clone();
        names.push(name.to_os_string());
        Inside(names).measured()
    }

    /// The directory that holds it, and its name there; nothing for the root.
    pub fn split(&self) -> Option<(Inside, &OsStr)> {
        let (name, above) = self.0.split_last()?;
        Some((Inside(above.to_vec()), name))
    }

    /// The names, from the top.
    pub fn names(&self) -> &[OsString] {
        &self.0
    }

    /// As a path that begins with `/`.
    pub fn absolute(&self) -> PathBuf {
        Path::new("/").join(self.0.iter().collect::<PathBuf>())
    }

    fn measured(self) -> Result<Inside, &'static str> {
        if self.0.len() > DEEPEST { Err("it lies more than 128 directories deep") } else { Ok(self) }
    }
}

/// For people: what would steer their terminal is escaped.
impl fmt::Display for Inside {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.absolute().display().to_string().chars().try_for_each(|letter| match letter.is_control() {
            true => write!(out, "{}", letter.escape_default()),
            false => write!(out, "{letter}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Inside;

    #[test]
    fn a_name_leads_down_or_is_refused() {
        assert_eq!(Inside::parse(b"./a//b/./c/").unwrap().to_string(), "/a/b/c");
        assert_eq!(Inside::parse(b"./").unwrap(), Inside::default());
        assert_eq!(Inside::parse("é\x1b[1m\n".as_bytes()).unwrap().to_string(), "/é\\u{1b}[1m\\n");
        for (name, why) in [
            (&b"/etc/passwd"[..], "absolute"),
            (b"a/../b", "upwards"),
            (b"..", "upwards"),
            (b"a\0b", "NUL"),
            (&[b'a'; 5000], "longer"),
            (&b"a/".repeat(200), "deep"),
        ] {
            assert!(Inside::parse(name).unwrap_err().contains(why), "{why}");
        }
    }
}

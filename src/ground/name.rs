//! File names and paths as the kernel has them: any bytes but NUL.
//!
//! A name is not always UTF-8, and it may hold a newline. [`Name`] keeps the bytes, prints them so that one
//! name is one line (as `ls -b` does), and travels through JSON without loss: a string where the bytes are
//! UTF-8, else an array of numbers.

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// A file name, or a path relative to the directory that is looked at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name(Vec<u8>);

impl Name {
    /// A path, to be told on one line.
    pub fn of(path: impl AsRef<Path>) -> Name {
        Name::from(path.as_ref())
    }

    /// The bytes as the kernel gave them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same bytes as a path.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }

    /// This path with `child` below it; the empty name stands for the directory itself.
    pub fn join(&self, child: &[u8]) -> Name {
        let mut joined = self.0.clone();
        if !joined.is_empty() && !joined.ends_with(b"/") {
            joined.push(b'/');
        }
        joined.extend_from_slice(child);
        Name(joined)
    }

    /// True for the empty name.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One line, printable: control characters, backslashes and bytes outside UTF-8 become escapes (`\n`, `\377`).
impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = String::with_capacity(self.0.len());
        for chunk in self.0.utf8_chunks() {
            for letter in chunk.valid().chars() {
                match letter {
                    '\n' => shown.push_str("\\n"),
                    '\t' => shown.push_str("\\t"),
                    '\r' => shown.push_str("\\r"),
                    '\\' => shown.push_str("\\\\"),
                    control if crate::ground::acts(control) => {
                        let mut bytes = [0; 4];
                        for byte in control.encode_utf8(&mut bytes).bytes() {
                            shown.push_str(&format!("\\{byte:03o}"));
                        }
                    }
                    printable => shown.push(printable),
                }
            }
            for byte in chunk.invalid() {
                shown.push_str(&format!("\\{byte:03o}"));
            }
        }
        out.pad(&shown)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Name {
        Name(text.as_bytes().to_vec())
    }
}
impl From<&OsStr> for Name {
    fn from(text: &OsStr) -> Name {
        Name(text.as_bytes().to_vec())
    }
}
impl From<OsString> for Name {
    fn from(text: OsString) -> Name {
        Name(text.into_vec())
    }
}
impl From<&Path> for Name {
    fn from(path: &Path) -> Name {
        Name::from(path.as_os_str())
    }
}
impl From<Vec<u8>> for Name {
    fn from(bytes: Vec<u8>) -> Name {
        Name(bytes)
    }
}
impl From<&[u8]> for Name {
    fn from(bytes: &[u8]) -> Name {
        Name(bytes.to_vec())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.collect_seq(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Name;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string, or an array of bytes")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Name, E> {
                Ok(Name::from(text))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Name, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = items.next_element()? {
                    bytes.push(byte);
                }
                Ok(Name(bytes))
            }
        }
        deserializer.deserialize_any(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn every_name_is_one_line_and_survives_json() {
        for (bytes, shown) in [
            (&b"plain.txt"[..], "plain.txt"),
            (b"two\nlines", "two\\nlines"),
            (b"not \xff utf-8", "not \\377 utf-8"),
            (b"bell\x07", "bell\\007"),
            (b"back\\slash", "back\\\\slash"),
            ("层".as_bytes(), "层"),
        ] {
            let name = Name::from(bytes);
            assert_eq!(name.to_string(), shown);
            let json = serde_json::to_string(&name).unwrap();
            assert_eq!(serde_json::from_str::<Name>(&json).unwrap(), name);
        }
    }
}

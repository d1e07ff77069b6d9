//! The name that content has: the sum of its bytes (OCI image specification, "Digests").

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io::{Empty, Read, Result, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// `sha256:` and 64 hexadecimal digits: what these bytes are, and no others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// Reads a digest as it is written in manifests.
    ///
    /// # Errors
    /// In a few words, why it is none that we know.
    pub fn parse(text: &str) -> std::result::Result<Digest, &'static str> {
        let hex = text.strip_prefix("sha256:").ok_or("a digest begins with sha256:")?;
        let is_hex = hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        match hex.len() == 64 && is_hex {
            true => Ok(Digest(hex.to_string())),
            false => Err("behind sha256: there are 64 hexadecimal digits, in small letters"),
        }
    }

    /// The digits alone. A file of the store has them for its name.
    pub fn hex(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, which people read.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "sha256:{}", self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Digest, D::Error> {
        Digest::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The digest of these bytes.
pub fn hash(bytes: &[u8]) -> Digest {
    let mut hashing = Hashing::new(std::io::empty());
    hashing.count(bytes);
    hashing.digest()
}

/// A stream whose bytes are hashed as they pass, in whichever direction.
#[derive(Debug)]
pub struct Hashing<S> {
    stream: S,
    hasher: Sha256,
    bytes: u64,
}

impl<S> Hashing<S> {
    /// Hashes what passes through `stream` from here on.
    pub fn new(stream: S) -> Hashing<S> {
        Hashing { stream, hasher: Sha256::new(), bytes: 0 }
    }

    /// The digest of what has passed so far.
    pub fn digest(&self) -> Digest {
        let sum = self.hasher.clone().finalize();
        Digest(sum.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// How many bytes have passed.
    pub fn length(&self) -> u64 {
        self.bytes
    }

    /// The stream itself.
    pub fn into_inner(self) -> S {
        self.stream
    }

    fn count(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

/// A stream, and what is known of the bytes that have been read from it so far.
pub fn watch(stream: Box<dyn Read + Send>) -> (Box<dyn Read + Send>, Seen) {
    let seen = Seen(Arc::new(Mutex::new(Hashing::new(std::io::empty()))));
    (Box::new(Watched { stream, seen: seen.clone() }), seen)
}

/// What is known of the bytes that have been read.
#[derive(Clone, Debug)]
pub struct Seen(Arc<Mutex<Hashing<Empty>>>);

impl Seen {
    /// The digest of what has been read so far.
    pub fn digest(&self) -> Digest {
        self.hashing().digest()
    }

    /// How many bytes have been read.
    pub fn length(&self) -> u64 {
        self.hashing().length()
    }

    fn hashing(&self) -> MutexGuard<'_, Hashing<Empty>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Watched {
    stream: Box<dyn Read + Send>,
    seen: Seen,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let got = self.stream.read(buffer)?;
        self.seen.hashing().count(&buffer[..got]);
        Ok(got)
    }
}

impl<S: Write> Write for Hashing<S> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let written = self.stream.write(bytes)?;
        self.count(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        self.stream.flush()
    }
}

impl<S: Read> Read for Hashing<S> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let got = self.stream.read(buffer)?;
        self.count(&buffer[..got]);
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, Hashing, hash};
    use std::io::{Read, Write};

    #[test]
    fn the_sum_is_that_of_sha256sum() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hash(b"").to_string(), empty);
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let mut writing = Hashing::new(Vec::new());
        writing.write_all(b"a").unwrap();
        writing.write_all(b"bc").unwrap();
        assert_eq!((writing.digest().to_string().as_str(), writing.length()), (abc, 3));
        let mut reading = Hashing::new(&b"abc"[..]);
        reading.read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(reading.digest(), Digest::parse(abc).unwrap());
    }

    #[test]
    fn nothing_else_is_a_digest() {
        let good = hash(b"").to_string();
        let wrong = [
            good.to_uppercase(),
            good.replace("sha256:", ""),
            good[..70].to_string(),
            format!("{good}0"),
            good.replace("e3", "/."),
        ];
        for text in wrong {
            assert!(Digest::parse(&text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Digest>("\"sha512:00\"").is_err());
        assert_eq!(serde_json::from_str::<Digest>(&format!("\"{good}\"")).unwrap().to_string(), good);
    }
}

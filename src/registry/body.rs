//! The bytes behind the head of an HTTP message, however they are counted (RFC 9112, "Message Body Length"). What ends early is
//! an error, and never an end.

use crate::registry::headers::Framing;
use std::io::{BufRead, Error, ErrorKind, Read, Result};

/// No line between two chunks is longer, in bytes.
const LONGEST_LINE: u64 = 4096;

/// The body of a message, to be read.
#[derive(Debug)]
pub struct Body<R> {
    from: R,
    left: Left,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// So many bytes, and then it is at its end.
    Bytes(u64),
    /// So many bytes of this chunk. Where it has none, the length of the next one follows.
    OfChunk(u64),
    /// Nobody knows.
    Unknown,
}

impl<R: BufRead> Body<R> {
    /// What comes out of `from`, counted like this.
    pub fn new(from: R, framing: Framing) -> Body<R> {
        let left = match framing {
            Framing::Length(length) => Left::Bytes(length),
            Framing::Chunked => Left::OfChunk(0),
            Framing::ToEnd => Left::Unknown,
        };
        Body { from, left }
    }

    /// Whether all of it was read, so that another message can follow.
    pub fn is_at_end(&self) -> bool {
        self.left == Left::Bytes(0)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let got = self.from.by_ref().take(LONGEST_LINE).read_line(&mut line)?;
        match line.ends_with('\n') {
            true => Ok(line.trim_end().to_string()),
            false if got as u64 == LONGEST_LINE => Err(Error::new(ErrorKind::InvalidData, "a chunk has no length")),
            false => Err(early()),
        }
    }

    /// The length of the next chunk. Behind the last one, what may still come is passed over.
    fn next_chunk(&mut self) -> Result<()> {
        let line = self.line()?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let is_number = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let length = u64::from_str_radix(digits, 16).ok().filter(|_| is_number);
        let wrong = || Error::new(ErrorKind::InvalidData, format!("the length of a chunk is no number: {digits}"));
        self.left = Left::OfChunk(length.ok_or_else(wrong)?);
        if self.left == Left::OfChunk(0) {
            let mut lines = 0;
            while !self.line()?.is_empty() {
                lines += 1;
                if lines > 64 {
                    return Err(Error::new(ErrorKind::InvalidData, "the lines behind the last chunk have no end"));
                }
            }
            self.left = Left::Bytes(0);
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.left == Left::OfChunk(0) {
            self.next_chunk()?;
        }
        let (Left::Bytes(left) | Left::OfChunk(left)) = self.left else { return self.from.read(buffer) };
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let got = self.from.read(&mut buffer[..most])?;
        if got == 0 {
            return Err(early());
        }
        let left = left - got as u64;
        self.left = match self.left {
            Left::OfChunk(_) => {
                // The line feed behind a chunk belongs to it.
                if left == 0 && !self.line()?.is_empty() {
                    return Err(Error::new(ErrorKind::InvalidData, "a chunk is longer than it says"));
                }
                Left::OfChunk(left)
            }
            _ => Left::Bytes(left),
        };
        Ok(got)
    }
}

fn early() -> Error {
    Error::new(ErrorKind::UnexpectedEof, "the connection was closed before all had come")
}

#[cfg(test)]
mod tests {
    use super::Body;
    use crate::ground::mutation::each_mutant;
    use crate::registry::headers::Framing;
    use std::io::{ErrorKind, Read};

    fn read(bytes: &[u8], framing: Framing) -> (std::io::Result<Vec<u8>>, bool) {
        let mut body = Body::new(bytes, framing);
        let mut read = Vec::new();
        let outcome = body.read_to_end(&mut read).map(|_| read);
        (outcome, body.is_at_end())
    }

    #[test]
    fn it_ends_where_it_says() {
        let (got, ended) = read(b"abcdef", Framing::Length(3));
        assert_eq!((got.unwrap().as_slice(), ended), (&b"abc"[..], true));
        let (got, ended) = read(b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nrest", Framing::Chunked);
        assert_eq!((got.unwrap().as_slice(), ended), (&b"abc0123456789"[..], true));
        let (got, ended) = read(b"abc", Framing::ToEnd);
        assert_eq!((got.unwrap().as_slice(), ended), (&b"abc"[..], false));
    }

    #[test]
    fn what_ends_early_or_lies_is_an_error() {
        for (bytes, framing, kind) in [
            (&b"ab"[..], Framing::Length(3), ErrorKind::UnexpectedEof),
            (b"3\r\nab", Framing::Chunked, ErrorKind::UnexpectedEof),
            (b"3\r\nabc\r\n", Framing::Chunked, ErrorKind::UnexpectedEof),
            (b"3\r\nabcd\r\n", Framing::Chunked, ErrorKind::InvalidData),
            (b"-3\r\nabc\r\n", Framing::Chunked, ErrorKind::InvalidData),
            (b"\r\nabc\r\n", Framing::Chunked, ErrorKind::InvalidData),
            (b"fffffffffffffffff\r\nabc\r\n", Framing::Chunked, ErrorKind::InvalidData),
        ] {
            let (got, ended) = read(bytes, framing);
            assert!(got.is_err_and(|error| error.kind() == kind) && !ended, "{bytes:?}");
        }
        assert!(read(&[b'1'; 9000], Framing::Chunked).0.is_err());
        let sample = &b"3\r\nabc\r\n1\r\nx\r\n0\r\n\r\n"[..];
        each_mutant(&[sample], 4_000, |bytes| {
            let (got, _) = read(bytes, Framing::Chunked);
            assert!(got.is_err() || got.is_ok_and(|got| got.len() < bytes.len().max(1)));
        });
    }
}

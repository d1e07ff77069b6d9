//! The head of an HTTP message: its first line and its headers (RFC 9112). It is read with a bound, and parsed by httparse.

use std::io::{BufRead, Error, ErrorKind, Read, Result};
use std::time::{Duration, Instant};

/// No head is larger, in bytes.
const MOST: usize = 32 * 1024;
/// No head has more headers.
const MOST_HEADERS: usize = 96;

/// The headers of a message, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHead {
    /// `GET`
    pub method: String,
    /// What is asked for, as it was written: `/v2/app/tags/list?n=2`
    pub target: String,
    /// Whether it is HTTP/1.1, in which connections stay open.
    pub is_newest: bool,
    /// Its headers.
    pub headers: Headers,
}

/// The head of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// `404`
    pub status: u16,
    /// `Not Found`, as whoever answered put it
    pub reason: String,
    /// Whether it is HTTP/1.1, in which connections stay open.
    pub is_newest: bool,
    /// Its headers.
    pub headers: Headers,
}

impl Headers {
    /// The first value of this name, in whatever letters the name is written.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of this name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let is_meant = move |one: &&(String, String)| one.0.eq_ignore_ascii_case(name);
        self.0.iter().filter(is_meant).map(|(_, value)| value.as_str())
    }

    /// Whether this word is in a list such as `keep-alive, Upgrade`.
    pub fn has_word(&self, name: &str, word: &str) -> bool {
        self.all(name).flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
    }

    /// How the bytes behind the head are counted.
    ///
    /// # Errors
    /// When two headers disagree. What follows would be one thing for us and another for somebody between us.
    pub fn framing(&self) -> std::result::Result<Option<Framing>, &'static str> {
        let mut lengths = self.all("content-length").map(str::trim);
        let length = lengths.next();
        if lengths.any(|other| Some(other) != length) {
            return Err("it has two Content-Lengths");
        }
        let coding: Vec<&str> = self.all("transfer-encoding").collect();
        match (coding.as_slice(), length) {
            ([], None) => Ok(None),
            ([], Some(text)) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().map(|length| Some(Framing::Length(length))).map_err(|_| "its Content-Length is too large")
            }
            ([], Some(_)) => Err("its Content-Length is no number"),
            ([coding], None) if coding.trim().eq_ignore_ascii_case("chunked") => Ok(Some(Framing::Chunked)),
            (_, None) => Err("its Transfer-Encoding is none that we know"),
            (_, Some(_)) => Err("it has a Content-Length and a Transfer-Encoding"),
        }
    }
}

/// How the bytes behind a head are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// So many.
    Length(u64),
    /// In chunks, each with its length before it.
    Chunked,
    /// All until the connection is closed.
    ToEnd,
}

impl FromIterator<(String, String)> for Headers {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(headers: I) -> Headers {
        Headers(headers.into_iter().collect())
    }
}

/// Reads a request up to the empty line behind its headers; nothing where the other side closed the connection before.
///
/// # Errors
/// When it is none, has no end, or does not come in time.
pub fn read_request(from: &mut impl BufRead, patience: Duration) -> Result<Option<RequestHead>> {
    let Some(bytes) = read_head(from, patience)? else { return Ok(None) };
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let parse = parsed.parse(&bytes).map_err(|error| invalid(format!("it is no request: {error}")))?;
    let (Some(method), Some(target), Some(version), true) =
        (parsed.method, parsed.path, parsed.version, parse.is_complete())
    else {
        return Err(invalid("it is no request".into()));
    };
    let (method, target) = (method.to_string(), target.to_string());
    Ok(Some(RequestHead { method, target, is_newest: version == 1, headers: owned(parsed.headers) }))
}

/// Reads a response up to the empty line behind its headers.
///
/// # Errors
/// When it is none, has no end, or does not come in time.
pub fn read_response(from: &mut impl BufRead, patience: Duration) -> Result<ResponseHead> {
    let closed = || Error::new(ErrorKind::UnexpectedEof, "the connection was closed before an answer came");
    let bytes = read_head(from, patience)?.ok_or_else(closed)?;
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    let parse = parsed.parse(&bytes).map_err(|error| invalid(format!("it is no answer in HTTP: {error}")))?;
    let (Some(status), Some(version), true) = (parsed.code, parsed.version, parse.is_complete()) else {
        return Err(invalid("it is no answer in HTTP".into()));
    };
    let reason = parsed.reason.unwrap_or_default().to_string();
    Ok(ResponseHead { status, reason, is_newest: version == 1, headers: owned(parsed.headers) })
}

fn read_head(from: &mut impl BufRead, patience: Duration) -> Result<Option<Vec<u8>>> {
    let until = Instant::now() + patience;
    let mut head = Vec::new();
    loop {
        let before = head.len();
        let got = from.by_ref().take((MOST - before) as u64).read_until(b'\n', &mut head)?;
        if got == 0 && before == 0 {
            return Ok(None);
        }
        if head.len() >= MOST {
            return Err(invalid(format!("its headers have no end: more than {MOST} bytes")));
        }
        if got == 0 || !head.ends_with(b"\n") {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the connection was closed within the headers"));
        }
        // An empty line before the first one is passed over.
        if matches!(&head[before..], b"\r\n" | b"\n") {
            match before {
                0 => head.clear(),
                _ => return Ok(Some(head)),
            }
        }
        if Instant::now() > until {
            return Err(Error::new(ErrorKind::TimedOut, "its headers do not come to an end"));
        }
    }
}

fn owned(headers: &[httparse::Header<'_>]) -> Headers {
    let text = |value: &[u8]| String::from_utf8_lossy(value).trim().to_string();
    headers.iter().map(|header| (header.name.to_string(), text(header.value))).collect()
}

fn invalid(why: String) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::{Framing, Headers, read_request, read_response};
    use crate::ground::mutation::each_mutant;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_head_is_read_to_its_empty_line_and_no_further() {
        let mut bytes = &b"\r\nPUT /v2/a?x HTTP/1.1\r\nHost: h\r\nCONNECTION: a, Close\r\n\r\nbody"[..];
        let head = read_request(&mut bytes, PATIENCE).unwrap().unwrap();
        assert_eq!((head.method.as_str(), head.target.as_str(), head.is_newest), ("PUT", "/v2/a?x", true));
        assert!(head.headers.get("HOST") == Some("h") && head.headers.has_word("connection", "close"));
        assert_eq!(bytes, b"body");
        assert!(read_request(&mut &b""[..], PATIENCE).unwrap().is_none());
        let answer = read_response(&mut &b"HTTP/1.0 404 Not There\n\n"[..], PATIENCE).unwrap();
        assert_eq!((answer.status, answer.reason.as_str(), answer.is_newest), (404, "Not There", false));
    }

    #[test]
    fn what_has_no_end_is_refused() {
        let endless = std::io::repeat(b'a');
        let error = read_request(&mut std::io::BufReader::new(endless), PATIENCE).unwrap_err();
        assert!(error.to_string().contains("no end"), "{error}");
        let long = format!("HTTP/1.1 200 OK\r\n{}", "A: b\r\n".repeat(9_000));
        assert!(read_response(&mut long.as_bytes(), PATIENCE).unwrap_err().to_string().contains("no end"));
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(200));
        assert!(read_response(&mut many.as_bytes(), PATIENCE).unwrap_err().to_string().contains("no answer"));
        assert!(read_request(&mut &b"GET / HTTP/1.1\r\nA"[..], PATIENCE).is_err());
        let samples =
            [&b"GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"[..], b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"];
        each_mutant(&samples, 4_000, |bytes| {
            drop(read_request(&mut &*bytes, PATIENCE));
            drop(read_response(&mut &*bytes, PATIENCE));
        });
    }

    #[test]
    fn headers_that_disagree_are_refused() {
        let framing = |headers: &[(&str, &str)]| {
            let owned = headers.iter().map(|(name, value)| (name.to_string(), value.to_string()));
            owned.collect::<Headers>().framing()
        };
        assert_eq!(framing(&[]), Ok(None));
        assert_eq!(framing(&[("content-length", "12"), ("Content-Length", "12")]), Ok(Some(Framing::Length(12))));
        assert_eq!(framing(&[("transfer-encoding", "Chunked")]), Ok(Some(Framing::Chunked)));
        for wrong in [
            &[("content-length", "1"), ("content-length", "2")][..],
            &[("content-length", "+1")],
            &[("content-length", "")],
            &[("content-length", "99999999999999999999")],
            &[("content-length", "1"), ("transfer-encoding", "chunked")],
            &[("transfer-encoding", "gzip, chunked")],
        ] {
            assert!(framing(wrong).is_err(), "{wrong:?}");
        }
    }
}

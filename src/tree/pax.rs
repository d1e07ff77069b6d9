//! The extended headers of POSIX archives (pax(1)): lines of `LENGTH KEY=VALUE`, whose values may be any bytes.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// What such a header says of the entry behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pax {
    /// Its name.
    pub path: Option<Vec<u8>>,
    /// The name that it links to.
    pub link: Option<Vec<u8>>,
    /// How many bytes follow its header.
    pub size: Option<u64>,
    /// Its owner.
    pub user: Option<u32>,
    /// Its group.
    pub group: Option<u32>,
    /// Its last change.
    pub modified: Option<(i64, i64)>,
    /// Its extended attributes.
    pub attributes: Vec<(OsString, Vec<u8>)>,
    /// It is a file with holes, in a form of GNU tar's own.
    pub sparse: bool,
}

/// Reads such a header.
///
/// # Errors
/// In a few words, what in it makes no sense.
pub fn parse(mut rest: &[u8]) -> Result<Pax, &'static str> {
    const BROKEN: &str = "its extended header (PAX) makes no sense";
    let mut pax = Pax::default();
    while rest.first().is_some_and(|byte| *byte != 0) {
        let space = rest.iter().position(|byte| *byte == b' ').ok_or(BROKEN)?;
        let length = number(&rest[..space]).and_then(|length| usize::try_from(length).ok()).ok_or(BROKEN)?;
        if length <= space + 1 || length > rest.len() || rest[length - 1] != b'\n' {
            return Err(BROKEN);
        }
        let line = &rest[space + 1..length - 1];
        rest = &rest[length..];
        let equals = line.iter().position(|byte| *byte == b'=').ok_or(BROKEN)?;
        let (key, value) = (&line[..equals], &line[equals + 1..]);
        let id = |value| number(value).and_then(|id| u32::try_from(id).ok()).ok_or(BROKEN);
        match key {
            // An empty value takes back what an earlier header said.
            _ if value.is_empty() => {}
            b"path" => pax.path = Some(value.to_vec()),
            b"linkpath" => pax.link = Some(value.to_vec()),
            b"size" => pax.size = Some(number(value).ok_or(BROKEN)?),
            b"uid" => pax.user = Some(id(value)?),
            b"gid" => pax.group = Some(id(value)?),
            b"mtime" => pax.modified = Some(time(value).ok_or(BROKEN)?),
            _ if key.starts_with(b"GNU.sparse.") => pax.sparse = true,
            _ => {
                if let Some(name) = key.strip_prefix(b"SCHILY.xattr.").filter(|name| !name.contains(&0)) {
                    pax.attributes.push((OsString::from_vec(name.to_vec()), value.to_vec()));
                }
            }
        }
    }
    Ok(pax)
}

fn number(digits: &[u8]) -> Option<u64> {
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all.then(|| std::str::from_utf8(digits).ok()?.parse().ok())?
}

/// `-1.5` is half a second before the second that precedes 1970, as a whole number of seconds and what is added to it.
fn time(value: &[u8]) -> Option<(i64, i64)> {
    let text = std::str::from_utf8(value).ok()?;
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let seconds = i64::try_from(number(whole.as_bytes())?).ok()?;
    let digits: String = part.chars().chain(std::iter::repeat('0')).take(9).collect();
    let nanoseconds = i64::try_from(number(digits.as_bytes())?).ok()?;
    Some(match (negative, nanoseconds) {
        (false, _) => (seconds, nanoseconds),
        (true, 0) => (-seconds, 0),
        (true, _) => (-seconds - 1, 1_000_000_000 - nanoseconds),
    })
}

#[cfg(test)]
mod tests {
    use super::{parse, time};
    use crate::ground::mutation::each_mutant;

    #[test]
    fn values_are_bytes_and_lengths_are_believed_only_where_they_fit() {
        let pax = parse(b"16 path=a\nb \xff\xfe \n12 size=123\n25 SCHILY.xattr.user.x=\n\n").unwrap();
        assert_eq!((pax.path.unwrap(), pax.size), (b"a\nb \xff\xfe ".to_vec(), Some(123)));
        assert_eq!(pax.attributes, [("user.x".into(), b"\n".to_vec())]);
        for broken in
            [&b"99 path=a\n"[..], b"3 \n", b"x path=a\n", b"8 path=a\n", b"11 size=-1\n", b"0 a=b\n", b"8 paths\n"]
        {
            assert!(parse(broken).is_err(), "{}", String::from_utf8_lossy(broken));
        }
    }

    /// A line as pax(1) writes it: its own length is a part of it.
    fn line(key: &[u8], value: &[u8]) -> Vec<u8> {
        let rest = [b" ", key, b"=", value, b"\n"].concat();
        let length = (1..).find(|digits| (rest.len() + digits).to_string().len() == *digits).unwrap_or_default();
        [(rest.len() + length).to_string().as_bytes(), &rest].concat()
    }

    #[test]
    fn a_header_is_read_as_it_was_written_or_refused() {
        let whole = [
            line(b"path", b"a b/\xff"),
            line(b"linkpath", b"../c"),
            line(b"size", b"18446744073709551615"),
            line(b"uid", b"4294967295"),
            line(b"gid", b"0"),
            line(b"mtime", b"-1.5"),
            line(b"SCHILY.xattr.user.x", b"\0\n"),
            line(b"GNU.sparse.major", b"1"),
        ]
        .concat();
        let pax = parse(&whole).unwrap();
        assert_eq!((pax.size, pax.user, pax.modified), (Some(u64::MAX), Some(u32::MAX), Some((-2, 500_000_000))));
        let samples: [&[u8]; 5] = [
            &whole,
            &line(b"mtime", b"-9223372036854775807.999999999"),
            &line(b"mtime", b"9223372036854775807.5"),
            b"18446744073709551615 path=a\n",
            b"9 path=\n\n",
        ];
        each_mutant(&samples, 20_000, |bytes| {
            let Ok(pax) = parse(bytes) else { return };
            let long = |value: &Option<Vec<u8>>| value.as_ref().map_or(0, Vec::len);
            let attributes = pax.attributes.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
            assert!(long(&pax.path) + long(&pax.link) + attributes <= bytes.len());
            // What was understood can be written, and is understood in the same way.
            let mut again = Vec::new();
            pax.path.iter().for_each(|path| again.extend(line(b"path", path)));
            pax.link.iter().for_each(|link| again.extend(line(b"linkpath", link)));
            pax.size.iter().for_each(|size| again.extend(line(b"size", size.to_string().as_bytes())));
            for (name, value) in &pax.attributes {
                again.extend(line(&[b"SCHILY.xattr.", name.as_encoded_bytes()].concat(), value));
            }
            let read = parse(&again).unwrap();
            assert_eq!((read.path, read.link, read.size), (pax.path, pax.link, pax.size));
            assert_eq!(read.attributes, pax.attributes);
        });
    }

    #[test]
    fn times_have_fractions() {
        assert_eq!(time(b"12.5"), Some((12, 500_000_000)));
        assert_eq!(time(b"12"), Some((12, 0)));
        assert_eq!(time(b"-1.5"), Some((-2, 500_000_000)));
        assert_eq!(time(b"1.1234567891"), Some((1, 123_456_789)));
        assert_eq!(time(b"x"), None);
    }
}

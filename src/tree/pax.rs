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

    #[test]
    fn times_have_fractions() {
        assert_eq!(time(b"12.5"), Some((12, 500_000_000)));
        assert_eq!(time(b"12"), Some((12, 0)));
        assert_eq!(time(b"-1.5"), Some((-2, 500_000_000)));
        assert_eq!(time(b"1.1234567891"), Some((1, 123_456_789)));
        assert_eq!(time(b"x"), None);
    }
}

//! Arguments in the notation of strace(1).

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// How many bytes of a buffer strace prints before it writes `...`.
const MOST: usize = 32;

/// A buffer that the kernel did not fill: strace prints its address, which tells nobody anything.
pub(super) const UNREAD: &str = "0x…";

/// A path, whole and quoted.
pub fn path(path: &Path) -> String {
    quoted(path.as_os_str().as_bytes())
}

/// A buffer: its first bytes, quoted, with `...` where it is longer.
pub(super) fn buffer(bytes: &[u8]) -> String {
    match bytes.len() > MOST {
        true => format!("{}...", quoted(&bytes[..MOST])),
        false => quoted(bytes),
    }
}

/// An octal mode: `0755`, `000`.
pub(super) fn mode(mode: u32) -> String {
    match mode < 0o100 {
        true => format!("{mode:03o}"),
        false => format!("0{mode:o}"),
    }
}

/// A device number behind a comma: `, makedev(0x1, 0x3)`.
pub(super) fn device(device: u64) -> String {
    let hex = |number: u64| if number == 0 { "0".to_string() } else { format!("{number:#x}") };
    let (major, minor) = (rustix::fs::major(device).into(), rustix::fs::minor(device).into());
    format!(", makedev({}, {})", hex(major), hex(minor))
}

fn quoted(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\t' => text.push_str("\\t"),
            b'\r' => text.push_str("\\r"),
            0x0b => text.push_str("\\v"),
            0x0c => text.push_str("\\f"),
            b' '..=b'~' => text.push(char::from(byte)),
            // The shortest octal form, unless a digit follows that would be read as part of it.
            _ if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => text.push_str(&format!("\\{byte:03o}")),
            _ => text.push_str(&format!("\\{byte:o}")),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::{buffer, mode, quoted};

    #[test]
    fn strings_and_modes_look_as_in_strace() {
        assert_eq!(quoted(b"a\"b\\\n\0\x011\xff"), r#""a\"b\\\n\0\0011\377""#);
        assert_eq!(buffer(&[b'a'; 33]), format!("\"{}\"...", "a".repeat(32)));
        assert_eq!(buffer(&[b'a'; 32]), format!("\"{}\"", "a".repeat(32)));
        assert_eq!([mode(0o644), mode(0), mode(0o1777)], ["0644", "000", "01777"]);
    }
}

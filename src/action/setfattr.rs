//! `setfattr -n NAME [-v VALUE] FILE…`, `setfattr -x NAME FILE…`: setxattr(2), removexattr(2) (attr's setfattr).
//!
//! VALUE is text; `\012` is a byte in octal, `0x…` is hexadecimal and `0s…` base64, as in the original.

use crate::ground::Errno;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};

/// An attribute to set or to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setfattr {
    files: Vec<String>,
    name: String,
    value: Option<String>,
    remove: bool,
    no_follow: bool,
}

impl Verb for Setfattr {
    const NAME: &'static str = "setfattr";
    const SYNOPSIS: &'static str = "setfattr -n NAME [-v VALUE] [-h] FILE…, or setfattr -x NAME [-h] FILE…";
    const FLAGS: &'static [Flag] = &[
        Flag::both('n', "name").value(),
        Flag::both('v', "value").value(),
        Flag::both('x', "remove").value(),
        Flag::both('h', "no-dereference"),
    ];

    fn parse(words: &[String]) -> Result<Setfattr, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(1, words, Self::SYNOPSIS)?;
        let (name, remove) = match (arguments.value("n"), arguments.value("x")) {
            (Some(name), None) => (name.to_string(), false),
            (None, Some(name)) if arguments.value("v").is_none() => (name.to_string(), true),
            _ => {
                let allowed = format!("write it so: {}", Self::SYNOPSIS);
                return Err(UsageError { what: "setfattr needs either -n NAME or -x NAME".into(), allowed });
            }
        };
        let value = arguments.value("v").map(String::from);
        Ok(Setfattr { name, value, remove, no_follow: arguments.has("h"), files: arguments.operands })
    }

    fn run(&self, context: &mut Context) -> Status {
        let Some(value) = decoded(self.value.as_deref().unwrap_or_default()) else {
            context.complain("bad input encoding");
            return 1;
        };
        let mut status = 0;
        for file in &self.files {
            let path = file.as_ref();
            let done = match (self.remove, self.no_follow) {
                (false, false) => context.sys.set_attribute_through(path, &self.name, &value),
                (false, true) => context.sys.set_attribute(path, &self.name, &value),
                (true, false) => context.sys.remove_attribute_through(path, &self.name),
                (true, true) => context.sys.remove_attribute(path, &self.name),
            };
            if let Err(error) = done {
                let text = if error.errno == Errno::ENODATA { "No such attribute" } else { error.text() };
                context.complain(format!("setfattr: {file}: {text}"));
                status = 1;
            }
        }
        status
    }
}

fn decoded(value: &str) -> Option<Vec<u8>> {
    if let Some(digits) = value.strip_prefix("0x").or(value.strip_prefix("0X")) {
        let digits: Vec<u8> = digits.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        return digits.chunks(2).map(|two| if two.len() == 2 { pair(two) } else { None }).collect();
    }
    if let Some(digits) = value.strip_prefix("0s").or(value.strip_prefix("0S")) {
        return base64(digits);
    }
    let text = value.strip_prefix('"').map_or(value, |text| text.strip_suffix('"').unwrap_or(text)).as_bytes();
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let octal: Vec<u8> = text[at + 1..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).copied().collect();
        match (text[at], text.get(at + 1)) {
            (b'\\', Some(_)) if octal.len() == 3 => {
                bytes.push(octal.iter().fold(0u8, |byte, digit| byte << 3 | (digit - b'0')));
                at += 4;
            }
            (b'\\', Some(&next @ (b'\\' | b'"'))) => {
                bytes.push(next);
                at += 2;
            }
            (byte, _) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    Some(bytes)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.trim_end_matches('=').bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let mut bytes = Vec::new();
    for chunk in digits.chunks(4) {
        let mut group = 0u32;
        for (at, digit) in chunk.iter().enumerate() {
            let value = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            group |= u32::from(value) << (18 - 6 * at);
        }
        if chunk.len() == 1 {
            return None;
        }
        bytes.extend_from_slice(&group.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn values_are_text_octal_hexadecimal_or_base64() {
        for (value, bytes) in [
            ("y", Some(&b"y"[..])),
            ("", Some(b"")),
            ("\"quoted\"", Some(b"quoted")),
            (r"a\012b\\c", Some(b"a\nb\\c")),
            ("0x00ff", Some(b"\0\xff")),
            ("0saGVsbG8=", Some(b"hello")),
            ("0xzz", None),
            ("0s!", None),
        ] {
            assert_eq!(decoded(value).as_deref(), bytes, "{value}");
        }
    }
}

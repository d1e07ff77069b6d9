//! File names in messages, quoted as the GNU programs quote them in the C locale (gnulib: quotearg, "shell-escape").
//!
//! A name in a message can be pasted into a shell: `'a b'`, `"it's"`, `'two'$'\n''lines'`. Every byte above 126 is
//! escaped, since the C locale knows no letters there.

/// Always in quotes: `rm: cannot remove 'a'`.
pub(super) fn quoted(name: impl AsRef<[u8]>) -> String {
    let name = name.as_ref();
    // An apostrophe alone needs no more than double quotes around the name.
    if name.contains(&b'\'') && name.iter().enumerate().all(|(at, &byte)| plain_in_double_quotes(name, at, byte)) {
        return format!("\"{}\"", String::from_utf8_lossy(name));
    }
    let mut text = String::from("'");
    let mut escaping = false;
    for &byte in name {
        if let Some(escape) = escape(byte) {
            if !escaping {
                text.push_str("'$'");
                escaping = true;
            }
            text.push_str(&escape);
            continue;
        }
        if byte == b'\'' {
            text.push_str("'\\''");
            escaping = false;
            continue;
        }
        if escaping {
            text.push_str("''");
            escaping = false;
        }
        text.push(char::from(byte));
    }
    text.push('\'');
    text
}

/// In quotes only where a shell would need them: `cat: a: No such file or directory`.
pub(super) fn quoted_if_needed(name: impl AsRef<[u8]>) -> String {
    let name = name.as_ref();
    let needs = |(at, &byte): (usize, &u8)| match byte {
        b'{' | b'}' => name.len() == 1,
        b'#' | b'~' => at == 0,
        b' ' | b'!' | b'"' | b'$' | b'&' | b'(' | b')' | b'*' | b';' | b'<' | b'=' | b'>' | b'[' | b'^' | b'`'
        | b'|' | b'\'' | b'\\' | b'?' => true,
        other => escape(other).is_some(),
    };
    match name.is_empty() || name.iter().enumerate().any(needs) {
        true => quoted(name),
        false => String::from_utf8_lossy(name).into_owned(),
    }
}

/// The escape of a byte that is not printable.
fn escape(byte: u8) -> Option<String> {
    Some(match byte {
        0x07 => "\\a".into(),
        0x08 => "\\b".into(),
        b'\t' => "\\t".into(),
        b'\n' => "\\n".into(),
        0x0b => "\\v".into(),
        0x0c => "\\f".into(),
        b'\r' => "\\r".into(),
        b' '..=b'~' => return None,
        other => format!("\\{other:03o}"),
    })
}

fn plain_in_double_quotes(name: &[u8], at: usize, byte: u8) -> bool {
    match byte {
        b'!' | b'"' | b'$' | b'&' | b'(' | b')' | b'*' | b';' | b'<' | b'=' | b'>' | b'[' | b'^' | b'`' | b'|'
        | b'\\' | b'?' => false,
        b'{' | b'}' => name.len() == 1,
        b'#' | b'~' => at == 0,
        other => escape(other).is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, quoted_if_needed};

    #[test]
    fn names_are_quoted_as_gnu_does_in_the_c_locale() {
        for (name, always, needed) in [
            (&b"a.txt"[..], "'a.txt'", "a.txt"),
            (b"", "''", "''"),
            (b"a b", "'a b'", "'a b'"),
            (b"it's", "\"it's\"", "\"it's\""),
            (b"both'\"x", "'both'\\''\"x'", "'both'\\''\"x'"),
            (b"n\nl", "'n'$'\\n''l'", "'n'$'\\n''l'"),
            (b"b\xff", "'b'$'\\377'", "'b'$'\\377'"),
            ("é".as_bytes(), "''$'\\303\\251'", "''$'\\303\\251'"),
            (b"a\\b", "'a\\b'", "'a\\b'"),
            (b"a~b", "'a~b'", "a~b"),
            (b"~a", "'~a'", "'~a'"),
            (b"{", "'{'", "'{'"),
            (b"{a", "'{a'", "{a"),
        ] {
            assert_eq!((quoted(name).as_str(), quoted_if_needed(name).as_str()), (always, needed));
        }
    }
}

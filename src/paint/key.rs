//! The keys that a terminal sends, by the bytes of xterm and its relatives.

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A letter, a digit, a sign, a blank.
    Char(char),
    /// A letter with Ctrl, in lower case.
    Control(char),
    /// Enter.
    Enter,
    /// The key that takes the last letter away.
    Backspace,
    /// Escape alone.
    Escape,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// A screen up; a clicker's key for back.
    PageUp,
    /// A screen down; a clicker's key for on.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
}

/// The sequences behind ESC, and their keys.
const SEQUENCES: &[(&[u8], Key)] = &[
    (b"[A", Key::Up),
    (b"OA", Key::Up),
    (b"[B", Key::Down),
    (b"OB", Key::Down),
    (b"[C", Key::Right),
    (b"OC", Key::Right),
    (b"[D", Key::Left),
    (b"OD", Key::Left),
    (b"[5~", Key::PageUp),
    (b"[6~", Key::PageDown),
    (b"[H", Key::Home),
    (b"OH", Key::Home),
    (b"[1~", Key::Home),
    (b"[7~", Key::Home),
    (b"[F", Key::End),
    (b"OF", Key::End),
    (b"[4~", Key::End),
    (b"[8~", Key::End),
];

impl Key {
    /// The keys of which a terminal has sent these bytes, in their order; what means nothing here is left out.
    pub fn read(mut bytes: &[u8]) -> Vec<Key> {
        let mut keys = Vec::new();
        while !bytes.is_empty() {
            keys.extend(Key::take(&mut bytes));
        }
        keys
    }

    /// The first key of these bytes, which are left without it; none where it means nothing here, or nothing is left.
    pub fn take(bytes: &mut &[u8]) -> Option<Key> {
        const ESCAPE: u8 = 0x1b;
        let all = *bytes;
        let (first, after) = all.split_first()?;
        if *first != ESCAPE {
            let (letter, rest) = all.split_at(letters(all));
            *bytes = rest;
            std::str::from_utf8(letter).ok().and_then(|text| text.chars().next()).and_then(of_letter)
        } else if let Some((sequence, key)) = SEQUENCES.iter().find(|(sequence, _)| after.starts_with(sequence)) {
            *bytes = &after[sequence.len()..];
            Some(*key)
        } else if let [b'[' | b'O', sequence @ ..] = after {
            // One that is not known here ends with its first letter or tilde.
            let end = sequence.iter().position(|byte| matches!(byte, 0x40..=0x7e));
            *bytes = &sequence[end.map_or(sequence.len(), |end| end + 1)..];
            None
        } else {
            *bytes = after;
            Some(Key::Escape)
        }
    }
}

/// How many bytes the first letter has.
fn letters(bytes: &[u8]) -> usize {
    let length = match bytes[0] {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
        _ => 1,
    };
    length.min(bytes.len())
}

fn of_letter(letter: char) -> Option<Key> {
    Some(match letter {
        '\r' | '\n' => Key::Enter,
        '\u{8}' | '\u{7f}' => Key::Backspace,
        '\u{1}'..='\u{1a}' => Key::Control(char::from(b'a' + letter as u8 - 1)),
        letter if letter.is_control() => return None,
        letter => Key::Char(letter),
    })
}

#[cfg(test)]
mod tests {
    use super::Key;
    use crate::ground::mutation::each_mutant;

    #[test]
    fn keys_that_are_typed_fast_are_all_read() {
        let keys = Key::read(b" \x1b[6~q\x1b[C\x1bOD\x03\r\x7f\xc3\xa9\x1b[15~x");
        let expected = [
            Key::Char(' '),
            Key::PageDown,
            Key::Char('q'),
            Key::Right,
            Key::Left,
            Key::Control('c'),
            Key::Enter,
            Key::Backspace,
            Key::Char('é'),
            Key::Char('x'),
        ];
        assert_eq!(keys, expected);
        assert_eq!(Key::read(b"\x1b"), [Key::Escape]);
        assert_eq!(Key::read(b""), []);
    }

    #[test]
    fn whatever_comes_is_no_more_keys_than_bytes() {
        each_mutant(&[&b" \x1b[6~q\x1b[C\x1bOD\x03\r\xc3\xa9\xf0\x9f\x98\x80\x1b[15~x\x1b[1;5C"[..]], 3_000, |bytes| {
            assert!(Key::read(bytes).len() <= bytes.len());
        });
    }
}

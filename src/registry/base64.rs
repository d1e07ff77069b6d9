//! Base64 (RFC 4648), in which names and passwords go over the net. It hides nothing.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// These bytes as letters.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0, |number, at| number << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * at) & 63) as usize] as char;
            text.push(if at <= three.len() { letter } else { '=' });
        }
    }
    text
}

/// The bytes that these letters stand for.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let letters = text.trim().trim_end_matches('=').bytes();
    let (mut bytes, mut number, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in letters {
        let value = LETTERS.iter().position(|one| *one == letter)?;
        number = (number << 6 | u32::try_from(value).ok()?) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((number >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn as_the_base64_of_coreutils() {
        for (bytes, text) in
            [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("user:pass\u{ff}", "dXNlcjpwYXNzw78=")]
        {
            assert_eq!((encode(bytes.as_bytes()).as_str(), decode(text).unwrap().as_slice()), (text, bytes.as_bytes()));
        }
        assert!(decode("a b").is_none() && decode("\u{e9}").is_none());
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&all)), Some(all));
    }
}

//! Small things that all pages need: text in HTML, HTML as text, and names for addresses.

/// Text in HTML, also between the quotes of an attribute.
pub fn html(text: &str) -> String {
    let safe = layerlab::ground::escaped_lines(text);
    safe.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The words of a piece of HTML of ours.
pub fn words(html: &str) -> String {
    let mut words = String::with_capacity(html.len() / 2);
    for piece in html.split('<') {
        // Before the first tag there is text alone.
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        let within =
            matches!(tag, "strong" | "/strong" | "em" | "/em" | "code" | "/code" | "/a") || tag.starts_with("a ");
        if !within && !words.ends_with(' ') {
            words.push(' ');
        }
        words.push_str(text);
    }
    let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name for an address: small letters, digits and hyphens.
pub fn address(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        match letter {
            letter if letter.is_ascii_alphanumeric() => name.push(letter.to_ascii_lowercase()),
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name.trim_end_matches('-').to_string()
}

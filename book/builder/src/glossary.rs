//! The glossary, and the links that lead to it from the first use of each of its words in a chapter.

use crate::text::address;
use layerlab::paint::markdown_to_html;

/// The words that are explained.
pub struct Glossary {
    page: String,
    /// The longest first: a lower layer is no layer of any kind.
    words: Vec<String>,
}

impl Glossary {
    /// A glossary is a list of definitions in Markdown; what is strong in a term is a word of it.
    pub fn read(text: &str) -> Glossary {
        let mut page = String::new();
        let mut words = Vec::new();
        for (at, piece) in markdown_to_html(text).split("<dt>").enumerate() {
            let Some((term, rest)) = piece.split_once("</dt>").filter(|_| at > 0) else {
                page.push_str(piece);
                continue;
            };
            let strong: Vec<&str> =
                term.split("<strong>").skip(1).filter_map(|one| one.split("</strong>").next()).collect();
            let mut term = term.to_string();
            for word in &strong {
                let link = format!("<strong id=\"{}\">{word}</strong>", address(word));
                term = term.replace(&format!("<strong>{word}</strong>"), &link);
            }
            words.extend(strong.iter().map(ToString::to_string));
            page.push_str(&format!("<dt>{term}</dt>{rest}"));
        }
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Glossary { page, words }
    }

    /// The page of the glossary.
    pub fn page(&self) -> String {
        self.page.clone()
    }

    /// A chapter in whose prose the first use of each word is a link. Headings, code, links and what the kernel said stay.
    pub fn linked(&self, page: &str) -> String {
        const PROSE: &[&str] = &["section", "p", "ul", "ol", "li", "strong", "em", "blockquote"];
        let mut left: Vec<&String> = self.words.iter().collect();
        let mut above: Vec<&str> = Vec::new();
        let mut linked = String::with_capacity(page.len() + 4096);
        for (at, piece) in page.split('<').enumerate() {
            let (tag, text) = if at == 0 { ("", piece) } else { piece.split_once('>').unwrap_or((piece, "")) };
            if at > 0 {
                linked.push('<');
                linked.push_str(tag);
                linked.push('>');
                match tag.strip_prefix('/') {
                    Some(_) => drop(above.pop()),
                    None if tag.ends_with('/') => {}
                    // Our own remarks are no prose.
                    None if tag.contains("class=\"ll-step\"") => above.push("remark"),
                    None => above.push(tag.split(' ').next().unwrap_or_default()),
                }
            }
            let is_prose = above.contains(&"p") && above.iter().all(|name| PROSE.contains(name));
            linked.push_str(&if is_prose { link_words(text, &mut left) } else { text.to_string() });
        }
        linked
    }
}

/// The text with links from words that are left, each of which is then used up.
fn link_words(text: &str, left: &mut Vec<&String>) -> String {
    // An address has no letters of another case, and a word may begin a sentence.
    let small = text.to_ascii_lowercase();
    let mut places: Vec<(usize, usize, usize)> = Vec::new();
    for (index, word) in left.iter().enumerate() {
        // A word ends where no letter follows, but for the `s` of several.
        let is_word = |at: usize, end: usize| {
            let before = small[..at].chars().next_back();
            let after = small[end..].strip_prefix('s').unwrap_or(&small[end..]).chars().next();
            let joins = |letter: char| letter.is_alphanumeric() || "-_/&;".contains(letter);
            !before.is_some_and(joins) && !after.is_some_and(|letter| letter.is_alphanumeric() || letter == '-')
        };
        let word = word.to_ascii_lowercase();
        let found =
            small.match_indices(&word).map(|(at, _)| (at, at + word.len())).find(|(at, end)| is_word(*at, *end));
        if let Some((at, end)) = found
            && !places.iter().any(|(other, until, _)| at < *until && *other < end)
        {
            places.push((at, end, index));
        }
    }
    places.sort_unstable();
    let mut linked = String::new();
    let mut done = 0;
    for (at, end, index) in &places {
        let address = address(left[*index]);
        linked += &text[done..*at];
        linked += &format!("<a class=\"bk-word\" href=\"glossary.html#{address}\">{}</a>", &text[*at..*end]);
        done = *end;
    }
    linked += &text[done..];
    let used: Vec<&String> = places.into_iter().map(|(.., index)| left[index]).collect();
    left.retain(|word| !used.contains(word));
    linked
}

#[cfg(test)]
mod tests {
    use super::Glossary;

    #[test]
    fn the_first_use_of_a_word_in_prose_leads_to_what_it_means() {
        let glossary = Glossary::read("**layer** (x)\n: A directory.\n\n**lower layer**\n: One that is read.\n");
        assert!(glossary.page().contains("<strong id=\"lower-layer\">lower layer</strong>"), "{}", glossary.page());
        let page = "<section><h2>layer</h2><p class=\"ll-step\">layer</p><p>Code <code>layer</code>, players, multi-layer. \
                    Lower layers and a <strong>layer</strong>; a layer.</p></section>";
        let expected = "<section><h2>layer</h2><p class=\"ll-step\">layer</p><p>Code <code>layer</code>, players, multi-layer. \
                        <a class=\"bk-word\" href=\"glossary.html#lower-layer\">Lower layer</a>s and a \
                        <strong><a class=\"bk-word\" href=\"glossary.html#layer\">layer</a></strong>; a layer.</p></section>";
        assert_eq!(glossary.linked(page), expected);
    }
}

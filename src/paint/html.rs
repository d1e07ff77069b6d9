//! Text and Markdown as HTML in which nothing acts: what a recording or a lesson holds is shown, never obeyed.
//!
//! All of it is also well-formed XML, which a test reads with an XML reader.

use crate::ground::escaped;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;

/// Text in HTML, also between the quotes of an attribute.
pub(super) fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Text of several lines, without anything that acts but line feeds and tabs.
pub(super) fn visible(text: &str) -> String {
    let is_kept = |letter| matches!(letter, '\n' | '\t');
    text.split_inclusive(is_kept)
        .flat_map(|piece| {
            let words = piece.trim_end_matches(is_kept);
            [escaped(words), Cow::Borrowed(&piece[words.len()..])]
        })
        .collect()
}

/// Markdown as HTML. Tags in it are shown as text, its comments are left out, a picture is its words, and a link leads to a
/// page or within this one, or is no link: so nothing is fetched and nothing runs.
pub fn markdown(text: &str) -> String {
    let text = visible(text);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_DEFINITION_LIST;
    // Whether the links that are open are links.
    let mut links = Vec::new();
    let mut comment = false;
    let events = Parser::new_ext(&text, options).filter_map(|event| match event {
        Event::Html(tags) | Event::InlineHtml(tags) => {
            let begins = tags.trim_start().starts_with("<!--");
            let is_comment = comment || begins;
            comment = is_comment && !tags.contains("-->");
            (!is_comment).then_some(Event::Text(tags))
        }
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let leads = is_harmless(dest_url);
            links.push(leads);
            leads.then_some(event)
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(false).then_some(event),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::CodeBlock(_)) => {
            Some(Event::Start(Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Fenced(CowStr::Borrowed("")))))
        }
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        event => Some(event),
    });
    let mut page = String::new();
    pulldown_cmark::html::push_html(&mut page, events);
    // A comment alone leaves an empty paragraph. Nobody can scroll a block of code by keys unless it can be focused.
    page.replace("<p></p>\n", "").replace("<pre><code>", "<pre tabindex=\"0\"><code>")
}

/// Whether a link leads to a page of the web or of the same folder.
fn is_harmless(address: &str) -> bool {
    let (scheme, _) = address.split_once(':').unwrap_or(("", ""));
    let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    !address.starts_with("//")
        && (matches!(scheme, "" | "https" | "http" | "mailto") || !is_scheme)
        && !address.starts_with(':')
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn markdown_shows_tags_and_lets_nothing_act() {
        for (text, shown) in [
            ("a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n"),
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
            ("[x](javascript:alert(1))", "<p>x</p>\n"),
            ("[x](JaVaScRiPt:alert(1))", "<p>x</p>\n"),
            ("[x](data:text/html,x)", "<p>x</p>\n"),
            ("[x](//elsewhere/x)", "<p>x</p>\n"),
            ("[x](https://e.example/?a&b)", "<p><a href=\"https://e.example/?a&amp;b\">x</a></p>\n"),
            ("[x](#step-1)", "<p><a href=\"#step-1\">x</a></p>\n"),
            ("![a picture](https://e.example/x.png)", "<p>a picture</p>\n"),
            ("one <!-- aside --> two", "<p>one  two</p>\n"),
            ("<!-- aside\n\nlonger -->\n\ntext", "<p>text</p>\n"),
            ("```\" onclick=\"x\nls\n```", "<pre tabindex=\"0\"><code>ls\n</code></pre>\n"),
        ] {
            assert_eq!(markdown(text), shown, "{text}");
        }
    }
}

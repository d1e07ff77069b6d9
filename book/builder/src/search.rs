//! The page that searches: it holds the words of all others, so it works from a disk, without a network.

use crate::book::Page;
use crate::text::words;
use serde_json::json;

/// What searches, as JavaScript.
pub const SEARCH: &str = include_str!("../../theme/search.js");

/// The page. Its index has a row for each part of a page: address, page, part, words.
pub fn page(pages: &[Page]) -> Page {
    let mut rows = Vec::new();
    for page in pages {
        for part in page.body.split("<section ").filter(|part| !part.trim().is_empty()) {
            let part = &format!("<section {part}");
            let id = part.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
            let heading = ["<h2", "<h1"].iter().find_map(|tag| {
                let (_, rest) = part.split_once(tag)?;
                let (_, rest) = rest.split_once('>')?;
                Some(words(rest.split("</h").next()?))
            });
            let address = match id {
                "" => format!("{}.html", page.name),
                id => format!("{}.html#{id}", page.name),
            };
            // A picture says in words what stands beside it.
            let text: String = part.split("<svg ").map(|piece| piece.rsplit("</svg>").next().unwrap_or("")).collect();
            rows.push(json!([address, page.title, heading.unwrap_or_default(), words(&text)]));
        }
    }
    // In a script nothing ends before its end tag.
    let index = serde_json::Value::Array(rows).to_string().replace('<', "\\u003c");
    let body = format!(
        "<h1>Search</h1>\n<form class=\"bk-search\" role=\"search\"><label for=\"words\">Words to look for</label> \
         <input id=\"words\" type=\"search\" autocomplete=\"off\" /> <button type=\"submit\">Search</button></form>\n\
         <noscript><p>Searching needs JavaScript. The <a href=\"index-of-words.html\">index</a> does not.</p></noscript>\n\
         <p id=\"count\" role=\"status\"></p>\n<ol id=\"found\" class=\"bk-found\"></ol>\n\
         <script type=\"application/json\" id=\"index\">{index}</script>\n<script>\n{SEARCH}</script>"
    );
    Page::plain("search", "Search", body)
}

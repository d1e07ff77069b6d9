//! What is around every page: head, contents, the ways back and on. A page is one file with its style and what plays it.

use crate::book::{PARTS, Page};
use crate::chapters::Chapter;
use crate::text::html;
use layerlab::paint::{PLAYER, STYLE};

/// The list of all pages, as HTML.
pub struct Contents(String);

impl Contents {
    /// The lessons by their parts, and what stands beside them.
    pub fn of(pages: &[Page], chapters: &[Chapter]) -> Contents {
        let mut list = String::new();
        for (at, (first, title)) in PARTS.iter().enumerate() {
            let next = PARTS.get(at + 1).map_or(u32::MAX, |(next, _)| *next);
            let lessons = chapters.iter().filter(|one| (*first..next).contains(&one.lesson.meta.number));
            let items: String = lessons
                .map(|one| {
                    let (name, meta) = (&one.name, &one.lesson.meta);
                    format!("<li value=\"{}\"><a href=\"{name}.html\">{}</a></li>", meta.number, html(&meta.title))
                })
                .collect();
            if !items.is_empty() {
                list += &format!("<div><h2>{title}</h2><ol>{items}</ol></div>");
            }
        }
        let others: String = pages
            .iter()
            .filter(|page| page.lesson.is_none())
            .map(|page| format!("<li><a href=\"{}.html\">{}</a></li>", page.name, html(&page.title)))
            .collect();
        Contents(list + &format!("<div><h2>Beside the lessons</h2><ul>{others}</ul></div>"))
    }
}

/// The frame of all pages.
pub struct Frame<'a> {
    contents: &'a Contents,
}

impl<'a> Frame<'a> {
    /// A frame with these contents.
    pub fn new(contents: &'a Contents) -> Frame<'a> {
        Frame { contents }
    }

    /// A page in it.
    pub fn around(&self, pages: &[Page], at: usize) -> String {
        let page = &pages[at];
        let lesson = page.lesson.as_ref().map_or(String::new(), |slug| format!(" data-lesson=\"{}\"", html(slug)));
        let tops: String =
            [("search", "Search"), ("index-of-words", "Index"), ("glossary", "Glossary"), ("instructor", "Teaching")]
                .iter()
                .map(|(name, title)| {
                    let here = if *name == page.name { " aria-current=\"page\"" } else { "" };
                    format!("<li><a href=\"{name}.html\"{here}>{title}</a></li>")
                })
                .collect();
        let turn = |to: Option<&Page>, what: &str| {
            to.map_or(String::new(), |to| format!("<a href=\"{}.html\">{what}: {}</a>", to.name, html(&to.title)))
        };
        let before = turn(at.checked_sub(1).map(|at| &pages[at]), "Before");
        let next = turn(pages.get(at + 1), "Next");
        // The first page opens with what there is.
        let (open, close) = match at {
            0 => ("<section class=\"bk-contents\" aria-label=\"Contents\">", "</section>"),
            _ => (
                "<nav class=\"bk-contents\" aria-label=\"Contents\"><details><summary>Contents</summary>",
                "</details></nav>",
            ),
        };
        let contents = format!("{open}<div class=\"bk-parts\">{}</div>{close}", self.contents.0);
        let (above, below) = if at == 0 { (String::new(), contents) } else { (contents, String::new()) };
        let title = if at == 0 {
            "layerlab: a container, layer by layer".to_string()
        } else {
            format!("{} - layerlab", page.title)
        };
        // From a disk a file beside the page is another origin, so its scheme is allowed.
        let loads = if page.loads { " 'self' file:" } else { "" };
        format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\" />\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'{loads}\" />\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
             <title>{}</title>\n<style>\n{STYLE}{}</style>\n</head>\n<body>\n\
             <a class=\"bk-skip\" href=\"#text\">To the text</a>\n\
             <header class=\"bk-head\"><a href=\"index.html\">layerlab</a><nav aria-label=\"Book\"><ul>{tops}</ul></nav>\
             <div data-tools=\"\"></div></header>\n{above}\n<main id=\"text\"{lesson}>\n{}{below}\n</main>\n\
             <nav class=\"bk-turn\" aria-label=\"Pages\">{before} {next}</nav>\n<script>\n{PLAYER}</script>\n</body>\n</html>\n",
            html(&page.language),
            html(&title),
            include_str!("../../theme/book.css"),
            page.body,
        )
    }
}

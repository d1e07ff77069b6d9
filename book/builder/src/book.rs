//! The book: its pages, in their order, written into a folder.

use crate::chapters::{self, Chapter};
use crate::frame::{Contents, Frame};
use crate::glossary::Glossary;
use crate::{Result, index, search, teaching};
use layerlab::ground::{Call, Failure};
use layerlab::paint::markdown_to_html;
use std::fs;
use std::path::Path;

/// The parts, by the number of the first lesson of each.
pub const PARTS: &[(u32, &str)] = &[(1, "Files"), (8, "Isolation"), (18, "Images")];

/// A page that is finished but for its frame.
pub struct Page {
    /// Its file, without `.html`.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// HTML: what stands in `main`.
    pub body: String,
    /// The lesson's name, where the page plays.
    pub lesson: Option<String>,
    /// The language of its text.
    pub language: String,
    /// It loads scripts that lie beside it.
    pub loads: bool,
}

impl Page {
    /// A page that does not play.
    pub fn plain(name: &str, title: &str, body: String) -> Page {
        Page { name: name.into(), title: title.into(), body, lesson: None, language: "en".into(), loads: false }
    }
}

/// Builds it: `sources` has the texts beside the lessons.
pub fn build(sources: &Path, lessons: &Path, output: &Path) -> Result<()> {
    let chapters = chapters::of_lessons(lessons)?;
    let text = |name: &str| read(&sources.join("src").join(format!("{name}.md")));
    let glossary = Glossary::read(&text("glossary")?);
    let mut pages =
        vec![Page::plain("index", "A container, layer by layer", introduction(&text("introduction")?, &chapters))];
    pages.extend(chapters.iter().map(|chapter| chapter.page(&glossary)));
    pages.push(Page::plain("session", "An exercise, played", markdown_to_html(&text("session")?)));
    pages.push(Page::plain("glossary", "Glossary", glossary.page()));
    pages.push(Page::plain("index-of-words", "Index", index::page(&chapters)));
    pages.push(Page::plain("teaching", "How to teach with it", markdown_to_html(&text("teaching")?)));
    pages.push(Page::plain("instructor", "For the instructor", teaching::page(&chapters)));
    pages.push(Page::plain("authors", "Lessons of your own", markdown_to_html(&text("authors")?)));
    let index = search::index(&pages);
    pages.push(search::page());
    fs::create_dir_all(output).map_err(|error| failed("make", "mkdir", output, &error))?;
    let write = |name: &str, text: &str| {
        let file = output.join(name);
        fs::write(&file, text).map_err(|error| failed("write", "write", &file, &error))
    };
    let contents = Contents::of(&pages, &chapters);
    let frame = Frame::new(&contents);
    for at in 0..pages.len() {
        write(&format!("{}.html", pages[at].name), &frame.around(&pages, at))?;
    }
    write(search::INDEX, &index)
}

/// The first page opens with a picture of the moment for which the first lesson exists: a write through the merged view.
fn introduction(text: &str, chapters: &[Chapter]) -> String {
    let page = markdown_to_html(text);
    let picture = chapters.first().and_then(|chapter| chapter.picture(3)).unwrap_or_default();
    let figure = format!(
        "<figure><div class=\"ll-wide\" tabindex=\"0\" role=\"group\" aria-label=\"picture\">{picture}</div>\
         <figcaption>Lesson 1: somebody wrote to a file of an image. The kernel copied it up first.</figcaption></figure>"
    );
    match page.split_once("</h1>") {
        Some((heading, rest)) if !picture.is_empty() => format!("{heading}</h1>{figure}{rest}"),
        _ => page,
    }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| failed("read", "open", file, &error))
}

fn failed(what: &str, call: &str, file: &Path, error: &std::io::Error) -> Failure {
    Failure::kernel(
        format!("cannot {what} {}", file.display()),
        Call::failed(call, format!("{file:?}"), error),
        error.to_string(),
        "run this in a checkout of layerlab, where you may write",
    )
}

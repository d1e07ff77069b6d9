//! Builds the layerlab book: an mdBook whose chapters are the lessons with the output of real runs in place.
//!
//! - `layerlab-book build` builds `book/` into `book/output`; no mdbook program is needed,
//! - without an argument it is an mdBook preprocessor: context and book as JSON in, the book as JSON out
//!   (<https://rust-lang.github.io/mdBook/for_developers/preprocessors.html>).
//!
//! A lesson whose recording is missing, or is not a run of its present text, is an error: no page shows what was not run.

mod chapters;

use mdbook_driver::MDBook;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext, parse_input};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["build"] => build(),
        [] => preprocess(),
        // The page is HTML in Markdown: only that renderer can show it.
        ["supports", renderer] => return if renderer == "html" { ExitCode::SUCCESS } else { ExitCode::FAILURE },
        _ => {
            eprintln!("usage: layerlab-book build (or, from mdBook, no argument)");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<()> {
    let mut book = MDBook::load("book")?;
    // Ours stands in for the command of the same name in book.toml.
    book.with_preprocessor(Lessons);
    book.build()
}

fn preprocess() -> Result<()> {
    let (context, book) = parse_input(std::io::stdin())?;
    let book = Lessons.run(&context, book)?;
    Ok(serde_json::to_writer(std::io::stdout(), &book)?)
}

/// Adds a chapter for each lesson between the first and the last page.
struct Lessons;

impl Preprocessor for Lessons {
    fn name(&self) -> &str {
        "layerlab"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let chapters = chapters::of_lessons(&context.root.join("../lessons"))?;
        let at = book.items.len().min(1);
        book.items.splice(at..at, chapters);
        Ok(book)
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }
}

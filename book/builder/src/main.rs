//! Builds the layerlab book: pages whose chapters are the lessons with the output of real runs in place.
//!
//! `layerlab-book build [LESSONS [OUTPUT]]` builds the lessons of a folder, else those in `lessons/`, into `book/output`. Every
//! page is one file that needs no network and no server; a chapter is what `layerlab export --html` makes, with the frame of
//! the book around it. A lesson whose recording is missing, or is not a run of its present text, is an error: no page shows
//! what was not run.

mod book;
mod chapters;
mod frame;
mod glossary;
mod index;
mod search;
mod teaching;
mod text;

use layerlab::ground::{Failure, complain};
use std::path::Path;
use std::process::ExitCode;

/// What keeps a book from being built.
type Result<T> = std::result::Result<T, Failure>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (lessons, output) = match words[..] {
        ["build"] => ("lessons", "book/output"),
        ["build", lessons] => (lessons, "book/output"),
        ["build", lessons, output] => (lessons, output),
        _ => {
            complain("usage: layerlab-book build [LESSONS [OUTPUT]]");
            return ExitCode::from(2);
        }
    };
    match book::build(Path::new("book"), Path::new(lessons), Path::new(output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(failure.to_string());
            ExitCode::FAILURE
        }
    }
}

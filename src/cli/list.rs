//! `layerlab list`

use crate::cli::{CliError, Common};
use std::fmt::Write as _;
use std::io::Write as _;

/// The lessons
#[derive(Debug, clap::Args)]
pub struct List {
    /// The lessons as JSON
    #[arg(long)]
    json: bool,
}

impl List {
    /// Prints them; only the first lines of each lesson are read, and nothing is probed.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let catalogue = common.catalogue()?;
        let language = common.language();
        let mut text = String::new();
        let metas = catalogue.entries().iter().map(|entry| entry.meta(&language)).collect::<Result<Vec<_>, _>>()?;
        if self.json {
            let lessons: Vec<_> = metas
                .iter()
                .map(|meta| {
                    let needs: Vec<&str> = meta.needs.iter().map(|need| need.word()).collect();
                    serde_json::json!({
                        "number": meta.number, "slug": meta.slug, "title": meta.title, "minutes": meta.minutes, "needs": needs,
                    })
                })
                .collect();
            let _ = writeln!(text, "{}", serde_json::Value::from(lessons));
        } else {
            let widest =
                metas.iter().map(|meta| unicode_width::UnicodeWidthStr::width(meta.title.as_str())).max().unwrap_or(0);
            for meta in &metas {
                let pad = widest - unicode_width::UnicodeWidthStr::width(meta.title.as_str());
                let _ = match common.plain {
                    true => writeln!(text, "Lesson {}: {}, {} minutes.", meta.number, meta.title, meta.minutes),
                    false => writeln!(text, "{:3}  {}{:pad$}  {:2} min", meta.number, meta.title, "", meta.minutes),
                };
            }
            let _ = writeln!(text, "\nBegin with: layerlab run {}", metas.first().map_or(1, |meta| meta.number));
        }
        Ok(std::io::stdout().write_all(text.as_bytes())?)
    }
}

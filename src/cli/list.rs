//! `layerlab list`

use crate::cli::journey::{Journey, Leg};
use crate::cli::{CliError, Common};
use std::fmt::Write as _;
use std::io::Write as _;
use unicode_width::UnicodeWidthStr;

/// The lessons, and what you have done of them
#[derive(Debug, clap::Args)]
pub struct List {
    /// The lessons as JSON
    #[arg(long)]
    json: bool,
}

impl List {
    /// Prints them, with what was done of each; nothing is probed.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let journey = Journey::read(common)?;
        let mut text = String::new();
        if self.json {
            let lessons: Vec<_> = journey.legs.iter().map(json).collect();
            let _ = writeln!(text, "{}", serde_json::Value::from(lessons));
        } else {
            let widest = journey.legs.iter().map(|leg| leg.meta.title.width()).max().unwrap_or(0);
            for leg in &journey.legs {
                let meta = &leg.meta;
                let pad = widest - meta.title.width();
                let _ = match common.plain {
                    true => {
                        let done = done(leg);
                        let done = if done.is_empty() { done } else { format!(" {done}.") };
                        writeln!(text, "Lesson {}: {}, {} minutes.{done}", meta.number, meta.title, meta.minutes)
                    }
                    false => {
                        let line = format!(
                            "{:3}  {}{:pad$}  {:2} min  {}",
                            meta.number,
                            meta.title,
                            "",
                            meta.minutes,
                            done(leg)
                        );
                        writeln!(text, "{}", line.trim_end())
                    }
                };
            }
            let first = journey.legs.first().map_or(1, |leg| leg.meta.number);
            let _ = match journey.ahead() {
                Some(ahead) => writeln!(text, "\nGo on with: {}", ahead.command),
                None => writeln!(text, "\nBegin with: layerlab run {first}"),
            };
        }
        Ok(std::io::stdout().write_all(text.as_bytes())?)
    }
}

/// What was done of a lesson, in a few words; none where nothing was.
fn done(leg: &Leg) -> String {
    let of = leg.exercises.len();
    match (leg.run, leg.solved()) {
        (false, 0) => String::new(),
        (true, 0) => "run".into(),
        (_, solved) if solved == of => "✓ all exercises solved".into(),
        (_, solved) => format!("{solved} of {of} exercises solved"),
    }
}

fn json(leg: &Leg) -> serde_json::Value {
    let meta = &leg.meta;
    let needs: Vec<&str> = meta.needs.iter().map(|need| need.word()).collect();
    let exercises: Vec<_> = leg
        .exercises
        .iter()
        .map(|(name, title, solved)| serde_json::json!({ "name": name, "title": title, "solved": solved }))
        .collect();
    serde_json::json!({
        "number": meta.number, "slug": meta.slug, "title": meta.title, "minutes": meta.minutes, "needs": needs,
        "run": leg.run, "exercises": exercises,
    })
}

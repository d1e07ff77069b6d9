//! `layerlab doctor [LESSON]`

use crate::cli::output;
use crate::cli::{CliError, Common, Exit};
use crate::ground::{Need, Shown, Stream, say};
use crate::host::{Verdict, probe};
use crate::scene::{Sign, finding};
use crate::stage::PROGRAM;
use std::path::Path;

/// What works here, what does not, and the fix
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// Only say whether this lesson can run
    lesson: Option<String>,
    /// The findings as JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Probes and tells.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let lesson = self.lesson.as_ref().map(|wanted| common.chosen().lesson(wanted)).transpose()?;
        let (width, palette) = (output::width(), output::palette(common));
        let mut told = Ok(());
        let findings = probe(Path::new(PROGRAM), &mut |found| {
            if !self.json && told.is_ok() {
                let sign = match found.verdict {
                    Verdict::Works => Sign::Works,
                    Verdict::Without => Sign::Without,
                    Verdict::Missing => Sign::Missing,
                };
                let lines = finding(sign, &found.name, &found.evidence, found.fix.as_deref(), width);
                told = Stream::Output.show(palette.lines(&lines));
            }
        });
        told?;
        if self.json {
            say(Shown::pretty_json(&findings)?)?;
        }
        let matters = |need: Option<Need>| match (&lesson, need) {
            (Some(lesson), Some(need)) => lesson.meta.needs.contains(&need),
            _ => true,
        };
        let lacks = || findings.iter().filter(|finding| finding.verdict == Verdict::Missing && matters(finding.need));
        let missing = lacks().next().is_some();
        if !self.json {
            // If only some lessons need it, the others can run.
            let needed: Option<Vec<Need>> = lacks().map(|finding| finding.need).collect();
            let told = match (&lesson, needed) {
                (None, _) if !missing => "Every lesson can run here.".to_string(),
                (None, Some(needed)) => some_cannot(common, &needed)?,
                (None, None) => "No lesson can run here.".to_string(),
                (Some(lesson), _) => {
                    let can = if missing { "can't" } else { "can" };
                    format!("Lesson {}, {}, {can} run here.", lesson.meta.number, lesson.meta.title)
                }
            };
            say(format!("\n{told}"))?;
        }
        // Without a lesson named, it fails only if no lesson can run.
        let keeps_from_all = lacks().any(|finding| lesson.is_some() || finding.need.is_none());
        if keeps_from_all { Err(CliError::Said(Exit::Host)) } else { Ok(()) }
    }
}

/// Which lessons cannot run if this is missing.
fn some_cannot(common: &Common, missing: &[Need]) -> Result<String, CliError> {
    let chosen = common.chosen();
    let mut numbers = Vec::new();
    for entry in chosen.catalogue()?.entries() {
        let meta = entry.meta(&chosen.language)?;
        if meta.needs.iter().any(|need| missing.contains(need)) {
            numbers.push(meta.number.to_string());
        }
    }
    Ok(match numbers.as_slice() {
        [] => "Every lesson can run here.".to_string(),
        [one] => format!("Every lesson but {one} can run here; layerlab replay {one} shows how it went elsewhere."),
        several => format!(
            "Every lesson can run here but {}; layerlab replay {} shows how it went elsewhere.",
            several.join(", "),
            several[0]
        ),
    })
}

//! A checked exercise: what holds, what does not and why, what follows from it, what to type next.

use crate::event::{Broken, Verdict, Verified};
use crate::render::line::Line;
use crate::render::markdown;
use crate::render::style::Role;
use crate::render::terminal::hanging;
use std::io::{self, Write};

/// The whole of it for a terminal.
pub(super) fn lines(verified: &Verified, width: usize, colour: bool) -> Vec<Line> {
    let mut lines = heading(&verified.exercise, &verified.title, width);
    lines.extend(checks(verified, width));
    lines.push(Line::new());
    if let Some(afterwards) = &verified.afterwards {
        lines.extend(markdown::lines(afterwards, width, colour));
        lines.push(Line::new());
    }
    let first = Line::of(Role::Quiet, "type  ");
    let next = Line::of(Role::Command, &verified.next.command).with(Role::Text, format!("  {}", verified.next.why));
    lines.extend(hanging(width, &first, &next));
    lines
}

/// `3.hide  Hide a file`
pub(super) fn heading(exercise: &str, title: &str, width: usize) -> Vec<Line> {
    hanging(width, &Line::of(Role::Quiet, format!("{exercise}  ")), &Line::of(Role::Heading, title))
}

/// The checks with everything that there is to say of those that do not hold.
fn checks(verified: &Verified, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for verdict in &verified.verdicts {
        lines.extend(short(verdict, width));
        if let Some(broken) = verdict.broken.as_ref().filter(|broken| broken.follows.is_none()) {
            for (label, role, text) in details(broken) {
                let first = Line::of(Role::Quiet, format!("      {label:<10}"));
                lines.extend(hanging(width, &first, &Line::of(role, text)));
            }
        }
    }
    lines
}

/// One check in one line, more where it is narrow.
pub(super) fn short(verdict: &Verdict, width: usize) -> Vec<Line> {
    let (role, sign, text) = match &verdict.broken {
        None => (Role::Right, "✓", Line::of(Role::Text, &verdict.sentence)),
        Some(Broken { follows: Some(_), .. }) => {
            (Role::Quiet, "·", Line::of(Role::Quiet, format!("{}: this follows", verdict.sentence)))
        }
        Some(_) => (Role::Wrong, "✗", Line::of(Role::Strong, &verdict.sentence)),
    };
    hanging(width, &Line::of(Role::Text, "  ").with(role, format!("{sign} ")), &text)
}

fn details(broken: &Broken) -> impl Iterator<Item = (&'static str, Role, &str)> {
    let details = [
        ("expected", Role::Text, broken.expected.as_str()),
        ("found", Role::Text, &broken.found),
        ("meaning", Role::Text, &broken.means),
        ("next", Role::Hint, &broken.next),
    ];
    details.into_iter().filter(|(_, _, text)| !text.is_empty())
}

/// The same in sentences, one a line.
pub(super) fn spoken(verified: &Verified, out: &mut dyn Write) -> io::Result<()> {
    let line = |text: &str| Line::of(Role::Text, markdown::expand_tabs(text)).text();
    let outcome = if verified.solved { "is solved" } else { "is not solved yet" };
    writeln!(out, "Exercise {}, {}, {outcome}.", line(&verified.exercise), line(&verified.title))?;
    for verdict in &verified.verdicts {
        match &verdict.broken {
            None => writeln!(out, "Right: {}.", line(&verdict.sentence))?,
            Some(broken) => match broken.follows.and_then(|at| verified.verdicts.get(at)) {
                Some(cause) => {
                    writeln!(
                        out,
                        "Wrong: {}. It follows from this: {}.",
                        line(&verdict.sentence),
                        line(&cause.sentence)
                    )?;
                }
                None => {
                    writeln!(out, "Wrong: {}.", line(&verdict.sentence))?;
                    writeln!(out, "Expected: {}. Found: {}.", line(&broken.expected), line(&broken.found))?;
                    if !broken.means.is_empty() {
                        writeln!(out, "Meaning: {}", line(&broken.means))?;
                    }
                    if !broken.next.is_empty() {
                        writeln!(out, "Next: {}", line(&broken.next))?;
                    }
                }
            },
        }
    }
    if let Some(afterwards) = &verified.afterwards {
        out.write_all(markdown::spoken(afterwards).as_bytes())?;
    }
    writeln!(out, "Then type: {} {}", line(&verified.next.command), line(&verified.next.why))
}

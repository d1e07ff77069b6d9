//! A checked exercise: what holds, what does not and why, what follows from it, what to type next.

use crate::event::{Broken, Verified};
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
    for (at, verdict) in verified.verdicts.iter().enumerate() {
        lines.extend(short(verified, at, width));
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
pub(super) fn short(verified: &Verified, at: usize, width: usize) -> Vec<Line> {
    let words = verified.words(at);
    let (role, sign, text) = match &verified.verdicts[at].broken {
        None => (Role::Right, "✓", Line::of(Role::Text, words)),
        Some(Broken { follows: Some(_), .. }) => {
            (Role::Quiet, "·", Line::of(Role::Quiet, format!("{words}: this follows")))
        }
        Some(_) => (Role::Wrong, "✗", Line::of(Role::Strong, words)),
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
    for (at, verdict) in verified.verdicts.iter().enumerate() {
        let words = line(verified.words(at));
        match &verdict.broken {
            None => writeln!(out, "Right: {words}.")?,
            Some(broken) => match broken.follows.and_then(|at| verified.verdicts.get(at)) {
                Some(cause) => {
                    writeln!(out, "Wrong: {words}. It follows from this: {}.", line(&cause.sentence))?;
                }
                None => {
                    writeln!(out, "Wrong: {words}.")?;
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

#[cfg(test)]
mod tests {
    use super::{checks, spoken};
    use crate::event::{Broken, Next, Verdict, Verified};

    #[test]
    fn a_sentence_is_read_once() {
        let verdict = |check: &str, sentence: &str, follows| {
            let text = String::new;
            let broken = Broken { expected: text(), found: text(), means: text(), next: text(), follows };
            Verdict { check: check.into(), sentence: sentence.into(), broken: Some(broken) }
        };
        let verdicts = vec![
            verdict("mounted m", "no overlay is mounted on m", None),
            verdict("lowers m a", "no overlay is mounted on m", Some(0)),
            verdict("file m/f", "m/f does not exist", Some(0)),
        ];
        let next = Next { command: "layerlab verify".into(), why: "to check again".into() };
        let (exercise, title) = ("9.try".into(), "Try".into());
        let verified = Verified { exercise, title, solved: false, verdicts, afterwards: None, next };
        let shown: Vec<String> = checks(&verified, 80).iter().map(|line| line.text()).collect();
        assert_eq!(
            shown,
            ["  ✗ no overlay is mounted on m", "  · lowers m a: this follows", "  · m/f does not exist: this follows"]
        );
        let mut heard = Vec::new();
        spoken(&verified, &mut heard).unwrap();
        let heard = String::from_utf8(heard).unwrap();
        assert!(heard.contains("\nWrong: lowers m a. It follows from this: no overlay is mounted on m.\n"), "{heard}");
    }
}

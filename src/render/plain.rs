//! Full sentences, one statement a line, for a screen reader: no tree glyphs, no mark without its word, no columns.

use crate::event::{Content, Event, Kind, Layer, Lower, Mark, Observation, Overlay, Row, State, Timed};
use crate::ground::{Name, Role};
use crate::render::{Renderer, markdown, trees, verdict, words};
use std::io::{self, Write};

/// What is wanted in sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlainOptions {
    /// Nothing is shortened: long command lines are told in full.
    pub full: bool,
    /// What the instructor says is told too.
    pub notes: bool,
}

/// Renders events as sentences.
#[derive(Debug, Default)]
pub struct Plain {
    options: PlainOptions,
    lesson: Option<u32>,
}

impl Plain {
    /// A renderer at the start of a run.
    pub fn new(options: PlainOptions) -> Plain {
        Plain { options, lesson: None }
    }

    /// A line that a shell or the kernel reads.
    fn code(&self, text: &str) -> String {
        if self.options.full { line(text) } else { line(&words::left_out(text)) }
    }
}

impl Renderer for Plain {
    fn event(&mut self, told: &Timed, out: &mut dyn Write) -> io::Result<()> {
        match &told.event {
            Event::Begin(begin) => {
                self.lesson = Some(begin.number);
                writeln!(out, "Lesson {}: {}.", begin.number, line(&begin.title))?;
                let role = match begin.role {
                    Role::Root => "root",
                    Role::User => "an ordinary user",
                };
                writeln!(
                    out,
                    "It has {} and takes about {}. It runs as {role} on Linux {}, with its files on {}.",
                    words::plural(begin.steps.into(), "step"),
                    words::plural(begin.minutes.into(), "minute"),
                    line(&begin.kernel),
                    line(&begin.scratch)
                )
            }
            Event::Intro { text } | Event::Prose { text } => out.write_all(markdown::spoken(text).as_bytes()),
            Event::Step { number, of, title } => writeln!(out, "\nStep {number} of {of}: {}.", line(title)),
            Event::Notes { text } if self.options.notes => {
                writeln!(out, "Notes for the instructor:")?;
                out.write_all(markdown::spoken(text).as_bytes())
            }
            Event::Notes { .. } => Ok(()),
            Event::Predict { statements } => {
                writeln!(out, "Before the commands run: what do you think?")?;
                for (number, statement) in (1..).zip(statements) {
                    writeln!(out, "Question {number}: {}", line(&words::question(statement)))?;
                }
                Ok(())
            }
            Event::Command { line: command, meant_to_fail, adapted } => {
                if let Some(expected) = meant_to_fail {
                    writeln!(out, "{}", line(&words::meant_to_fail(expected)))?;
                }
                writeln!(out, "Command: {}", self.code(command))?;
                if let Some(adapted) = adapted {
                    writeln!(out, "The lesson has a different line: {}", self.code(&adapted.from))?;
                    if let Some(why) = &adapted.why {
                        writeln!(out, "The reason: {}", line(why))?;
                    }
                }
                Ok(())
            }
            Event::Call(call) => writeln!(out, "System call: {}", self.code(&call.to_string())),
            Event::Output { text } => match text.lines().collect::<Vec<_>>().as_slice() {
                [] => Ok(()),
                [one] => writeln!(out, "It printed: {}", line(one)),
                several => {
                    writeln!(out, "It printed {}:", words::plural(several.len() as u64, "line"))?;
                    several.iter().try_for_each(|text| writeln!(out, "{}", line(text)))
                }
            },
            Event::Explained(failure) => {
                writeln!(out, "Failed: {}.", line(&failure.wanted))?;
                writeln!(out, "The call was: {}", self.code(&failure.call.to_string()))?;
                writeln!(out, "Why: {}", line(&failure.why))?;
                writeln!(out, "What to do: {}", line(&failure.fix))
            }
            Event::Warned { text } => writeln!(out, "Take note: {}", line(text)),
            Event::Mismatch { line: command, expected, found, status } => {
                writeln!(out, "This command did not do what the lesson says: {}", self.code(command))?;
                if let Some(status) = status {
                    writeln!(out, "{}", words::wrong_status(*status))?;
                }
                let difference = words::difference(expected, found, words::Blanks::Words);
                for (sign, text) in &difference.lines {
                    match sign {
                        '-' => writeln!(out, "Only in the lesson: {}", line(text))?,
                        '+' => writeln!(out, "Only printed here: {}", line(text))?,
                        _ => writeln!(out, "In both: {}", line(text))?,
                    }
                }
                difference.remarks.iter().try_for_each(|remark| writeln!(out, "{remark}"))
            }
            Event::Observation(observation) => observed(observation, false, out),
            Event::Marked { marks } => {
                for marked in marks {
                    let verdict = match marked.said {
                        None => "",
                        Some(said) if said == marked.holds => "Right: ",
                        Some(_) => "Wrong: ",
                    };
                    let said = words::said(marked).map(|said| format!(" {said}")).unwrap_or_default();
                    writeln!(out, "{verdict}{}{said}", line(&words::fact(marked)))?;
                }
                words::score(marks).map_or(Ok(()), |score| writeln!(out, "{score}"))
            }
            Event::Exercise { id, title, text } => {
                let number = self.lesson.map(|number| format!("{number}.")).unwrap_or_default();
                writeln!(out, "\n{number}{}: {}.", line(id), line(title))?;
                out.write_all(markdown::spoken(text).as_bytes())
            }
            Event::Verified(verified) => verdict::spoken(verified, out),
            Event::End { held } => writeln!(out, "\n{}", words::ended(*held)),
        }
    }

    fn observation(&mut self, observation: &Observation, out: &mut dyn Write) -> io::Result<()> {
        observed(observation, true, out)
    }
}

fn observed(observation: &Observation, with_work: bool, out: &mut dyn Write) -> io::Result<()> {
    if !observation.workspace.is_empty() {
        writeln!(out, "{}", holds("The workspace", "holds", &observation.workspace, layer_words))?;
    }
    for (index, overlay) in observation.overlays.iter().enumerate() {
        let twin = observation.overlays[..index].iter().find(|other| trees::same_lowers(other, overlay));
        tell(overlay, twin, out)?;
        if let Some(work) = overlay.work.as_ref().filter(|_| with_work) {
            writeln!(out, "Its work directory is {}.", words::called(work))?;
        }
    }
    for panel in &observation.panels {
        let rows: Vec<String> = panel.rows.iter().map(|row| words::panel_sentence(panel.kind, row)).collect();
        let rows = if rows.is_empty() { "none".to_string() } else { rows.join("; ") };
        writeln!(out, "Table, {}: {}.", words::panel_title(panel.kind), line(&rows))?;
    }
    words::tell(&observation.changes).iter().try_for_each(|told| writeln!(out, "{}", line(&told.text)))
}

fn tell(overlay: &Overlay, twin: Option<&Overlay>, out: &mut dyn Write) -> io::Result<()> {
    let mountpoint = words::called(&overlay.mountpoint);
    let count = words::layer_count(&overlay.lowers);
    let order = if count > 1 && twin.is_none() { ", told from the top down" } else { "" };
    let upper = match &overlay.upper {
        Some(layer) => format!("the upper layer {}", words::called(&layer.name)),
        None => "no upper layer".to_string(),
    };
    let read_only = if overlay.read_only { " It is read-only." } else { "" };
    writeln!(
        out,
        "The overlay on {mountpoint} has {upper} and {}{order}.{read_only}",
        words::plural(count, "lower layer")
    )?;
    if let Some(twin) = twin {
        writeln!(out, "Its lower layers are those of the overlay on {}.", words::called(&twin.mountpoint))?;
    }
    for lower in overlay.lowers.iter().filter(|_| twin.is_none()) {
        match lower {
            Lower::Layer(layer) => writeln!(out, "{}", layer_holds("lower", layer))?,
            Lower::Folded { layers, entries } => {
                writeln!(out, "Not told here: {}.", words::folded_layers(*layers, *entries))?;
            }
        }
    }
    if let Some(layer) = &overlay.upper {
        writeln!(out, "{}", layer_holds("upper", layer))?;
    }
    let name = overlay.upper.as_ref().map(|layer| &layer.name);
    let merged = |row: &Row| merged_words(row, name);
    writeln!(out, "{}", holds(&format!("The merged view {mountpoint}"), "shows", &overlay.merged, merged))?;
    overlay.troubles.iter().try_for_each(|trouble| writeln!(out, "Take note: {}", line(trouble)))
}

fn layer_holds(which: &str, layer: &Layer) -> String {
    holds(&format!("The {which} layer {}", words::called(&layer.name)), "holds", &layer.rows, layer_words)
}

/// `The upper layer up holds 2 entries: a; d/b, new, copied up and changed.`
fn holds(who: &str, verb: &str, rows: &[Row], words_of: impl Fn(&Row) -> Vec<String>) -> String {
    let there = rows.iter().filter(|row| row.mark != Some(Mark::Gone));
    let count = there.map(|row| if let Kind::Folded { entries } = row.kind { entries } else { 1 }).sum();
    if rows.is_empty() {
        return format!("{who} is empty.");
    }
    let mut above: Vec<Name> = Vec::new();
    let mut said = Vec::new();
    for row in rows {
        above.truncate(usize::from(row.depth));
        let path = above.last().cloned().unwrap_or_default().join(row.name.as_bytes());
        let mut parts = match &row.kind {
            Kind::Folded { entries } => vec![format!("{} not told here", words::folded_rows(*entries))],
            _ => vec![words::called(&path)],
        };
        if !matches!(row.kind, Kind::Folded { .. }) {
            parts.extend(kind_words(&row.kind));
            parts.extend(words_of(row));
        }
        said.push(parts.join(", "));
        above.push(path);
    }
    let noun = if count == 1 { "entry" } else { "entries" };
    format!("{who} {verb} {} {noun}: {}.", words::number(count), said.join("; "))
}

fn kind_words(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Directory => Some("a directory".to_string()),
        Kind::Whiteout { .. } => Some("a whiteout".to_string()),
        Kind::Symlink { target } => Some(format!("a symbolic link to {}", words::called(target))),
        Kind::Device { major, minor } => Some(format!("a device with the numbers {major} and {minor}")),
        other => words::own_kind(other).map(|kind| format!("a {kind}")),
    }
}

fn mark_word(row: &Row) -> Option<String> {
    let word = match row.mark? {
        Mark::New => "new",
        Mark::Changed => "changed just now",
        Mark::Gone => "gone now",
    };
    Some(word.to_string())
}

fn layer_words(row: &Row) -> Vec<String> {
    let mut parts: Vec<String> = mark_word(row).into_iter().collect();
    if row.mark == Some(Mark::Gone) {
        return parts;
    }
    let metacopy = row.states.contains(&State::Metacopy);
    parts.extend(row.states.iter().filter_map(|state| match state {
        State::Added | State::Metacopy => None,
        State::Replaced => Some("not copied up, hiding what is below".to_string()),
        State::CopiedUp { .. } if metacopy => Some("copied up, its metadata only".to_string()),
        State::CopiedUp { content: Content::Changed, .. } => Some("copied up and changed".to_string()),
        State::CopiedUp { metadata_changed: true, .. } => Some("copied up, its metadata changed".to_string()),
        State::CopiedUp { content: Content::Same, .. } => Some("copied up and unchanged".to_string()),
        State::CopiedUp { .. } => Some("copied up".to_string()),
        State::CopiedOrReplaced => Some("hiding what is below".to_string()),
        State::Opaque { .. } => Some("opaque, showing nothing from below".to_string()),
        State::Redirect { to } => Some(format!("taking its lower content from {}", words::called(to))),
        State::Mounted { kind } if kind == "nsfs" => Some("keeping a namespace".to_string()),
        State::Mounted { kind } => Some(format!("with {kind} mounted on it")),
    }));
    parts
}

fn merged_words(row: &Row, upper: Option<&Name>) -> Vec<String> {
    let mut parts: Vec<String> = mark_word(row).into_iter().collect();
    if row.mark == Some(Mark::Gone) {
        return parts;
    }
    let layer = |name: &Name| match Some(name) == upper {
        true => "the upper layer".to_string(),
        false => words::called(name),
    };
    if let Some(from) = &row.from {
        let mut givers = vec![layer(from)];
        givers.extend(row.with.iter().map(layer));
        parts.push(format!("from {}", words::and(&givers)));
    }
    if !row.hides.is_empty() {
        let names: Vec<String> = row.hides.iter().map(words::called).collect();
        let those = if names.len() == 1 { "the one" } else { "those" };
        parts.push(format!("hiding {those} in {}", words::and(&names)));
    }
    parts
}

/// One line, without anything that moves a cursor.
fn line(text: &str) -> String {
    crate::render::line::Line::of(crate::render::Role::Text, markdown::expand_tabs(text)).text()
}

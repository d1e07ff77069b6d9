//! Full sentences, one statement a line, for a screen reader: no tree glyphs, no mark without its word, no columns.

use crate::event::{Adapted, Content, Event, Kind, Layer, Lower, Mark, Marked, Observation, Overlay, Row, State};
use crate::ground::{Name, Role};
use crate::scene::markdown::sentence;
use crate::scene::surroundings::Surroundings;
use crate::scene::{Line, Look, markdown, trees, verdict, words};

/// Tells events in sentences. A sentence is one line, however long.
#[derive(Debug)]
pub struct Spoken {
    look: Look,
    lesson: Option<u32>,
    drawn: Surroundings,
    failure_told: words::FailureTold,
}

impl Spoken {
    /// At the start of a run.
    pub fn new(look: Look) -> Spoken {
        Spoken { look, lesson: None, drawn: Surroundings::default(), failure_told: Default::default() }
    }

    /// The lines that an event adds.
    pub fn lines(&mut self, event: &Event) -> Vec<Line> {
        let one = |text: String| vec![sentence(&text)];
        self.failure_told.note(event);
        match event {
            Event::Begin(begin) => {
                self.lesson = Some(begin.number);
                let role = match begin.role {
                    Role::Root => "root",
                    Role::User => "an ordinary user",
                };
                let (steps, minutes) = (words::plural(begin.steps.into(), "step"), begin.minutes.into());
                let minutes = words::plural(minutes, "minute");
                vec![
                    sentence(&format!("Lesson {}: {}.", begin.number, begin.title)),
                    sentence(&format!(
                        "It has {steps} and takes about {minutes}. It runs as {role} on Linux {}, with its files on {}.",
                        begin.kernel, begin.scratch
                    )),
                ]
            }
            Event::Intro { text } | Event::Prose { text } => markdown::spoken(text),
            Event::Step { number, of, title } => {
                vec![Line::new(), sentence(&format!("Step {number} of {of}: {title}."))]
            }
            Event::Notes { text } if self.look.notes => {
                [vec![sentence("Notes for the instructor:")], markdown::spoken(text)].concat()
            }
            Event::Notes { .. } => Vec::new(),
            Event::Predict { .. } if self.look.asks => Vec::new(),
            Event::Predict { statements } => {
                let questions = (1..).zip(statements);
                let questions = questions.map(|(number, one)| format!("Question {number}: {}", words::question(one)));
                let all = std::iter::once("Before the commands run: what do you think?".to_string()).chain(questions);
                all.map(|text| sentence(&text)).collect()
            }
            Event::Command { line, meant_to_fail, adapted } => {
                self.command(line, self.failure_told.left(meant_to_fail.is_some()), adapted.as_ref())
            }
            Event::Call(call) => one(format!("System call: {}", self.code(&call.to_string()))),
            Event::Output { text } => match text.lines().collect::<Vec<_>>().as_slice() {
                [] => Vec::new(),
                [line] => one(format!("It printed: {}", markdown::expand_tabs(line))),
                several => {
                    let count = words::plural(several.len() as u64, "line");
                    let lines = several.iter().map(|line| sentence(line));
                    std::iter::once(sentence(&format!("It printed {count}:"))).chain(lines).collect()
                }
            },
            Event::Explained(failure) => {
                let below = failure.lines().map(|(name, text)| match name {
                    "call" => sentence(&format!("The call was: {}", self.code(&text))),
                    "why" => sentence(&format!("Why: {text}")),
                    _ => sentence(&format!("What to do: {text}")),
                });
                std::iter::once(sentence(&format!("Failed: {}.", failure.wanted))).chain(below).collect()
            }
            Event::Warned { text } => one(format!("Take note: {text}")),
            Event::Mismatch { line, expected, found, status } => self.mismatch(line, expected, found, *status),
            Event::Observation(observation) if self.look.changed => {
                let (changed, rest) = self.drawn.around_changes(observation);
                let rest = rest.map(|rest| sentence(&format!("{rest}.")));
                observed(&changed, self.look.work).into_iter().chain(rest).collect()
            }
            Event::Observation(observation) => observed(observation, self.look.work),
            Event::Marked { marks } => marked(marks),
            Event::Hands(hands) => one(words::hands(hands)),
            Event::Detour(detour) => {
                let mut lines = one(format!("The class took a {}.", detour.title));
                lines.extend(words::other_numbers(&detour.others).iter().map(|said| sentence(said)));
                for tried in &detour.tried {
                    lines.push(sentence("The terminal showed:"));
                    lines.extend(tried.shown.lines().map(|line| sentence(&markdown::expand_tabs(line))));
                    lines.extend(tried.seen.iter().flat_map(|seen| observed(seen, self.look.work)));
                }
                lines
            }
            Event::Exercise { id, title, text } => {
                let number = self.lesson.map(|number| format!("{number}.")).unwrap_or_default();
                let heading = vec![Line::new(), sentence(&format!("{number}{id}: {title}."))];
                [heading, markdown::spoken(text)].concat()
            }
            Event::Verified(verified) => verdict::spoken(verified),
            Event::End { held } => vec![Line::new(), sentence(words::ended(*held))],
        }
    }

    /// A line that a shell or the kernel reads.
    fn code(&self, text: &str) -> String {
        let text = if self.look.full { text.to_string() } else { words::left_out(text) };
        markdown::expand_tabs(&text)
    }

    fn command(&self, line: &str, fails: Option<&str>, adapted: Option<&Adapted>) -> Vec<Line> {
        let mut lines: Vec<Line> = fails.map(sentence).into_iter().collect();
        lines.push(sentence(&format!("Command: {}", self.code(line))));
        if let Some(adapted) = adapted {
            lines.push(sentence(&format!("The lesson has a different line: {}", self.code(&adapted.from))));
            lines.extend(adapted.why.iter().map(|why| sentence(&format!("The reason: {why}"))));
        }
        lines
    }

    fn mismatch(&self, line: &str, expected: &str, found: &str, status: Option<i32>) -> Vec<Line> {
        let mut lines = vec![sentence(&format!("This command did not do what the lesson says: {}", self.code(line)))];
        lines.extend(status.map(|status| sentence(&words::wrong_status(status))));
        let difference = words::difference(expected, found, words::Blanks::Words);
        for (sign, text) in &difference.lines {
            let whose = match sign {
                '-' => "Only in the lesson",
                '+' => "Only printed here",
                _ => "In both",
            };
            lines.push(sentence(&format!("{whose}: {text}")));
        }
        lines.extend(difference.remarks.iter().map(|remark| sentence(remark)));
        lines
    }
}

fn marked(marks: &[Marked]) -> Vec<Line> {
    let fact = |marked: &Marked| {
        let verdict = match marked.said {
            None if marked.unknown => "Not known: ",
            None => "",
            Some(said) if said == marked.holds => "Right: ",
            Some(_) => "Wrong: ",
        };
        let said = words::said(marked).map(|said| format!(" {said}")).unwrap_or_default();
        format!("{verdict}{}{said}", words::fact(marked))
    };
    marks.iter().map(fact).chain(words::score(marks)).map(|text| sentence(&text)).collect()
}

fn observed(observation: &Observation, with_work: bool) -> Vec<Line> {
    let mut said = Vec::new();
    if !observation.workspace.is_empty() {
        said.push(holds("The workspace", "holds", &observation.workspace, layer_words));
    }
    for (index, overlay) in observation.overlays.iter().enumerate() {
        let twin = observation.overlays[..index].iter().find(|other| trees::same_lowers(other, overlay));
        tell(overlay, twin, &mut said);
        if let Some(work) = overlay.work.as_ref().filter(|_| with_work) {
            said.push(format!("Its work directory is {}.", words::called(work)));
        }
    }
    for panel in &observation.panels {
        let rows: Vec<String> = panel.rows.iter().map(|row| words::panel_sentence(panel.kind, row)).collect();
        let rows = if rows.is_empty() { "none".to_string() } else { rows.join("; ") };
        said.push(format!("Table, {}: {rows}.", words::panel_title(panel.kind)));
    }
    said.extend(words::tell(&observation.changes).into_iter().map(|told| told.text));
    said.iter().map(|text| sentence(text)).collect()
}

fn tell(overlay: &Overlay, twin: Option<&Overlay>, said: &mut Vec<String>) {
    let mountpoint = words::called(&overlay.mountpoint);
    let count = words::layer_count(&overlay.lowers);
    let order = if count > 1 && twin.is_none() { ", told from the top down" } else { "" };
    let upper = match &overlay.upper {
        Some(layer) => format!("the upper layer {}", words::called(&layer.name)),
        None => "no upper layer".to_string(),
    };
    let read_only = if overlay.read_only { " It is read-only." } else { "" };
    let lowers = words::plural(count, "lower layer");
    said.push(format!("The overlay on {mountpoint} has {upper} and {lowers}{order}.{read_only}"));
    if let Some(twin) = twin {
        said.push(format!("Its lower layers are those of the overlay on {}.", words::called(&twin.mountpoint)));
    }
    for lower in overlay.lowers.iter().filter(|_| twin.is_none()) {
        said.push(match lower {
            Lower::Layer(layer) => layer_holds("lower", layer),
            Lower::Folded { layers, entries } => {
                format!("Not told here: {}.", words::folded_layers(*layers, *entries))
            }
        });
    }
    if let Some(layer) = &overlay.upper {
        said.push(layer_holds("upper", layer));
    }
    let name = overlay.upper.as_ref().map(|layer| &layer.name);
    let merged = |row: &Row| merged_words(row, name);
    said.push(holds(&format!("The merged view {mountpoint}"), "shows", &overlay.merged, merged));
    said.extend(overlay.troubles.iter().map(|trouble| format!("Take note: {trouble}")));
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

//! What was seen after a step, as a picture (SVG): drawn from the observation, never by hand.
//!
//! Layers lie on each other as an overlay has them, with a line from each entry of the merged view to the layer that gives it
//! (`layers`); what a lesson's tables say of roots, namespaces, processes, ids, networks, cgroups and stored images are boxes, a file each.
//! Words and marks are in the picture, so it can be read without its colours; all of it is in words for a screen reader too.

mod canvas;
mod cgroups;
mod ids;
mod images;
mod layers;
mod namespaces;
mod nested;
mod networks;
mod processes;
mod roots;
mod table;

use crate::event::{Event, Observation, PanelKind, Timed};
use crate::ground::Shown;
use crate::paint::Painter;
use crate::paint::html::html;
use crate::scene::{Line, Look, Role, Spoken, hanging, words};
pub(super) use canvas::Said;
use canvas::{Canvas, Drawing};
use std::io;

/// Between two drawings, and around all of them.
const GAP: usize = 16;

/// The picture of an observation, after the one before it; nothing where it shows no more than a list of names does.
pub(super) fn drawn(observation: &Observation, before: Option<&Observation>) -> Option<Drawing> {
    let mut all: Vec<Drawing> = observation.overlays.iter().map(layers::overlay).collect();
    all.extend(roots::roots(observation, before));
    let processes = table::of(observation, PanelKind::Processes);
    all.extend(match table::of(observation, PanelKind::Namespaces) {
        Some(panel) => Some(namespaces::namespaces(panel, processes)),
        None => processes.map(processes::processes),
    });
    all.extend(table::of(observation, PanelKind::Ids).and_then(ids::ids));
    all.extend(networks::networks(observation, before));
    all.extend(table::of(observation, PanelKind::Cgroup).map(cgroups::cgroups));
    all.extend(table::of(observation, PanelKind::Image).map(images::images));
    (!all.is_empty()).then(|| Drawing::below_each_other(all, GAP))
}

/// All that is drawn, in words, as HTML.
pub(super) fn in_words(observation: &Observation, before: Option<&Observation>) -> String {
    let is_of_roots = |kind| matches!(kind, PanelKind::Root | PanelKind::Mounts);
    let changed = observation
        .panels
        .iter()
        .any(|panel| is_of_roots(panel.kind) && panel.rows.iter().any(|row| row.mark.is_some()));
    let before = before.filter(|_| changed).map(|before| {
        let panels = before.still().panels.into_iter().filter(|panel| is_of_roots(panel.kind)).collect();
        Observation { panels, ..Observation::default() }
    });
    let spoken = |seen: Observation| Spoken::new(Look::default()).lines(&Event::Observation(seen));
    let was = before.map(spoken).unwrap_or_default();
    let mut said: Vec<String> = was.iter().map(|line| format!("Before: {}", line.text())).collect();
    said.extend(spoken(observation.clone()).iter().map(Line::text));
    said.extend(words::network_sentences(&observation.networks));
    html(&said.join(" "))
}

/// Writes one picture at the end: of the last thing that was seen, under the commands that led to it. Who wants that of one
/// step gives the events of that step alone.
pub(super) struct Svg {
    lesson: String,
    step: String,
    commands: Vec<String>,
    seen: Option<Observation>,
    /// What was there when the step began.
    before: Option<Observation>,
}

impl Svg {
    pub(super) fn new() -> Svg {
        Svg { lesson: String::new(), step: String::new(), commands: Vec::new(), seen: None, before: None }
    }

    fn picture(&self) -> String {
        let seen = self.seen.clone().unwrap_or_default();
        let commands = (!self.commands.is_empty()).then(|| {
            let mut canvas = Canvas::new();
            for command in &self.commands {
                canvas.line("b", &format!("$ {}", words::left_out(command)));
            }
            canvas.drawing()
        });
        let workspace = (!seen.workspace.is_empty()).then(|| layers::workspace(&seen.workspace));
        let told = words::tell(&seen.changes);
        let told = (!told.is_empty()).then(|| {
            let mut canvas = Canvas::new();
            for told in told {
                let sign = Line::of(Role::Text, format!("{} ", told.sign.mark()));
                for line in hanging(canvas::LONGEST, &sign, &Line::of(Role::Text, told.text)) {
                    canvas.line("", &line.text());
                }
            }
            canvas.drawing()
        });
        let before = self.before.as_ref();
        let all =
            Drawing::below_each_other([commands, workspace, drawn(&seen, before), told].into_iter().flatten(), GAP);
        let title = if self.step.is_empty() { self.lesson.clone() } else { format!("{}: {}", self.lesson, self.step) };
        all.svg(&Said { title: html(&title), text: in_words(&seen, before) }, true)
    }
}

impl Painter for Svg {
    fn paint(&mut self, told: &Timed) -> io::Result<Shown> {
        match &told.event {
            Event::Begin(begin) => self.lesson = format!("{} {}", begin.number, begin.title),
            Event::Step { title, .. } => {
                self.step.clone_from(title);
                self.commands.clear();
                self.before.clone_from(&self.seen);
            }
            Event::Command { line, .. } => self.commands.push(line.clone()),
            Event::Observation(observation) => self.seen = Some(observation.clone()),
            Event::End { .. } => return Ok(Shown::from(self.picture() + "\n")),
            _ => {}
        }
        Ok(Shown::new())
    }
}

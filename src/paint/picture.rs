//! What was seen after a step, as a picture (SVG): drawn from the observation, never by hand.
//!
//! Layers lie on each other as an overlay has them, with a line from each entry of the merged view to the layer that gives it
//! (`layers`); what a lesson's tables say of roots, namespaces, networks and cgroups are boxes (`boxes`). Words and marks
//! are in the picture, so it can be read without its colours; all of it is in words for a screen reader too.

mod boxes;
mod canvas;
mod layers;

use crate::event::{Event, Observation, Timed};
use crate::ground::Shown;
use crate::paint::Painter;
use crate::paint::html::html;
use crate::scene::{Line, Look, Role, Spoken, hanging, words};
pub(super) use canvas::Said;
use canvas::{Canvas, Drawing};
use std::io;

/// Between two drawings, and around all of them.
const GAP: usize = 16;

/// The picture of an observation; nothing where it shows no more than a list of names does.
pub(super) fn drawn(observation: &Observation) -> Option<Drawing> {
    let overlays = observation.overlays.iter().map(layers::overlay);
    let all: Vec<Drawing> = overlays.chain(observation.panels.iter().filter_map(boxes::panel)).collect();
    (!all.is_empty()).then(|| Drawing::below_each_other(all, GAP))
}

/// Writes one picture at the end: of the last thing that was seen, under the commands that led to it. Who wants that of one
/// step gives the events of that step alone.
pub(super) struct Svg {
    lesson: String,
    step: String,
    commands: Vec<String>,
    seen: Option<Observation>,
}

impl Svg {
    pub(super) fn new() -> Svg {
        Svg { lesson: String::new(), step: String::new(), commands: Vec::new(), seen: None }
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
        let all = Drawing::below_each_other([commands, workspace, drawn(&seen), told].into_iter().flatten(), GAP);
        let spoken = Spoken::new(Look::default()).lines(&Event::Observation(seen));
        let text: Vec<String> = spoken.iter().map(|line| html(&line.text())).collect();
        let title = if self.step.is_empty() { self.lesson.clone() } else { format!("{}: {}", self.lesson, self.step) };
        all.svg(&Said { title: html(&title), text: text.join(" ") }, true)
    }
}

impl Painter for Svg {
    fn paint(&mut self, told: &Timed) -> io::Result<Shown> {
        match &told.event {
            Event::Begin(begin) => self.lesson = format!("{} {}", begin.number, begin.title),
            Event::Step { title, .. } => {
                self.step.clone_from(title);
                self.commands.clear();
            }
            Event::Command { line, .. } => self.commands.push(line.clone()),
            Event::Observation(observation) => self.seen = Some(observation.clone()),
            Event::End { .. } => return Ok(Shown::from(self.picture() + "\n")),
            _ => {}
        }
        Ok(Shown::new())
    }
}

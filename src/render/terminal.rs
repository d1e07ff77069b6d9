//! The terminal as a person sees it: in the width and with the colours that the caller names.
//!
//! Every event becomes a block of [`Line`]s; blocks of different kinds are set apart by one blank line, commands that
//! follow each other are not. No line is wider than the terminal, so nothing is wrapped by it.

use crate::event::{Adapted, Begin, Event, Marked, Observation, Statement, Timed};
use crate::ground::{Call, Failure, Role as RunBy};
use crate::render::line::{Line, head};
use crate::render::style::{Paint, Role};
use crate::render::{Renderer, markdown, panels, trees, verdict, words};
use std::io::{self, Write};

/// How the terminal is, and what is wanted on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Columns.
    pub width: usize,
    /// Colours and other styles.
    pub colour: bool,
    /// Nothing is shortened: long command lines stand in full.
    pub full: bool,
    /// What the instructor says is shown too.
    pub notes: bool,
    /// Somebody is asked for predictions, and sees the statements there.
    pub asks: bool,
}

impl Default for TerminalOptions {
    fn default() -> TerminalOptions {
        TerminalOptions { width: 80, colour: false, full: false, notes: false, asks: false }
    }
}

/// Renders events for a terminal.
#[derive(Debug)]
pub struct Terminal {
    options: TerminalOptions,
    paint: Paint,
    /// Number and title of the lesson, for the right of each header.
    lesson: Option<(u32, String)>,
    before: Block,
}

/// What was written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Nothing,
    Command,
    Other,
}

impl Terminal {
    /// A renderer at the start of a run.
    pub fn new(options: TerminalOptions) -> Terminal {
        let options = TerminalOptions { width: options.width.max(1), ..options };
        Terminal { options, paint: Paint::new(options.colour), lesson: None, before: Block::Nothing }
    }

    fn write(&mut self, block: Block, lines: Vec<Line>, out: &mut dyn Write) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        if self.before != Block::Nothing && !(self.before == Block::Command && block == Block::Command) {
            writeln!(out)?;
        }
        self.before = block;
        for line in lines {
            writeln!(out, "{}", line.paint(self.paint))?;
        }
        Ok(())
    }

    fn prose(&mut self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let lines = markdown::lines(text, self.options.width, self.paint.colour());
        self.write(Block::Other, lines, out)
    }

    /// Text that hangs under its first line.
    fn hanging(&self, first: &Line, text: &Line) -> Vec<Line> {
        hanging(self.options.width, first, text)
    }

    fn begin(&mut self, begin: &Begin) -> Vec<Line> {
        self.lesson = Some((begin.number, begin.title.clone()));
        let number = Line::of(Role::Heading, format!("{}  ", begin.number));
        let mut lines = self.hanging(&number, &Line::of(Role::Heading, &begin.title));
        let role = match begin.role {
            RunBy::Root => "as root",
            RunBy::User => "as an ordinary user",
        };
        let about = format!(
            "{}, about {}; Linux {}, {role}, files on {}",
            words::plural(begin.steps.into(), "step"),
            words::plural(begin.minutes.into(), "minute"),
            begin.kernel,
            begin.scratch
        );
        let indent = Line::of(Role::Text, " ".repeat(number.width()));
        lines.extend(self.hanging(&indent, &Line::of(Role::Quiet, about)));
        lines
    }

    fn step(&self, number: u32, of: u32, title: &str) -> Vec<Line> {
        let place = Line::of(Role::Quiet, format!("{number} of {of}  "));
        let title = Line::of(Role::Heading, title);
        let left = place.width() + title.width();
        let lesson = self.lesson.as_ref().map(|(number, title)| Line::of(Role::Quiet, format!("{number} {title}")));
        match lesson {
            Some(lesson) if left + 3 + lesson.width() <= self.options.width => {
                let mut line = place;
                line.append(title);
                line.pad(self.options.width - lesson.width());
                line.append(lesson);
                vec![line]
            }
            _ => self.hanging(&place, &title),
        }
    }

    fn command(&self, line: &str, meant_to_fail: Option<&str>, adapted: Option<&Adapted>) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(expected) = meant_to_fail {
            let indent = Line::of(Role::Text, "  ");
            lines.extend(self.hanging(&indent, &Line::of(Role::Warning, words::meant_to_fail(expected))));
        }
        let prompt = Line::of(Role::Glyph, "  $ ");
        lines.extend(self.code(&prompt, 6, Role::Command, line));
        if let Some(adapted) = adapted {
            let label = Line::of(Role::Hint, "    the lesson has  ");
            lines.extend(self.code(&label, 6, Role::Hint, &adapted.from));
            if let Some(why) = &adapted.why {
                let label = Line::of(Role::Hint, "    because  ");
                lines.extend(hanging_by(self.options.width, &label, 6, &Line::of(Role::Hint, why)));
            }
        }
        lines
    }

    /// A line that a shell or the kernel reads: broken where its parts end, and shortened where it is very long.
    fn code(&self, first: &Line, by: usize, role: Role, text: &str) -> Vec<Line> {
        let width = self.options.width;
        let text = if self.options.full { text.to_string() } else { words::left_out(text) };
        let rest = Line::of(Role::Text, " ".repeat(by.min(width / 3)));
        let mut lines = Vec::new();
        let mut next = first.clone();
        if first.width() * 3 > width * 2 {
            lines.extend(first.wrap(width, &Line::new(), &Line::new()));
            next = rest.clone();
        }
        let text = Line::of(role, markdown::expand_tabs(&text)).text();
        let mut left = text.as_str();
        while !left.is_empty() {
            let mut line = std::mem::replace(&mut next, rest.clone());
            let end = break_at(left, width.saturating_sub(line.width()).max(1));
            line.push(role, left[..end].trim_end());
            lines.push(line.cut(width));
            left = left[end..].trim_start();
        }
        lines
    }

    fn call(&self, call: &Call) -> Vec<Line> {
        self.code(&Line::of(Role::Text, " ".repeat(6.min(self.options.width / 3))), 8, Role::Syscall, &call.to_string())
    }

    fn output(&self, text: &str) -> Vec<Line> {
        let blank = |count: usize| Line::of(Role::Text, " ".repeat(count.min(self.options.width / 3)));
        let wrap = |line: &str| {
            let line = Line::of(Role::Output, markdown::expand_tabs(line));
            line.wrap(self.options.width, &blank(4), &blank(6))
        };
        text.lines().flat_map(wrap).collect()
    }

    fn mismatch(&self, line: &str, expected: &str, found: &str, status: Option<i32>) -> Vec<Line> {
        let mut lines = self.hanging(
            &Line::of(Role::Wrong, "  ✗ "),
            &Line::of(Role::Wrong, format!("{} did not do what the lesson says", words::left_out(line))),
        );
        let indent = Line::of(Role::Text, "    ");
        if let Some(status) = status {
            lines.extend(self.hanging(&indent, &Line::of(Role::Text, words::wrong_status(status))));
        }
        let difference = words::difference(expected, found, words::Blanks::Signs);
        if !difference.lines.is_empty() {
            lines.extend(self.hanging(&indent, &Line::of(Role::Quiet, "- the lesson's lines   + what was printed")));
        }
        for (sign, text) in &difference.lines {
            let role = match sign {
                '-' => Role::Error,
                '+' => Role::Added,
                _ => Role::Output,
            };
            let first = Line::of(Role::Text, "    ").with(role, format!("{sign} "));
            lines.extend(hanging_by(self.options.width, &first, 8, &Line::of(role, text)));
        }
        for remark in &difference.remarks {
            lines.extend(self.hanging(&indent, &Line::of(Role::Quiet, remark)));
        }
        lines
    }

    fn predict(&self, statements: &[Statement]) -> Vec<Line> {
        let mut lines = self.hanging(
            &Line::of(Role::Text, "  "),
            &Line::of(Role::Heading, "Before the commands run: what do you think?"),
        );
        for (number, statement) in (1..).zip(statements) {
            let first = Line::of(Role::Glyph, format!("  {number}. "));
            lines.extend(self.hanging(&first, &Line::of(Role::Text, words::question(statement))));
        }
        lines
    }

    fn marked(&self, marks: &[Marked]) -> Vec<Line> {
        let mut lines = Vec::new();
        for marked in marks {
            let (role, sign) = match marked.said {
                None => (Role::Glyph, "•"),
                Some(said) if said == marked.holds => (Role::Right, "✓"),
                Some(_) => (Role::Wrong, "✗"),
            };
            let mut text = Line::of(Role::Text, words::fact(marked));
            if let Some(said) = words::said(marked) {
                text.push(Role::Quiet, &format!(" {said}"));
            }
            lines.extend(self.hanging(&Line::of(Role::Text, "  ").with(role, format!("{sign} ")), &text));
        }
        if let Some(score) = words::score(marks) {
            lines.extend(self.hanging(&Line::of(Role::Text, "  "), &Line::of(Role::Quiet, score)));
        }
        lines
    }

    fn observed(&self, observation: &Observation, with_work: bool) -> Vec<Line> {
        let mut lines = trees::draw(observation, self.options.width, with_work);
        let tables = panels::draw(&observation.panels, self.options.width);
        if !lines.is_empty() && !tables.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(tables);
        let told = told(observation, self.options.width);
        if !lines.is_empty() && !told.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(told);
        lines
    }
}

/// What is different from the look before, a sentence each.
pub(super) fn told(observation: &Observation, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for told in words::tell(&observation.changes) {
        let (sign, text) = match (told.quiet, told.sign) {
            (true, _) => (Role::Quiet, Role::Quiet),
            (_, words::Sign::New) => (Role::Added, Role::Text),
            (_, words::Sign::Changed) => (Role::Changed, Role::Text),
            (_, words::Sign::Gone) => (Role::Error, Role::Text),
            (_, words::Sign::Whiteout) => (Role::Whiteout, Role::Text),
            (_, words::Sign::Care) => (Role::Warning, Role::Text),
            (_, words::Sign::More) => (Role::Quiet, Role::Quiet),
        };
        let first = Line::of(sign, told.sign.mark()).with(Role::Text, " ");
        lines.extend(hanging(width, &first, &Line::of(text, told.text)));
    }
    lines
}

impl Renderer for Terminal {
    fn event(&mut self, told: &Timed, out: &mut dyn Write) -> io::Result<()> {
        match &told.event {
            Event::Begin(begin) => {
                let lines = self.begin(begin);
                self.write(Block::Other, lines, out)
            }
            Event::Intro { text } | Event::Prose { text } => self.prose(text, out),
            Event::Step { number, of, title } => {
                if self.before != Block::Nothing {
                    writeln!(out)?;
                }
                self.write(Block::Other, self.step(*number, *of, title), out)
            }
            Event::Notes { text } if self.options.notes => {
                let width = self.options.width.saturating_sub(2).max(1);
                let mut lines = vec![Line::of(Role::Hint, "┃ notes").cut(self.options.width)];
                for line in markdown::lines(text, width, self.paint.colour()) {
                    let mut barred = Line::of(Role::Hint, "┃ ");
                    barred.append(line);
                    lines.push(barred.cut(self.options.width));
                }
                self.write(Block::Other, lines, out)
            }
            Event::Notes { .. } => Ok(()),
            Event::Predict { .. } if self.options.asks => Ok(()),
            Event::Predict { statements } => self.write(Block::Other, self.predict(statements), out),
            Event::Command { line, meant_to_fail, adapted } => {
                if meant_to_fail.is_some() && self.before == Block::Command {
                    self.before = Block::Other;
                }
                let lines = self.command(line, meant_to_fail.as_deref(), adapted.as_ref());
                self.write(Block::Command, lines, out)
            }
            Event::Call(call) => self.write(Block::Command, self.call(call), out),
            Event::Output { text } => self.write(Block::Command, self.output(text), out),
            Event::Explained(failure) => {
                let lines = explained(failure, self.options.width, Line::of(Role::Text, "    "));
                self.write(Block::Other, lines, out)
            }
            Event::Warned { text } => {
                let first = Line::of(Role::Warning, "  ! ");
                self.write(Block::Other, self.hanging(&first, &Line::of(Role::Text, text)), out)
            }
            Event::Mismatch { line, expected, found, status } => {
                self.write(Block::Other, self.mismatch(line, expected, found, *status), out)
            }
            Event::Observation(observation) => self.write(Block::Other, self.observed(observation, false), out),
            Event::Marked { marks } => self.write(Block::Other, self.marked(marks), out),
            Event::Exercise { id, title, text } => {
                let number = self.lesson.as_ref().map(|(number, _)| format!("{number}.")).unwrap_or_default();
                let first = Line::of(Role::Heading, format!("{number}{id}  "));
                let lines = self.hanging(&first, &Line::of(Role::Heading, title));
                self.write(Block::Other, lines, out)?;
                self.prose(text, out)
            }
            Event::Verified(verified) => {
                let lines = verdict::lines(verified, self.options.width, self.paint.colour());
                self.write(Block::Other, lines, out)
            }
            Event::End { held } => {
                let (role, sign) = if *held { (Role::Right, "✓ ") } else { (Role::Wrong, "✗ ") };
                let text = Line::of(Role::Text, words::ended(*held));
                self.write(Block::Other, self.hanging(&Line::of(role, sign), &text), out)
            }
        }
    }

    fn observation(&mut self, observation: &Observation, out: &mut dyn Write) -> io::Result<()> {
        self.write(Block::Other, self.observed(observation, true), out)
    }
}

/// A failure in four lines, for stderr: `error: …`, then the call, why it failed, and what to do.
pub fn failure(failure: &Failure, width: usize, paint: Paint) -> String {
    let lines = explained(failure, width.max(1), Line::of(Role::Error, "error: "));
    lines.iter().map(|line| line.paint(paint) + "\n").collect()
}

fn explained(failure: &Failure, width: usize, first: Line) -> Vec<Line> {
    // Within a lesson the block is indented as output is; alone, only its three lines are.
    let indent = if first.paint(Paint::new(false)).is_empty() { first.width() } else { 0 };
    let label = |text: &str| Line::of(Role::Text, " ".repeat(indent)).with(Role::Quiet, format!("  {text}  "));
    let mut lines = hanging(width, &first, &Line::of(Role::Heading, &failure.wanted));
    for (name, role, text) in [
        ("call", Role::Syscall, words::left_out(&failure.call.to_string())),
        ("why ", Role::Text, failure.why.clone()),
        ("fix ", Role::Text, failure.fix.clone()),
    ] {
        lines.extend(hanging(width, &label(name), &Line::of(role, text)));
    }
    lines
}

pub(super) fn hanging(width: usize, first: &Line, text: &Line) -> Vec<Line> {
    hanging_by(width, first, first.width(), text)
}

/// Text behind `first`, the lines after it indented by `by`; less where the terminal is too narrow for that.
fn hanging_by(width: usize, first: &Line, by: usize, text: &Line) -> Vec<Line> {
    let rest = Line::of(Role::Text, " ".repeat(by.min(width / 3)));
    if first.width() * 2 <= width {
        return text.wrap(width, first, &rest);
    }
    let mut all = first.clone();
    all.append(text.clone());
    all.wrap(width, &Line::new(), &rest)
}

/// Where to break a line that a shell reads: behind a blank, else behind a comma, a colon or a slash, else anywhere.
fn break_at(text: &str, room: usize) -> usize {
    let fits = head(text, room).len();
    if fits == text.len() {
        return fits;
    }
    let fits = if fits == 0 { text.chars().next().map_or(0, char::len_utf8) } else { fits };
    // One more character may be a blank, which takes no room at the end of a line.
    if text[fits..].starts_with(' ') {
        return fits;
    }
    let behind = |sign: char| text[..fits].rfind(sign).map(|at| at + sign.len_utf8());
    let far_enough = |at: &usize| *at > fits / 4;
    [' ', ',', ':', '/'].into_iter().find_map(|sign| behind(sign).filter(far_enough)).unwrap_or(fits)
}

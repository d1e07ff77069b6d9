//! What a person sees of a run, in the width that the caller names.
//!
//! Every event becomes a block of [`Line`]s; blocks of different kinds are set apart by one blank line, commands that
//! follow each other are not. No line is wider than the look says, so no terminal wraps it.

use crate::event::{Adapted, Begin, Detour, Event, Marked, Observation, Statement};
use crate::ground::{Call, Role as RunBy};
use crate::scene::failure::explained;
use crate::scene::line::{hanging, hanging_by, head};
use crate::scene::surroundings::Surroundings;
use crate::scene::{Line, Look, Role, markdown, panels, trees, verdict, words};

/// Lays out events for the eye.
#[derive(Debug)]
pub struct Screen {
    look: Look,
    /// Number and title of the lesson, for the right of each header.
    lesson: Option<(u32, String)>,
    before: Block,
    /// What was drawn before, where only what changed is drawn.
    drawn: Surroundings,
    failure_told: words::FailureTold,
}

/// What was laid out last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Nothing,
    Command,
    Other,
}

impl Screen {
    /// A screen at the start of a run.
    pub fn new(look: Look) -> Screen {
        let look = Look { width: look.width.clamp(1, Look::WIDEST), ..look };
        Screen {
            look,
            lesson: None,
            before: Block::Nothing,
            drawn: Surroundings::default(),
            failure_told: Default::default(),
        }
    }

    /// Commands that are not run yet.
    pub fn ahead(&self, commands: &[String]) -> Vec<Line> {
        commands.iter().flat_map(|line| self.command(line, None, None)).collect()
    }

    /// A question about what will hold, the first line of it with its number.
    pub fn question(&self, number: usize, statement: &Statement) -> Vec<Line> {
        let first = Line::of(Role::Glyph, format!("  {number}. "));
        self.hanging(&first, &Line::of(Role::Text, words::question(statement)))
    }

    /// What a key does.
    pub fn hint(&self, text: &str) -> Vec<Line> {
        Line::of(Role::Hint, text).wrap(self.look.width, &Line::of(Role::Text, "  "), &Line::of(Role::Text, "  "))
    }

    /// The lines that an event adds.
    pub fn lines(&mut self, event: &Event) -> Vec<Line> {
        self.failure_told.note(event);
        let (block, lines) = self.block(event);
        if lines.is_empty() {
            return lines;
        }
        let follows = self.before == Block::Nothing || (self.before == Block::Command && block == Block::Command);
        let blank = if follows { None } else { Some(Line::new()) };
        self.before = block;
        blank.into_iter().chain(lines).collect()
    }

    fn block(&mut self, event: &Event) -> (Block, Vec<Line>) {
        let lines = match event {
            Event::Begin(begin) => self.begin(begin),
            Event::Intro { text } | Event::Prose { text } => self.prose(text),
            Event::Step { number, of, title } => {
                let blank = (self.before != Block::Nothing).then(Line::new);
                blank.into_iter().chain(self.step(*number, *of, title)).collect()
            }
            Event::Notes { text } if self.look.notes => self.notes(text),
            Event::Notes { .. } => Vec::new(),
            Event::Predict { .. } if self.look.asks => Vec::new(),
            Event::Predict { statements } => self.predict(statements),
            Event::Command { line, meant_to_fail, adapted } => {
                let fails = self.failure_told.left(meant_to_fail.is_some());
                if fails.is_some() && self.before == Block::Command {
                    self.before = Block::Other;
                }
                return (Block::Command, self.command(line, fails, adapted.as_ref()));
            }
            Event::Call(call) => return (Block::Command, self.call(call)),
            Event::Output { text } => return (Block::Command, self.output(text)),
            Event::Explained(failure) => explained(failure, self.look.width, Line::of(Role::Text, "    ")),
            Event::Warned { text } => self.hanging(&Line::of(Role::Warning, "  ! "), &Line::of(Role::Text, text)),
            Event::Mismatch { line, expected, found, status } => self.mismatch(line, expected, found, *status),
            Event::Observation(observation) if self.look.changed => {
                let (changed, rest) = self.drawn.around_changes(observation);
                let mut lines = self.observed(&changed);
                if let Some(rest) = rest {
                    let told = !changed.changes.is_empty() || lines.is_empty();
                    lines.extend((!told).then(Line::new));
                    lines.extend(self.hanging(&Line::new(), &Line::of(Role::Quiet, rest)));
                }
                lines
            }
            Event::Observation(observation) => self.observed(observation),
            Event::Marked { marks } => self.marked(marks),
            Event::Hands(hands) => {
                self.hanging(&Line::of(Role::Glyph, "  ◆ "), &Line::of(Role::Text, words::hands(hands)))
            }
            Event::Detour(detour) => self.detour(detour),
            Event::Exercise { id, title, text } => {
                let number = self.lesson.as_ref().map(|(number, _)| format!("{number}.")).unwrap_or_default();
                let first = Line::of(Role::Heading, format!("{number}{id}  "));
                let heading = self.hanging(&first, &Line::of(Role::Heading, title));
                let text = self.prose(text);
                let blank = (!text.is_empty()).then(Line::new);
                heading.into_iter().chain(blank).chain(text).collect()
            }
            Event::Verified(verified) => verdict::lines(verified, self.look.width, self.look.styled),
            Event::End { held } => {
                let (role, sign) = if *held { (Role::Right, "✓ ") } else { (Role::Wrong, "✗ ") };
                self.hanging(&Line::of(role, sign), &Line::of(Role::Text, words::ended(*held)))
            }
        };
        (Block::Other, lines)
    }

    /// What somebody tried out, command after command, with the trees that it led to.
    fn detour(&self, detour: &Detour) -> Vec<Line> {
        let mut lines = self.hanging(&Line::of(Role::Warning, "  ◆ "), &Line::of(Role::Strong, &detour.title));
        if let Some(said) = words::other_numbers(&detour.others) {
            lines.extend(self.hanging(&Line::of(Role::Text, "    "), &Line::of(Role::Quiet, said)));
        }
        let mut drawn = Surroundings::default();
        for tried in &detour.tried {
            lines.push(Line::new());
            lines.extend(self.output(&tried.shown));
            let seen = tried.seen.as_ref().map(|seen| self.observed(&drawn.around_changes(seen).0));
            if let Some(seen) = seen.filter(|seen| !seen.is_empty()) {
                lines.push(Line::new());
                lines.extend(seen);
            }
        }
        lines
    }

    fn notes(&self, text: &str) -> Vec<Line> {
        let width = self.look.width.saturating_sub(2).max(1);
        let mut lines = vec![Line::of(Role::Hint, "┃ notes").cut(self.look.width)];
        for line in markdown::lines(text, width, self.look.styled) {
            let mut barred = Line::of(Role::Hint, "┃ ");
            barred.append(line);
            lines.push(barred.cut(self.look.width));
        }
        lines
    }

    fn prose(&self, text: &str) -> Vec<Line> {
        markdown::lines(text, self.look.width, self.look.styled)
    }

    fn hanging(&self, first: &Line, text: &Line) -> Vec<Line> {
        hanging(self.look.width, first, text)
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
            Some(lesson) if left + 3 + lesson.width() <= self.look.width => {
                let mut line = place;
                line.append(title);
                line.pad(self.look.width - lesson.width());
                line.append(lesson);
                vec![line]
            }
            _ => self.hanging(&place, &title),
        }
    }

    fn command(&self, line: &str, fails: Option<&str>, adapted: Option<&Adapted>) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(fails) = fails {
            let indent = Line::of(Role::Text, "  ");
            lines.extend(self.hanging(&indent, &Line::of(Role::Warning, fails)));
        }
        let prompt = Line::of(Role::Glyph, "  $ ");
        lines.extend(self.code(&prompt, 6, Role::Command, line));
        if let Some(adapted) = adapted {
            let label = Line::of(Role::Hint, "    the lesson has  ");
            lines.extend(self.code(&label, 6, Role::Hint, &adapted.from));
            if let Some(why) = &adapted.why {
                let label = Line::of(Role::Hint, "    because  ");
                lines.extend(hanging_by(self.look.width, &label, 6, &Line::of(Role::Hint, why)));
            }
        }
        lines
    }

    /// A line that a shell or the kernel reads: broken where its parts end, and shortened where it is very long.
    fn code(&self, first: &Line, by: usize, role: Role, text: &str) -> Vec<Line> {
        let width = self.look.width;
        let text = if self.look.full { text.to_string() } else { words::left_out(text) };
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
        self.code(&Line::of(Role::Text, " ".repeat(6.min(self.look.width / 3))), 8, Role::Syscall, &call.to_string())
    }

    fn output(&self, text: &str) -> Vec<Line> {
        let blank = |count: usize| Line::of(Role::Text, " ".repeat(count.min(self.look.width / 3)));
        let wrap = |line: &str| {
            let line = Line::of(Role::Output, markdown::expand_tabs(line));
            line.wrap(self.look.width, &blank(4), &blank(6))
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
            lines.extend(hanging_by(self.look.width, &first, 8, &Line::of(role, text)));
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
        lines.extend((1..).zip(statements).flat_map(|(number, statement)| self.question(number, statement)));
        lines
    }

    fn marked(&self, marks: &[Marked]) -> Vec<Line> {
        let mut lines = Vec::new();
        for marked in marks {
            let (role, sign) = match marked.said {
                None if marked.unknown => (Role::Quiet, "?"),
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

    fn observed(&self, observation: &Observation) -> Vec<Line> {
        let mut lines = trees::draw(observation, self.look.width, self.look.work);
        let tables = panels::draw(&observation.panels, self.look.width);
        if !lines.is_empty() && !tables.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(tables);
        let told = told(observation, self.look.width);
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

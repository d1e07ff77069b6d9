//! A beat of a lesson on one screen, for a class: what is said, what will be run or what came of it, and the trees.
//!
//! Commands and what they changed are on the screen whatever its height. Where all of it does not fit, the text scrolls, then
//! output is shortened to its first lines, then trees are; and every line that is left out is counted. From [`WIDE`] columns on
//! text and commands stand beside each other, above the trees.

use crate::event::{Event, Marked, Observation, Statement};
use crate::scene::line::hanging;
use crate::scene::screen::told;
use crate::scene::surroundings::Surroundings;
use crate::scene::{Line, Look, Role, Screen, markdown, panels, trees, words};

/// From this width on, text and commands stand beside each other.
const WIDE: usize = 120;
/// A screen that is smaller shows nothing but how small it is.
const LEAST: (usize, usize) = (40, 10);
/// So many sentences of what changed are shown at most, where lines are few.
const MOST_CHANGES: usize = 4;
/// So many lines of text are kept, where lines are few.
const LEAST_PROSE: usize = 3;
/// What is said of trees that are older than the commands above them.
const BEFORE: &str = "Nobody looked after these commands: this is how it was before.";
/// From this height on, there are blank lines below the heading and above the keys.
const AIRY: usize = 28;

/// What is shown of a beat.
#[derive(Clone, Debug)]
pub struct BeatPicture<'a> {
    /// Number and title of the lesson.
    pub lesson: String,
    /// Which beat of how many.
    pub place: (usize, usize),
    /// Which step of how many, where it belongs to one.
    pub step: Option<(u32, u32)>,
    /// Its heading.
    pub title: String,
    /// Where what is shown comes from.
    pub source: BeatSource,
    /// What is said, as Markdown.
    pub prose: Vec<String>,
    /// The commands that will be run; empty once they were.
    pub ahead: Vec<String>,
    /// What will hold after them?
    pub asked: Vec<Asked>,
    /// What came of the commands.
    pub events: Vec<&'a Event>,
    /// What is drawn of the look after the commands, where somebody looked.
    pub seen: Option<&'a SeenBeat>,
    /// The last look before this beat.
    pub before: Option<&'a Observation>,
    /// Something to know now, and how grave it is.
    pub message: Option<(Role, String)>,
    /// The keys, for the last line.
    pub keys: String,
}

/// What is drawn of a look: it depends on all that was drawn before, and is found once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenBeat {
    /// The look.
    pub whole: Observation,
    changed: Observation,
    as_before: Option<String>,
}

/// What was drawn in all beats until now, to find what is drawn in the next one.
#[derive(Clone, Debug, Default)]
pub struct SeenBeats(Surroundings);

impl SeenBeats {
    /// The next look in the order of the lesson.
    pub fn next(&mut self, whole: &Observation) -> SeenBeat {
        let (changed, as_before) = self.0.around_changes(whole);
        let whole = whole.clone();
        match as_before {
            // Nothing became different: that is to be seen, too.
            Some(_) if changed == Observation::default() => SeenBeat { changed: whole.still(), as_before: None, whole },
            as_before => SeenBeat { whole, changed, as_before },
        }
    }
}

/// Where what is shown of a beat comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BeatSource {
    /// This machine, in this hour.
    Live,
    /// The same, and it is being run just now.
    Running,
    /// The same, when it is ready.
    Starting,
    /// Nothing: it could not be run here, or not any more.
    NotRun,
    /// A recording, made by this user on this kernel.
    Recorded(String),
}

/// A statement that a class is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The statement.
    pub statement: Statement,
    /// How many hands were up for yes, and of how many people, where somebody counted.
    pub hands: Option<(u32, u32)>,
}

/// How much of the text is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Prose {
    /// None of it.
    None,
    /// The first sentence.
    Sentence,
    /// All of it, to be scrolled where there is no room.
    #[default]
    All,
}

/// How a beat is to be shown.
#[derive(Clone, Copy, Debug)]
pub struct BeatLook {
    /// Columns.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// There are colours.
    pub styled: bool,
    /// Show system calls.
    pub syscalls: bool,
    /// Show the tables beside the trees.
    pub panels: bool,
    /// Draw trees whole, not only what changed.
    pub full: bool,
    /// How much of the text.
    pub prose: Prose,
    /// Everything one under the other, nothing shortened, to be scrolled.
    pub whole: bool,
    /// So many lines are above what is shown.
    pub scroll: usize,
}

impl BeatPicture<'_> {
    /// Exactly as many lines as the screen has, and how far they can be scrolled.
    pub fn lines(&self, look: &BeatLook) -> (Vec<Line>, usize) {
        let BeatLook { width, height, .. } = *look;
        if width < LEAST.0 || height < LEAST.1 {
            return (too_small(width, height), 0);
        }
        let mut lines = self.heading(width);
        let airy = height >= AIRY;
        lines.extend(airy.then(Line::new));
        let mut foot: Vec<Line> = Vec::new();
        if let Some((role, text)) = &self.message {
            let mut said = Line::of(*role, text).wrap(width, &Line::of(*role, "! "), &Line::of(Role::Text, "  "));
            said.truncate(3);
            foot.extend(said);
        }
        let room = height - lines.len() - foot.len() - 1 - usize::from(airy);
        let body = if look.whole { self.whole(look, room) } else { self.fitted(look, room) };
        lines.extend(body.lines);
        lines.resize(height - foot.len() - 1, Line::new());
        lines.extend(foot);
        let scroll = match (body.above, body.below) {
            (0, 0) => String::new(),
            (above, 0) => format!("  ↑ {above} more"),
            (0, below) => format!("  ↓ {below} more"),
            (above, below) => format!("  ↑ {above} ↓ {below} more"),
        };
        lines.push(columns(&self.keys, scroll.trim_start(), width));
        (lines.into_iter().map(|line| line.cut(width)).collect(), body.above + body.below)
    }

    /// Which step it is, its title, whether it is live, and where one is.
    fn heading(&self, width: usize) -> Vec<Line> {
        let mut left = Line::new();
        if let Some((number, of)) = self.step {
            left.push(Role::Quiet, &format!("{number} of {of}  "));
        }
        left.push(Role::Heading, &self.title);
        let (at, of) = self.place;
        let place = format!("   {at}/{of}");
        let source = match &self.source {
            BeatSource::Live => Line::of(Role::Right, "● live"),
            BeatSource::Running => Line::of(Role::Changed, "◌ running"),
            BeatSource::Starting => Line::of(Role::Changed, "◌ starting"),
            BeatSource::NotRun => Line::of(Role::Wrong, "✗ not run"),
            BeatSource::Recorded(by) if width >= WIDE => Line::of(Role::Warning, format!("○ recorded by {by}")),
            BeatSource::Recorded(_) => Line::of(Role::Warning, "○ recorded"),
        };
        let short = source.with(Role::Quiet, &place);
        let long = Line::of(Role::Quiet, format!("{}   ", self.lesson));
        let mut right = short.clone();
        if left.width() + 3 + long.width() + short.width() <= width {
            right = long;
            right.append(short);
        }
        let left = left.cut(width.saturating_sub(right.width() + 2));
        let mut line = left;
        line.pad(width.saturating_sub(right.width()));
        line.append(right);
        vec![line]
    }

    /// Everything, one under the other.
    fn whole(&self, look: &BeatLook, room: usize) -> Body {
        let mut parts = vec![self.prose(look, look.width)];
        let commands = self.commands(look, look.width, usize::MAX);
        let seen = self.seen(look);
        let (trees, told) = (seen.lines(look.width, false), told(&seen.observation, look.width));
        match self.ahead.is_empty() {
            true => parts.splice(0..0, [commands, trees, told, self.marks(look.width)]).for_each(drop),
            false => parts.extend([commands, trees]),
        }
        let lines = joined(parts);
        let scrolls = lines.len().saturating_sub(room.max(1));
        let above = look.scroll.min(scrolls);
        let below = lines.len().saturating_sub(above + room);
        Body { lines: lines.into_iter().skip(above).take(room).collect(), above, below }
    }

    /// As much as fits, with what matters most.
    fn fitted(&self, look: &BeatLook, room: usize) -> Body {
        let half = (look.width - 3) / 2;
        let is_wide = look.width >= WIDE;
        let prose = self.prose(look, if is_wide { half.min(76) } else { look.width });
        let beside = is_wide && !prose.is_empty() && self.has_commands();
        let width = if beside { look.width - half - 3 } else { look.width };
        let commands = |most| self.commands(look, width, most);
        let done = self.ahead.is_empty();
        let marks = if done { self.marks(width) } else { Vec::new() };
        // The text is beside the commands, or takes what they leave.
        let kept = if beside { 0 } else { prose.len().min(LEAST_PROSE) };
        let needed = |lines: &[usize]| lines.iter().map(|lines| with_gap(*lines)).sum::<usize>().saturating_sub(1);
        let least = [commands(2).len(), marks.len(), kept];
        let trees = self.trees_within(look, room.saturating_sub(needed(&least) + 1), done);
        let most = [usize::MAX, 24, 16, 12, 8, 6, 4, 3, 2];
        let fits = |most: &usize| needed(&[commands(*most).len(), marks.len(), kept, trees.len()]) <= room;
        let commands = commands(most.into_iter().find(fits).unwrap_or(2));
        if beside {
            let right = joined(vec![commands, marks]);
            let (left, above, below) = scrolled(prose, look.scroll, room.saturating_sub(with_gap(trees.len())));
            let both = side_by_side(&left, &right, half + 3);
            return Body { lines: cut_to(joined(vec![both, trees]), room), above, below };
        }
        let fixed = needed(&[commands.len(), marks.len(), trees.len()]);
        let left = if fixed == 0 { room } else { room.saturating_sub(fixed + 1) };
        let (text, above, below) = scrolled(prose, look.scroll, left);
        let parts = match done {
            true => vec![commands, trees, marks, text],
            false => vec![text, commands, trees],
        };
        Body { lines: cut_to(joined(parts), room), above, below }
    }

    fn prose(&self, look: &BeatLook, width: usize) -> Vec<Line> {
        let text = match look.prose {
            Prose::None => return Vec::new(),
            Prose::Sentence => self.prose.first().map(|text| first_sentence(text)).unwrap_or_default(),
            Prose::All => self.prose.join("\n\n"),
        };
        if text.trim().is_empty() { Vec::new() } else { markdown::lines(&text, width, look.styled) }
    }

    /// The commands that come with what is asked, or those that were run with what they printed: each at most so many lines.
    fn commands(&self, look: &BeatLook, width: usize, most: usize) -> Vec<Line> {
        let mut screen = Screen::new(Look { width, styled: look.styled, full: look.whole, ..Look::default() });
        if !self.ahead.is_empty() {
            let mut lines = screen.ahead(&self.ahead);
            if !self.asked.is_empty() {
                lines.push(Line::new());
                lines.push(Line::of(Role::Text, "  ").with(Role::Heading, "What do you think?").cut(width));
            }
            for (number, asked) in (1..).zip(&self.asked) {
                let mut text = Line::of(Role::Text, words::question(&asked.statement));
                if let Some((yes, of)) = asked.hands {
                    text.push(Role::Quiet, &format!("  {yes} of {of} say yes"));
                }
                lines.extend(hanging(width, &Line::of(Role::Glyph, format!("  {number}. ")), &text));
            }
            return lines;
        }
        let mut lines = Vec::new();
        for event in &self.events {
            match event {
                Event::Observation(_) | Event::Marked { .. } => {}
                Event::Call(_) if !look.syscalls => {}
                Event::Output { .. } => lines.extend(cut_to_with_count(screen.lines(event), most)),
                event => lines.extend(screen.lines(event)),
            }
        }
        lines
    }

    /// The predictions, marked by what was found, and how many hands were right.
    fn marks(&self, width: usize) -> Vec<Line> {
        let marks: Vec<&Marked> = self
            .events
            .iter()
            .flat_map(|event| if let Event::Marked { marks } = event { &marks[..] } else { &[] })
            .collect();
        let mut lines = Vec::new();
        for marked in marks {
            let hands =
                self.asked.iter().find(|asked| asked.statement == marked.statement).and_then(|asked| asked.hands);
            let mut text = Line::of(Role::Text, words::fact(marked));
            if let Some((yes, of)) = hands {
                let right = if marked.holds { yes } else { of - yes };
                text.push(Role::Strong, &format!("  {right} of {of} were right."));
            }
            let (role, sign) = if marked.holds { (Role::Right, "  ✓ ") } else { (Role::Wrong, "  ✗ ") };
            lines.extend(hanging(width, &Line::of(role, sign), &text));
        }
        lines
    }

    /// What is drawn of the trees, with a sentence above them and one below, where there is something to say.
    fn seen(&self, look: &BeatLook) -> Seen {
        let whole = |observation| Seen { observation, above: None, below: None };
        let mut seen = match self.seen {
            Some(own) if look.full => whole(own.whole.clone()),
            Some(own) => Seen { observation: own.changed.clone(), above: None, below: own.as_before.clone() },
            // A recording has looks at the ends of steps alone.
            None => match self.before.filter(|_| self.has_commands()) {
                Some(last) => Seen { above: self.ahead.is_empty().then_some(BEFORE), ..whole(last.still()) },
                None => whole(Observation::default()),
            },
        };
        if !look.panels {
            seen.observation.panels.clear();
        }
        seen
    }

    fn has_commands(&self) -> bool {
        !self.ahead.is_empty() || !self.events.is_empty()
    }

    /// The same within so many lines. What was there before the commands gives way altogether.
    fn trees_within(&self, look: &BeatLook, room: usize, done: bool) -> Vec<Line> {
        let seen = self.seen(look);
        let (mut trees, mut told) = (seen.lines(look.width, false), told(&seen.observation, look.width));
        if trees.len() + with_gap(told.len()) > room {
            trees = seen.lines(look.width, true);
        }
        if told.len() > MOST_CHANGES && trees.len() + with_gap(told.len()) > room {
            let more = told.len() - (MOST_CHANGES - 1);
            told.truncate(MOST_CHANGES - 1);
            told.push(Line::of(Role::Quiet, format!("  … and {more} more lines: f shows all")));
        }
        let left = room.saturating_sub(with_gap(told.len()));
        if trees.len() > left {
            if !done {
                return Vec::new();
            }
            let kept = left.saturating_sub(1);
            let more = trees.len() - kept;
            trees.truncate(kept);
            trees.push(Line::of(Role::Quiet, format!("… {more} more lines of the trees: f shows all")));
        }
        joined(vec![trees, told])
    }
}

/// What is drawn of the trees.
struct Seen {
    observation: Observation,
    above: Option<&'static str>,
    below: Option<String>,
}

impl Seen {
    /// The trees and the tables; side by side even without notes, where lines are few.
    fn lines(&self, width: usize, low: bool) -> Vec<Line> {
        let trees = match low {
            true => trees::draw_low(&self.observation, width),
            false => trees::draw(&self.observation, width, false),
        };
        let said = |text: &str| Line::of(Role::Quiet, text).cut(width);
        let mut lines: Vec<Line> = self.above.iter().map(|text| said(text)).collect();
        lines.extend(joined(vec![trees, panels::draw(&self.observation.panels, width)]));
        lines.extend(self.below.iter().map(|text| said(text)));
        lines
    }
}

struct Body {
    lines: Vec<Line>,
    above: usize,
    below: usize,
}

/// Two texts on one line, the second at its right end where there is room for it.
pub fn columns(left: &str, right: &str, width: usize) -> Line {
    let right = Line::of(Role::Hint, right);
    let mut line = Line::of(Role::Hint, left).cut(width.saturating_sub(right.width() + 1));
    line.pad(width.saturating_sub(right.width()));
    line.append(right);
    line.cut(width)
}

/// Trees, tables and what is different, as they are.
pub fn observation(observation: &Observation, width: usize) -> Vec<Line> {
    let tables = panels::draw(&observation.panels, width);
    joined(vec![told(observation, width), trees::draw_low(observation, width), tables])
}

/// The first sentence of a text, where its end can be told; else its first paragraph.
pub fn first_sentence(markdown: &str) -> String {
    let paragraph = markdown.trim_start().split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let mut in_code = false;
    let mut letters = paragraph.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        in_code ^= letter == '`';
        let ends = matches!(letter, '.' | '?' | '!') && letters.peek().is_none_or(|(_, next)| *next == ' ');
        if (ends && !in_code) || "。？！".contains(letter) {
            return paragraph[..at + letter.len_utf8()].to_string();
        }
    }
    paragraph
}

fn too_small(width: usize, height: usize) -> Vec<Line> {
    let (columns, rows) = LEAST;
    let text = format!("This needs {columns} columns and {rows} lines; here are {width} and {height}. q quits");
    let mut lines = Line::of(Role::Text, text).wrap(width.max(1), &Line::new(), &Line::new());
    lines.resize(height, Line::new());
    lines
}

/// Parts with a blank line between them.
fn joined(parts: Vec<Vec<Line>>) -> Vec<Line> {
    let parts: Vec<Vec<Line>> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(&Line::new())
}

/// How many lines a part takes with the blank line before it.
fn with_gap(lines: usize) -> usize {
    if lines == 0 { 0 } else { lines + 1 }
}

fn cut_to(mut lines: Vec<Line>, most: usize) -> Vec<Line> {
    lines.truncate(most);
    lines
}

/// The first lines, and how many more there are.
fn cut_to_with_count(mut lines: Vec<Line>, most: usize) -> Vec<Line> {
    if lines.len() > most {
        let more = lines.len() - most.saturating_sub(1);
        lines.truncate(most.saturating_sub(1));
        lines.push(Line::of(Role::Quiet, format!("    … {more} more lines: f shows all")));
    }
    lines
}

/// The part of a text that is to be seen, with the number of lines above and below it.
fn scrolled(text: Vec<Line>, scroll: usize, room: usize) -> (Vec<Line>, usize, usize) {
    let above = scroll.min(text.len().saturating_sub(room));
    let below = text.len().saturating_sub(above + room);
    (text.into_iter().skip(above).take(room).collect(), above, below)
}

fn side_by_side(left: &[Line], right: &[Line], at: usize) -> Vec<Line> {
    let line = |row: usize| {
        let mut line = left.get(row).cloned().unwrap_or_default();
        if let Some(right) = right.get(row).filter(|right| !right.is_empty()) {
            line.pad(at);
            line.append(right.clone());
        }
        line
    };
    (0..left.len().max(right.len())).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn the_first_sentence_ends_where_it_ends() {
        for (text, first) in [
            ("Now one command joins them. It has three options:\n\n- a", "Now one command joins them."),
            ("Write `a. b` there. And so on.", "Write `a. b` there."),
            ("Version 5.11 has it", "Version 5.11 has it"),
            ("容器是什么。第二", "容器是什么。"),
        ] {
            assert_eq!(first_sentence(text), first);
        }
    }
}

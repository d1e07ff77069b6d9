//! The instructor's own screen, in another terminal: what to say, what comes next with what it should print, what usually goes
//! wrong, the time, and the beat itself, small. It follows whoever presents, and can lead. The same without the notes, and
//! without leading, is for a third.

use crate::lesson::Lesson;
use crate::paint::{Key, Palette, Theme};
use crate::present::beats::Beat;
use crate::present::hour::Hour;
use crate::present::keys::Command;
use crate::present::link::{Address, Listening, Told};
use crate::scene::{Line, Role, columns, markdown};
use crate::screen::FullScreen;
use std::collections::BTreeMap;
use std::io::Result;
use std::os::fd::BorrowedFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// So often it is tried whether somebody presents by now.
const RETRY: Duration = Duration::from_millis(300);
/// So often the clock is drawn.
const CLOCK: Duration = Duration::from_secs(20);
/// From this width on the beat stands beside the notes.
const WIDE: usize = 110;
/// The beat is never shown in fewer lines.
const LEAST_BEAT: usize = 10;

/// A terminal that follows.
pub struct Follower {
    screen: FullScreen,
    address: Address,
    lesson: Lesson,
    /// The sentences of what people do wrong, by exercise.
    mistakes: BTreeMap<String, Vec<String>>,
    notes: bool,
    theme: Option<Theme>,
    listening: Option<Listening>,
    hour: Option<Hour>,
    /// When the hour began, in seconds since 1970.
    since: u64,
    help: bool,
}

impl Follower {
    /// Takes the terminal. With `notes` it shows them, and leads; else it shows what everybody sees.
    ///
    /// # Errors
    /// Where there is no terminal.
    pub fn begin(
        address: Address,
        lesson: Lesson,
        mistakes: BTreeMap<String, Vec<String>>,
        notes: bool,
        theme: Option<Theme>,
    ) -> Result<Follower> {
        let screen = FullScreen::enter(theme.map_or(Palette::new(false), Palette::themed))?;
        let (listening, hour) = (None, None);
        Ok(Follower { screen, address, lesson, mistakes, notes, theme, listening, hour, since: 0, help: false })
    }

    /// Follows until somebody leaves here; the signal that ended it, where one did.
    pub fn run(mut self) -> Option<u8> {
        loop {
            self.connect();
            self.draw().ok()?;
            let others: Vec<BorrowedFd<'_>> = self.listening.iter().map(Listening::fd).collect();
            let time = if self.listening.is_some() { CLOCK } else { RETRY };
            let happened = self.screen.wait(&others, Some(time)).ok()?;
            if happened.ends.is_some() {
                return happened.ends;
            }
            self.hear();
            for key in Key::read(&happened.typed) {
                match Command::of(key) {
                    Some(Command::Quit) => return None,
                    _ if key == Key::Escape => return None,
                    Some(Command::Help) => self.help ^= true,
                    Some(command) if self.notes && command.leads() => {
                        self.help = false;
                        let led = self.listening.as_mut().map(|listening| listening.lead(command));
                        if led.is_some_and(|led| led.is_err()) {
                            self.lose();
                        }
                    }
                    _ => self.help = false,
                }
            }
        }
    }

    fn connect(&mut self) {
        if self.listening.is_none() {
            self.listening = Listening::to(&self.address).ok();
            self.hear();
        }
    }

    fn lose(&mut self) {
        (self.listening, self.hour) = (None, None);
    }

    fn hear(&mut self) {
        let Some(listening) = &mut self.listening else { return };
        let Ok(all) = listening.heard() else { return self.lose() };
        for told in all {
            match (told, &mut self.hour) {
                (Told::Begin { version, role, since }, hour) => {
                    let mut new = Hour::new(self.lesson.clone());
                    new.settle_for(version, role);
                    (*hour, self.since) = (Some(new), since);
                }
                (Told::Recording(text), Some(hour)) => drop(hour.take_along(text.as_bytes())),
                (Told::Came { beat, events }, Some(hour)) => hour.came_elsewhere(beat, events),
                (Told::View(shown), Some(hour)) => hour.shown = shown,
                (_, None) => {}
            }
        }
    }

    fn draw(&mut self) -> Result<()> {
        let size = self.screen.size();
        let number = self.lesson.meta.number;
        let lines = match &self.hour {
            None => {
                let waits = "Nobody presents this lesson now. As soon as somebody does, this screen follows:";
                let text = format!("{waits}\n\n  layerlab present {number}");
                crate::scene::waiting(&text, size.0, size.1)
            }
            Some(_) if self.help => self.keys(size),
            Some(hour) if self.notes => self.lines(hour, size),
            Some(hour) if hour.shown.blank => crate::scene::waiting("The screen is blank now.", size.0, size.1),
            Some(hour) => {
                let said = if hour.shown.detour { "A detour is on the screen of the class." } else { "following" };
                hour.picture(&format!("{said}  ? help  q leaves")).lines(&hour.look(size, self.theme.is_some())).0
            }
        };
        self.screen.draw(&lines, None)
    }

    fn keys(&self, (width, height): (usize, usize)) -> Vec<Line> {
        let text = match self.notes {
            true => {
                "The keys of the lesson work here, too: Space and ← go on and back for everybody, b makes the class's \
                     screen blank, s p t f + - change what it shows. Typing belongs to the class's screen: d h g / o."
            }
            false => "This screen follows whoever presents, and changes nothing.",
        };
        let mut lines = Line::of(Role::Text, text).wrap(width, &Line::new(), &Line::new());
        lines.resize(height.saturating_sub(1), Line::new());
        lines.push(columns("any key goes back", "q leaves", width));
        lines
    }

    /// Notes above, or beside, the beat.
    fn lines(&self, hour: &Hour, (width, height): (usize, usize)) -> Vec<Line> {
        let styled = self.theme.is_some();
        let beside = width >= WIDE;
        let left = if beside { width / 2 - 2 } else { width };
        let mut said = self.said(hour, left, styled);
        let body = height.saturating_sub(3);
        let mut lines = vec![self.clock(hour, width), Line::new()];
        let keys = match (hour.shown.blank, hour.shown.detour) {
            (true, _) => "the class sees a blank screen",
            (_, true) => "the class sees a detour",
            _ => "what the class sees",
        };
        match beside {
            true => {
                let small = hour.picture(keys).lines(&hour.look((width - left - 3, body), styled)).0;
                said.truncate(body);
                for row in 0..body {
                    let mut line = said.get(row).cloned().unwrap_or_default().cut(left);
                    line.pad(left);
                    line.push(Role::Glyph, " │ ");
                    small.get(row).into_iter().for_each(|small| line.append(small.clone()));
                    lines.push(line);
                }
            }
            false => {
                let room = body.saturating_sub(LEAST_BEAT + 1);
                said.truncate(room);
                let rest = body - said.len() - 1;
                lines.extend(said);
                lines.push(Line::of(Role::Glyph, "─".repeat(width)));
                lines.extend(hour.picture(keys).lines(&hour.look((width, rest), styled)).0);
            }
        }
        lines.resize(height.saturating_sub(1), Line::new());
        lines.push(columns("Space on  ← back  b blank  ? help  q leaves", "notes: not for the projector", width));
        lines
    }

    /// What to say, what comes next, what goes wrong.
    fn said(&self, hour: &Hour, width: usize, styled: bool) -> Vec<Line> {
        let beat = hour.beat();
        let mut parts: Vec<Vec<Line>> = Vec::new();
        let text = |text: &str| markdown::lines(text, width, styled);
        let notes: Vec<&String> = notes_of_step(hour);
        parts.extend(notes.iter().map(|notes| text(notes)));
        let next = hour.next().map(|next| &hour.beats()[next.beat]);
        if let Some(next) = next.filter(|next| !next.lines.is_empty()) {
            parts.push(ahead(next, width));
        }
        if let Some(mistakes) = beat.exercise.as_ref().and_then(|id| self.mistakes.get(id)) {
            let mut lines = vec![Line::of(Role::Heading, "What usually goes wrong")];
            let sign = Line::of(Role::Wrong, "✗ ");
            lines.extend(
                mistakes
                    .iter()
                    .flat_map(|said| Line::of(Role::Text, said).wrap(width, &sign, &Line::of(Role::Text, "  "))),
            );
            parts.push(lines);
        }
        if parts.is_empty() {
            parts.push(vec![Line::of(Role::Quiet, "There are no notes for this beat.")]);
        }
        parts.join(&Line::new())
    }

    /// The time of day, how long it has been, and what was planned until the end of this step.
    fn clock(&self, hour: &Hour, width: usize) -> Line {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        let used = now.saturating_sub(self.since) / 60;
        let planned = planned(hour);
        let all = hour.lesson().meta.minutes;
        let left = format!("{} of {}  {}", hour.shown.place.beat + 1, hour.beats().len(), hour.beat().title);
        let right =
            format!("{used} min used, {planned} of {all} planned by the end of this step   {} UTC", of_day(now));
        let mut line = Line::of(Role::Heading, left);
        let behind = used > u64::from(planned);
        let right = Line::of(if behind { Role::Warning } else { Role::Quiet }, right);
        line.pad(width.saturating_sub(right.width()).max(line.width() + 2));
        line.append(right);
        line
    }
}

/// The notes of the whole step: what is said at its end stands with its last beat in the lesson.
fn notes_of_step(hour: &Hour) -> Vec<&String> {
    let beat = hour.beat();
    let of_step = hour.beats().iter().filter(|other| other.step == beat.step && other.title == beat.title);
    of_step.flat_map(|other| &other.notes).collect()
}

/// The commands that come next, with the lines that they should print.
fn ahead(beat: &Beat, width: usize) -> Vec<Line> {
    let mut lines = vec![Line::of(Role::Heading, "Next")];
    for line in &beat.lines {
        let rest = Line::of(Role::Text, "    ");
        lines.extend(Line::of(Role::Command, &line.line).wrap(width, &Line::of(Role::Glyph, "$ "), &rest));
        let expected = line.expected.iter().take(6);
        lines.extend(expected.map(|text| Line::of(Role::Output, format!("  {text}")).cut(width)));
        if line.expected.len() > 6 {
            lines.push(Line::of(Role::Quiet, format!("  … {} more lines", line.expected.len() - 6)));
        }
    }
    lines
}

/// How many minutes are planned until the end of the step where one is: the lesson's own, shared by how much there is to read
/// and to run in each.
fn planned(hour: &Hour) -> u32 {
    let weight = |beat: &Beat| {
        let texts = beat.prose.iter().chain(&beat.afterwards).map(|text| text.len());
        texts.sum::<usize>() + 120 * beat.lines.len() + 200 * beat.asked.len()
    };
    let beats = hour.beats();
    let at = hour.shown.place.beat;
    let end = beats.iter().rposition(|beat| beat.step == beats[at].step).map_or(at, |last| last.max(at));
    let all: usize = beats.iter().filter(|beat| beat.exercise.is_none()).map(weight).sum();
    let until: usize = beats.iter().take(end + 1).filter(|beat| beat.exercise.is_none()).map(weight).sum();
    let minutes = hour.lesson().meta.minutes as usize;
    ((until * minutes).div_ceil(all.max(1))) as u32
}

/// Hours and minutes of a time in seconds since 1970.
fn of_day(seconds: u64) -> String {
    format!("{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60)
}

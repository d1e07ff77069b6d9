//! A detour: a shell in the state of a beat, and the trees beside it as they change. It has a stage of its own, so whatever is
//! done in it, the lesson goes on as if nothing had happened.
//!
//! The shell's terminal is ours; what it shows is read by vt100 and drawn as a part of the screen. Where the root of the beat
//! holds no shell, a prompt takes the lesson's own verbs.

use crate::action::CommandLine;
use crate::event::{self, Cell, Change, Observation, OtherNumber, PanelKind, Tried};
use crate::kernel::Pty;
use crate::paint::Key;
use crate::present::inbox::StandbyTold;
use crate::present::standby::Standby;
use crate::present::transcript::Transcript;
use crate::scene::words::{self, plural};
use crate::scene::{Line, Role, columns, observation};
use std::collections::VecDeque;
use std::num::NonZero;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// Ctrl-] leaves a detour, whatever its shell does.
pub const LEAVE: u8 = 0x1d;
/// From this width on the trees stand beside the shell, else below it.
const WIDE: usize = 120;
/// Between two looks lies at least this.
const PAUSE: Duration = Duration::from_millis(200);
/// So many commands of a detour are kept.
const MOST_TRIED: usize = 60;

/// A detour.
pub struct Detour {
    standby: Standby,
    pty: Pty,
    terminal: vt100::Parser,
    /// What was typed and not taken yet.
    typed: Vec<u8>,
    /// The shell has the terminal.
    begun: bool,
    /// It has shown something.
    spoke: bool,
    verbs: Option<Verbs>,
    look: Option<Observation>,
    /// Something was shown since the last look, and when that was.
    stale: bool,
    looked: Instant,
    /// The looks that were asked for, each after so many commands.
    looking: VecDeque<usize>,
    /// What to keep of it.
    kept: event::Detour,
    transcript: Transcript,
    /// What became different since the last command ended.
    changes: Vec<Change>,
    /// Lines that were typed.
    lines: usize,
    over: bool,
    /// Why there was none.
    pub trouble: Option<String>,
}

/// A prompt for the lesson's own verbs.
#[derive(Default)]
struct Verbs {
    line: String,
    shown: Vec<(Role, String)>,
    running: bool,
    /// Typed while a line ran.
    ahead: Vec<Key>,
}

impl Detour {
    /// Begins one on a stage that stands where the class is; its terminal is that of `owner`, where it runs as somebody else.
    ///
    /// # Errors
    /// Where no terminal can be had.
    pub fn begin(
        standby: Standby,
        beat: usize,
        size: (usize, usize),
        owner: Option<(u32, u32)>,
    ) -> std::io::Result<Detour> {
        let (columns, lines) = shell_size(size);
        let pty = Pty::open((columns, lines), owner)?;
        let terminal = vt100::Parser::new(most(lines), most(columns), 0);
        // The first look is what the others are compared with.
        standby.look();
        standby.start_shell(pty.path().to_path_buf());
        Ok(Detour {
            standby,
            pty,
            terminal,
            typed: Vec::new(),
            begun: false,
            spoke: false,
            verbs: None,
            look: None,
            stale: false,
            looked: Instant::now(),
            looking: VecDeque::from([0]),
            kept: event::Detour { title: format!("detour from beat {beat}"), ..event::Detour::default() },
            transcript: Transcript::new(most(columns)),
            changes: Vec::new(),
            lines: 0,
            over: false,
            trouble: None,
        })
    }

    /// The stage it is on.
    pub fn standby(&self) -> u64 {
        self.standby.id
    }

    /// The stage, to be ended.
    pub fn into_standby(self) -> Standby {
        self.standby
    }

    /// A few words on it.
    pub fn words(&self) -> String {
        let first = self.kept.tried.iter().find_map(|tried| tried.shown.lines().next()?.split_once("$ "));
        let first = first.map(|(_, line)| format!(": `{}`", line.replace('`', "'"))).unwrap_or_default();
        format!("{}: {} typed{first}", self.kept.title, plural(self.lines as u64, "line"))
    }

    /// What to keep of it in the record of the hour.
    pub fn kept(&mut self) -> event::Detour {
        self.ended();
        std::mem::take(&mut self.kept)
    }

    /// Notes what differs now from what the class has seen: numbers of processes and namespaces are others on another stage.
    pub fn differs_from(&mut self, seen: Option<&Observation>) {
        if let (Some(seen), Some(look)) = (seen, &self.look) {
            self.kept.others = others(&seen.still(), look);
        }
    }

    /// Notes what the last command has shown, where it did not say itself that it ended.
    fn ended(&mut self) {
        let is_prompt = |shown: &String| shown.ends_with('$') || shown.ends_with("$ exit");
        let shown = self.transcript.take().filter(|shown| !is_prompt(shown));
        self.note(shown.into_iter().collect());
    }

    /// Notes what commands have shown that have ended, and has somebody look at what they did.
    fn note(&mut self, shown: Vec<String>) {
        for shown in shown {
            if self.kept.tried.len() < MOST_TRIED {
                self.kept.tried.push(Tried { shown, seen: None });
                self.ask_for_look();
            }
        }
    }

    fn ask_for_look(&mut self) {
        self.stale = false;
        self.looking.push_back(self.kept.tried.len());
        self.standby.look();
    }

    /// Whether there is a look, and none was compared with what was seen.
    pub fn has_first_look(&self) -> bool {
        self.look.is_some()
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What poll(2) waits for.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        (self.begun && self.verbs.is_none()).then(|| self.pty.as_fd())
    }

    /// When it is to be woken for a look.
    pub fn due(&self) -> Option<Instant> {
        (self.stale && self.looking.is_empty()).then_some(self.looked + PAUSE)
    }

    /// Looks at the trees where something was shown since the last look.
    pub fn look_if_due(&mut self) {
        if self.due().is_some_and(|due| due <= Instant::now()) {
            self.ask_for_look();
        }
    }

    /// Passes on what was typed, and returns what was typed when it was over.
    pub fn typed<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = bytes.iter().position(|byte| *byte == LEAVE);
        let (bytes, rest) = end.map_or((bytes, &[][..]), |end| (&bytes[..end], &bytes[end + 1..]));
        self.over |= end.is_some();
        self.lines += bytes.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
        match &mut self.verbs {
            Some(_) => Key::read(bytes).into_iter().for_each(|key| self.verb_key(key)),
            None => {
                self.typed.extend_from_slice(bytes);
                self.pass_on();
            }
        }
        rest
    }

    /// What is typed before the first prompt would be seen twice.
    fn pass_on(&mut self) {
        if self.begun && self.spoke {
            let taken = self.pty.write(&self.typed);
            self.typed.drain(..taken);
        }
    }

    fn verb_key(&mut self, key: Key) {
        let Some(verbs) = &mut self.verbs else { return };
        if verbs.running {
            verbs.ahead.push(key);
            return;
        }
        match key {
            Key::Control('d') | Key::Escape => self.over = true,
            Key::Backspace => drop(verbs.line.pop()),
            Key::Control('u' | 'c') => verbs.line.clear(),
            Key::Char(letter) => verbs.line.push(letter),
            Key::Enter => {
                let line = std::mem::take(&mut verbs.line);
                verbs.shown.push((Role::Command, format!("$ {line}")));
                match CommandLine::parse(&line) {
                    _ if line.trim().is_empty() => {}
                    _ if line.trim() == "exit" => self.over = true,
                    Ok(line) => {
                        verbs.running = true;
                        self.standby.run(line);
                    }
                    Err(error) => verbs.shown.push((Role::Wrong, error.to_string())),
                }
            }
            _ => {}
        }
    }

    /// Reads what the shell shows.
    pub fn read(&mut self) {
        let mut buffer = [0; 16 * 1024];
        while self.verbs.is_none() && !self.over {
            match self.pty.read(&mut buffer) {
                Ok(Some(0)) => break,
                Ok(Some(length)) => {
                    self.terminal.process(&buffer[..length]);
                    (self.spoke, self.stale) = (true, true);
                    let ended = self.transcript.hear(&buffer[..length]);
                    self.note(ended);
                }
                _ if self.spoke => self.over = true,
                // There is no shell in this root.
                _ => {
                    self.verbs = Some(Verbs::default());
                    let typed = std::mem::take(&mut self.typed);
                    Key::read(&typed).into_iter().for_each(|key| self.verb_key(key));
                }
            }
        }
        self.pass_on();
    }

    /// Notes what its stage has told.
    pub fn heard(&mut self, told: StandbyTold) {
        match told {
            StandbyTold::Looked(look) => {
                self.looked = Instant::now();
                let after = self.looking.pop_front().unwrap_or(0);
                let is_later = self.look.is_some();
                self.changes.extend(look.changes.iter().filter(|_| is_later).cloned());
                if let Some(tried) = after.checked_sub(1).and_then(|last| self.kept.tried.get_mut(last))
                    && tried.seen.is_none()
                {
                    // Somebody may have looked while it ran.
                    tried.seen = Some(Observation { changes: std::mem::take(&mut self.changes), ..look.clone() });
                }
                // Looked at many times, the last change stays marked.
                let same = self.look.as_ref().is_some_and(|last| last.still() == look.still());
                if self.look.is_none() {
                    self.look = Some(look.still());
                } else if !same || look.tells_of_changes() {
                    self.look = Some(look);
                }
            }
            StandbyTold::Shell => {
                self.pty.is_taken();
                self.begun = true;
                self.read();
            }
            StandbyTold::Ran(ran) => {
                self.stale = true;
                if let Some(verbs) = &mut self.verbs {
                    verbs.running = false;
                    let text = String::from_utf8_lossy(&ran.shown).into_owned();
                    verbs.shown.extend(text.lines().map(|line| (Role::Output, line.to_string())));
                    let why = ran.failure.iter().flat_map(|failure| failure.lines());
                    verbs.shown.extend(why.map(|(label, text)| (Role::Quiet, format!("{label} {text}"))));
                    let (shown, ahead) = (verbs.since_command(), std::mem::take(&mut verbs.ahead));
                    self.note(vec![shown]);
                    ahead.into_iter().for_each(|key| self.verb_key(key));
                }
            }
            // It may have taken its own stage away.
            StandbyTold::Failed(error) => {
                self.over = true;
                if !self.spoke {
                    let said = error.to_string();
                    let first = said.lines().next().unwrap_or_default().trim_start_matches("error: ");
                    self.trouble = Some(format!("No detour: {first}"));
                }
            }
            StandbyTold::At(..) => {}
        }
    }

    /// Exactly as many lines as the screen has, and where the cursor is.
    pub fn lines(&mut self, size: (usize, usize)) -> (Vec<Line>, Option<(usize, usize)>) {
        let (width, height) = size;
        let (wide, high) = shell_size(size);
        if self.terminal.screen().size() != (most(high), most(wide)) {
            self.terminal.screen_mut().set_size(most(high), most(wide));
            self.pty.resize((wide, high));
        }
        let (shell, cursor) = match &self.verbs {
            Some(verbs) => verbs.lines(wide, high),
            None => self.shell_lines(high),
        };
        let beside = width >= WIDE;
        let (room, tall) = if beside { (width - wide - 3, height - 2) } else { (width, height - 3 - high) };
        let mut trees = self.look.as_ref().map_or_else(Vec::new, |look| observation(look, room));
        if trees.len() > tall {
            let more = trees.len() - tall.saturating_sub(1);
            trees.truncate(tall.saturating_sub(1));
            trees.push(Line::of(Role::Quiet, format!("… {more} more lines")));
        }
        let others = words::other_numbers(&self.kept.others).map(|said| format!("   {said}")).unwrap_or_default();
        let heading = Line::of(Role::Warning, format!("◆ {}", self.kept.title)).with(Role::Quiet, &others);
        let mut lines = vec![heading.cut(width)];
        match beside {
            true => lines.extend((0..height - 2).map(|row| {
                let mut line = shell.get(row).cloned().unwrap_or_default().cut(wide);
                line.pad(wide);
                line.push(Role::Glyph, " │ ");
                trees.get(row).into_iter().for_each(|tree| line.append(tree.clone()));
                line
            })),
            false => {
                lines.extend(shell);
                lines.resize(high + 1, Line::new());
                lines.push(Line::of(Role::Glyph, "─".repeat(width)));
                lines.extend(trees);
                lines.resize(height - 1, Line::new());
            }
        }
        lines.push(columns("exit or Ctrl-] goes back; the lesson goes on as if nothing had happened", "", width));
        (lines, cursor.map(|(column, row)| (column, row + 1)))
    }

    fn shell_lines(&self, high: usize) -> (Vec<Line>, Option<(usize, usize)>) {
        let screen = self.terminal.screen();
        let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
        let line = |row: u16| {
            let mut line = Line::new();
            for column in 0..columns {
                let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
                let role = match (cell.bold(), cell.inverse(), cell.underline()) {
                    (_, true, _) => Role::Changed,
                    (true, ..) => Role::Strong,
                    (_, _, true) => Role::Emphasis,
                    _ => Role::Text,
                };
                line.push(role, if cell.has_contents() { cell.contents() } else { " " });
            }
            line
        };
        let (row, column) = screen.cursor_position();
        let cursor = (self.begun && !screen.hide_cursor()).then_some((usize::from(column), usize::from(row)));
        let lines = (0..rows).take(high).map(line).collect();
        (lines, cursor)
    }
}

impl Verbs {
    /// The last command and what came of it.
    fn since_command(&self) -> String {
        let from = self.shown.iter().rposition(|(role, _)| *role == Role::Command).unwrap_or(0);
        self.shown[from..].iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
    }

    fn lines(&self, width: usize, height: usize) -> (Vec<Line>, Option<(usize, usize)>) {
        let said = "This root holds no shell. The verbs of the lessons work: ls, cat, echo, mkdir, mount, tree …";
        let wrap = |role: Role, text: &str| Line::of(role, text).wrap(width, &Line::new(), &Line::of(Role::Text, "  "));
        let mut lines = wrap(Role::Hint, said);
        lines.extend(self.shown.iter().flat_map(|(role, text)| wrap(*role, text)));
        let prompt = if self.running { String::new() } else { format!("$ {}", self.line) };
        lines.push(Line::of(Role::Command, prompt).cut(width));
        let above = lines.len().saturating_sub(height);
        let cursor = (lines[lines.len() - 1].width().min(width - 1), lines.len() - 1 - above);
        (lines.into_iter().skip(above).collect(), Some(cursor))
    }
}

/// Columns and lines of the shell on a screen of this size.
fn shell_size((width, height): (usize, usize)) -> (usize, usize) {
    match width >= WIDE {
        true => ((width - 3) / 2, height.saturating_sub(2).max(1)),
        false => (width.max(2), (height.saturating_sub(3) * 3 / 5).max(1)),
    }
}

/// The cells of the same tables that are not the same.
fn others(seen: &Observation, now: &Observation) -> Vec<OtherNumber> {
    let mut others = Vec::new();
    for panel in &seen.panels {
        let rows = now.panels.iter().filter(|other| other.kind == panel.kind).flat_map(|other| &other.rows);
        for (was, is) in panel.rows.iter().zip(rows) {
            let of = if panel.kind == PanelKind::Processes { was.cells.last() } else { was.cells.first() };
            let of = of.map_or("", |cell| cell.text());
            for (was, is) in was.cells.iter().zip(&is.cells).filter(|(was, is)| was != is) {
                let text = |cell: &Cell| cell.text().to_string();
                others.push(OtherNumber { of: of.to_string(), was: text(was), is: text(is) });
            }
        }
    }
    others
}

fn most(length: usize) -> NonZero<u16> {
    NonZero::new(u16::try_from(length).unwrap_or(u16::MAX)).unwrap_or(NonZero::<u16>::MIN)
}

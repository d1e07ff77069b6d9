//! A person at a terminal: Enter goes on, predictions are asked, and nothing runs off the screen unread.

use crate::cli::output;
use crate::engine::{Answer, Question};
use crate::event::Statement;
use crate::ground::{Shown, Stream};
use crate::paint::{Palette, take_away};
use crate::scene::{Line, Look, Role, Screen, words};
use dialoguer::console::{Key, Term};

/// Below a page stand a blank line and the hint.
const BELOW: usize = 2;
/// No page is shorter, however low the terminal.
const SHORTEST_PAGE: usize = 4;
/// What may stand behind a question, its answer for example.
const BEHIND_A_QUESTION: usize = 14;

/// Shows, and waits for keys.
pub struct Keys {
    terminal: Term,
    palette: Palette,
    scene: Screen,
    /// The same, leaving room for answers.
    questions: Screen,
    /// A screen reader is told everything at once, in whole sentences; it keeps all that was said.
    plain: bool,
    /// How many lines were shown since the last key.
    used: usize,
    /// The whole trees, where only a part of them was shown.
    trees: Option<Shown>,
}

/// The learner does not want to go on.
#[derive(Debug)]
pub struct Stop;

/// A key that was waited for.
enum Pressed {
    GoOn,
    Trees,
    Stop,
}

impl Keys {
    /// Keys from the terminal of this process.
    pub fn new(look: Look, plain: bool) -> Keys {
        let narrower = Look { width: look.width.saturating_sub(BEHIND_A_QUESTION), ..look };
        Keys {
            terminal: Term::stdout(),
            palette: Palette::new(look.styled),
            scene: Screen::new(look),
            questions: Screen::new(narrower),
            plain,
            used: 0,
            trees: None,
        }
    }

    /// The trees as a whole, and what is shown of them; where that is less, a key shows the rest.
    pub fn remember(&mut self, whole: Shown, shown: &Shown) {
        self.trees = (whole.trimmed() != shown.trimmed()).then_some(whole);
    }

    /// Shows text that is painted already; where it is longer than the terminal, a screen full after the other.
    pub fn show(&mut self, text: &Shown) -> Result<(), Stop> {
        let lines: Vec<Shown> = text.lines().collect();
        let mut left = &lines[..];
        loop {
            let page = self.page();
            let room = page.saturating_sub(self.used);
            if left.len() <= room {
                self.write(left);
                return Ok(());
            }
            // What fits on a screen of its own is not torn apart; what does not is parted at a blank line.
            let blank = left[..room].iter().rposition(|line| line.is_empty()).filter(|at| at * 2 >= room);
            let end = if left.len() <= page && self.used * 2 > page { 0 } else { blank.unwrap_or(room) };
            self.write(&left[..end]);
            left = &left[end..];
            self.wait("Enter shows more")?;
        }
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, question: &Question) -> Result<Answer, Stop> {
        match question {
            Question::Commands { count, lines, predict } => self.commands(*count, lines, predict),
            Question::NextStep { number, of } => {
                self.wait(&format!("Enter goes on to step {} of {of}", number + 1))?;
                Ok(Answer::GoOn)
            }
        }
    }

    /// Shows what will be run, asks what will come of it, and waits; all that is taken away before it runs, since each
    /// command is shown again with what it prints.
    fn commands(&mut self, count: usize, commands: &[String], predict: &[Statement]) -> Result<Answer, Stop> {
        let mut ahead = vec![Line::new()];
        match self.plain {
            true => ahead.extend(commands.iter().map(|line| Line::of(Role::Text, format!("Next command: {line}")))),
            false => ahead.extend(self.scene.ahead(commands)),
        }
        if !predict.is_empty() {
            ahead.push(Line::new());
            ahead.extend(self.scene.hint("What do you think? y yes, n no, d don't know, q stops"));
        }
        let questions: Vec<Vec<Line>> =
            (1..).zip(predict).map(|(number, statement)| self.question(number, statement)).collect();
        let height = ahead.len() + questions.iter().map(Vec::len).sum::<usize>();
        if self.used > 0 && self.used + height > self.page() {
            self.wait("Enter shows more")?;
        }
        self.show(&self.palette.lines(&ahead))?;
        let answers = questions.iter().map(|lines| self.predict(lines)).collect::<Result<Vec<_>, Stop>>()?;
        let alone = match count {
            1 => self.wait("Enter runs the command")?,
            more => self.wait(&format!("Enter runs the {more} commands"))?,
        };
        if alone && !self.plain && height <= self.page() {
            write(Shown::steering("\r").with(take_away(height)));
        }
        Ok(if predict.is_empty() { Answer::GoOn } else { Answer::Predictions(answers) })
    }

    fn question(&self, number: usize, statement: &Statement) -> Vec<Line> {
        match self.plain {
            true => vec![Line::of(Role::Text, format!("Question {number}: {}", words::question(statement)))],
            false => self.questions.question(number, statement),
        }
    }

    /// One question, and what was said; no key stands for an answer but its own.
    fn predict(&mut self, lines: &[Line]) -> Result<Option<bool>, Stop> {
        write(self.joined(lines).with(" "));
        self.used += lines.len();
        let (answer, word) = loop {
            match self.terminal.read_key() {
                Ok(Key::Char('y' | 'Y')) => break (Ok(Some(true)), "yes"),
                Ok(Key::Char('n' | 'N')) => break (Ok(Some(false)), "no"),
                Ok(Key::Char('d' | 'D')) => break (Ok(None), "don't know"),
                Ok(Key::Char('q' | 'Q' | '\u{4}') | Key::CtrlC | Key::Escape) | Err(_) => break (Err(Stop), ""),
                Ok(_) => {}
            }
        };
        write(self.palette.lines(&[Line::of(Role::Hint, word)]));
        answer
    }

    /// Shows a line, waits for Enter (or space), takes the line away again. Whether nothing else was shown meanwhile.
    fn wait(&mut self, what: &str) -> Result<bool, Stop> {
        let mut alone = true;
        loop {
            let trees = if self.trees.is_some() { ", t shows the whole trees" } else { "" };
            let hint = self.scene.hint(&format!("{what}{trees}, q stops"));
            write(Shown::from("\n").with(self.joined(&hint)));
            let pressed = self.key();
            // Nothing is lost by taking the hint away; a screen reader keeps it as a line of its own.
            if self.plain {
                write("\n");
            } else {
                write(take_away(hint.len()));
            }
            self.used = 0;
            match pressed {
                Pressed::GoOn => return Ok(alone),
                Pressed::Stop => return Err(Stop),
                Pressed::Trees => {
                    alone = false;
                    // They are shown once, and not offered while they are.
                    let trees = self.trees.take().unwrap_or_default();
                    self.show(&Shown::from("\n").with(trees.trimmed()))?;
                }
            }
        }
    }

    fn key(&self) -> Pressed {
        loop {
            match self.terminal.read_key() {
                Ok(Key::Enter | Key::Char(' ') | Key::ArrowRight | Key::PageDown) => return Pressed::GoOn,
                Ok(Key::Char('t' | 'T')) if self.trees.is_some() => return Pressed::Trees,
                Ok(Key::Char('q' | 'Q' | '\u{4}') | Key::CtrlC | Key::Escape) | Err(_) => return Pressed::Stop,
                Ok(_) => {}
            }
        }
    }

    /// Lines with a line feed between them.
    fn joined(&self, lines: &[Line]) -> Shown {
        let pieces = lines.iter().enumerate().map(|(at, line)| {
            let before = if at == 0 { "" } else { "\n" };
            Shown::from(before).with(self.palette.line(line))
        });
        pieces.collect()
    }

    fn write(&mut self, lines: &[Shown]) {
        write(lines.iter().map(|line| line.clone().with("\n")).collect::<Shown>());
        self.used += lines.len();
    }

    /// How many lines may be shown before somebody is asked to go on.
    fn page(&self) -> usize {
        if self.plain { usize::MAX } else { output::rows().saturating_sub(BELOW).max(SHORTEST_PAGE) }
    }
}

/// Where the terminal is gone, the next key says so.
fn write(shown: impl Into<Shown>) {
    let _ = Stream::Output.show(shown);
}

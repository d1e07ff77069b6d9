//! The presenter's screen: keys in, beats out. It waits for keys, for its threads and for other terminals by one poll(2), and
//! runs nothing itself.

use crate::event::Event;
use crate::paint::{Key, Palette, Theme};
use crate::present::detour::{Detour, LEAVE};
use crate::present::hour::{Hour, Place, StageState};
use crate::present::inbox::{Inbox, LiveTold, Message, StandbyTold};
use crate::present::keys::{self, Command};
use crate::present::link::Presented;
use crate::present::live::Live;
use crate::present::record::{HourRecord, KeptDetour};
use crate::present::standby::Standbys;
use crate::scene::{Line, Role, columns};
use crate::screen::FullScreen;
use crate::session::{Home, LastHour, now};
use crate::stage::{StageError, StageNeeds};
use std::io::Result;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// Stages are led to another place when no key was pressed for so long: somebody may be leafing through.
const LEAFING: Duration = Duration::from_millis(60);
/// The keys on the last line of a beat.
const KEYS: &str = "Space on  ← back  d detour  ? all keys  q leaves";
/// The same where hands can be counted.
const KEYS_AT_A_QUESTION: &str = "Space on  ← back  h hands up  ? all keys  q leaves";

/// How a lesson is to be presented.
pub struct PresenterOptions {
    /// No colours at all where there is none.
    pub theme: Option<Theme>,
    /// Run nothing; show the recording.
    pub recorded: bool,
    /// Begin where this hour was left.
    pub resume: Option<LastHour>,
    /// Where the user's files are, and the name of the lesson's folder.
    pub home: Home,
    /// See `home`.
    pub lesson: String,
    /// What its stages need; in a user namespace of their own, where root must not lend its rights.
    pub needs: StageNeeds,
    /// What writes the record of the hour, where it is wanted.
    pub record: Option<RecordWriter>,
}

/// Writes the record of an hour, all of it or nothing, as often as it has become another one.
pub type RecordWriter = Box<dyn FnMut(&[u8]) -> std::result::Result<(), String>>;

/// How an hour ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By a key.
    Left,
    /// The terminal is gone.
    Gone,
    /// By a signal.
    Signal(u8),
}

/// What the keys are for just now.
enum Mode {
    Beat,
    /// All beats, this one chosen.
    Overview(usize),
    Help,
    /// Something is typed on the last line.
    Typing(Question, String),
    /// A key more leaves.
    Leaving,
    /// A detour begins as soon as its stage stands; what is typed meanwhile is for its shell.
    Waiting(Vec<u8>),
    Detour(Box<Detour>, bool),
}

/// What is asked for on the last line.
#[derive(Clone, Copy)]
enum Question {
    Number,
    Find,
    /// Hands for the question with this number.
    Hands(usize),
}

/// The presenter.
pub struct Presenter {
    // The screen is the first to go, so that the terminal is as it was while stages end.
    screen: FullScreen,
    hour: Hour,
    theme: Option<Theme>,
    mode: Mode,
    inbox: Inbox,
    link: Presented,
    live: Option<Live>,
    /// The run waits for being told to go on.
    live_waits: bool,
    /// It has come to its first block.
    live_has_waited: bool,
    /// So many blocks are to be run.
    wanted: usize,
    standbys: Standbys,
    /// When stages are led to where one is.
    aims_at: Option<Instant>,
    found: String,
    /// Of how many people hands were counted last.
    class: Option<u32>,
    home: Home,
    lesson: String,
    saved: Option<LastHour>,
    resume: Option<Place>,
    /// What was typed before it could be heeded.
    early: Vec<u8>,
    record: HourRecord,
    writer: Option<RecordWriter>,
    written: Vec<u8>,
}

impl Presenter {
    /// Takes the terminal and shows the first beat; whatever runs, runs behind it.
    ///
    /// # Errors
    /// Where there is no terminal.
    pub fn begin(mut hour: Hour, link: Presented, options: PresenterOptions) -> Result<Presenter> {
        let PresenterOptions { theme, recorded, resume, home, lesson, needs, record: writer } = options;
        let mut record = HourRecord::default();
        if let Some(last) = &resume {
            record.detours = serde_json::from_value(last.tried.clone()).unwrap_or_default();
            hour.shown.hands.clone_from(&last.hands);
            hour.detours.clone_from(&last.detours);
        }
        hour.show_recording(recorded);
        let screen = FullScreen::enter(palette(theme))?;
        let inbox = Inbox::new()?;
        let standbys = Standbys::new(hour.lesson().clone(), needs, inbox.notifier());
        let class = hour.shown.hands.values().next().map(|(_, of)| *of);
        let resume = resume.map(|last| Place { beat: last.beat, done: last.done });
        let mut presenter = Presenter {
            screen,
            hour,
            theme,
            mode: Mode::Beat,
            inbox,
            link,
            live: None,
            live_waits: false,
            live_has_waited: false,
            wanted: 0,
            standbys,
            aims_at: None,
            found: String::new(),
            class,
            home,
            lesson,
            saved: None,
            resume,
            early: Vec::new(),
            record,
            writer,
            written: Vec::new(),
        };
        if recorded {
            presenter.go_where_it_was_left();
        }
        presenter.draw()?;
        if !recorded {
            let lesson = presenter.hour.lesson().clone();
            presenter.live = Some(Live::begin(lesson, needs, presenter.inbox.notifier()));
        }
        Ok(presenter)
    }

    /// Shows the lesson until somebody leaves.
    pub fn run(mut self) -> (Hour, Ended) {
        let ended = self.present();
        if let Mode::Detour(..) = self.mode {
            self.leave_detour();
        }
        self.save();
        let Presenter { screen, hour, .. } = self;
        drop(screen);
        (hour, ended)
    }

    fn present(&mut self) -> Ended {
        loop {
            if self.draw().is_err() {
                return Ended::Gone;
            }
            self.link.tell(&self.hour);
            let due = [self.aims_at, self.detour_due(), self.link.is_pending().then(|| Instant::now() + LEAFING)];
            let due = due.into_iter().flatten().min();
            let time = due.map(|due| due.saturating_duration_since(Instant::now()));
            let detour = match &self.mode {
                Mode::Detour(detour, _) => detour.fd(),
                _ => None,
            };
            let mut others: Vec<BorrowedFd<'_>> = vec![self.inbox.fd()];
            others.extend(self.link.fds());
            others.extend(detour);
            let Ok(happened) = self.screen.wait(&others, time) else { return Ended::Gone };
            if let Some(signal) = happened.ends {
                return Ended::Signal(signal);
            }
            for message in self.inbox.take() {
                self.heard(message);
            }
            for command in self.link.heard() {
                self.hour.shown.message = None;
                self.command(command);
            }
            if self.typed(&happened.typed) || self.go_on_with_detour() {
                return Ended::Left;
            }
            if self.aims_at.is_some_and(|at| at <= Instant::now()) {
                self.aims_at = None;
                self.standbys.aim(self.hour.blocks_needed());
                self.save();
            }
        }
    }

    /// Heeds what was typed; whether somebody leaves.
    fn typed(&mut self, bytes: &[u8]) -> bool {
        let bytes = [std::mem::take(&mut self.early), bytes.to_vec()].concat();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            if let Mode::Detour(detour, _) = &mut self.mode {
                rest = detour.typed(rest);
                if detour.is_over() {
                    self.leave_detour();
                }
                continue;
            }
            let all = rest;
            let key = Key::take(&mut rest);
            let unsettled = self.is_unsettled();
            match (&mut self.mode, key) {
                // What is typed behind the key that leaves the detour is for the lesson again.
                (Mode::Waiting(held), _) if held.contains(&LEAVE) => {
                    self.early = all.to_vec();
                    return false;
                }
                (Mode::Waiting(held), key) if key != Some(Key::Escape) => {
                    held.extend_from_slice(&all[..all.len() - rest.len()]);
                }
                (_, None) => {}
                // Which beats there are, or where one begins, is not known yet: no key is lost, and none goes astray.
                (Mode::Beat, Some(key)) if unsettled && Command::of(key) != Some(Command::Quit) => {
                    self.early = all.to_vec();
                    return false;
                }
                (_, Some(key)) => {
                    self.hour.shown.message = None;
                    if self.key(key) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// What the lesson is like is known when its stage stands, or the place to begin at is taken then.
    fn is_unsettled(&self) -> bool {
        let shown = &self.hour.shown;
        let is_starting = shown.stage == StageState::Starting && !shown.recorded;
        is_starting && (self.resume.is_some() || self.hour.lesson().depends_on_cgroups())
    }

    /// Heeds a key; whether it is one that leaves.
    fn key(&mut self, key: Key) -> bool {
        match std::mem::replace(&mut self.mode, Mode::Beat) {
            Mode::Leaving if Command::of(key) == Some(Command::Quit) => return true,
            Mode::Typing(question, text) => self.type_key(question, text, key),
            Mode::Overview(at) => self.overview_key(at, key),
            // Any key leads back to the beat.
            Mode::Help | Mode::Leaving | Mode::Waiting(_) => {}
            detour @ Mode::Detour(..) => self.mode = detour,
            Mode::Beat => {
                if let Some(command) = Command::of(key) {
                    self.command(command);
                }
            }
        }
        false
    }

    fn command(&mut self, command: Command) {
        let shown = &mut self.hour.shown;
        if shown.blank && command != Command::Blank {
            shown.blank = false;
        }
        match command {
            Command::On => match self.hour.next() {
                Some(next) => self.go_to(next),
                None => self.say("This is the last beat."),
            },
            Command::Back => match self.hour.previous() {
                Some(previous) => self.go_to(previous),
                None => self.say("This is the first beat."),
            },
            Command::First => self.go_to(Place::default()),
            Command::Last => self.go_to(Place { beat: usize::MAX, done: false }),
            Command::GoTo(beat) => self.go_to(Place { beat, done: false }),
            Command::Down => shown.scroll += 1,
            Command::Up => shown.scroll = shown.scroll.saturating_sub(1),
            Command::Syscalls => {
                shown.syscalls = !shown.syscalls;
                let known = self.hour.events().iter().any(|event| matches!(event, Event::Call(_)));
                let said = if known { "System calls are shown." } else { "Of this beat no system calls are known." };
                if self.hour.shown.syscalls {
                    self.say(said);
                }
            }
            Command::Panels => shown.without_panels = !shown.without_panels,
            Command::Trees => shown.full = !shown.full,
            Command::More => shown.less_prose = shown.less_prose.saturating_sub(1),
            Command::Less => shown.less_prose = (shown.less_prose + 1).min(2),
            Command::Whole => {
                shown.whole = !shown.whole;
                shown.scroll = 0;
            }
            Command::Blank => shown.blank = !shown.blank,
            Command::Recording => self.switch(),
            Command::Colours => {
                self.theme = self.theme.map(|theme| if theme == Theme::Dark { Theme::Light } else { Theme::Dark });
                self.screen.use_palette(palette(self.theme));
            }
            Command::Overview => self.mode = Mode::Overview(shown.place.beat),
            Command::Number => self.mode = Mode::Typing(Question::Number, String::new()),
            Command::Find => self.mode = Mode::Typing(Question::Find, String::new()),
            Command::FindNext => self.find(),
            Command::Hands if self.hour.beat().asked.is_empty() => self.say("Nothing is asked at this beat."),
            Command::Hands => self.mode = Mode::Typing(Question::Hands(0), String::new()),
            Command::Detour => {
                self.mode = Mode::Waiting(Vec::new());
                self.aims_at = Some(Instant::now());
            }
            Command::Help => self.mode = Mode::Help,
            Command::Quit => self.mode = Mode::Leaving,
        }
    }

    /// Says something that is no trouble.
    fn say(&mut self, text: &str) {
        self.hour.shown.message = Some((false, text.to_string()));
    }

    /// Shows a place, and has run what must have run for it.
    fn go_to(&mut self, place: Place) {
        self.hour.go_to(place);
        self.wanted = self.wanted.max(self.hour.blocks_needed());
        self.go_on();
        self.aims_at = Some(Instant::now() + LEAFING);
    }

    /// Has the next block run, where one is wanted.
    fn go_on(&mut self) {
        if let Some(live) = self.live.as_ref().filter(|_| self.live_waits && self.hour.shown.blocks < self.wanted) {
            self.live_waits = false;
            live.go_on();
        }
    }

    /// From this hour to the recording, or back.
    fn switch(&mut self) {
        let recorded = self.hour.shown.recorded;
        if !recorded && !self.hour.has_recording() {
            self.hour.shown.message = Some((true, "There is no recording of this lesson.".into()));
        } else if recorded && self.live.is_none() {
            self.hour.shown.message = Some((true, "Nothing runs on this machine in this hour.".into()));
        } else {
            self.hour.show_recording(!recorded);
            let place = self.hour.shown.place;
            self.go_to(place);
        }
    }

    fn go_where_it_was_left(&mut self) {
        if let Some(place) = self.resume.take() {
            self.go_to(place);
        }
    }

    fn heard(&mut self, message: Message) {
        match message {
            Message::Live(told) => self.heard_live(told),
            Message::Standby(id, told) => {
                if let Mode::Detour(detour, compared) = &mut self.mode
                    && detour.standby() == id
                {
                    detour.heard(told);
                    if detour.has_first_look() && !std::mem::replace(compared, true) {
                        detour.differs_from(self.hour.last_look());
                    }
                    return;
                }
                if let StandbyTold::At(_, Some(line)) = &told {
                    let said = format!("Led here once more, {line} did not do what the lesson says.");
                    self.hour.shown.message = Some((true, said));
                }
                self.standbys.heard(id, &told);
            }
        }
    }

    fn heard_live(&mut self, told: LiveTold) {
        match told {
            LiveTold::Stands(facts) => {
                self.hour.settle(&facts);
                self.hour.shown.stage = StageState::Stands;
                self.wanted = self.hour.blocks_needed();
                self.go_where_it_was_left();
                self.aims_at = Some(Instant::now() + LEAFING);
            }
            LiveTold::Event(event) => {
                self.hour.happened(&event);
                self.record.happened(&event);
                if let Event::Mismatch { line, .. } = &event {
                    let then = if self.hour.has_recording() { " r goes on with the recording." } else { "" };
                    let said = format!("{line} did not do what the lesson says.{then}");
                    self.hour.shown.message = Some((true, said));
                }
            }
            LiveTold::Waits | LiveTold::Over => {
                self.record.block_ended();
                // The first time nothing has run yet.
                self.hour.shown.blocks += usize::from(std::mem::replace(&mut self.live_has_waited, true));
                self.live_waits = matches!(told, LiveTold::Waits);
                self.go_on();
            }
            LiveTold::Failed(error) => self.live_failed(&error),
        }
    }

    fn live_failed(&mut self, error: &StageError) {
        self.live = None;
        self.hour.shown.stage = StageState::Lost;
        let first = error.to_string();
        let first = first.lines().next().unwrap_or_default().trim_start_matches("error: ").to_string();
        self.record.happened(&Event::Warned { text: format!("{first}. From here on nothing was run in this hour.") });
        if self.hour.has_recording() {
            self.hour.show_recording(true);
            self.hour.shown.message = Some((true, format!("{first}. What is shown from here on is the recording.")));
            self.go_where_it_was_left();
        } else {
            self.hour.shown.message = Some((true, format!("{first}. There is no recording to go on with.")));
            self.go_where_it_was_left();
        }
    }

    fn type_key(&mut self, question: Question, mut text: String, key: Key) {
        match key {
            Key::Escape | Key::Control('c') => return,
            Key::Enter => return self.answer(question, text.trim()),
            Key::Backspace => drop(text.pop()),
            Key::Char(letter) => text.push(letter),
            _ => {}
        }
        self.mode = Mode::Typing(question, text);
    }

    /// What was asked for on the last line was typed.
    fn answer(&mut self, question: Question, text: &str) {
        match question {
            Question::Number => match text.parse::<usize>() {
                Ok(number) if (1..=self.hour.beats().len()).contains(&number) => {
                    self.go_to(Place { beat: number - 1, done: false });
                }
                _ => {
                    let said = format!("There are beats from 1 to {}.", self.hour.beats().len());
                    self.hour.shown.message = Some((true, said));
                }
            },
            Question::Find => {
                self.found = text.to_string();
                self.find();
            }
            Question::Hands(at) => {
                let beat = self.hour.beat().clone();
                if !text.is_empty() && !self.note_hands(at, text) {
                    self.mode = Mode::Typing(question, String::new());
                    return;
                }
                if at + 1 < beat.asked.len() {
                    self.mode = Mode::Typing(Question::Hands(at + 1), String::new());
                }
            }
        }
    }

    /// `27 40` or, once the class is known, `27`.
    fn note_hands(&mut self, at: usize, text: &str) -> bool {
        let numbers: Vec<Option<u32>> = text
            .split(|letter: char| !letter.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().ok())
            .collect();
        let counted = match numbers[..] {
            [Some(yes), Some(of)] => Some((yes, of)),
            [Some(yes)] => self.class.map(|of| (yes, of)),
            _ => None,
        };
        match counted {
            Some((yes, of)) if yes <= of && of <= 100_000 => {
                self.class = Some(of);
                let key = self.hour.hands_key(self.hour.beat(), at);
                self.hour.shown.hands.insert(key, (yes, of));
                self.aims_at.get_or_insert_with(Instant::now);
                true
            }
            _ => {
                let said = "Type how many said yes, and of how many: 27 40";
                self.hour.shown.message = Some((true, said.to_string()));
                false
            }
        }
    }

    fn find(&mut self) {
        if self.found.is_empty() {
            return;
        }
        let found = self.hour.find(&self.found);
        let here = self.hour.shown.place.beat;
        let next = found.iter().find(|beat| **beat > here).or(found.first());
        match next {
            Some(beat) => {
                self.go_to(Place { beat: *beat, done: false });
                let said =
                    format!("\"{}\" is in {} of {} beats; n goes on", self.found, found.len(), self.hour.beats().len());
                self.hour.shown.message = Some((false, said));
            }
            None => self.hour.shown.message = Some((true, format!("\"{}\" is nowhere in this lesson.", self.found))),
        }
    }

    fn overview_key(&mut self, at: usize, key: Key) {
        let last = self.hour.beats().len() - 1;
        let next = match key {
            Key::Down | Key::Right | Key::Char('j' | ' ') => (at + 1).min(last),
            Key::Up | Key::Left | Key::Char('k') => at.saturating_sub(1),
            Key::PageDown => (at + 10).min(last),
            Key::PageUp => at.saturating_sub(10),
            Key::Home => 0,
            Key::End => last,
            Key::Enter => return self.go_to(Place { beat: at, done: false }),
            Key::Escape | Key::Char('o' | 'q') => return,
            _ => at,
        };
        self.mode = Mode::Overview(next);
    }

    fn detour_due(&self) -> Option<Instant> {
        match &self.mode {
            Mode::Detour(detour, _) => detour.due(),
            _ => None,
        }
    }

    /// Begins a detour that waits for its stage, looks at its trees, ends it when its shell has ended; whether what was typed
    /// meanwhile leaves.
    fn go_on_with_detour(&mut self) -> bool {
        let mut typed = Vec::new();
        match &mut self.mode {
            Mode::Waiting(held) => {
                let here = self.standbys.here();
                if let Some(error) = here.and_then(|here| here.failed.as_ref()) {
                    let said = error.to_string();
                    let first = said.lines().next().unwrap_or_default().trim_start_matches("error: ");
                    self.hour.shown.message = Some((true, format!("No detour: {first}")));
                    self.mode = Mode::Beat;
                } else if here.is_some_and(|here| here.stands && here.blocks == self.hour.blocks_needed())
                    && let Some(standby) = self.standbys.take()
                {
                    let beat = self.hour.shown.place.beat + 1;
                    typed = std::mem::take(held);
                    self.mode = match Detour::begin(standby, beat, self.screen.size(), self.standbys.owner()) {
                        Ok(detour) => Mode::Detour(Box::new(detour), false),
                        Err(error) => {
                            typed.clear();
                            self.hour.shown.message =
                                Some((true, format!("No detour: no terminal can be had: {error}")));
                            Mode::Beat
                        }
                    };
                }
            }
            Mode::Detour(detour, _) => {
                detour.read();
                detour.look_if_due();
                if detour.is_over() {
                    self.leave_detour();
                }
            }
            _ => {}
        }
        self.early.splice(0..0, typed);
        let leaves = self.typed(&[]);
        self.hour.shown.detour = matches!(self.mode, Mode::Detour(..));
        leaves
    }

    fn leave_detour(&mut self) {
        if let Mode::Detour(mut detour, _) = std::mem::replace(&mut self.mode, Mode::Beat) {
            if let Some(why) = detour.trouble.take() {
                self.hour.shown.message = Some((true, why));
                self.standbys.end(detour.into_standby());
                return;
            }
            self.hour.detours.push(detour.words());
            let (blocks, done) = (self.hour.blocks_needed(), self.hour.shown.place.done);
            self.record.detours.push(KeptDetour { blocks, done, detour: detour.kept() });
            self.standbys.end(detour.into_standby());
            self.aims_at = Some(Instant::now());
        }
    }

    /// Notes where one is, if that is another place than the last time.
    fn save(&mut self) {
        let Place { beat, done } = self.hour.shown.place;
        if self.resume.is_some() {
            return;
        }
        let (hands, detours) = (self.hour.shown.hands.clone(), self.hour.detours.clone());
        let mut last = LastHour::default();
        (last.beat, last.done, last.hands, last.detours) = (beat, done, hands, detours);
        last.tried = self.record.detours_to_keep();
        self.write_record();
        if self.saved.as_ref() != Some(&last) {
            // That it cannot be noted is no reason to stop an hour.
            let mut noted = last.clone();
            noted.at = now();
            let _ = noted.write(&self.home, &self.lesson);
            self.saved = Some(last);
        }
    }

    /// Writes the record of the hour, where it has become another one.
    fn write_record(&mut self) {
        let Some(writer) = &mut self.writer else { return };
        let Some(text) = self.record.text(&self.hour.shown.hands).filter(|text| *text != self.written) else { return };
        if let Err(why) = writer(&text) {
            self.hour.shown.message = Some((true, why));
        }
        self.written = text;
    }

    fn draw(&mut self) -> Result<()> {
        let size = self.screen.size();
        let styled = self.theme.is_some();
        let (lines, cursor) = match &mut self.mode {
            Mode::Detour(detour, _) => detour.lines(size),
            Mode::Help => (help(size), None),
            Mode::Overview(at) => (overview(&self.hour, *at, size), None),
            _ if self.hour.shown.blank => (blank(size), None),
            mode => {
                let typed = match mode {
                    Mode::Typing(question, text) => Some(asked(*question, text, &self.hour, self.class)),
                    Mode::Leaving => Some("Leave? q once more leaves, any other key stays.".to_string()),
                    Mode::Waiting(_) => Some("This state is being made anew for a detour … Esc stays here".to_string()),
                    _ => None,
                };
                let at_question = !self.hour.shown.place.done && !self.hour.beat().asked.is_empty();
                let keys = typed.unwrap_or_else(|| if at_question { KEYS_AT_A_QUESTION } else { KEYS }.to_string());
                let cursor =
                    matches!(mode, Mode::Typing(..)).then(|| (Line::of(Role::Text, &keys).width(), size.1 - 1));
                let (lines, furthest) = self.hour.picture(&keys).lines(&self.hour.look(size, styled));
                self.hour.shown.scroll = self.hour.shown.scroll.min(furthest);
                (lines, cursor)
            }
        };
        self.screen.draw(&lines, cursor)
    }
}

fn palette(theme: Option<Theme>) -> Palette {
    theme.map_or(Palette::new(false), Palette::themed)
}

/// The last line while something is typed there.
fn asked(question: Question, text: &str, hour: &Hour, class: Option<u32>) -> String {
    match question {
        Question::Number => format!("Go to beat (1 to {}): {text}", hour.beats().len()),
        Question::Find => format!("Find: {text}"),
        Question::Hands(at) => {
            let of = class.map_or("yes, and of how many (27 40)".to_string(), |of| format!("yes, of {of}"));
            format!("Hands up for question {}: {of}: {text}", at + 1)
        }
    }
}

fn blank((width, height): (usize, usize)) -> Vec<Line> {
    let mut lines = vec![Line::new(); height.saturating_sub(1)];
    lines.push(columns("b shows the lesson again", "? all keys", width));
    lines
}

fn help((width, height): (usize, usize)) -> Vec<Line> {
    let mut lines = vec![Line::of(Role::Heading, "All keys")];
    lines.extend((height > 24).then(Line::new));
    let list: Vec<_> = keys::list().collect();
    for (keys, does) in &list {
        let mut line = Line::of(Role::Command, format!("  {keys}"));
        line.push(Role::Text, &" ".repeat(20usize.saturating_sub(line.width())));
        line.push(Role::Text, &format!(" {does}"));
        lines.push(line);
    }
    lines.truncate(height.saturating_sub(1));
    lines.resize(height.saturating_sub(1), Line::new());
    lines.push(columns("any key goes back to the lesson", "", width));
    lines
}

/// All beats, as many as fit, with the chosen one among them.
fn overview(hour: &Hour, chosen: usize, (width, height): (usize, usize)) -> Vec<Line> {
    let beats = hour.beats();
    let meta = &hour.lesson().meta;
    let mut lines = vec![Line::of(Role::Heading, format!("{} {}", meta.number, meta.title))];
    let room = height.saturating_sub(2).max(1);
    let above = chosen.saturating_sub(room / 2).min(beats.len().saturating_sub(room));
    for (at, beat) in beats.iter().enumerate().skip(above).take(room) {
        let here = at == hour.shown.place.beat;
        let has_run = !beat.lines.is_empty() && beat.blocks_before < hour.shown.blocks;
        let sign = match (at == chosen, here) {
            (true, _) => "▶ ",
            (_, true) => "● ",
            _ => "  ",
        };
        let role = if at == chosen { Role::Changed } else { Role::Text };
        let mut line = Line::of(role, format!("{sign}{:>3}  ", at + 1));
        line.push(Role::Right, if has_run { "✓ " } else { "  " });
        let title = match beat.step {
            Some((number, of)) => format!("{number} of {of}  {}", beat.title),
            None => beat.title.clone(),
        };
        line.push(if at == chosen { Role::Strong } else { Role::Text }, &title);
        if let Some(first) = beat.lines.first() {
            line.push(Role::Quiet, &format!("   $ {}", first.line));
        }
        lines.push(line);
    }
    lines.resize(height.saturating_sub(1), Line::new());
    lines.push(columns("Enter goes there  ↑ ↓ choose  o goes back", "✓ has run", width));
    lines
}

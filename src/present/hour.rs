//! An hour: where one is in a lesson, what happened in it so far, and what a recording has of the rest.

use crate::event::{Begin, Event, Observation, RecordingReader, Timed};
use crate::ground::{CgroupVersion, Role};
use crate::lesson::{Lesson, belongs};
use crate::present::beats::{Beat, beats};
use crate::scene::words::{plural, question};
use crate::scene::{Asked, BeatLook, BeatPicture, BeatSource, Prose, Role as Style, SeenBeat, SeenBeats};
use crate::stage::StageFacts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where one is: a beat, and whether its commands have run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Counted from 0.
    pub beat: usize,
    /// What came of its commands is shown.
    pub done: bool,
}

/// What came of commands, beat by beat.
#[derive(Clone, Debug, Default)]
struct Outcomes {
    of_beats: Vec<Vec<Event>>,
    /// How many commands were told.
    commands: usize,
    current: Option<usize>,
    /// What is drawn of the last look of each beat.
    seen: Vec<Option<SeenBeat>>,
    /// What was drawn before the beat that was looked at last, and that beat with its looks.
    drawn: SeenBeats,
    looks: (usize, Vec<Observation>),
}

/// A recording of the lesson.
#[derive(Clone, Debug)]
struct Recorded {
    /// As it stands in its file.
    text: String,
    by: String,
    beats: Vec<Beat>,
    outcomes: Outcomes,
}

/// Whether there is a machine that the lesson runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StageState {
    /// Not yet.
    #[default]
    Starting,
    /// There is.
    Stands,
    /// There is none, or none any more.
    Lost,
}

/// What everybody who looks on is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Where one is.
    pub place: Place,
    /// What is shown comes from the recording.
    pub recorded: bool,
    /// Whether it runs.
    pub stage: StageState,
    /// So many blocks of commands have run in this hour.
    pub blocks: usize,
    /// The screen is blank.
    pub blank: bool,
    /// System calls are shown.
    pub syscalls: bool,
    /// No tables are shown beside the trees.
    pub without_panels: bool,
    /// Trees are drawn whole.
    pub full: bool,
    /// Everything of a beat is shown, to be scrolled.
    pub whole: bool,
    /// How much text: 0 all, 1 a sentence, 2 none.
    pub less_prose: u8,
    /// So many lines are above the screen.
    pub scroll: usize,
    /// Hands that were up, by the number of the step and of the question: how many said yes, and of how many.
    #[serde(default)]
    pub hands: BTreeMap<String, (u32, u32)>,
    /// Somebody types elsewhere: that is shown on the projector alone.
    pub detour: bool,
    /// What there is to know, and whether it is grave.
    pub message: Option<(bool, String)>,
}

/// An hour with a lesson.
#[derive(Clone, Debug)]
pub struct Hour {
    lesson: Lesson,
    beats: Vec<Beat>,
    version: Option<CgroupVersion>,
    role: Option<Role>,
    live: Outcomes,
    recorded: Option<Recorded>,
    /// What everybody who looks on is shown.
    pub shown: View,
    /// The detours, a few words each.
    pub detours: Vec<String>,
}

impl Outcomes {
    fn new(beats: &[Beat]) -> Outcomes {
        Outcomes { of_beats: vec![Vec::new(); beats.len()], seen: vec![None; beats.len()], ..Outcomes::default() }
    }

    /// Notes what happened at a beat; they come in their order.
    fn add_to(&mut self, beat: usize, event: &Event) {
        let Some(events) = self.of_beats.get_mut(beat) else { return };
        events.push(event.clone());
        if let Event::Observation(look) = event {
            if self.looks.0 != beat {
                for look in self.looks.1.drain(..) {
                    self.drawn.next(&look);
                }
                self.looks.0 = beat;
            }
            self.seen[beat] = Some(self.drawn.clone().next(look));
            self.looks.1.push(look.clone());
        }
    }

    /// The last look in the beats before this one.
    fn last_look(&self, beat: usize) -> Option<&Observation> {
        self.seen.iter().take(beat).rev().flatten().next().map(|seen| &seen.whole)
    }

    /// Puts an event where it belongs; which beat that is.
    fn add(&mut self, beats: &[Beat], event: &Event) -> Option<usize> {
        if let Event::Command { .. } = event {
            let mut commands = 0;
            self.current = beats.iter().position(|beat| {
                commands += beat.lines.len();
                commands > self.commands
            });
            self.commands += 1;
        }
        let came = matches!(
            event,
            Event::Command { .. }
                | Event::Call(_)
                | Event::Output { .. }
                | Event::Explained(_)
                | Event::Warned { .. }
                | Event::Mismatch { .. }
                | Event::Observation(_)
                | Event::Marked { .. }
        );
        let beat = self.current.filter(|_| came)?;
        self.add_to(beat, event);
        Some(beat)
    }
}

impl Hour {
    /// At the beginning of a lesson.
    pub fn new(lesson: Lesson) -> Hour {
        let beats = beats(&lesson.on(None), None);
        let live = Outcomes::new(&beats);
        let (shown, detours) = (View::default(), Vec::new());
        Hour { lesson, beats, version: None, role: None, live, recorded: None, shown, detours }
    }

    /// Takes a recording along, for what this machine cannot do, or where the lesson fails.
    ///
    /// # Errors
    /// Why it is none of this lesson.
    pub fn take_along(&mut self, recording: &[u8]) -> Result<(), String> {
        let events: Vec<Timed> =
            RecordingReader::new(recording).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        belongs(&self.lesson, &events)?;
        let Some(Event::Begin(begin)) = events.first().map(|told| &told.event) else {
            return Err("its recording has no beginning".into());
        };
        let beats = beats(&self.lesson.on(begin.cgroups), Some(begin.role));
        let mut outcomes = Outcomes::new(&beats);
        for told in &events {
            outcomes.add(&beats, &told.event);
        }
        let text = String::from_utf8_lossy(recording).into_owned();
        self.recorded = Some(Recorded { text, by: by(begin), beats, outcomes });
        Ok(())
    }

    /// The recording, as it stands in its file.
    pub fn recording(&self) -> Option<&str> {
        self.recorded.as_ref().map(|recorded| recorded.text.as_str())
    }

    /// Whether there is a recording.
    pub fn has_recording(&self) -> bool {
        self.recorded.is_some()
    }

    /// The lesson is settled for the machine that runs it, before any of it has run.
    pub fn settle(&mut self, facts: &StageFacts) {
        self.settle_for(facts.cgroup_version(), Some(facts.role));
    }

    /// The same, by what settles it.
    pub fn settle_for(&mut self, version: Option<CgroupVersion>, role: Option<Role>) {
        (self.version, self.role) = (version, role);
        self.beats = beats(&self.lesson.on(version), role);
        self.live = Outcomes::new(&self.beats);
        // Keys may have come before that.
        let Place { beat, done } = self.shown.place;
        let beat = beat.min(self.beats().len() - 1);
        self.shown.place = Place { beat, done: done && !self.beats()[beat].lines.is_empty() };
    }

    /// By what it is settled.
    pub fn settled(&self) -> (Option<CgroupVersion>, Option<Role>) {
        (self.version, self.role)
    }

    /// The lesson.
    pub fn lesson(&self) -> &Lesson {
        &self.lesson
    }

    /// The beats, as they are shown now.
    pub fn beats(&self) -> &[Beat] {
        match &self.recorded {
            Some(recorded) if self.shown.recorded => &recorded.beats,
            _ => &self.beats,
        }
    }

    /// How many beats there are as this machine runs the lesson.
    pub fn beats_of_this_machine(&self) -> usize {
        self.beats.len()
    }

    /// The beat that is shown.
    pub fn beat(&self) -> &Beat {
        let beats = self.beats();
        &beats[self.shown.place.beat.min(beats.len() - 1)]
    }

    /// Notes what happened in this hour; which beat it belongs to.
    pub fn happened(&mut self, event: &Event) -> Option<usize> {
        self.live.add(&self.beats, event)
    }

    /// What happened in this hour at a beat.
    pub fn came_of(&self, beat: usize) -> &[Event] {
        self.live.of_beats.get(beat).map_or(&[], Vec::as_slice)
    }

    /// Notes what happened at a beat elsewhere: the presenter has told it.
    pub fn came_elsewhere(&mut self, beat: usize, events: Vec<Event>) {
        events.iter().for_each(|event| self.live.add_to(beat, event));
    }

    fn outcomes(&self) -> &Outcomes {
        match &self.recorded {
            Some(recorded) if self.shown.recorded => &recorded.outcomes,
            _ => &self.live,
        }
    }

    /// What is shown of the beat where one is, as far as it has come.
    pub fn events(&self) -> &[Event] {
        let place = self.shown.place;
        self.outcomes().of_beats.get(place.beat).filter(|_| place.done).map_or(&[], Vec::as_slice)
    }

    /// The last look at or before the beat where one is.
    pub fn last_look(&self) -> Option<&Observation> {
        self.outcomes().last_look(self.shown.place.beat + usize::from(self.shown.place.done))
    }

    /// So many blocks have to have run for what is shown.
    pub fn blocks_needed(&self) -> usize {
        let beat = self.beat();
        beat.blocks_before + usize::from(self.shown.place.done && !beat.lines.is_empty())
    }

    /// Whether what is shown did something else than the lesson says.
    pub fn went_wrong(&self) -> bool {
        self.events().iter().any(|event| matches!(event, Event::Mismatch { .. }))
    }

    /// The place after this one.
    pub fn next(&self) -> Option<Place> {
        let place = self.shown.place;
        match !place.done && !self.beat().lines.is_empty() {
            true => Some(Place { done: true, ..place }),
            false => Some(Place { beat: place.beat + 1, done: false }).filter(|next| next.beat < self.beats().len()),
        }
    }

    /// The place before this one.
    pub fn previous(&self) -> Option<Place> {
        let place = self.shown.place;
        if place.done {
            return Some(Place { done: false, ..place });
        }
        let beat = place.beat.checked_sub(1)?;
        Some(Place { beat, done: !self.beats()[beat].lines.is_empty() })
    }

    /// Goes to a place; what is not there leads to the last one.
    pub fn go_to(&mut self, place: Place) {
        let last = self.beats().len() - 1;
        let beat = place.beat.min(last);
        let done = place.done && place.beat <= last && !self.beats()[beat].lines.is_empty();
        self.shown.place = Place { beat, done };
        self.shown.scroll = 0;
        self.shown.whole = false;
    }

    /// Shows what happened here, or the recording.
    pub fn show_recording(&mut self, recorded: bool) {
        self.shown.recorded = recorded && self.recorded.is_some();
        let place = self.shown.place;
        self.go_to(place);
    }

    /// By which the hands of a question are noted.
    pub fn hands_key(&self, beat: &Beat, question: usize) -> String {
        hands_key(beat.step.map_or(0, |(number, _)| number), question)
    }

    fn asked(&self, beat: &Beat) -> Vec<Asked> {
        let hands = |at| self.shown.hands.get(&self.hands_key(beat, at)).copied();
        let asked = beat.asked.iter().enumerate();
        asked.map(|(at, statement)| Asked { statement: statement.clone(), hands: hands(at) }).collect()
    }

    /// The beats whose text, commands or output have these words, without regard to case.
    pub fn find(&self, words: &str) -> Vec<usize> {
        let words = words.to_lowercase();
        let outcomes = self.outcomes();
        let found = |(at, beat): (usize, &Beat)| {
            let output = outcomes.of_beats.get(at).into_iter().flatten();
            let output = output.filter_map(|event| if let Event::Output { text } = event { Some(text) } else { None });
            let lines = beat.lines.iter().map(|line| &line.line);
            let mut texts =
                [&beat.title].into_iter().chain(&beat.prose).chain(&beat.afterwards).chain(lines).chain(output);
            texts.any(|text| text.to_lowercase().contains(&words)).then_some(at)
        };
        self.beats().iter().enumerate().filter_map(found).collect()
    }

    /// What a screen shows of the beat; `keys` is its last line.
    pub fn picture(&self, keys: &str) -> BeatPicture<'_> {
        let View { place, recorded, .. } = self.shown;
        let beat = self.beat();
        let has_run = self.shown.blocks >= self.blocks_needed();
        let source = match &self.recorded {
            Some(Recorded { by, .. }) if recorded => BeatSource::Recorded(by.clone()),
            _ if self.shown.stage == StageState::Starting => BeatSource::Starting,
            _ if self.shown.stage == StageState::Lost && (!has_run || self.shown.blocks == 0) => BeatSource::NotRun,
            _ if !has_run => BeatSource::Running,
            _ => BeatSource::Live,
        };
        let last = place.beat + 1 == self.beats().len();
        let prose = match (last, place.done) {
            (true, _) => vec![self.summary()],
            (_, true) => beat.afterwards.clone(),
            (_, false) => beat.prose.clone(),
        };
        let is_first_of_step = place.beat == 0 || self.beats()[place.beat - 1].step != beat.step;
        let asked = if place.done || is_first_of_step { self.asked(beat) } else { Vec::new() };
        let ahead = if place.done { Vec::new() } else { beat.lines.iter().map(|line| line.line.clone()).collect() };
        let meta = &self.lesson.meta;
        let message = self.shown.message.clone();
        BeatPicture {
            lesson: format!("{} {}", meta.number, meta.title),
            place: (place.beat + 1, self.beats().len()),
            step: beat.step,
            title: beat.title.clone(),
            source,
            prose,
            ahead,
            asked,
            events: self.events().iter().collect(),
            seen: self.outcomes().seen.get(place.beat).filter(|_| place.done).and_then(Option::as_ref),
            before: self.outcomes().last_look(place.beat),
            message: message.map(|(grave, text)| (if grave { Style::Error } else { Style::Warning }, text)),
            keys: keys.to_string(),
        }
    }

    /// How everybody sees it, on a screen of this size.
    pub fn look(&self, (width, height): (usize, usize), styled: bool) -> BeatLook {
        let shown = &self.shown;
        let prose = [Prose::All, Prose::Sentence, Prose::None];
        BeatLook {
            width,
            height,
            styled,
            syscalls: shown.syscalls,
            panels: !shown.without_panels,
            full: shown.full,
            prose: prose[usize::from(shown.less_prose).min(2)],
            whole: shown.whole,
            scroll: shown.scroll,
        }
    }

    /// What the hour was like, as Markdown: what surprised the class, and the detours.
    fn summary(&self) -> String {
        let mut counted: Vec<(u32, u32, String)> = Vec::new();
        for (beat, events) in self.beats().iter().zip(&self.outcomes().of_beats) {
            let marks =
                events.iter().flat_map(|event| if let Event::Marked { marks } = event { &marks[..] } else { &[] });
            for marked in marks {
                let at = beat.asked.iter().position(|statement| *statement == marked.statement);
                let hands = at.and_then(|at| self.shown.hands.get(&self.hands_key(beat, at)));
                if let Some((yes, of)) = hands {
                    let right = if marked.holds { *yes } else { of - yes };
                    let answer = if marked.holds { "Yes." } else { "No." };
                    counted.push((right, *of, format!("{} {answer}", question(&marked.statement))));
                }
            }
        }
        // What fewest were right about comes first.
        counted.sort_by(|one, other| {
            (u64::from(one.0) * u64::from(other.1)).cmp(&(u64::from(other.0) * u64::from(one.1)))
        });
        let (surprising, rest): (Vec<_>, Vec<_>) = counted.iter().partition(|(right, of, _)| right * 2 < *of);
        let mut text = match (surprising.len(), rest.len()) {
            (0, 0) => "Nobody counted hands in this hour. At a question, `h` notes how many say yes.".to_string(),
            (0, _) => "Nothing surprised more than half of the class.".to_string(),
            _ => "**What surprised the class**\n".to_string(),
        };
        surprising
            .iter()
            .for_each(|(right, of, said)| text.push_str(&format!("\n- {right} of {of} were right: {said}")));
        if !rest.is_empty() {
            text.push_str("\n\n**What most were right about**\n");
            rest.iter().for_each(|(right, of, said)| text.push_str(&format!("\n- {right} of {of}: {said}")));
        }
        if !self.detours.is_empty() {
            text.push_str(&format!("\n\n**{}**\n", plural(self.detours.len() as u64, "detour")));
            self.detours.iter().for_each(|detour| text.push_str(&format!("\n- {detour}")));
        }
        text + &format!("\n\nNow it is their turn: `layerlab shell {}`", self.lesson.meta.number)
    }
}

/// By which the hands of a question of a step are noted.
pub(super) fn hands_key(step: u32, question: usize) -> String {
    format!("{step}.{question}")
}

fn by(begin: &Begin) -> String {
    let who = match begin.role {
        Role::Root => "root",
        Role::User => "an ordinary user",
    };
    format!("{who} on Linux {}", begin.kernel)
}

#[cfg(test)]
mod tests {
    use super::{Hour, Place};
    use crate::lesson::{Catalogue, Language};

    fn hour(lesson: &str) -> Hour {
        let catalogue = Catalogue::embedded();
        let entry = catalogue.find(lesson).unwrap();
        let mut hour = Hour::new(entry.load(&Language::default()).unwrap());
        hour.take_along(&entry.recording().unwrap()).unwrap();
        hour.show_recording(true);
        hour
    }

    /// All places, from the first to the last.
    fn places(hour: &mut Hour) -> Vec<Place> {
        let mut places = vec![hour.shown.place];
        while let Some(next) = hour.next() {
            hour.go_to(next);
            places.push(next);
        }
        places
    }

    #[test]
    fn back_leads_through_the_same_places_as_on() {
        for number in 1..=17 {
            let mut hour = hour(&number.to_string());
            let forth = places(&mut hour);
            let mut back = vec![hour.shown.place];
            while let Some(previous) = hour.previous() {
                hour.go_to(previous);
                back.push(previous);
            }
            back.reverse();
            assert_eq!(forth, back);
        }
    }

    #[test]
    fn every_command_and_every_mark_of_every_recording_is_shown_whatever_the_size() {
        for number in 1..=17 {
            let mut hour = hour(&number.to_string());
            for place in places(&mut hour) {
                hour.go_to(place);
                for size in [(80, 24), (100, 30), (160, 50)] {
                    let (lines, _) = hour.picture("Space on").lines(&hour.look(size, false));
                    assert_eq!(lines.len(), size.1);
                    assert!(lines.iter().all(|line| line.width() <= size.0));
                    let shown: String = lines.iter().map(|line| line.text() + "\n").collect();
                    let beat = hour.beat();
                    assert!(shown.contains("Space on") && shown.contains("○ recorded"), "{number} {place:?}\n{shown}");
                    for line in &beat.lines {
                        let first: String = line.line.chars().take(24).collect();
                        assert!(shown.contains(first.trim_end()), "{number} {place:?} {size:?} {first}\n{shown}");
                    }
                }
            }
        }
    }

    #[test]
    fn hands_are_marked_and_told_at_the_end() {
        let mut hour = hour("1");
        let asked = hour.beats().iter().position(|beat| !beat.asked.is_empty()).unwrap();
        let key = hour.hands_key(&hour.beats()[asked].clone(), 0);
        hour.shown.hands.insert(key, (3, 40));
        hour.go_to(Place { beat: asked, done: false });
        let text = |hour: &Hour| -> String {
            let (lines, _) = hour.picture("").lines(&hour.look((100, 40), false));
            lines.iter().map(|line| line.text() + "\n").collect()
        };
        assert!(text(&hour).contains("3 of 40 say yes"), "{}", text(&hour));
        let last = hour.beats().len();
        hour.go_to(Place { beat: last, done: false });
        assert!(text(&hour).contains("3 of 40 were right: Will mnt/image-layer3.txt exist? Yes."), "{}", text(&hour));
    }

    #[test]
    fn a_recording_of_another_lesson_is_refused() {
        let catalogue = Catalogue::embedded();
        let mut hour = Hour::new(catalogue.find("2").unwrap().load(&Language::default()).unwrap());
        let refused = hour.take_along(&catalogue.find("1").unwrap().recording().unwrap()).unwrap_err();
        assert!(refused.contains("one of lesson 1"), "{refused}");
        assert!(!hour.has_recording());
    }
}

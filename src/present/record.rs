//! The record of an hour, for those who were there and those who were not: what was run, the hands, the detours. It is a
//! recording as any other, which `export` and `replay` read.

use crate::event::{Detour, Event, Hands, Timed};
use crate::present::hour::hands_key;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// So much of the detours of an hour is kept for the next one, in bytes of JSON.
const MOST_KEPT: usize = 400_000;

/// What is kept of an hour.
#[derive(Clone, Debug, Default)]
pub struct HourRecord {
    events: Vec<Event>,
    /// Where in the events so many blocks of commands had run: behind what came of them, and behind what is told before the next
    /// one.
    ends: Vec<(usize, usize)>,
    /// The detours, in their order.
    pub detours: Vec<KeptDetour>,
}

/// A detour, and how many blocks of commands had run where it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDetour {
    /// See above.
    pub blocks: usize,
    /// What came of them was on the screen, and not the next beat.
    pub done: bool,
    /// What was tried.
    pub detour: Detour,
}

impl HourRecord {
    /// Something happened in the run of this hour.
    pub fn happened(&mut self, event: &Event) {
        self.events.push(event.clone());
    }

    /// The next block of commands can be run, or there is none.
    pub fn block_ended(&mut self) {
        let came = |event: &Event| matches!(event, Event::Output { .. } | Event::Observation(_) | Event::Marked { .. });
        let begun = self.events.iter().rposition(|event| came(event) || matches!(event, Event::Command { .. }));
        self.ends.push((begun.map_or(0, |at| at + 1), self.events.len()));
    }

    /// The recording, with these hands; nothing where nothing has run.
    pub fn text(&self, hands: &BTreeMap<String, (u32, u32)>) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        let mut write = |event: Event| Timed::from(event).write(&mut text).is_ok();
        let mut left: Vec<&KeptDetour> = self.detours.iter().collect();
        let mut step = 0;
        for (at, event) in self.events.iter().enumerate() {
            left.retain(|kept| {
                let end = self.ends.get(kept.blocks).map(|(came, told)| if kept.done { came } else { told });
                let is_here = end.is_some_and(|end| *end <= at) || matches!(event, Event::End { .. });
                !(is_here && write(Event::Detour(kept.detour.clone())))
            });
            write(event.clone());
            match event {
                Event::Step { number, .. } => step = *number,
                Event::Predict { statements } => {
                    for (at, statement) in statements.iter().enumerate() {
                        if let Some((yes, of)) = hands.get(&hands_key(step, at)).copied() {
                            write(Event::Hands(Hands { statement: statement.clone(), yes, of }));
                        }
                    }
                }
                _ => {}
            }
        }
        left.into_iter().for_each(|kept| _ = write(Event::Detour(kept.detour.clone())));
        if !matches!(self.events.last()?, Event::End { .. }) {
            let held = !self.events.iter().any(|event| matches!(event, Event::Mismatch { .. }));
            write(Event::End { held });
        }
        Some(text)
    }

    /// What of the detours is kept for the next hour: where all would be too much, without their trees, and the last ones.
    pub fn detours_to_keep(&self) -> serde_json::Value {
        let mut kept = self.detours.clone();
        let json = |kept: &[KeptDetour]| serde_json::to_value(kept).unwrap_or_default();
        let fits = |value: &serde_json::Value| value.to_string().len() <= MOST_KEPT;
        if !fits(&json(&kept)) {
            kept.iter_mut().flat_map(|kept| &mut kept.detour.tried).for_each(|tried| tried.seen = None);
        }
        while !kept.is_empty() && !fits(&json(&kept)) {
            kept.remove(0);
        }
        json(&kept)
    }
}

#[cfg(test)]
mod tests {
    use super::{HourRecord, KeptDetour, MOST_KEPT};
    use crate::event::{Detour, Event, RecordingReader, Tried};
    use crate::lesson::Catalogue;
    use std::collections::BTreeMap;

    fn detour(blocks: usize, shown: &str) -> KeptDetour {
        let tried = vec![Tried { shown: shown.into(), seen: None }];
        KeptDetour { blocks, done: true, detour: Detour { title: "detour".into(), tried, ..Detour::default() } }
    }

    /// The first lesson, left after so many events.
    fn record(events: usize) -> HourRecord {
        let recording = Catalogue::embedded().find("1").unwrap().recording().unwrap().into_owned();
        let mut record = HourRecord::default();
        for told in RecordingReader::new(&*recording).take(events) {
            let event = told.unwrap().event;
            if let Event::Observation(_) = event {
                record.block_ended();
            }
            record.happened(&event);
        }
        record
    }

    #[test]
    fn hands_and_detours_stand_where_they_were() {
        let mut record = record(usize::MAX);
        record.detours = vec![detour(1, "b"), detour(0, "a"), detour(99, "c")];
        let asked = record.events.iter().take_while(|event| !matches!(event, Event::Predict { .. }));
        let step = asked.filter(|event| matches!(event, Event::Step { .. })).count();
        let hands = BTreeMap::from([(format!("{step}.0"), (27, 40)), (format!("{step}.1"), (1, 40))]);
        let text = record.text(&hands).unwrap();
        let all: Vec<Event> = RecordingReader::new(&*text).map(|told| told.unwrap().event).collect();
        assert_eq!(all.len(), record.events.len() + 5);
        let at = |is_it: &dyn Fn(&Event) -> bool| all.iter().position(is_it).unwrap();
        let asked = at(&|event| matches!(event, Event::Predict { .. }));
        let tried = |shown: &str| at(&|event| matches!(event, Event::Detour(detour) if detour.tried[0].shown == shown));
        assert!(matches!(&all[asked + 1], Event::Hands(hands) if hands.yes == 27));
        assert!(tried("a") < tried("b") && tried("b") < tried("c"));
        assert_eq!(all.last(), Some(&Event::End { held: true }));
    }

    #[test]
    fn an_hour_that_was_left_early_has_an_end_and_one_that_never_began_is_nothing() {
        assert_eq!(HourRecord::default().text(&BTreeMap::new()), None);
        let text = record(5).text(&BTreeMap::new()).unwrap();
        let last = RecordingReader::new(&*text).last().unwrap().unwrap().event;
        assert_eq!(last, Event::End { held: true });
    }

    #[test]
    fn of_too_many_detours_the_last_ones_are_kept() {
        let detours = (0..20).map(|at| detour(at, &"x".repeat(MOST_KEPT / 10))).collect();
        let record = HourRecord { detours, ..HourRecord::default() };
        let kept: Vec<KeptDetour> = serde_json::from_value(record.detours_to_keep()).unwrap();
        assert!(kept.len() > 5 && kept.last() == record.detours.last(), "{}", kept.len());
    }
}

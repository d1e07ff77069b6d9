//! `layerlab watch [LESSON[.EXERCISE]]`

mod screen;

use crate::cli::here::{PROGRAM, Target};
use crate::cli::output::{Look, Output, paint};
use crate::cli::{CliError, Common};
use crate::engine;
use crate::event::{Event, Next, Observation, Verified};
use crate::render::{Paint, Picture};
use crate::session::Home;
use crate::stage::{Keeper, Stage};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Between two looks lies at least this, and so many times what a look costs: watching takes less than a hundredth of
/// one processor.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
/// See [`SHORTEST_PAUSE`].
const TIMES_THE_COST: u32 = 150;
/// However slow a look is, a change is seen after so long.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A signal that asks for the end is heeded after so long.
const NAP: Duration = Duration::from_millis(250);

/// For a second terminal: trees and checks, changing while you type
#[derive(Debug, clap::Args)]
pub struct Watch {
    /// `3.hide` or `3`; without it, whatever you work on
    exercise: Option<String>,
    /// Every change as JSON, one event a line
    #[arg(long)]
    json: bool,
}

/// What there is to see.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sight {
    Exercise(Box<Picture>),
    /// Nothing, and this is why.
    Nothing(String),
}

impl Watch {
    /// Looks until it is told to end.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        // What can't become better by waiting is said at once.
        Home::find()?;
        if let Some(wanted) = &self.exercise {
            Target::find(common, Some(wanted))?.exercise()?;
        }
        let ends = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, ends.clone())?;
        }
        let watching = Watching { common, wanted: self.exercise.as_deref(), at: None };
        match std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !common.plain && !self.json {
            true => screen::run(watching, paint(common), &ends),
            false => self.blocks(watching, &ends),
        }
    }

    /// One block after the other: for a screen reader, a pipe, a program.
    fn blocks(&self, mut watching: Watching<'_>, ends: &AtomicBool) -> Result<(), CliError> {
        let mut output = Output::new(watching.common, Look { json: self.json, ..Look::default() });
        let mut last = None;
        while !ends.load(Ordering::Relaxed) {
            let begun = Instant::now();
            let sight = watching.look();
            let pause = pause(begun.elapsed());
            if last.as_ref() != Some(&sight) {
                let before = match &last {
                    Some(Sight::Exercise(before)) => Some(before),
                    _ => None,
                };
                match &sight {
                    Sight::Nothing(why) => eprintln!("{why}"),
                    Sight::Exercise(picture) => {
                        if before.is_none_or(|before| before.observation != picture.observation) {
                            output.tell(&Event::Observation(picture.observation.clone()).into())?;
                        }
                        if before.is_none_or(|before| before.verified != picture.verified) {
                            output.tell(&Event::Verified(picture.verified.clone()).into())?;
                        }
                        output.flush()?;
                    }
                }
                last = Some(sight);
            }
            sleep(pause, ends);
        }
        Ok(output.finish()?)
    }
}

fn pause(cost: Duration) -> Duration {
    (cost * TIMES_THE_COST).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

fn sleep(pause: Duration, ends: &AtomicBool) {
    let until = Instant::now() + pause;
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|_| !ends.load(Ordering::Relaxed)) {
        std::thread::sleep(left.min(NAP));
    }
}

/// Looks again and again at whatever is worked on.
struct Watching<'a> {
    common: &'a Common,
    wanted: Option<&'a str>,
    at: Option<At>,
}

/// A visit to an exercise, as long as it is the same one.
struct At {
    keeper: Keeper,
    /// How the exercise began: told apart from every other beginning by the files it has looked at.
    start: crate::check::Start,
    stage: Stage,
    shown: Option<Observation>,
}

impl Watching<'_> {
    /// What there is to see now.
    fn look(&mut self) -> Sight {
        self.exercise().unwrap_or_else(|error| {
            // A visit that failed is not gone on with; the next look begins another one.
            self.at = None;
            let text = error.text(usize::MAX, Paint::new(false));
            let text = text.trim_end();
            let text = text.strip_prefix("error: ").unwrap_or(text);
            Sight::Nothing(format!("Nothing to watch: {text}\n\nAs soon as there is something, it is shown here."))
        })
    }

    fn exercise(&mut self) -> Result<Sight, CliError> {
        let target = Target::find(self.common, self.wanted)?;
        let exercise = target.exercise()?;
        let session = target.living(exercise)?;
        let lock = session.look()?;
        let Some(start) = session.start(&exercise.id) else { return target.living(exercise).map(|_| unreachable!()) };
        let same = |at: &At| at.keeper == session.record.keeper && at.start == start;
        let at = match self.at.take().filter(same) {
            Some(at) => self.at.insert(at),
            None => {
                let stage = session.visit(&exercise.id, Some(&start.here), false, Path::new(PROGRAM))?;
                self.at.insert(At { keeper: session.record.keeper.clone(), start, stage, shown: None })
            }
        };
        let seen = at.stage.observe(false)?;
        let shown = match at.shown.take() {
            // What was there before we came did not just change.
            None => seen.still(),
            Some(shown) if !seen.tells_of_changes() && seen.still() == shown.still() => shown,
            Some(_) => seen,
        };
        let observation = at.shown.insert(shown).clone();
        let verdicts = engine::verify(exercise, &at.start, &mut at.stage)?;
        drop(lock);
        let solved = verdicts.iter().all(|verdict| verdict.broken.is_none());
        let next = Next { command: "verify".into(), why: "in the shell says what to do".into() };
        let (name, title) = (target.called(exercise), exercise.task());
        let verified = Verified { exercise: name, title, solved, verdicts, afterwards: None, next };
        Ok(Sight::Exercise(Box::new(Picture { text: exercise.text.clone(), verified, observation })))
    }
}

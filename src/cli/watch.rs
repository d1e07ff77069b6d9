//! `layerlab watch [LESSON[.EXERCISE]]`

mod screen;

use crate::cli::output::{self, Output};
use crate::cli::{CliError, Common};
use crate::course::{ExerciseLook, ExerciseVisit, Target};
use crate::event::{Event, Next, Verified};
use crate::ground::Failure;
use crate::ground::{Stream, complain};
use crate::paint::Palette;
use crate::scene::Picture;
use crate::session::{Home, Session};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::io::IsTerminal;
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
            Target::find(&common.chosen(), Some(wanted))?.exercise()?;
        }
        let watching = Watching { common, wanted: self.exercise.as_deref(), visit: None, followed: None };
        match std::io::stdin().is_terminal() && Stream::Output.is_terminal() && !common.plain && !self.json {
            true => screen::run(watching, output::palette(common)),
            false => self.blocks(watching),
        }
    }

    /// One block after the other: for a screen reader, a pipe, a program.
    fn blocks(&self, mut watching: Watching<'_>) -> Result<(), CliError> {
        let ends = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, ends.clone())?;
        }
        let mut output = Output::new(output::painter(watching.common, self.json), output::look(watching.common));
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
                    Sight::Nothing(why) => complain(why),
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
            sleep(pause, &ends);
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
    visit: Option<ExerciseVisit>,
    /// The session that was looked at last, where none was named.
    followed: Option<Session>,
}

impl Watching<'_> {
    /// What there is to see now.
    fn look(&mut self) -> Sight {
        self.exercise().unwrap_or_else(|error| {
            // A visit that failed is not gone on with; the next look begins another one.
            self.visit = None;
            let text = error.text(usize::MAX, Palette::new(false));
            let text = text.as_str().trim_end();
            let text = text.strip_prefix("error: ").unwrap_or(text);
            Sight::Nothing(format!("Nothing to watch: {text}\n\nAs soon as there is something, it is shown here."))
        })
    }

    fn exercise(&mut self) -> Result<Sight, CliError> {
        if self.wanted.is_none() {
            self.follow()?;
        }
        let target = Target::find(&self.common.chosen(), self.wanted)?;
        let exercise = target.exercise()?;
        let mut look = ExerciseLook::at(&target, exercise, &mut self.visit)?;
        let observation = look.trees()?;
        let next = Next { command: "verify".into(), why: "in the shell says what to do".into() };
        let verified = Verified { afterwards: None, next, ..look.verify()? };
        Ok(Sight::Exercise(Box::new(Picture { text: exercise.text.clone(), verified, observation })))
    }

    /// Goes along to the session that is worked on now. That one has ended leads to no other: an older one is not what
    /// somebody works on.
    fn follow(&mut self) -> Result<(), CliError> {
        let Some(latest) = Session::latest(&Home::find()?) else { return Ok(()) };
        if let Some(before) = &self.followed
            && before.lesson != latest.lesson
            && latest.worked_on <= before.worked_on
        {
            let (was, other) = (number(&before.lesson), number(&latest.lesson));
            return Err(CliError::usage(Failure::ours(
                format!("the session of lesson {was} has ended"),
                format!("it was stopped; the one of lesson {other} was not worked on since"),
                format!("begin it again: layerlab shell {was}; or look at the other: layerlab watch {other}"),
            )));
        }
        self.followed = Some(latest);
        Ok(())
    }
}

/// `3` of `03-whiteouts`.
fn number(lesson: &str) -> &str {
    let number = lesson.split('-').next().unwrap_or(lesson).trim_start_matches('0');
    if number.is_empty() { lesson } else { number }
}

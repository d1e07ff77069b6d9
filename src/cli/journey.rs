//! Where a learner is on the way through the lessons, and the one command that goes on from there.

use crate::cli::here::{LESSON, is_inside};
use crate::cli::{CliError, Common, here};
use crate::lesson::Meta;
use crate::session::{Home, Progress, Session};

/// One lesson, and what was done of it.
pub struct Leg {
    /// Its folder's name.
    pub name: String,
    /// What the catalogue knows of it.
    pub meta: Meta,
    /// It was run to its end.
    pub run: bool,
    /// Its exercises: what people call them, their heading, whether they are solved.
    pub exercises: Vec<(String, String, bool)>,
}

/// All lessons.
pub struct Journey {
    /// In their order.
    pub legs: Vec<Leg>,
    /// The session that was worked on last and still lives; in a session's own shell that one.
    pub session: Option<Session>,
}

/// What is to be done next.
pub struct Ahead {
    /// Where one is, as a sentence.
    pub at: String,
    /// What to type.
    pub command: String,
}

impl Leg {
    /// How many exercises are solved.
    pub fn solved(&self) -> usize {
        self.exercises.iter().filter(|(_, _, solved)| *solved).count()
    }

    /// Nothing of it is left to do.
    pub fn is_done(&self) -> bool {
        self.solved() == self.exercises.len() && (self.run || !self.exercises.is_empty())
    }

    fn is_begun(&self) -> bool {
        self.run || self.solved() > 0
    }

    fn open(&self) -> Option<&(String, String, bool)> {
        self.exercises.iter().find(|(_, _, solved)| !solved)
    }
}

impl Journey {
    /// Reads it. Without a place for progress there is none, and nobody needs one to look at the lessons.
    pub fn read(common: &Common) -> Result<Journey, CliError> {
        let mut progress = Progress::default();
        let mut session = None;
        match Home::find() {
            Ok(home) => {
                let (read, damaged) = Progress::read(&home)?;
                here::tell(damaged);
                progress = read;
                let around = std::env::var(LESSON).ok().filter(|_| is_inside());
                session = around.and_then(|lesson| Session::find(&home, &lesson).ok().flatten());
                session = session.or_else(|| Session::latest(&home));
            }
            Err(error) => CliError::from(error).print(common.plain),
        }
        let language = common.language();
        let leg = |entry: &crate::lesson::CatalogueEntry| {
            let exercises = entry.exercises(&language)?.into_iter().map(|exercise| {
                let solved = progress.is_solved(&format!("{}.{}", entry.slug, exercise.id));
                (format!("{}.{}", entry.number, exercise.id), exercise.task, solved)
            });
            Ok::<_, CliError>(Leg {
                name: entry.name(),
                meta: entry.meta(&language)?,
                run: progress.lessons.contains_key(&entry.slug),
                exercises: exercises.collect(),
            })
        };
        let legs = common.catalogue()?.entries().iter().map(leg).collect::<Result<_, _>>()?;
        Ok(Journey { legs, session })
    }

    /// Where one is, and what comes next; nothing where nothing was begun yet.
    pub fn ahead(&self) -> Option<Ahead> {
        if let Some(ahead) = self.in_session() {
            return Some(ahead);
        }
        let last = self.legs.iter().rposition(Leg::is_begun)?;
        let open = self.legs[..=last].iter().rev().find(|leg| !leg.is_done());
        let leg = match open {
            Some(leg) => leg,
            None => match self.legs.get(last + 1) {
                Some(leg) => leg,
                None => {
                    let command = "layerlab list".to_string();
                    return Some(Ahead { at: "You have solved every exercise of every lesson.".into(), command });
                }
            },
        };
        let (number, title) = (leg.meta.number, &leg.meta.title);
        match leg.open() {
            Some((name, task, _)) if leg.is_begun() => Some(Ahead {
                at: format!(
                    "You are at lesson {number}, {title}: {} of {} exercises solved. Next is {name}, {task}.",
                    leg.solved(),
                    leg.exercises.len()
                ),
                command: format!("layerlab shell {name}"),
            }),
            _ => Some(Ahead {
                at: format!("Next is lesson {number}, {title}."),
                command: format!("layerlab run {number}"),
            }),
        }
    }

    fn in_session(&self) -> Option<Ahead> {
        let session = self.session.as_ref()?;
        let leg = self.legs.iter().find(|leg| leg.name == session.lesson)?;
        let number = leg.meta.number;
        let id = std::env::var(here::EXERCISE).ok().filter(|_| is_inside());
        let at = format!("{number}.{}", id.as_ref().unwrap_or(&session.record.exercise));
        let (name, task, solved) = leg.exercises.iter().find(|(name, _, _)| *name == at)?;
        let state = if *solved { "solved" } else { "not solved yet" };
        let place = if is_inside() { "You are in the session" } else { "You have a session" };
        let sentence = format!("{place} of lesson {number}, at {name}, {task}: {state}.");
        let command = match (solved, is_inside(), leg.open()) {
            (false, true, _) => "verify".to_string(),
            (false, false, _) => format!("layerlab shell {name}"),
            (true, true, Some(_)) => "next".to_string(),
            (true, false, Some((open, _, _))) => format!("layerlab shell {open}"),
            (true, inside, None) => {
                let after = self.legs.iter().skip_while(|other| other.name != leg.name).find(|other| !other.is_done());
                let command = after.map_or("layerlab list".into(), |next| format!("layerlab run {}", next.meta.number));
                if inside { format!("exit, then {command}") } else { command }
            }
        };
        Some(Ahead { at: sentence, command })
    }
}

//! Which lesson and exercise a command is about: what was typed, else where one is.

use crate::cli::{CliError, Common};
use crate::engine;
use crate::event::Next;
use crate::lesson::{Catalogue, CatalogueEntry, Exercise, Lesson};
use crate::session::{Home, Progress, Session};
use crate::stage::{KeeperState, StageNeeds};
use std::path::{Path, PathBuf};

/// The program itself, to be started once more.
pub const PROGRAM: &str = "/proc/self/exe";

/// The variables by which a session's shell knows where it is; what is started in it inherits them.
pub const LESSON: &str = "LAYERLAB_LESSON";
/// See [`LESSON`].
pub const EXERCISE: &str = "LAYERLAB_EXERCISE";

/// The lesson a command is about, and the exercise where one is meant.
pub struct Target {
    /// Where sessions and progress are.
    pub home: Home,
    /// All lessons.
    pub catalogue: Catalogue,
    /// The folder of lessons, where it is not the program's own.
    pub lessons: Option<PathBuf>,
    /// The lesson's folder.
    pub entry: CatalogueEntry,
    /// The lesson.
    pub lesson: Lesson,
    /// The exercise that is meant.
    pub exercise: Option<String>,
}

/// Whether the command is typed in the shell of a session.
pub fn is_inside() -> bool {
    std::env::var_os(LESSON).is_some()
}

/// A word as one types it here: in the shell of a session `hint` alone, else `layerlab hint`.
pub fn word(word: &str) -> String {
    if is_inside() { word.to_string() } else { format!("layerlab {word}") }
}

impl Target {
    /// What `wanted` names (`3`, `3.hide`, in a session also `hide`), else where one is: in the shell of a session that
    /// session, elsewhere the one that was worked on last.
    pub fn find(common: &Common, wanted: Option<&str>) -> Result<Target, CliError> {
        let home = Home::find()?;
        let named = || Session::all(&home).into_iter().find(|session| Some(session.lesson.as_str()) == wanted);
        let around = || std::env::var(LESSON).ok().and_then(|lesson| Session::find(&home, &lesson).ok().flatten());
        let session = named().or_else(around).or_else(|| Session::latest(&home));
        let folder = session.as_ref().and_then(|session| session.record.lessons.clone());
        let asked_for = common.lessons.as_ref().map(|folder| std::path::absolute(folder).unwrap_or(folder.clone()));
        let (mut lessons, of_session) = (asked_for.clone().or(folder), asked_for.is_none());
        let mut catalogue = common.catalogue_in(lessons.as_deref());
        // What the folder of the session does not have is the program's own.
        if let Some(wanted) = wanted.filter(|_| of_session && lessons.is_some())
            && !catalogue.as_ref().is_ok_and(|catalogue| read(catalogue, wanted, session.as_ref()).is_ok())
            && read(&Catalogue::embedded(), wanted, None).is_ok()
        {
            (lessons, catalogue) = (None, Ok(Catalogue::embedded()));
        }
        let catalogue = catalogue?;
        let (name, exercise) = match (wanted, &session) {
            (Some(wanted), session) => read(&catalogue, wanted, session.as_ref())?,
            (None, Some(session)) => {
                let here = std::env::var(EXERCISE).ok().filter(|_| is_inside());
                (session.lesson.clone(), Some(here.unwrap_or_else(|| session.record.exercise.clone())))
            }
            (None, None) => return Err(no_session(&home)),
        };
        let entry = catalogue.find(&name).map_err(|unknown| CliError::Usage(unknown.to_string()))?.clone();
        let lesson = entry.load(&common.language())?;
        let target = Target { home, catalogue, lessons, entry, lesson, exercise };
        if let Some(exercise) = &target.exercise {
            target.exercise_called(exercise)?;
        }
        Ok(target)
    }

    /// What a session of this lesson has of its own.
    pub fn needs(&self) -> StageNeeds {
        StageNeeds::of(&self.lesson.meta.needs)
    }

    /// The lesson's folder name, by which its session is called.
    pub fn name(&self) -> String {
        self.entry.name()
    }

    /// An exercise of this lesson.
    pub fn exercise_called(&self, id: &str) -> Result<&Exercise, CliError> {
        self.lesson.exercises().find(|exercise| exercise.id == id).ok_or_else(|| {
            let known: Vec<String> = self.lesson.exercises().map(|exercise| self.called(exercise)).collect();
            let number = self.lesson.meta.number;
            CliError::Usage(match known.is_empty() {
                true => format!("lesson {number} has no exercises\n  fix   layerlab run {number}"),
                false => format!("lesson {number} has no exercise {id:?}\n  fix   name one of: {}", known.join(", ")),
            })
        })
    }

    /// The exercise that is meant, else the one that the session is at, else the first that is not solved, else the first.
    pub fn exercise(&self) -> Result<&Exercise, CliError> {
        if let Some(id) = &self.exercise {
            return self.exercise_called(id);
        }
        if let Some(session) = self.session()?.filter(|session| session.keeper_state() == KeeperState::Alive)
            && let Ok(exercise) = self.exercise_called(&session.record.exercise)
        {
            return Ok(exercise);
        }
        let progress = Progress::read(&self.home)?.0;
        let unsolved = self.lesson.exercises().find(|exercise| !progress.is_solved(&self.key(exercise)));
        unsolved.or_else(|| self.lesson.exercises().next()).map_or_else(|| self.exercise_called(""), Ok)
    }

    /// How people call an exercise: `3.hide`.
    pub fn called(&self, exercise: &Exercise) -> String {
        engine::name(&self.lesson, exercise)
    }

    /// How the progress calls an exercise: by the lesson's name, because numbers change.
    pub fn key(&self, exercise: &Exercise) -> String {
        format!("{}.{}", self.lesson.meta.slug, exercise.id)
    }

    /// The session of the lesson, whether or not it lives.
    pub fn session(&self) -> Result<Option<Session>, CliError> {
        Ok(Session::find(&self.home, &self.name())?)
    }

    /// The living session of the lesson, with the bench of an exercise in it; else why there is none.
    pub fn living(&self, exercise: &Exercise) -> Result<Session, CliError> {
        let begin = format!("layerlab shell {}", self.called(exercise));
        let number = self.lesson.meta.number;
        let refused = |what: String, why: &str| CliError::Usage(format!("{what}\n  why   {why}\n  fix   {begin}"));
        let ended = |why| refused(format!("the session of lesson {number} has ended"), why);
        let session = self.session()?.ok_or_else(|| {
            refused(
                format!("lesson {number} has no session"),
                "an exercise is worked on in a session, and none was begun",
            )
        })?;
        session.is_in_sight()?;
        match session.keeper_state() {
            KeeperState::Rebooted => Err(ended("this machine was started anew since it was begun")),
            KeeperState::Ended | KeeperState::OutOfSight => {
                Err(ended("its keeper, the process that held its namespaces, has ended"))
            }
            KeeperState::Alive if !session.is_ready(&exercise.id)? => {
                let what = format!("the exercise {} has not been begun", self.called(exercise));
                Err(refused(what, "each exercise has a bench of its own, and this one has none yet"))
            }
            KeeperState::Alive => Ok(session),
        }
    }

    /// What to do after an exercise was solved: the next one of the lesson, the next lesson, or to be proud.
    pub fn after(&self, exercise: &Exercise, progress: &Progress) -> Next {
        let unsolved = |other: &&Exercise| other.id != exercise.id && !progress.is_solved(&self.key(other));
        let later = self.lesson.exercises().skip_while(|other| other.id != exercise.id).find(unsolved);
        if let Some(next) = later.or_else(|| self.lesson.exercises().find(unsolved)) {
            let name = self.called(next);
            let command = if is_inside() { "next".to_string() } else { format!("layerlab shell {name}") };
            return Next { command, why: format!("goes on to {name}, {}", lower_first(&next.task())) };
        }
        let leave = if is_inside() { "exit, then " } else { "" };
        let following = self.catalogue.entries().iter().find(|entry| entry.number > self.entry.number);
        match following {
            Some(next) => {
                let command = format!("{leave}layerlab run {}", next.number);
                Next {
                    command,
                    why: format!("begins the next lesson; all exercises of lesson {} are solved", self.entry.number),
                }
            }
            None => Next {
                command: format!("{leave}layerlab list"),
                why: "shows what you have done: that was the last lesson".into(),
            },
        }
    }
}

/// `3`, `3.hide`; `hide` for an exercise of the lesson one is at.
fn read(catalogue: &Catalogue, wanted: &str, at: Option<&Session>) -> Result<(String, Option<String>), CliError> {
    let (lesson, exercise) = match wanted.split_once('.') {
        Some((lesson, exercise)) => (lesson, Some(exercise.to_string())),
        None => (wanted, None),
    };
    match (catalogue.find(lesson), at) {
        (Ok(entry), _) => Ok((entry.name(), exercise)),
        (Err(_), Some(session)) if exercise.is_none() && session.begun().iter().any(|begun| begun == wanted) => {
            Ok((session.lesson.clone(), Some(wanted.to_string())))
        }
        (Err(unknown), at) => {
            // An exercise that was not begun yet is known by the lesson alone.
            let here = at.and_then(|session| catalogue.find(&session.lesson).ok());
            let has = |entry: &&CatalogueEntry| {
                entry.load(&crate::lesson::Language::default()).is_ok_and(|l| l.exercises().any(|e| e.id == wanted))
            };
            match here.filter(has) {
                Some(entry) => Ok((entry.name(), Some(wanted.to_string()))),
                None => Err(CliError::Usage(unknown.to_string())),
            }
        }
    }
}

fn no_session(home: &Home) -> CliError {
    let why = match Session::all(home).as_slice() {
        [] => "no session has been begun".to_string(),
        ended => format!("the session of {} has ended, and there is no other", ended[0].lesson),
    };
    CliError::Usage(format!("there is no session\n  why   {why}\n  fix   begin one: layerlab shell 1"))
}

/// A heading within a sentence.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Tells what became of a damaged progress.
pub fn tell(damaged: Option<String>) {
    if let Some(damaged) = damaged {
        eprintln!("note: {damaged}");
    }
}

/// The program's own path, for scripts that call it.
pub fn program_path() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| Path::new("layerlab").to_path_buf())
}

//! Which lesson and exercise a command is about: what was typed, else where the learner is.

use crate::check::Start;
use crate::course::lessons::catalogue_in;
use crate::course::{CourseError, Lessons, inside, is_inside};
use crate::engine;
use crate::event::Next;
use crate::ground::{Failure, Role};
use crate::kernel::{
    effective_ids,
    proc::{Membership, cgroup_trees, mounts},
};
use crate::lesson::{Catalogue, CatalogueEntry, Exercise, Fixture, FixtureKind, Language, Lesson};
use crate::session::{Begun, Home, Progress, Session};
use crate::stage::{KeeperState, StageNeeds, overlay_options};
use std::path::PathBuf;

/// The lesson a command is about, and the exercise where one is meant.
pub struct Target {
    /// Where sessions and progress are.
    pub home: Home,
    /// All lessons.
    catalogue: Catalogue,
    /// The folder of lessons, if they are not those in the program.
    lessons: Option<PathBuf>,
    /// The lesson's folder.
    pub entry: CatalogueEntry,
    /// The lesson.
    pub lesson: Lesson,
    /// The exercise that is meant.
    pub exercise: Option<String>,
}

impl Target {
    /// What `wanted` names (`3`, `3.hide`, in a session also `hide`), else where the learner is: in the shell of a session
    /// that session, elsewhere the one that was worked on last.
    ///
    /// # Errors
    /// When nothing is called so, and when nothing is named and there is no session.
    pub fn find(chosen: &Lessons, wanted: Option<&str>) -> Result<Target, CourseError> {
        let home = Home::find()?;
        let named = || Session::all(&home).into_iter().find(|session| Some(session.lesson.as_str()) == wanted);
        let around = || inside::lesson().and_then(|lesson| Session::find(&home, &lesson).ok().flatten());
        let session = named().or_else(around).or_else(|| Session::latest(&home));
        let folder = session.as_ref().and_then(|session| session.record.lessons.clone());
        let asked_for = chosen.folder.as_ref().map(|folder| std::path::absolute(folder).unwrap_or(folder.clone()));
        let (mut lessons, of_session) = (asked_for.clone().or(folder), asked_for.is_none());
        let mut catalogue = catalogue_in(lessons.as_deref());
        // If the folder of the session does not have it, the program may.
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
                (session.lesson.clone(), Some(inside::exercise().unwrap_or_else(|| session.record.exercise.clone())))
            }
            (None, None) => return Err(no_session(&home)),
        };
        let entry = catalogue.find(&name)?.clone();
        let lesson = entry.load(&chosen.language)?;
        let target = Target { home, catalogue, lessons, entry, lesson, exercise };
        if let Some(exercise) = &target.exercise {
            target.exercise_called(exercise)?;
        }
        Ok(target)
    }

    /// The same for one lesson or exercise, or for `all` lessons with a living session.
    ///
    /// # Errors
    /// As [`Target::find`].
    pub fn find_all(chosen: &Lessons, wanted: Option<&str>) -> Result<Vec<Target>, CourseError> {
        if wanted != Some("all") {
            return Ok(vec![Target::find(chosen, wanted)?]);
        }
        let living = Session::all(&Home::find()?).into_iter().filter(Session::is_alive);
        living.map(|session| Target::find(chosen, Some(&session.lesson))).collect()
    }

    /// The lesson's folder name, by which its session is called.
    pub fn name(&self) -> String {
        self.entry.name()
    }

    /// An exercise of this lesson.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn exercise_called(&self, id: &str) -> Result<&Exercise, CourseError> {
        self.lesson.exercises().find(|exercise| exercise.id == id).ok_or_else(|| {
            let known: Vec<String> = self.lesson.exercises().map(|exercise| self.called(exercise)).collect();
            let number = self.lesson.meta.number;
            CourseError::Refused(match known.is_empty() {
                true => Failure::plain(format!("lesson {number} has no exercises"), format!("layerlab run {number}")),
                false => Failure::plain(
                    format!("lesson {number} has no exercise {id:?}"),
                    format!("name one of: {}", known.join(", ")),
                ),
            })
        })
    }

    /// The exercise that is meant, else the one that the session is at, else the first that is not solved, else the first.
    ///
    /// # Errors
    /// When the lesson has none, and when the progress cannot be read.
    pub fn exercise(&self) -> Result<&Exercise, CourseError> {
        if let Some(id) = &self.exercise {
            return self.exercise_called(id);
        }
        if let Some(session) = self.session()?.filter(Session::is_alive)
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
    ///
    /// # Errors
    /// When what is written down of it cannot be read.
    pub fn session(&self) -> Result<Option<Session>, CourseError> {
        Ok(Session::find(&self.home, &self.name())?)
    }

    /// The living session of the lesson, with the bench of an exercise in it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn living(&self, exercise: &Exercise) -> Result<Session, CourseError> {
        let begin = format!("layerlab shell {}", self.called(exercise));
        let number = self.lesson.meta.number;
        let refused = |what: String, why: &str| CourseError::Refused(Failure::ours(what, why, &begin));
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

    /// Finds or begins the session of the lesson, and prepares the bench of an exercise in it.
    ///
    /// # Errors
    /// When we are in a session already, and what the host refuses.
    pub fn begin(&self, exercise: &Exercise) -> Result<(Begun, Start), CourseError> {
        if let Some(Session { lesson, .. }) = Session::around(&self.home) {
            let (why, fix) = match lesson == self.name() {
                true => ("a shell in this shell would only have to be left twice", format!("next {}", exercise.id)),
                false => (
                    "a session cannot be entered from another one",
                    format!("exit, then layerlab shell {}", self.called(exercise)),
                ),
            };
            return Err(Failure::ours(format!("you are in the session of {lesson}"), why, fix).into());
        }
        let (name, folder) = (self.name(), self.lessons.as_deref());
        let needs = StageNeeds::of(&self.lesson.meta.needs);
        let mut begun = Session::begin(&self.home, &name, folder, &exercise.id, needs)?;
        let start = begun.session.enter(&self.lesson, exercise)?;
        Ok((begun, start))
    }

    /// The next exercise of the lesson that is not solved: one that comes after this one, else an earlier one.
    pub fn next_unsolved(&self, exercise: &Exercise, progress: &Progress) -> Option<&Exercise> {
        let unsolved = |other: &&Exercise| other.id != exercise.id && !progress.is_solved(&self.key(other));
        let later = self.lesson.exercises().skip_while(|other| other.id != exercise.id).find(unsolved);
        later.or_else(|| self.lesson.exercises().find(unsolved))
    }

    /// The solutions of an exercise as they are typed, with the options that an overlay takes in its session; without one,
    /// with those for whoever asks.
    ///
    /// # Errors
    /// When what is written down of the session cannot be read.
    pub fn solutions(&self, exercise: &Exercise) -> Result<Vec<String>, CourseError> {
        self.entry.check_files()?;
        let mine = || if effective_ids().0 == 0 { Role::Root } else { Role::User };
        let role = self.session()?.map_or_else(mine, |session| session.record.keeper.role());
        let ids: Vec<_> = self.lesson.exercises().map(|exercise| exercise.id.as_str()).collect();
        let fixtures = self.entry.fixtures(&ids).into_iter();
        let fixtures = fixtures.filter(|one| one.kind == FixtureKind::Solution && one.exercise == exercise.id);
        let trees = mounts().ok().and_then(|table| cgroup_trees(&table, &Membership::own(), &["pids"]).ok());
        let version = trees.and_then(|trees| trees.first().map(|tree| tree.version));
        let fixtures = fixtures.filter(|one| version.is_none() || one.is_for(version));
        let typed = |one: Fixture| {
            let typed = one.typed().join("\n").replace("$LAYERLAB_OVERLAY_OPTIONS", overlay_options(role));
            // Where an overlay keeps its notes.
            if role == Role::User { typed.replace("trusted.overlay.", "user.overlay.") } else { typed }
        };
        Ok(fixtures.map(typed).collect())
    }

    /// What to do after an exercise was solved: the next one of the lesson, else the next lesson, else the list.
    pub fn after(&self, exercise: &Exercise, progress: &Progress) -> Next {
        if let Some(next) = self.next_unsolved(exercise, progress) {
            let name = self.called(next);
            let command = if is_inside() { "next".to_string() } else { format!("layerlab shell {name}") };
            return Next { command, why: format!("goes on to {name}, {}", lower_first(&next.task())) };
        }
        let leave = if is_inside() { "exit, then " } else { "" };
        match self.catalogue.entries().iter().find(|entry| entry.number > self.entry.number) {
            Some(next) => Next {
                command: format!("{leave}layerlab run {}", next.number),
                why: format!("begins the next lesson; all exercises of lesson {} are solved", self.entry.number),
            },
            None => Next {
                command: format!("{leave}layerlab list"),
                why: "shows what you have done: that was the last lesson".into(),
            },
        }
    }
}

/// `3`, `3.hide`; `hide` for an exercise of the lesson the learner is at.
fn read(catalogue: &Catalogue, wanted: &str, at: Option<&Session>) -> Result<(String, Option<String>), CourseError> {
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
                entry.load(&Language::default()).is_ok_and(|lesson| lesson.exercises().any(|one| one.id == wanted))
            };
            let entry = here.filter(has).ok_or(unknown)?;
            Ok((entry.name(), Some(wanted.to_string())))
        }
    }
}

fn no_session(home: &Home) -> CourseError {
    let why = match Session::all(home).as_slice() {
        [] => "no session has been begun".to_string(),
        ended => format!("the session of {} has ended, and there is no other", ended[0].lesson),
    };
    Failure::ours("there is no session", why, "begin one: layerlab shell 1").into()
}

/// A heading within a sentence.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

//! What was done of all lessons, and the one command that goes on from there.

use crate::course::{CourseError, Lessons, inside, is_inside};
use crate::lesson::{CatalogueEntry, Meta};
use crate::session::{Home, Predicted, Progress, Session};

/// All lessons, and where the learner is among them.
pub struct Journey {
    /// In their order.
    pub lessons: Vec<LessonProgress>,
    /// In the shell of a session that session, else the living one that was worked on last.
    session: Option<Session>,
    /// The file of the progress was damaged, and this sentence says what became of it.
    pub damaged: Option<String>,
}

/// One lesson, and what was done of it.
pub struct LessonProgress {
    /// Its folder's name.
    pub name: String,
    /// What the catalogue knows of it.
    pub meta: Meta,
    /// It was run to its end.
    pub run: bool,
    /// How its predictions went, where they were asked.
    pub predicted: Option<Predicted>,
    /// Its exercises.
    pub exercises: Vec<ExerciseProgress>,
}

/// One exercise, and whether it is solved.
pub struct ExerciseProgress {
    /// How people call it: `3.hide`.
    pub name: String,
    /// Its heading.
    pub task: String,
    /// It is solved.
    pub solved: bool,
    /// Its solution was shown before it was solved.
    pub solution_shown: bool,
}

/// The command that goes on.
pub struct NextCommand {
    /// Where the learner is, as a sentence.
    pub at: String,
    /// What to type.
    pub command: String,
}

impl LessonProgress {
    /// How many exercises are solved.
    pub fn solved(&self) -> usize {
        self.exercises.iter().filter(|exercise| exercise.solved).count()
    }

    /// Nothing of it is left to do.
    pub fn is_done(&self) -> bool {
        self.solved() == self.exercises.len() && (self.run || !self.exercises.is_empty())
    }

    /// Something of it was done.
    pub fn is_begun(&self) -> bool {
        self.run || self.solved() > 0
    }

    /// What goes on with this lesson.
    pub fn next_command(&self) -> String {
        match self.open() {
            Some(open) if self.is_begun() => format!("layerlab shell {}", open.name),
            None if self.is_done() => "layerlab list".to_string(),
            _ => format!("layerlab run {}", self.meta.number),
        }
    }

    fn open(&self) -> Option<&ExerciseProgress> {
        self.exercises.iter().find(|exercise| !exercise.solved)
    }
}

impl Journey {
    /// Reads what was done. Without a home nothing was done yet.
    ///
    /// # Errors
    /// When the progress or a lesson cannot be read.
    pub fn read(chosen: &Lessons, home: Option<&Home>) -> Result<Journey, CourseError> {
        let (progress, damaged) = home.map(Progress::read).transpose()?.unwrap_or_default();
        let session = home.and_then(|home| {
            let around = inside::lesson().and_then(|lesson| Session::find(home, &lesson).ok().flatten());
            around.or_else(|| Session::latest(home))
        });
        let lesson = |entry: &CatalogueEntry| {
            let exercises = entry.exercises(&chosen.language)?.into_iter().map(|exercise| ExerciseProgress {
                solved: progress.is_solved(&format!("{}.{}", entry.slug, exercise.id)),
                solution_shown: progress.of(&format!("{}.{}", entry.slug, exercise.id)).solution_shown,
                name: format!("{}.{}", entry.number, exercise.id),
                task: exercise.task,
            });
            Ok::<_, CourseError>(LessonProgress {
                name: entry.name(),
                meta: entry.meta(&chosen.language)?,
                run: progress.lessons.contains_key(&entry.slug),
                predicted: progress.predictions.get(&entry.slug).copied(),
                exercises: exercises.collect(),
            })
        };
        let lessons = chosen.catalogue()?.entries().iter().map(lesson).collect::<Result<_, _>>()?;
        Ok(Journey { lessons, session, damaged })
    }

    /// The first lesson with an exercise that is not solved, else the first; by its folder's name.
    pub fn first_unsolved(&self) -> Option<&str> {
        let open = self.lessons.iter().find(|lesson| !lesson.exercises.is_empty() && !lesson.is_done());
        open.or(self.lessons.first()).map(|lesson| lesson.name.as_str())
    }

    /// Where the learner is and what comes next, or nothing if nothing was begun yet.
    pub fn next_command(&self) -> Option<NextCommand> {
        if let Some(next) = self.in_session() {
            return Some(next);
        }
        let last = self.lessons.iter().rposition(LessonProgress::is_begun)?;
        let open = self.lessons[..=last].iter().rev().find(|lesson| !lesson.is_done());
        let Some(lesson) = open.or(self.lessons.get(last + 1)) else {
            let at = "You have solved every exercise of every lesson.".to_string();
            return Some(NextCommand { at, command: "layerlab list".to_string() });
        };
        let (number, title) = (lesson.meta.number, &lesson.meta.title);
        Some(match lesson.open() {
            Some(ExerciseProgress { name, task, .. }) if lesson.is_begun() => NextCommand {
                at: format!(
                    "You are at lesson {number}, {title}: {} of {} exercises solved. Next is {name}, {task}.",
                    lesson.solved(),
                    lesson.exercises.len()
                ),
                command: format!("layerlab shell {name}"),
            },
            _ => NextCommand {
                at: format!("Next is lesson {number}, {title}."),
                command: format!("layerlab run {number}"),
            },
        })
    }

    fn in_session(&self) -> Option<NextCommand> {
        let session = self.session.as_ref()?;
        let lesson = self.lessons.iter().find(|lesson| lesson.name == session.lesson)?;
        let number = lesson.meta.number;
        let at = format!("{number}.{}", inside::exercise().as_ref().unwrap_or(&session.record.exercise));
        let ExerciseProgress { name, task, solved, .. } =
            lesson.exercises.iter().find(|exercise| exercise.name == at)?;
        let state = if *solved { "solved" } else { "not solved yet" };
        let place = if is_inside() { "You are in the session" } else { "You have a session" };
        let at = format!("{place} of lesson {number}, at {name}, {task}: {state}.");
        let command = match (solved, is_inside(), lesson.open()) {
            (false, true, _) => "verify".to_string(),
            (false, false, _) => format!("layerlab shell {name}"),
            (true, true, Some(_)) => "next".to_string(),
            (true, false, Some(open)) => format!("layerlab shell {}", open.name),
            (true, inside, None) => {
                let mut from_here = self.lessons.iter().skip_while(|other| other.name != lesson.name);
                let after = from_here.find(|other| !other.is_done());
                let command = after.map_or("layerlab list".into(), |next| format!("layerlab run {}", next.meta.number));
                if inside { format!("exit, then {command}") } else { command }
            }
        };
        Some(NextCommand { at, command })
    }
}

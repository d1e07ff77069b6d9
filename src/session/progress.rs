//! What a learner has done: `progress.json`, a small file that people may read, copy and take along.

use crate::ground::Name;
use crate::session::file::{self, Form};
use crate::session::home::PROGRESS;
use crate::session::{Home, SessionError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The version of the file's form.
const VERSION: u32 = 1;

/// A file of progress that is imported is no larger, in bytes: all that can be done takes a hundredth of it.
const MOST_IMPORTED: u64 = 1_000_000;

/// All that was done. An exercise has the lesson's name and its own: `whiteouts.hide`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    /// Lessons that were run to their end, with the time of the first.
    #[serde(default)]
    pub lessons: BTreeMap<String, String>,
    /// Exercises that somebody has tried.
    #[serde(default)]
    pub exercises: BTreeMap<String, Done>,
    /// How the predictions of a lesson went when it was last run from its beginning to its end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub predictions: BTreeMap<String, Predicted>,
    /// The step at which a run of a lesson was left.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_at: BTreeMap<String, u32>,
}

/// How predictions went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicted {
    /// So it was.
    pub right: u64,
    /// It was not so.
    pub wrong: u64,
    /// The learner said not to know.
    pub unknown: u64,
}

impl Predicted {
    /// How many were asked.
    pub fn asked(&self) -> u64 {
        self.right.saturating_add(self.wrong).saturating_add(self.unknown)
    }
}

/// What was done with one exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// When it was first found solved: `2026-03-01T18:30:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved: Option<String>,
    /// How often it was verified before that.
    #[serde(default)]
    pub tries: u32,
    /// How many hints were shown.
    #[serde(default)]
    pub hints: u32,
    /// A solution was shown before it was solved.
    #[serde(default)]
    pub solution_shown: bool,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress {
            version: VERSION,
            lessons: BTreeMap::new(),
            exercises: BTreeMap::new(),
            predictions: BTreeMap::new(),
            left_at: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// What was done so far. A damaged file is set aside; then the second value is a sentence that says so.
    ///
    /// # Errors
    /// When it cannot be read, or a newer layerlab wrote it.
    pub fn read(home: &Home) -> Result<(Progress, Option<String>), SessionError> {
        let path = home.progress();
        match file::read::<Progress>(&path, file::MOST) {
            Ok(progress) => {
                let progress = progress.unwrap_or_default();
                is_known(progress.version, &path)?;
                Ok((progress, None))
            }
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                if let Ok(Some(Form { version })) = file::read(&path, file::MOST) {
                    is_known(version, &path)?;
                }
                let aside = set_aside(&path)?;
                let said = format!(
                    "{} was damaged ({error})\n  it is kept as  {}\n  your progress begins anew; what you can mend of that file comes back with: layerlab progress import FILE",
                    Name::of(&path),
                    Name::of(&aside)
                );
                Ok((Progress::default(), Some(said)))
            }
            Err(error) => {
                let why = "it may not be read";
                Err(SessionError::disk("cannot read your progress", "openat", &path, &error, why, "chmod u+rw it"))
            }
        }
    }

    /// Changes it, and writes it whole. If two processes change it at once, both changes are kept.
    ///
    /// # Errors
    /// When it cannot be read or written; the old file is still there then.
    pub fn change(home: &Home, change: impl FnOnce(&mut Progress)) -> Result<Option<String>, SessionError> {
        let _lock = home.lock(PROGRESS, true)?;
        let (mut progress, damaged) = Progress::read(home)?;
        let before = progress.clone();
        change(&mut progress);
        let path = home.progress();
        if progress != before || damaged.is_some() {
            file::replace(&path, &progress).map_err(|error| {
                let why = "what you had done before is still there; this last thing is not noted";
                SessionError::call("cannot note your progress", error, why, "make room, and do it again")
            })?;
        }
        Ok(damaged)
    }

    /// What was done with an exercise.
    pub fn of(&self, exercise: &str) -> Done {
        self.exercises.get(exercise).cloned().unwrap_or_default()
    }

    /// Whether an exercise was solved.
    pub fn is_solved(&self, exercise: &str) -> bool {
        self.exercises.get(exercise).is_some_and(|done| done.solved.is_some())
    }

    /// The entry of an exercise, to be changed.
    pub fn entry(&mut self, exercise: &str) -> &mut Done {
        self.exercises.entry(exercise.to_string()).or_default()
    }

    /// Forgets an exercise of a lesson, or all of that lesson.
    pub fn forget(&mut self, lesson: &str, exercise: Option<&str>) {
        match exercise {
            Some(id) => drop(self.exercises.remove(&format!("{lesson}.{id}"))),
            None => {
                self.exercises.retain(|key, _| key.split_once('.').is_none_or(|(other, _)| other != lesson));
                self.lessons.remove(lesson);
                self.left_at.remove(lesson);
                self.predictions.remove(lesson);
            }
        }
    }

    /// The progress in an exported file.
    ///
    /// # Errors
    /// When the file holds no progress.
    pub fn import(path: &Path) -> Result<Progress, SessionError> {
        let wanted = "cannot import this progress";
        let fix = "name a file that layerlab progress export wrote";
        let progress: Progress = file::read(path, MOST_IMPORTED)
            .and_then(|progress| progress.ok_or_else(|| ErrorKind::NotFound.into()))
            .map_err(|error| SessionError::refused(wanted, format!("{}: {error}", Name::of(path)), fix))?;
        is_known(progress.version, path)?;
        Ok(progress)
    }

    /// Adds another progress to this one: what is solved in either is solved, with the earlier time.
    pub fn merge(&mut self, other: Progress) {
        let earlier = |one: Option<String>, other: Option<String>| one.into_iter().chain(other).min();
        for (lesson, run) in other.lessons {
            let mine = self.lessons.remove(&lesson);
            self.lessons.extend(earlier(mine, Some(run)).map(|run| (lesson, run)));
        }
        for (exercise, theirs) in other.exercises {
            let mine = self.exercises.entry(exercise).or_default();
            mine.solved = earlier(mine.solved.take(), theirs.solved);
            mine.tries = mine.tries.max(theirs.tries);
            mine.hints = mine.hints.max(theirs.hints);
            mine.solution_shown |= theirs.solution_shown;
        }
        for (lesson, theirs) in other.predictions {
            self.predictions.entry(lesson).or_insert(theirs);
        }
    }
}

/// A file that a newer layerlab wrote is left alone.
fn is_known(version: u32, path: &Path) -> Result<(), SessionError> {
    if version == VERSION {
        return Ok(());
    }
    let why = format!("{} has the form {version}, and this layerlab knows {VERSION}", Name::of(path));
    Err(SessionError::refused("cannot read this progress", &why, "use the layerlab that wrote it, or a newer one"))
}

/// The time now, in UTC, to the second.
pub fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// Renames a file to a free name beside it.
fn set_aside(path: &Path) -> Result<PathBuf, SessionError> {
    for number in 1.. {
        let aside = path.with_file_name(format!("progress.damaged-{number}.json"));
        match std::fs::hard_link(path, &aside) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            linked => {
                return linked.and_then(|()| std::fs::remove_file(path)).map(|()| aside.clone()).map_err(|error| {
                    let wanted = "cannot set the damaged progress aside";
                    SessionError::disk(
                        wanted,
                        "link",
                        &aside,
                        &error,
                        "nothing can be made there",
                        "make room, or move it away",
                    )
                });
            }
        }
    }
    unreachable!("numbers do not end")
}

#[cfg(test)]
mod tests {
    use super::{Done, Progress};

    #[test]
    fn what_either_has_is_kept() {
        let done = |solved: Option<&str>, tries, hints| Done {
            solved: solved.map(str::to_string),
            tries,
            hints,
            solution_shown: false,
        };
        let mut one = Progress::default();
        one.exercises.insert("a.x".into(), done(Some("2026-02"), 1, 0));
        one.exercises.insert("a.y".into(), done(None, 4, 2));
        let mut other = Progress::default();
        other.exercises.insert("a.x".into(), done(Some("2026-01"), 3, 1));
        other.exercises.insert("a.y".into(), done(Some("2026-03"), 2, 3));
        other.exercises.insert("b.z".into(), done(None, 1, 0));
        other.lessons.insert("a".into(), "2026-01".into());
        one.merge(other);
        assert_eq!(one.exercises["a.x"], done(Some("2026-01"), 3, 1));
        assert_eq!(one.exercises["a.y"], done(Some("2026-03"), 4, 3));
        assert_eq!(one.exercises["b.z"], done(None, 1, 0));
        assert_eq!(one.lessons["a"], "2026-01");
        assert!(one.is_solved("a.x") && !one.is_solved("b.z") && !one.is_solved("c"));
    }
}

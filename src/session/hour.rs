//! What is kept of an hour in front of a class, so that the next one can begin where it ended: one small file a lesson.

use crate::ground::{Failure, Name};
use crate::session::file;
use crate::session::{Home, SessionError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

/// The version of the file's form.
const VERSION: u32 = 1;
/// No such file is larger, in bytes.
const MOST: u64 = 1 << 20;
/// The directory among our own files. No lesson is called so: their names begin with a number.
const DIRECTORY: &str = "present";

/// An hour that was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastHour {
    version: u32,
    /// The beat, counted from 0.
    pub beat: usize,
    /// What came of its commands was shown.
    pub done: bool,
    /// When it was left last.
    pub at: String,
    /// Hands that were counted: how many said yes, and of how many.
    #[serde(default)]
    pub hands: BTreeMap<String, (u32, u32)>,
    /// The detours, a few words each.
    #[serde(default)]
    pub detours: Vec<String>,
    /// What was tried in them, as whoever presents writes it.
    #[serde(default)]
    pub tried: serde_json::Value,
}

impl LastHour {
    /// The hour with a lesson that was left last, where there was one.
    ///
    /// # Errors
    /// When it cannot be read, or another version wrote it.
    pub fn read(home: &Home, lesson: &str) -> Result<Option<LastHour>, SessionError> {
        let path = path(home, lesson);
        let refused = |why: String| {
            let fix = format!("remove it: rm {}", Name::of(&path));
            SessionError::Refused(Failure::ours("cannot find the place where you left off", why, fix))
        };
        match file::read::<LastHour>(&path, MOST) {
            Ok(Some(last)) if last.version != VERSION => {
                Err(refused(format!("{} is of version {}", Name::of(&path), last.version)))
            }
            Ok(last) => Ok(last),
            Err(error) => Err(refused(format!("{}: {error}", Name::of(&path)))),
        }
    }

    /// Notes it, whole or not at all.
    ///
    /// # Errors
    /// When nothing can be written.
    pub fn write(mut self, home: &Home, lesson: &str) -> Result<(), SessionError> {
        self.version = VERSION;
        home.make(&home.state(DIRECTORY))?;
        file::replace(&path(home, lesson), &self).map_err(|error| {
            let (wanted, why) = ("cannot note where you are", "nothing can be written there");
            SessionError::call(wanted, error, why, "make room, or set LAYERLAB_HOME")
        })
    }
}

fn path(home: &Home, lesson: &str) -> PathBuf {
    home.state(DIRECTORY).join(format!("{lesson}.json"))
}

/// The directory in which the terminals of an hour find each other, which is made where it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn meeting_place(home: &Home) -> Result<PathBuf, SessionError> {
    let directory = home.state(DIRECTORY);
    home.make(&directory)?;
    Ok(directory)
}

/// The file that whoever presents a lesson keeps locked.
///
/// # Errors
/// When it cannot be had.
pub fn presenter_lock(home: &Home, lesson: &str) -> Result<File, SessionError> {
    let failed = |error| {
        let why = "its lock can't be had";
        SessionError::call("cannot present this lesson", error, why, "make room, or set LAYERLAB_HOME")
    };
    let directory = crate::kernel::Within::open(&meeting_place(home)?).map_err(failed)?;
    directory.lock_file(format!("{lesson}.lock").as_ref()).map_err(failed)
}

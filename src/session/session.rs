//! A session: begun, entered, looked into, ended; and the benches in it.

use crate::check::Start;
use crate::engine::{self, Wrong};
use crate::ground::{Errno, Failure, Name};
use crate::lesson::{Exercise, Lesson};
use crate::session::file::{self, Form};
use crate::session::record::{Record, VERSION};
use crate::session::{Home, SessionError};
use crate::stage::{Fresh, Keeper, KeeperState, Stage, StageError, StageNeeds, StartingKeeper, Visit};
use crate::tree::{remove_tree, write_whole};
use serde::Serialize;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a visitor may take to answer. After that we take it that what it looks at hangs.
const PATIENCE: Duration = Duration::from_secs(10);
/// The file that tells how to enter.
const HOW_TO_ENTER: &str = "HOW-TO-ENTER.txt";

/// A session that was written down.
#[derive(Clone, Debug)]
pub struct Session {
    home: Home,
    /// The lesson's folder name: `03-whiteouts`.
    pub lesson: String,
    /// What is written down of it.
    pub record: Record,
    /// When it was entered last.
    pub worked_on: SystemTime,
}

/// A session that can be entered.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The session.
    pub session: Session,
    /// It was there already.
    pub found: bool,
    /// What had become of an earlier session, if there was one. Its benches are made anew.
    pub before: Option<KeeperState>,
}

/// An exercise that was begun again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reset {
    /// What may be another exercise's, and was left alone: `sleep (41)`.
    pub stays: Vec<String>,
    /// The session itself was broken, and this is how: it was begun anew.
    pub renewed: Option<Failure>,
    /// Exercises whose processes and mounts have ended with the broken session.
    pub lost: Vec<String>,
}

impl Session {
    /// The session of a lesson, whether or not it lives.
    ///
    /// # Errors
    /// When what is written down of it cannot be read.
    pub fn find(home: &Home, lesson: &str) -> Result<Option<Session>, SessionError> {
        let path = home.state(lesson).join("session.json");
        home.record_is_ours(lesson)?;
        let wanted = format!("cannot read what is noted of the session of {lesson}");
        let fix = format!("layerlab stop {lesson} throws it away");
        let refused = |why: String| Err(SessionError::refused(&wanted, &why, &fix));
        let other = |version| refused(format!("its form is {version}, and this layerlab knows {VERSION}"));
        match file::read::<Record>(&path, file::MOST) {
            Ok(Some(record)) if record.version == VERSION => {
                let worked_on = std::fs::metadata(&path).and_then(|data| data.modified());
                let worked_on = worked_on.unwrap_or(SystemTime::UNIX_EPOCH);
                Ok(Some(Session { home: home.clone(), lesson: lesson.to_string(), record, worked_on }))
            }
            Ok(Some(record)) => other(record.version),
            Ok(None) => Ok(None),
            Err(error) if error.kind() == ErrorKind::InvalidData => match file::read(&path, file::MOST) {
                Ok(Some(Form { version })) if version != VERSION => other(version),
                _ => refused(format!("{} is damaged: {error}", Name::of(&path))),
            },
            Err(error) => {
                let why = "the file may not be read";
                Err(SessionError::disk(&wanted, "openat", &path, &error, why, &fix))
            }
        }
    }

    /// The sessions of all lessons; those whose note cannot be read are left out.
    pub fn all(home: &Home) -> Vec<Session> {
        let lessons = home.lessons();
        lessons.iter().filter_map(|lesson| Session::find(home, lesson).ok().flatten()).collect()
    }

    /// The living session that was worked on last.
    pub fn latest(home: &Home) -> Option<Session> {
        Session::all(home).into_iter().filter(Session::is_alive).max_by_key(|session| session.worked_on)
    }

    /// Whether its keeper is there.
    pub fn keeper_state(&self) -> KeeperState {
        self.record.keeper.state()
    }

    /// Whether it can be entered.
    pub fn is_alive(&self) -> bool {
        self.keeper_state() == KeeperState::Alive
    }

    /// Makes sure that we can tell whether the session lives. A session has a /proc of its own, and so may a shell that was
    /// opened in it: from there the keeper of another session cannot be seen, although it may live.
    ///
    /// # Errors
    /// When nobody can tell from here.
    pub fn is_in_sight(&self) -> Result<(), SessionError> {
        if self.keeper_state() != KeeperState::OutOfSight {
            return Ok(());
        }
        let wanted = match self.is_typed_in() {
            true => "cannot see the session that you are in".to_string(),
            false => format!("cannot see the session of {} from here", self.lesson),
        };
        let why = "this shell has a /proc of its own, in which the processes of the session are not to be seen";
        let fix = "do it in another terminal, or leave this shell with exit";
        Err(SessionError::refused(&wanted, why, fix))
    }

    /// Whether the command was typed in the shell of this session, wherever it is done.
    fn is_typed_in(&self) -> bool {
        std::env::var_os("LAYERLAB_STATE").is_some_and(|state| Path::new(&state) == self.state())
    }

    /// Finds the session of a lesson, or makes one. If two try at once, the second finds the session of the first.
    ///
    /// # Errors
    /// What the host refuses.
    pub fn begin(
        home: &Home,
        lesson: &str,
        lessons: Option<&Path>,
        exercise: &str,
        needs: StageNeeds,
    ) -> Result<Begun, SessionError> {
        let _lock = home.lock(lesson, true)?;
        let mut before = None;
        // If the note cannot be read, there is no living session that we could enter.
        if let Ok(Some(session)) = Session::find(home, lesson) {
            session.is_in_sight()?;
            match session.keeper_state() {
                KeeperState::Alive if session.record.lessons.as_deref() == lessons => {
                    return Ok(Begun { session, found: true, before: None });
                }
                // A lesson of the same name in another folder: we cannot go on with its session.
                KeeperState::Alive => session.record.keeper.end()?,
                ended => {
                    // It may be ending just now.
                    session.record.keeper.end()?;
                    before = Some(ended);
                }
            }
        }
        clear(home, lesson)?;
        match Session::launch(home, lesson, lessons, exercise, needs) {
            Ok(session) => Ok(Begun { session, found: false, before }),
            Err(error) => {
                // Its keeper was not told to stay, and has mounted nothing.
                let _ = clear(home, lesson);
                Err(error)
            }
        }
    }

    fn launch(
        home: &Home,
        lesson: &str,
        lessons: Option<&Path>,
        exercise: &str,
        needs: StageNeeds,
    ) -> Result<Session, SessionError> {
        // By its notes a session is found, also one that was killed here.
        home.make(&home.state(lesson))?;
        home.make(&home.benches(lesson))?;
        let starting = StartingKeeper::start(&home.benches(lesson), home.root(), lessons, needs)?;
        let record = Record {
            version: VERSION,
            lessons: lessons.map(Path::to_path_buf),
            keeper: starting.keeper.clone(),
            exercise: exercise.to_string(),
        };
        let worked_on = SystemTime::now();
        let session = Session { home: home.clone(), lesson: lesson.to_string(), record, worked_on };
        session.write()?;
        starting.keep()?;
        Ok(session)
    }

    /// The session that the calling process is in.
    pub fn around(home: &Home) -> Option<Session> {
        Session::all(home).into_iter().find(|session| session.record.keeper.is_around_us())
    }

    /// The directory of its files that are not for the learner.
    pub fn state(&self) -> PathBuf {
        self.home.state(&self.lesson)
    }

    /// The bench of an exercise.
    pub fn bench(&self, exercise: &str) -> PathBuf {
        self.home.benches(&self.lesson).join(exercise)
    }

    /// How an exercise began; `None` if its bench is not ready.
    pub fn start(&self, exercise: &str) -> Option<Start> {
        file::read(&self.start_file(exercise), file::MOST).ok().flatten()
    }

    /// Whether the bench of an exercise is ready. If another layerlab is just making it, this waits.
    ///
    /// # Errors
    /// When that takes too long.
    pub fn is_ready(&self, exercise: &str) -> Result<bool, SessionError> {
        Ok(self.start(exercise).is_some() || {
            let _lock = self.look()?;
            self.start(exercise).is_some()
        })
    }

    /// The exercises whose benches are ready, sorted by name.
    pub fn begun(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.state()).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut begun: Vec<String> =
            names.filter_map(|name| Some(name.strip_suffix(".start.json")?.to_string())).collect();
        begun.sort();
        begun
    }

    /// Prepares the bench of an exercise unless it is ready, and makes it the one that is worked on.
    ///
    /// # Errors
    /// When the steps of the lesson do not do what they should here, and when the session has ended.
    pub fn enter(&mut self, lesson: &Lesson, exercise: &Exercise) -> Result<Start, SessionError> {
        let _lock = self.home.lock(&self.lesson, true)?;
        let start = match self.start(&exercise.id) {
            Some(start) => start,
            None => self.prepare(lesson, exercise, Fresh::Alone)?.0,
        };
        self.record.exercise = exercise.id.clone();
        // Written even if nothing in it changes: its time tells which session was worked on last.
        self.write()?;
        Ok(start)
    }

    /// Makes the bench of an exercise anew, and ends what the exercise has started and mounted; `of_all` are begun again,
    /// so that nothing can be another one's. Where the session itself was broken it takes a new keeper, which can only be had
    /// from outside.
    ///
    /// # Errors
    /// As [`Session::enter`].
    pub fn reset(&mut self, lesson: &Lesson, exercise: &Exercise, of_all: bool) -> Result<Reset, SessionError> {
        let _lock = self.home.lock(&self.lesson, true)?;
        // Another one of us may have given it a new keeper meanwhile.
        if let Some(now) = Session::find(&self.home, &self.lesson)? {
            self.record = now.record;
        }
        let others: Vec<String> = self.begun().into_iter().filter(|begun| *begun != exercise.id).collect();
        let fresh = if of_all || others.is_empty() { Fresh::WithUnclaimed } else { Fresh::Alone };
        match self.prepare(lesson, exercise, fresh) {
            Ok((_, stays)) => Ok(Reset { stays, ..Reset::default() }),
            Err(SessionError::Stage(StageError::Damaged(failure)))
                if !self.record.keeper.is_around_us() && !self.is_typed_in() =>
            {
                self.renew(StageNeeds::of(&lesson.meta.needs))?;
                self.prepare(lesson, exercise, Fresh::WithUnclaimed)?;
                let lost = if of_all { Vec::new() } else { others };
                Ok(Reset { stays: Vec::new(), renewed: Some(failure), lost })
            }
            Err(error) => Err(error),
        }
    }

    /// Gives the session a new keeper, because its namespaces are of no use any more. No bench is ready then.
    fn renew(&mut self, needs: StageNeeds) -> Result<(), SessionError> {
        for begun in self.begun() {
            let _ = std::fs::remove_file(self.start_file(&begun));
        }
        self.record.keeper.end()?;
        let (benches, lessons) = (self.home.benches(&self.lesson), self.record.lessons.as_deref());
        let starting = StartingKeeper::start(&benches, self.home.root(), lessons, needs)?;
        self.record.keeper = starting.keeper.clone();
        self.write()?;
        starting.keep()?;
        Ok(())
    }

    fn prepare(
        &self,
        lesson: &Lesson,
        exercise: &Exercise,
        fresh: Fresh,
    ) -> Result<(Start, Vec<String>), SessionError> {
        let note = self.start_file(&exercise.id);
        // This comes first: if we are killed before the end, the bench is not taken for ready.
        let _ = std::fs::remove_file(&note);
        let mut stage = self.visit_as(&exercise.id, None, Some(fresh))?;
        let (start, wrong) = engine::prepare(lesson, exercise, &mut stage)?;
        if let Some(Wrong { line, shown }) = wrong {
            let wanted = format!("cannot prepare the exercise {}", start.exercise);
            let said = shown.lines().last().map(|last| format!(": {last}")).unwrap_or_default();
            let why = format!("`{line}` did not do here what the lesson says{said}");
            let fix = format!("see how it goes wrong: layerlab run {}", lesson.meta.number);
            return Err(SessionError::refused(&wanted, &why, &fix));
        }
        self.note(&note, &start)?;
        self.tell_how_to_enter(&start);
        Ok((start, stage.stays().to_vec()))
    }

    /// Enters the session to look at an exercise. `here` is where the learner works, if that is known.
    ///
    /// # Errors
    /// When the session has ended, or may not be entered.
    pub fn visit(&self, exercise: &str, here: Option<&Path>) -> Result<Stage, StageError> {
        self.visit_as(exercise, here, None)
    }

    /// Who opens the directory of the files in another terminal sees nothing of what is mounted in the session. A file tells
    /// how to see it, above the directories that exercises ask about. Without it nothing is lost.
    fn tell_how_to_enter(&self, start: &Start) {
        let name = &start.exercise;
        let text = format!(
            "Here are the files of the exercise {name}, as they lie on the disk.\n\
             What is mounted in its session is seen in the session alone. So `mnt` is empty here.\n\n\
             To enter the session:               layerlab shell {name}\n\
             To look on while somebody types:    layerlab watch {name}\n"
        );
        let bench = start.exercise.split_once('.').map(|(_, exercise)| self.bench(exercise));
        for directory in bench.into_iter().filter(|bench| bench.is_dir()).chain([self.home.benches(&self.lesson)]) {
            let _ = write_whole(&directory.join(HOW_TO_ENTER), text.as_bytes());
        }
    }

    fn visit_as(&self, exercise: &str, here: Option<&Path>, fresh: Option<Fresh>) -> Result<Stage, StageError> {
        let root = self.bench(exercise);
        let here = here.map_or_else(|| root.clone(), Path::to_path_buf);
        Visit { keeper: &self.record.keeper, root, here, fresh }.enter(PATIENCE)
    }

    /// As long as the file is open, nobody makes or ends something here; others may look, too.
    pub fn look(&self) -> Result<std::fs::File, SessionError> {
        self.home.lock(&self.lesson, false)
    }

    fn start_file(&self, exercise: &str) -> PathBuf {
        self.state().join(format!("{exercise}.start.json"))
    }

    fn write(&self) -> Result<(), SessionError> {
        self.note(&self.state().join("session.json"), &self.record)
    }

    fn note(&self, path: &Path, value: &impl Serialize) -> Result<(), SessionError> {
        file::replace(path, value).map_err(|error| {
            let wanted = format!("cannot note the session of {}", self.lesson);
            let fix = "make room, or set LAYERLAB_HOME to a directory on another disk";
            SessionError::call(&wanted, error, "without the note it could not be found again", fix)
        })
    }

    /// Ends the session of a lesson, if there is one, and deletes its benches. Returns whether there was one.
    ///
    /// # Errors
    /// When something of it cannot be deleted.
    pub fn stop(home: &Home, lesson: &str) -> Result<bool, SessionError> {
        if !home.state(lesson).exists() {
            return Ok(false);
        }
        let _lock = home.lock(lesson, true)?;
        match Session::find(home, lesson) {
            Ok(Some(session)) => {
                session.is_in_sight()?;
                session.record.keeper.end()?;
            }
            Ok(None) => {}
            Err(_) => Keeper::end_forgotten(&home.benches(lesson)),
        }
        clear(home, lesson)?;
        Ok(true)
    }
}

/// Deletes the benches and notes of a session that has ended. None of its mounts exist here, so nothing that is deleted
/// leads elsewhere.
fn clear(home: &Home, lesson: &str) -> Result<(), SessionError> {
    for directory in [home.benches(lesson), home.state(lesson)] {
        if let Err(error) = remove_tree(&directory)
            && error.errno != Errno::ENOENT
        {
            let why = "what is in it cannot be deleted: it is somebody else's, or still at work";
            let fix = "end what works there, and try again";
            return Err(SessionError::call("cannot delete the benches", error, why, fix));
        }
    }
    Ok(())
}

//! Where the files of a learner are.

use crate::ground::Name;
use crate::kernel::{CallError, Within, effective_ids, lock_within, quoted};
use crate::session::SessionError;
use crate::tree::exchanged_by_others;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The directory of a learner's benches and progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
}

/// The directory for our own files, which are not for the learner.
const STATE: &str = ".state";
/// The name of the lock of the progress. The other locks are named by lessons, which begin with a number.
pub(super) const PROGRESS: &str = "progress";
/// How long we wait while another layerlab makes or ends something, in milliseconds.
const PATIENCE: u64 = 15_000;

impl Home {
    /// `LAYERLAB_HOME`, else `layerlab` among the data of the user (XDG base directory specification), else a directory
    /// of this user's in /var/tmp. It need not exist.
    ///
    /// # Errors
    /// When it is somebody else's.
    pub fn find() -> Result<Home, SessionError> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let data = || variable("XDG_DATA_HOME").filter(|path| path.is_absolute());
        let home = || variable("HOME").map(|home| home.join(".local/share"));
        let fallback = || PathBuf::from(format!("/var/tmp/layerlab-{}", effective_ids().0));
        let root = variable("LAYERLAB_HOME")
            .or_else(|| data().or_else(home).map(|data| data.join("layerlab")))
            .unwrap_or_else(fallback);
        let home = Home { root: real(&std::path::absolute(&root).unwrap_or(root)) };
        home.is_ours()?;
        home.is_among_ours()?;
        Ok(home)
    }

    /// Its directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the progress is.
    pub fn progress(&self) -> PathBuf {
        self.root.join("progress.json")
    }

    /// The benches of a lesson.
    pub fn benches(&self, lesson: &str) -> PathBuf {
        self.root.join(lesson)
    }

    /// What we note of a lesson's session.
    pub fn state(&self, lesson: &str) -> PathBuf {
        self.root.join(STATE).join(lesson)
    }

    /// The lessons that have a session, had one, or have what is left of one that was never ready, sorted.
    pub fn lessons(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.root.join(STATE)).into_iter().flatten().flatten();
        let mut lessons: Vec<String> = entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        lessons.sort();
        lessons
    }

    /// Makes a directory of ours, and those above it; no other user may look into the topmost.
    pub fn make(&self, directory: &Path) -> Result<(), SessionError> {
        let make = |path: &Path, mode| DirBuilder::new().recursive(true).mode(mode).create(path);
        make(&self.root, 0o700).and_then(|()| make(directory, 0o755)).map_err(|error| {
            let fix = "make room, or set LAYERLAB_HOME to a directory of yours";
            SessionError::disk(
                "cannot make the place for your files",
                "mkdir",
                directory,
                &error,
                "nothing can be made there",
                fix,
            )
        })?;
        self.is_ours()
    }

    /// Waits until no other layerlab makes or ends something in this lesson's session, and keeps others out as long as the
    /// file is open. The progress is locked in the same way, by the name `progress`.
    pub fn lock(&self, lesson: &str, exclusive: bool) -> Result<File, SessionError> {
        let (state, name) = (self.root.join(STATE), format!("{lesson}.lock"));
        self.make(&state)?;
        let wanted = match lesson {
            PROGRESS => "cannot note your progress",
            _ => "cannot work on this session now",
        };
        let failed = |error: CallError| {
            SessionError::call(wanted, error, "its lock can't be had", "make room, or set LAYERLAB_HOME")
        };
        let file = Within::open(&state).and_then(|state| state.lock_file(name.as_ref())).map_err(failed)?;
        match lock_within(&file, exclusive, PATIENCE) {
            Ok(true) => Ok(file),
            Ok(false) => Err(SessionError::refused(
                wanted,
                "another layerlab is just making or ending something in it",
                "wait until it is done, and try again",
            )),
            Err(error) => Err(failed(CallError::of("flock", quoted(name.as_ref()), &error))),
        }
    }

    /// Whoever may write a session's record, or a directory on the way to it, chooses the process that we enter.
    ///
    /// # Errors
    /// When that is not the user alone who asks.
    pub(super) fn record_is_ours(&self, lesson: &str) -> Result<(), SessionError> {
        let state = self.state(lesson);
        for path in [self.root.clone(), self.root.join(STATE), state.clone(), state.join("session.json")] {
            // Where the way ends, or a link leads nowhere, there is no record that could be read.
            let Some(found) = path.exists().then(|| std::fs::symlink_metadata(&path).ok()).flatten() else {
                return Ok(());
            };
            let (mode, shown) = (found.mode(), Name::of(&path));
            // In a directory with the sticky bit others can make entries, but not replace ours.
            let for_others = mode & 0o022 != 0 && mode & 0o1000 == 0;
            let (why, fix) = if found.is_symlink() {
                (
                    format!("{shown} is a symbolic link"),
                    "remove it, or set LAYERLAB_HOME to a directory of yours".into(),
                )
            } else if found.uid() != effective_ids().0 {
                let fix = "set LAYERLAB_HOME to a directory of yours; with sudo: sudo -H";
                (format!("{shown} belongs to somebody else"), fix.into())
            } else if for_others {
                (format!("others may write {shown}, so the session may be theirs"), format!("chmod go-w {shown}"))
            } else {
                continue;
            };
            return Err(SessionError::refused("cannot trust what is noted of this session", why, &fix));
        }
        Ok(())
    }

    /// Nothing of ours is left among another user's files, who could not even delete it: HOME is that of whoever typed sudo
    /// (`sudo -E`), for example.
    fn is_among_ours(&self) -> Result<(), SessionError> {
        let Some(why) = self.root.parent().and_then(exchanged_by_others) else { return Ok(()) };
        let wanted = format!("cannot keep your files in {}", Name::from(self.root.as_path()));
        Err(SessionError::refused(&wanted, why, "set LAYERLAB_HOME to a directory of yours; with sudo: sudo -H"))
    }

    /// No user works in another user's session, not even root: what is shown there belongs to that user.
    fn is_ours(&self) -> Result<(), SessionError> {
        let wanted = "cannot use this user's sessions";
        let fix = "become that user, or set LAYERLAB_HOME to a directory of yours";
        match std::fs::metadata(&self.root) {
            Ok(data) if !data.is_dir() => {
                let why = format!("{} is no directory", Name::of(&self.root));
                Err(SessionError::refused(
                    "cannot keep your files there",
                    &why,
                    "set LAYERLAB_HOME to a directory of yours",
                ))
            }
            Ok(data) if data.uid() == effective_ids().0 => Ok(()),
            Ok(_) => {
                Err(SessionError::refused(wanted, format!("{} belongs to somebody else", Name::of(&self.root)), fix))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(SessionError::disk(
                wanted,
                "statx",
                &self.root,
                &error,
                "it is somebody else's, or cannot be read",
                fix,
            )),
        }
    }
}

/// The path without symbolic links, as the mount table has it. Its end need not exist yet.
fn real(path: &Path) -> PathBuf {
    let found = path.ancestors().find_map(|ancestor| Some((ancestor, ancestor.canonicalize().ok()?)));
    match found.and_then(|(ancestor, real)| Some((real, path.strip_prefix(ancestor).ok()?))) {
        Some((real, rest)) if rest.as_os_str().is_empty() => real,
        Some((real, rest)) => real.join(rest),
        None => path.to_path_buf(),
    }
}

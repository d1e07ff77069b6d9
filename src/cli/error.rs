//! Every way in which a command can end other than well, with its exit code.

use crate::course::CourseError;
use crate::ground::{Call, Errno, Failure, Name, Shown, Stream};
use crate::image::ImageError;
use crate::kernel::CallError;
use crate::lesson::{LessonError, LoadError};
use crate::paint::Palette;
use crate::scene::failure;
use crate::session::SessionError;
use crate::stage::StageError;
use crate::tree::TreeError;
use std::path::Path;

/// A command did not end well.
#[derive(Debug)]
pub enum CliError {
    /// All there is to say was said.
    Said(Exit),
    /// Lessons are broken, at these places.
    Lesson(Vec<LessonError>),
    /// Something could not be done.
    Failed(Exit, Failure),
}

/// How a command ends, for whoever started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Somebody closed the pipe, or the learner has seen enough: a quiet end.
    Quiet,
    /// A step or an exercise did not hold.
    NotHeld,
    /// What was typed makes no sense here.
    Usage,
    /// This host cannot.
    Host,
    /// A lesson is broken or could not be read, or its folder is not in order.
    Lesson,
    /// A fault of ours.
    Fault,
    /// The command of a container could not be started; the code as a shell would give it.
    Command(u8),
    /// A signal came, and what was begun is undone.
    Signal(u8),
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Quiet => 0,
            Exit::NotHeld => 1,
            Exit::Usage => 2,
            Exit::Host => 3,
            Exit::Lesson => 4,
            Exit::Fault => 5,
            Exit::Command(code) => code,
            // As a shell expects it.
            Exit::Signal(number) => 128 + number,
        }
    }
}

impl CliError {
    /// What was typed makes no sense here.
    pub fn usage(failure: Failure) -> CliError {
        CliError::Failed(Exit::Usage, failure)
    }

    /// A file that was asked for cannot be written.
    pub fn file(wanted: &str, file: &Path, error: CallError) -> CliError {
        let why = match error.errno {
            Errno::ENOENT | Errno::ENOTDIR => "its directory does not exist",
            Errno::EACCES | Errno::EPERM => "you may not write there",
            Errno::EISDIR => "it is a directory",
            Errno::EROFS => "that file system is mounted read-only",
            Errno::ENOSPC | Errno::EDQUOT => "there is no room left on that file system",
            _ => "the kernel or the file system refused it",
        };
        let fix = "name a file in a directory that exists and is yours";
        CliError::usage(Failure::kernel(format!("{wanted} {}", Name::of(file)), error, why, fix))
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            CliError::Said(exit) | CliError::Failed(exit, _) => exit.code(),
            CliError::Lesson(_) => Exit::Lesson.code(),
        }
    }

    /// Tells it on the standard error.
    pub fn print(&self, plain: bool) {
        let colour = !plain && Stream::Errors.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let _ = Stream::Errors.show(self.text(crate::cli::output::width(), Palette::new(colour)));
    }

    /// What there is to tell; nothing where it was told already.
    pub fn text(&self, width: usize, palette: Palette) -> Shown {
        match self {
            CliError::Said(_) => Shown::new(),
            CliError::Lesson(errors) => errors.iter().map(|error| Shown::from(format!("{error}\n"))).collect(),
            CliError::Failed(_, failed) => palette.lines(&failure(failed, width)),
        }
    }
}

impl From<StageError> for CliError {
    fn from(error: StageError) -> CliError {
        match error {
            StageError::Host(failure) | StageError::Scratch(failure) => CliError::Failed(Exit::Host, failure),
            StageError::Gone(failure) | StageError::Damaged(failure) => CliError::usage(failure),
            StageError::Broken(failure) | StageError::Hangs(failure) => CliError::Failed(Exit::Fault, failure),
        }
    }
}

impl From<CourseError> for CliError {
    fn from(error: CourseError) -> CliError {
        match error {
            CourseError::Session(error) => error.into(),
            CourseError::Stage(error) => error.into(),
            CourseError::Lesson(error) => error.into(),
            CourseError::Refused(failure) => CliError::usage(failure),
        }
    }
}

impl From<SessionError> for CliError {
    fn from(error: SessionError) -> CliError {
        match error {
            SessionError::Stage(error) => error.into(),
            SessionError::Disk(failure) => CliError::Failed(Exit::Host, failure),
            SessionError::Refused(failure) => CliError::usage(failure),
        }
    }
}

impl From<TreeError> for CliError {
    fn from(error: TreeError) -> CliError {
        match error {
            TreeError::Host(failure) => CliError::Failed(Exit::Host, failure),
            TreeError::Refused(failure) => CliError::usage(failure),
            TreeError::Stopped(signal) => CliError::Said(Exit::Signal(signal)),
        }
    }
}

impl From<ImageError> for CliError {
    fn from(error: ImageError) -> CliError {
        match error {
            ImageError::Host(failure) => CliError::Failed(Exit::Host, failure),
            ImageError::Refused(failure) => CliError::usage(failure),
            ImageError::Damaged(failure) => CliError::Failed(Exit::NotHeld, failure),
            ImageError::Stopped(signal) => CliError::Said(Exit::Signal(signal)),
        }
    }
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> CliError {
        match error {
            LoadError::Broken(errors) => CliError::Lesson(errors),
            LoadError::Refused(failure) => CliError::Failed(Exit::Lesson, failure),
        }
    }
}

/// Writing our results failed.
impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> CliError {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return CliError::Said(Exit::Quiet);
        }
        let errno = Errno::from(&error);
        let call = Call::failed("write", "1, …", errno);
        let (wanted, fix) = ("cannot write the output", "make room, or send the output elsewhere");
        match errno.lacks() {
            Some((why, _)) => CliError::Failed(Exit::Host, Failure::kernel(wanted, call, why, fix)),
            None => CliError::Failed(Exit::Fault, Failure::kernel(wanted, call, error.to_string(), fix)),
        }
    }
}

/// Our results make no JSON.
impl From<serde_json::Error> for CliError {
    fn from(error: serde_json::Error) -> CliError {
        let (wanted, fix) = ("cannot write the output as JSON", "leave --json away; this is a fault of layerlab");
        CliError::Failed(Exit::Fault, Failure::ours(wanted, error.to_string(), fix))
    }
}

//! Every way in which a command can end other than well, with its exit code.

use crate::course::CourseError;
use crate::ground::Failure;
use crate::lesson::{LessonError, LoadError};
use crate::paint::Palette;
use crate::scene::failure;
use crate::session::SessionError;
use crate::stage::StageError;
use crate::tree::TreeError;
use std::io::IsTerminal;

/// A command did not end well.
#[derive(Debug)]
pub enum CliError {
    /// A step did not hold; everything there is to say was said. Exit code 1.
    NotHeld,
    /// What was typed makes no sense here. Exit code 2.
    Usage(String),
    /// This host cannot, and all about it was said. Exit code 3.
    HostLacks,
    /// This host cannot. Exit code 3.
    Host(Box<Failure>),
    /// What was asked for cannot be had, with an exit code of its own.
    Refused(u8, Box<Failure>),
    /// A lesson is broken. Exit code 4.
    Lesson(Vec<LessonError>),
    /// A lesson could not be read, or its folder is not in order. Exit code 4.
    Content(String),
    /// A fault of ours. Exit code 5.
    Fault(String),
    /// A signal came, and what was begun is undone. Exit code 128 and its number, as a shell expects.
    Signal(u8),
    /// Somebody closed the pipe, or the learner has seen enough: a quiet end. Exit code 0.
    Quiet,
}

impl CliError {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            CliError::Quiet => 0,
            CliError::NotHeld => 1,
            CliError::Usage(_) => 2,
            CliError::Refused(code, _) => *code,
            CliError::Host(_) | CliError::HostLacks => 3,
            CliError::Lesson(_) | CliError::Content(_) => 4,
            CliError::Fault(_) => 5,
            CliError::Signal(number) => 128 + number,
        }
    }

    /// Tells it on the standard error.
    pub fn print(&self, plain: bool) {
        let colour = !plain && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        eprint!("{}", self.text(crate::cli::output::width(), Palette::new(colour)));
    }

    /// What there is to tell; nothing where it was told already.
    pub fn text(&self, width: usize, palette: Palette) -> String {
        match self {
            CliError::Quiet | CliError::Signal(_) | CliError::NotHeld | CliError::HostLacks => String::new(),
            CliError::Host(refused) | CliError::Refused(_, refused) => palette.lines(&failure(refused, width)),
            CliError::Lesson(errors) => errors.iter().map(|error| format!("{error}\n")).collect(),
            CliError::Usage(text) | CliError::Content(text) | CliError::Fault(text) => {
                let error = if text.starts_with("error: ") { "" } else { "error: " };
                format!("{error}{text}\n")
            }
        }
    }
}

impl From<StageError> for CliError {
    fn from(error: StageError) -> CliError {
        match error {
            StageError::Host(failure) => CliError::Host(failure),
            StageError::Gone(_) => CliError::Usage(error.to_string()),
            StageError::Broken(_) | StageError::Hangs(_) => CliError::Fault(error.to_string()),
        }
    }
}

impl From<CourseError> for CliError {
    fn from(error: CourseError) -> CliError {
        match error {
            CourseError::Session(error) => error.into(),
            CourseError::Stage(error) => error.into(),
            CourseError::Lesson(error) => error.into(),
            CourseError::Refused(text) => CliError::Usage(text),
        }
    }
}

impl From<SessionError> for CliError {
    fn from(error: SessionError) -> CliError {
        match error {
            SessionError::Stage(error) => error.into(),
            SessionError::Disk(failure) => CliError::Host(failure),
            SessionError::Refused(text) => CliError::Usage(text),
        }
    }
}

impl From<TreeError> for CliError {
    fn from(error: TreeError) -> CliError {
        match error {
            TreeError::Host(failure) => CliError::Host(failure),
            TreeError::Refused(text) => CliError::Usage(text),
            TreeError::Stopped(signal) => CliError::Signal(signal),
        }
    }
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> CliError {
        match error {
            LoadError::Broken(errors) => CliError::Lesson(errors),
            other => CliError::Content(other.to_string()),
        }
    }
}

/// Writing our results failed.
impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> CliError {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => CliError::Quiet,
            _ => {
                let errno = crate::ground::Errno::from(&error);
                let (errno, text) = (errno.name(), errno.words());
                CliError::Fault(format!(
                    "cannot write the output\n  call  write(1, …) = -1 {errno} ({text})\n  why   {error}\n  fix   make room, or send the output elsewhere"
                ))
            }
        }
    }
}

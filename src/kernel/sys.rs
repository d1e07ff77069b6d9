//! The recorder: every call that a learner may see goes through [`Sys`].

use crate::ground::{Call, CallResult, Errno, errno_words as words};

/// The calls of one command, recorded as they are made.
#[derive(Debug, Default)]
pub struct Sys {
    /// In the order in which the kernel was asked.
    pub calls: Vec<Call>,
    /// Nobody wants to see them: calls that know it are not written down, which would take time.
    pub unseen: bool,
}

/// A call that failed: the call itself, as strace would print it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call}")]
pub struct CallError {
    /// The call with all its arguments.
    pub call: Call,
    /// The number of the errno, as in errno(3).
    pub errno: i32,
}

impl CallError {
    /// The C library's words for the errno: `No such file or directory`.
    pub fn text(&self) -> &'static str {
        words(Errno::from_raw(self.errno))
    }

    /// The errno's name: `ENOENT`.
    pub fn name(&self) -> String {
        format!("{:?}", Errno::from_raw(self.errno))
    }

    /// Whether the errno has this name.
    pub fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    /// The error of a call that the standard library made for us.
    pub fn from_io(name: &str, args: String, error: &std::io::Error) -> CallError {
        CallError::of(name, args, error.raw_os_error().unwrap_or(0))
    }

    /// The error of a call that was made without a [`Sys`].
    pub(super) fn of(name: &str, args: String, errno: i32) -> CallError {
        let errno = Errno::from_raw(errno);
        let result = CallResult::Error { errno: format!("{errno:?}"), text: words(errno).to_string() };
        CallError { call: Call { name: name.to_string(), args, result }, errno: errno as i32 }
    }
}

impl Sys {
    /// Records a call with its outcome; `value` is what strace prints behind `=`.
    pub(super) fn record<T, E: Into<RawErrno>>(
        &mut self,
        name: &str,
        args: String,
        outcome: Result<T, E>,
        value: impl FnOnce(&T) -> i64,
    ) -> Result<T, CallError> {
        match outcome {
            Ok(done) => {
                let result = CallResult::Value(value(&done));
                self.calls.push(Call { name: name.to_string(), args, result });
                Ok(done)
            }
            Err(error) => {
                let error = CallError::of(name, args, error.into().0);
                self.calls.push(error.call.clone());
                Err(error)
            }
        }
    }

    /// Records an execve(2) that another program makes on our behalf; strace prints the environment as its size.
    pub fn record_execve(&mut self, program: &str, words: &[String], variables: usize) {
        let words: Vec<String> = words.iter().map(|word| crate::kernel::strace::path(word.as_ref())).collect();
        let program = crate::kernel::strace::path(program.as_ref());
        let args = format!("{program}, [{}], 0x… /* {variables} vars */", words.join(", "));
        self.calls.push(Call { name: "execve".to_string(), args, result: CallResult::Value(0) });
    }

    /// The same for calls that are made where time counts: the arguments are written only where somebody sees them.
    pub(super) fn note<T, E: Into<RawErrno>>(
        &mut self,
        name: &str,
        args: impl FnOnce() -> String,
        outcome: Result<T, E>,
        value: impl FnOnce(&T) -> i64,
    ) -> Result<T, CallError> {
        match outcome {
            Ok(done) if self.unseen => Ok(done),
            outcome => self.record(name, args(), outcome, value),
        }
    }

    /// Such a call that returns 0.
    pub(super) fn note_zero<E: Into<RawErrno>>(
        &mut self,
        name: &str,
        args: impl FnOnce() -> String,
        outcome: Result<(), E>,
    ) -> Result<(), CallError> {
        self.note(name, args, outcome, |()| 0)
    }

    /// Records a call that returns 0.
    pub(super) fn zero<E: Into<RawErrno>>(
        &mut self,
        name: &str,
        args: String,
        outcome: Result<(), E>,
    ) -> Result<(), CallError> {
        self.record(name, args, outcome, |()| 0)
    }
}

/// An errno of either library.
pub(super) struct RawErrno(pub(super) i32);

impl From<Errno> for RawErrno {
    fn from(errno: Errno) -> RawErrno {
        RawErrno(errno as i32)
    }
}
impl From<rustix::io::Errno> for RawErrno {
    fn from(errno: rustix::io::Errno) -> RawErrno {
        RawErrno(errno.raw_os_error())
    }
}

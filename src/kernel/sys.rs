//! The recorder: every call that a learner may see goes through [`Sys`].

use crate::ground::{Call, CallResult, Errno};

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
    /// Why the kernel refused it.
    pub errno: Errno,
}

impl CallError {
    /// The error of a call that was made without a [`Sys`].
    pub fn of(name: &str, args: impl Into<String>, errno: impl Into<Errno>) -> CallError {
        let errno = errno.into();
        CallError { call: Call::failed(name, args, errno), errno }
    }

    /// The C library's words for the errno: `No such file or directory`.
    pub fn text(&self) -> &'static str {
        self.errno.words()
    }
}

impl From<CallError> for Call {
    fn from(error: CallError) -> Call {
        error.call
    }
}

impl From<rustix::io::Errno> for Errno {
    fn from(errno: rustix::io::Errno) -> Errno {
        Errno::from_raw(errno.raw_os_error())
    }
}

impl Sys {
    /// Records a call with its outcome; `value` is what strace prints behind `=`.
    pub(super) fn record<T, E: Into<Errno>>(
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
                let error = CallError::of(name, args, error);
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
    pub(super) fn note<T, E: Into<Errno>>(
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
    pub(super) fn note_zero<E: Into<Errno>>(
        &mut self,
        name: &str,
        args: impl FnOnce() -> String,
        outcome: Result<(), E>,
    ) -> Result<(), CallError> {
        self.note(name, args, outcome, |()| 0)
    }

    /// Records a call that returns 0.
    pub(super) fn zero<E: Into<Errno>>(
        &mut self,
        name: &str,
        args: String,
        outcome: Result<(), E>,
    ) -> Result<(), CallError> {
        self.record(name, args, outcome, |()| 0)
    }
}

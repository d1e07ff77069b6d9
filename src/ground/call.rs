//! A system call as strace(1) would print it.

use crate::ground::Errno;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One system call that was made: its name, its arguments as strace prints them, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The system call, for example `openat`.
    pub name: String,
    /// All arguments, in strace's notation: `AT_FDCWD, "mnt/a", O_RDONLY|O_CLOEXEC`.
    pub args: String,
    /// What the kernel answered.
    pub result: CallResult,
}

/// What the kernel answered to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// It succeeded and returned this number (a descriptor, a count of bytes, or 0).
    Value(i64),
    /// It failed: the errno's name and the C library's words for it.
    Error {
        /// `EXDEV`
        errno: String,
        /// `Invalid cross-device link`
        text: String,
    },
}

impl Call {
    /// A call that the kernel refused.
    pub fn failed(name: &str, args: impl Into<String>, errno: impl Into<Errno>) -> Call {
        let errno = errno.into();
        let result = CallResult::Error { errno: errno.name(), text: errno.words().into() };
        Call { name: name.to_string(), args: args.into(), result }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}({})", self.name, self.args)?;
        match &self.result {
            CallResult::Value(value) => write!(out, " = {value}"),
            CallResult::Error { errno, text } => write!(out, " = -1 {errno} ({text})"),
        }
    }
}

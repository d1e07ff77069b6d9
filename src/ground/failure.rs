//! A failure explained: what was wanted, what the kernel was asked, why it refused, what to do.

use crate::ground::Call;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why something did not work, for a person: what was wanted, what the kernel was asked, why it refused, what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What we wanted: `cannot mount the overlay on mnt`.
    pub wanted: String,
    /// The call that failed, as strace would print it.
    pub call: Call,
    /// The cause, with the evidence for it on this machine.
    pub why: String,
    /// What to do, as an imperative.
    pub fix: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\n  call  {}\n  why   {}\n  fix   {}", self.wanted, self.call, self.why, self.fix)
    }
}

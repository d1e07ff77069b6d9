//! The system calls that make a container, each with a clause on what it is for.

use crate::kernel::Sys;
use std::io::Write;

/// The calls of one of our processes, in order.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// Makes them.
    pub sys: Sys,
    /// From which call on which clause holds.
    clauses: Vec<(usize, &'static str)>,
}

impl Steps {
    /// Steps that are told (`--explain`), or not.
    pub fn new(told: bool) -> Steps {
        Steps { sys: Sys { unseen: !told, ..Sys::default() }, clauses: Vec::new() }
    }

    /// The calls that follow are for this.
    pub fn so_that(&mut self, clause: &'static str) -> &mut Sys {
        if !self.sys.unseen {
            self.clauses.push((self.sys.calls.len(), clause));
        }
        &mut self.sys
    }

    /// Tells what was done since the last time, on the standard error.
    pub fn tell(&mut self) {
        if self.sys.unseen {
            return;
        }
        let mut text = String::new();
        let mut clauses = self.clauses.iter().peekable();
        let mut clause = "";
        for (at, call) in self.sys.calls.iter().enumerate() {
            while let Some((_, next)) = clauses.next_if(|(from, _)| *from <= at) {
                clause = next;
            }
            text.push_str(&format!("{call}\n    {clause}\n"));
        }
        // Whoever does not read it any more does not stop the container.
        let _ = std::io::stderr().write_all(text.as_bytes());
        self.sys.calls.clear();
        self.clauses.clear();
    }
}

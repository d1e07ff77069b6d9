//! When to go on, and what the learner says.

use crate::event::Statement;

/// The learner does not want to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped by the learner")]
pub struct Stop;

/// Decides when a run goes on. Every method may wait as long as it likes.
pub trait Pace {
    /// The text before some commands was shown; they are run when this returns.
    fn before_commands(&mut self, commands: usize) -> Result<(), Stop>;
    /// The trees of a step were shown; the next step begins when this returns.
    fn after_step(&mut self, number: u32, of: u32) -> Result<(), Stop>;
    /// What does the learner say of these statements? `None` where nobody is asked.
    fn predict(&mut self, statements: &[Statement]) -> Result<Option<Vec<bool>>, Stop>;
}

/// Goes on at once and asks nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Auto;

impl Pace for Auto {
    fn before_commands(&mut self, _: usize) -> Result<(), Stop> {
        Ok(())
    }
    fn after_step(&mut self, _: u32, _: u32) -> Result<(), Stop> {
        Ok(())
    }
    fn predict(&mut self, _: &[Statement]) -> Result<Option<Vec<bool>>, Stop> {
        Ok(None)
    }
}

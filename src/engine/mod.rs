//! Runs a lesson: step → action → observe → event.
//!
//! [`run`] walks through the steps and tells everything as events; a [`Pace`] decides when to go on and what the learner
//! predicts. It neither prints nor reads: that is the caller's.

mod check;
mod pace;
mod run;

pub use check::{Checked, Difference, check};
pub use pace::{Auto, Pace, Stop};
pub use run::{RunError, RunOptions, run};

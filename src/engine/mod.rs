//! Runs a lesson: step → action → observe → event.
//!
//! [`run`] walks through the steps and tells everything as events; a [`Pace`] decides when to go on and what the learner
//! predicts. It neither prints nor reads: that is the caller's.

mod check;
mod exercise;
mod pace;
mod prove;
mod run;

pub use check::{Checked, Difference, check};
pub use exercise::{Wrong, name, prepare, verify};
pub use pace::{Auto, Pace, Stop};
pub use prove::{Flaw, Proof, prove};
pub use run::{RunError, RunOptions, run};

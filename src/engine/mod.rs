//! Runs a lesson: step → action → observe → event.
//!
//! A [`Run`] is pulled: whoever shows it asks for the next thing, and gets an event, a question, or the end. It neither
//! prints nor reads: that is the caller's.

mod check;
mod exercise;
mod mutants;
mod places;
mod prove;
mod reached;
mod run;

pub use check::{Checked, Difference, check};
pub use exercise::{Wrong, name, prepare, verify};
pub use mutants::{Mutants, Sample, run_mutants};
pub use places::{Place, Places};
pub use prove::{Flaw, Proof, SCRIPT_PATIENCE, prove};
pub use reached::Reached;
pub use run::{Answer, Item, Question, Run, RunOptions};

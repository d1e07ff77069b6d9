//! What this machine allows: the probes of `doctor`.
//!
//! A probe really does the thing in a sandbox of ours and tells what came of it; nothing is guessed from a version.

mod look;
mod probes;

pub use look::{foreseen, missing_programs};
pub use probes::{Finding, Verdict, lacking, probe};

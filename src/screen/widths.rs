//! How many columns a terminal gives to signs of which terminals think differently. It is asked where its cursor is behind
//! each (DSR 6, ECMA-48). Some terminals answer no question: then nothing is known.

use crate::kernel::{TerminalState, typed_or_ready};
use crate::paint::{ASK_WIDTHS, FORGET_WIDTHS, asked_columns};
use std::time::{Duration, Instant};

/// So long an answer is waited for: over a slow line, too.
const PATIENCE: Duration = Duration::from_millis(500);

/// The columns that signs take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Widths {
    /// A line of a box, which should take one.
    pub line: usize,
    /// A mark such as ✓, which should take one.
    pub mark: usize,
    /// A wide character, which should take two.
    pub wide: usize,
}

/// Asks the terminal of the standard input and output; nothing where it does not answer.
pub fn widths() -> Option<Widths> {
    let _raw = TerminalState::of_input()?.make_raw(ASK_WIDTHS, FORGET_WIDTHS).ok()?;
    let begun = Instant::now();
    let mut answer = Vec::new();
    loop {
        if let [line, mark, wide] = asked_columns(&answer)[..] {
            return Some(Widths { line, mark, wide });
        }
        let left = PATIENCE.checked_sub(begun.elapsed())?;
        answer.extend(typed_or_ready(&[], Some(left)).ok()?.bytes);
    }
}

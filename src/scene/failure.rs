//! Why something did not work, in words.

use crate::ground::Failure;
use crate::scene::line::hanging;
use crate::scene::{Line, Role, words};

/// A failure in four lines, for stderr: `error: …`, then the call, why it failed, and what to do.
pub fn failure(failure: &Failure, width: usize) -> Vec<Line> {
    explained(failure, width.max(1), Line::of(Role::Error, "error: "))
}

/// The same within a lesson, behind `first`.
pub(super) fn explained(failure: &Failure, width: usize, first: Line) -> Vec<Line> {
    // Within a lesson the block is indented as output is; alone, only its three lines are.
    let indent = if first.text().trim().is_empty() { first.width() } else { 0 };
    let label = |name: &str| Line::of(Role::Text, " ".repeat(indent)).with(Role::Quiet, Failure::label(name));
    let mut lines = hanging(width, &first, &Line::of(Role::Heading, &failure.wanted));
    for (name, text) in failure.lines() {
        let text = match name {
            "call" => Line::of(Role::Syscall, words::left_out(&text)),
            _ => Line::of(Role::Text, text),
        };
        lines.extend(hanging(width, &label(name), &text));
    }
    lines
}

//! What a probe found, for `layerlab doctor`.

use crate::scene::line::hanging;
use crate::scene::{Line, Role};

/// How a probe came out, as a sign and a word: neither needs colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It works.
    Works,
    /// It does not, and nothing needs it.
    Without,
    /// It does not, and lessons need it.
    Missing,
}

/// A finding: a line with its name, what was seen, and what to do.
pub fn finding(sign: Sign, name: &str, evidence: &str, fix: Option<&str>, width: usize) -> Vec<Line> {
    let (mark, role, word) = match sign {
        Sign::Works => ("✓", Role::Right, "works"),
        Sign::Without => ("–", Role::Quiet, "not here; lessons do without"),
        Sign::Missing => ("✗", Role::Wrong, "does not work"),
    };
    let first = Line::of(role, format!("{mark} "));
    let mut lines = hanging(width, &first, &Line::of(Role::Heading, name).with(Role::Quiet, format!("  {word}")));
    lines.extend(hanging(width, &Line::of(Role::Text, "    "), &Line::of(Role::Text, evidence)));
    if let Some(fix) = fix {
        lines.extend(hanging(width, &Line::of(Role::Quiet, "    fix  "), &Line::of(Role::Text, fix)));
    }
    lines
}

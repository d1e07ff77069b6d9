//! Which namespaces the innermost shell has of its own: /proc/PID/ns, namespaces(7).

use super::{Shells, link};
use crate::event::Cell;

/// In the order of the lessons; a kernel without one has no such link.
const KINDS: &[(&str, &str)] = &[
    ("mnt", "mount"),
    ("uts", "uts"),
    ("ipc", "ipc"),
    ("pid", "pid"),
    ("user", "user"),
    ("net", "net"),
    ("cgroup", "cgroup"),
    ("time", "time"),
];

/// Kind, number outside, number inside.
pub(super) fn rows(shells: &Shells) -> Vec<Vec<Cell>> {
    // `uts:[4026531838]`
    let number = |text: String| text.trim_end_matches(']').rsplit('[').next().unwrap_or_default().to_string();
    let row = |(file, name): &(&str, &str)| {
        let file = format!("ns/{file}");
        let (outside, inside) = (number(link(&shells.outside, &file)), number(link(shells.innermost(), &file)));
        let inside = if inside == outside { Cell::Same } else { Cell::Text(inside) };
        (outside != "?").then(|| vec![Cell::Text(name.to_string()), Cell::Text(outside), inside])
    };
    KINDS.iter().filter_map(row).collect()
}

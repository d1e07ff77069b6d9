//! The processes of a run, each with its number outside and inside: `NSpid` of /proc/PID/status.

use super::{Shells, link, read, status};
use crate::event::Cell;

/// Number outside, number inside, name.
pub(super) fn rows(shells: &Shells) -> Vec<Vec<Cell>> {
    let namespace = |process: &std::path::Path| link(process, "ns/pid");
    let (outer, inner) = (namespace(&shells.outside), namespace(shells.innermost()));
    let ours: Vec<String> = shells.inside.iter().map(|shell| namespace(shell)).chain([outer.clone()]).collect();
    // How deep the outermost shell is below the /proc that is read: its own number there is the last of so many.
    let level = status(&shells.outside, "NSpid").len().max(1) - 1;
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut rows: Vec<(u32, Vec<Cell>)> = Vec::new();
    for process in entries.filter(|entry| entry.file_name().to_string_lossy().bytes().all(|b| b.is_ascii_digit())) {
        let process = process.path();
        let its = namespace(&process);
        if !ours.contains(&its) {
            continue;
        }
        let numbers = status(&process, "NSpid");
        let Some(outside) = numbers.get(level).and_then(|number| number.parse::<u32>().ok()) else { continue };
        let number = Cell::Text(outside.to_string());
        let inside = match (inner == outer, its == inner) {
            (true, _) => number.clone(),
            (false, true) => Cell::Text(numbers.last().cloned().unwrap_or_default()),
            (false, false) => Cell::Unseen,
        };
        rows.push((outside, vec![number, inside, Cell::Text(read(&process, "comm").trim().to_string())]));
    }
    rows.sort_by_key(|(outside, _)| *outside);
    rows.into_iter().map(|(_, row)| row).collect()
}

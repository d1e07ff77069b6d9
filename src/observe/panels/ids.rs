//! Who the innermost shell is: /proc/PID/status, the maps of its user namespace, its capabilities.
//!
//! Whoever reads a status is told the numbers of his own user namespace. A map has on its left the numbers inside, and on its
//! right those of the reader's namespace, or, for whoever reads the map of his own, those of the one around it
//! (user_namespaces(7)).

use super::{Shells, link, read, status};
use crate::kernel::proc::sysctl;
use std::path::Path;

/// What, outside, inside.
pub(super) fn rows(shells: &Shells) -> Vec<Vec<String>> {
    let inside = shells.innermost();
    let own = link(inside, "ns/user") == link(Path::new("/proc/self"), "ns/user");
    let row = |name: &str, map: &str, key: &str| -> Vec<String> {
        let read_as = status(inside, key).get(1).cloned().unwrap_or_default();
        let id: Option<u64> = read_as.parse().ok();
        let translated = read(inside, map).lines().find_map(|line| {
            let words: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let [first, from, count] = words[..] else { return None };
            let (known, other) = if own { (first, from) } else { (from, first) };
            id.filter(|id| (known..known + count).contains(id)).map(|id| other + (id - known))
        });
        let translated = translated.map_or("65534, nobody: not mapped".to_string(), |id| id.to_string());
        let (outside, inside) = if own { (translated, read_as) } else { (read_as, translated) };
        vec![name.to_string(), outside, inside]
    };
    let mut rows = vec![row("user", "uid_map", "Uid"), row("group", "gid_map", "Gid")];
    let map = |file: &str| {
        let lines: Vec<String> = read(inside, file)
            .lines()
            .filter_map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                let [first, from, count] = words[..] else { return None };
                Some(match count {
                    "1" => format!("{from} is {first} inside"),
                    "4294967295" => "every number is itself".to_string(),
                    count => format!("{count} from {from} are {first} and on inside"),
                })
            })
            .collect();
        if lines.is_empty() { "nothing is mapped".to_string() } else { lines.join("; ") }
    };
    rows.push(vec!["uid_map".into(), map("uid_map"), String::new()]);
    rows.push(vec!["gid_map".into(), map("gid_map"), String::new()]);
    rows.push(vec!["setgroups".into(), read(inside, "setgroups").trim().to_string(), String::new()]);
    let capabilities = |process| status(process, "CapEff").first().map_or("?".into(), |bits| told(bits));
    rows.push(vec!["capabilities".into(), capabilities(&shells.outside), capabilities(inside)]);
    rows
}

/// A set of capabilities in words.
fn told(bits: &str) -> String {
    let all = sysctl("kernel.cap_last_cap").and_then(|last| last.parse().ok());
    let all: u32 = all.unwrap_or(40) + 1;
    match u64::from_str_radix(bits, 16).unwrap_or_default().count_ones() {
        0 => "none".to_string(),
        count if count == all => "all".to_string(),
        count => format!("{count} of {all}"),
    }
}

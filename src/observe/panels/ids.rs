//! Who the innermost shell is: /proc/PID/status, the maps of its user namespace, its capabilities.

use super::{Shells, read, status};
use crate::kernel::proc::sysctl;

/// What, outside, inside.
pub(super) fn rows(shells: &Shells) -> Vec<Vec<String>> {
    let inside = shells.innermost();
    let mapped = |map: &str, id: &str| -> String {
        let id: Option<u64> = id.parse().ok();
        let inside = read(inside, map).lines().find_map(|line| {
            let words: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let [first, from, count] = words[..] else { return None };
            id.filter(|id| (from..from + count).contains(id)).map(|id| first + (id - from))
        });
        inside.map_or("65534, nobody: not mapped".into(), |id| id.to_string())
    };
    let effective = |key: &str| status(inside, key).get(1).cloned().unwrap_or_default();
    let (user, group) = (effective("Uid"), effective("Gid"));
    let mut rows = vec![
        vec!["user".into(), user.clone(), mapped("uid_map", &user)],
        vec!["group".into(), group.clone(), mapped("gid_map", &group)],
    ];
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

//! `mapped NUMBER`: a user namespace of its own knows the user by this number; user_namespaces(7).

use crate::check::own;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::observe::Running;

pub(super) const KIND: CheckKind = CheckKind {
    name: "mapped",
    operands: "NUMBER",
    arity: (1, 1),
    says: "in a user namespace of its own the user has this number",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let wanted = operands[0].as_str();
    let processes = bench.processes()?;
    let own = bench.witnesses()?.into_iter().filter(|running| processes.has_own(running, "user"));
    let maps: Vec<Map> = own.filter_map(Map::of).collect();
    if maps.iter().any(|map| map.own().is_some_and(|number| number.to_string() == wanted)) {
        return Ok(Outcome::holds(format!("the user has the number {wanted} in a user namespace of its own")));
    }
    let Some(latest) = maps.first() else { return Ok(own::none(processes, &["user"])) };
    let next = match wanted {
        "0" => "unshare --map-root-user".to_string(),
        other => format!("unshare --map-user={other}"),
    };
    let expected = format!("a uid_map that gives the user the number {wanted}");
    Ok(match (latest.ranges.first(), latest.own()) {
        (None, _) => Outcome::fails(
            "no user has a number in the new user namespace",
            Fault::new(Rank::Wrong, expected, "an empty uid_map")
                .means("A new user namespace knows nobody. Whoever has no number in it is shown as 65534, nobody.")
                .next(next),
        ),
        (Some(range), None) => Outcome::fails(
            "the user has no number in the new user namespace, though others have",
            Fault::new(Rank::Wrong, expected, format!("one for the users {} and so on outside", range.outside))
                .means(
                    "The process runs as a user for whom the map has no line. In there it is shown as 65534, nobody.",
                )
                .next(next),
        ),
        (Some(_), Some(found)) => Outcome::fails(
            format!("the user has the number {found} in the new user namespace, not {wanted}"),
            Fault::new(Rank::Wrong, expected, format!("one that gives it the number {found}"))
                .means("The first column of uid_map holds numbers inside, the second those that they are outside.")
                .next(next),
        ),
    })
}

/// The user that a process runs as, and the numbers that its user namespace has; the outer ones are as we count.
struct Map {
    user: u64,
    ranges: Vec<Range>,
}

/// So many numbers that follow each other, inside from one on, outside from another.
struct Range {
    inside: u64,
    outside: u64,
    count: u64,
}

impl Map {
    /// Nothing where the process has just ended.
    fn of(running: &Running) -> Option<Map> {
        let range = |line: &str| {
            let mut numbers = line.split_whitespace().flat_map(str::parse);
            Some(Range { inside: numbers.next()?, outside: numbers.next()?, count: numbers.next()? })
        };
        let ranges = running.process.text("uid_map").ok()?.lines().filter_map(range).collect();
        // Real, effective, saved, and for files.
        let user = running.process.status("Uid").ok()?.split_whitespace().nth(1)?.parse().ok()?;
        Some(Map { user, ranges })
    }

    /// The number inside of the user that it runs as.
    fn own(&self) -> Option<u64> {
        let range =
            self.ranges.iter().find(|range| (range.outside..range.outside + range.count).contains(&self.user))?;
        Some(range.inside + (self.user - range.outside))
    }
}

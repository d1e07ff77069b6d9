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
    let maps: Vec<Vec<String>> = own.filter_map(numbers).collect();
    if maps.iter().any(|map| map.iter().any(|number| number == wanted)) {
        return Ok(Outcome::holds(format!("the user has the number {wanted} in a user namespace of its own")));
    }
    let Some(latest) = maps.first() else { return Ok(own::none(processes, &["user"])) };
    let next = match wanted {
        "0" => "unshare --map-root-user".to_string(),
        other => format!("unshare --map-user={other}"),
    };
    let expected = format!("a uid_map that begins with {wanted}");
    Ok(match latest.first() {
        None => Outcome::fails(
            "no user has a number in the new user namespace",
            Fault::new(Rank::Wrong, expected, "an empty uid_map")
                .means("A new user namespace knows nobody. Whoever has no number in it is shown as 65534, nobody.")
                .next(next),
        ),
        Some(found) => Outcome::fails(
            format!("the user has the number {found} in the new user namespace, not {wanted}"),
            Fault::new(Rank::Wrong, expected, format!("one that begins with {found}"))
                .means("The first column of uid_map holds numbers inside, the second those that they are outside.")
                .next(next),
        ),
    })
}

/// The numbers inside of a map, the first of each range; nothing where the process has just ended.
fn numbers(running: &Running) -> Option<Vec<String>> {
    let map = running.process.text("uid_map").ok()?;
    Some(map.lines().filter_map(|line| line.split_whitespace().next()).map(String::from).collect())
}

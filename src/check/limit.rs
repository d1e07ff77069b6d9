//! `limit CGROUP CONTROLLER VALUE`: a cgroup of the exercise has this limit; cgroups(7).

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::ground::{CgroupVersion, Name};
use crate::kernel::proc::{CONTROLLERS, Cgroups, Limit, limit_file, per_cent};

pub(super) const KIND: CheckKind = CheckKind {
    name: "limit",
    operands: "CGROUP pids|memory|cpu VALUE",
    arity: (3, 3),
    says: "the cgroup has this limit: so many processes, so many bytes (8M), so much of one processor (50%)",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (name, controller, value) = (&operands[0], &operands[1], &operands[2]);
    let cgroups = found(bench, name, controller)?;
    let wanted = limit(controller, value);
    let file = limit_file(cgroups.version, controller);
    let (limit, text) = cgroups.limit(controller, name).map_err(|_| not_handed_down(name, controller, file))?;
    let (name, allowed, written) = (shown(name), words(wanted), written(wanted, cgroups.version));
    match limit {
        Some(limit) if limit == wanted => Ok(Outcome::holds(format!("{name} allows {allowed}"))),
        None => {
            let fault = Fault::new(Rank::Missing, allowed, format!("{file} says {}", first_line(&text)))
                .means(
                    "A new cgroup only counts. It limits nothing before a number is written into the file of a limit.",
                )
                .next(format!("write into {file} of {name}: {written}"));
            Ok(Outcome::fails(format!("{name} has no limit for {controller}"), bench.about(fault, &[&name])))
        }
        Some(limit) => {
            // The number alone.
            let short = allowed.split(' ').next().unwrap_or_default();
            let sentence = format!("{name} allows {}, not {short}", words(limit));
            let fault = Fault::new(Rank::Content, &allowed, words(limit))
                .means(why_other(limit, wanted))
                .next(format!("write into {file} of {name}: {written}"));
            Ok(Outcome::fails(sentence, bench.about(fault, &[&name])))
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("nothing").to_string()
}

/// The cgroups of the exercise, where there is one of this name for this controller; else the outcome that says what is
/// there.
pub(super) fn found<'b>(bench: &'b Bench, name: &str, controller: &str) -> Result<&'b Cgroups, Outcome> {
    let Some(cgroups) = bench.cgroups() else {
        let fault = Fault::new(Rank::Mount, "cgroups of the exercise", "none")
            .means("The session was begun without cgroups of its own.")
            .next("begin it again: layerlab stop, then layerlab shell");
        return Err(Outcome::fails("there are no cgroups here", fault));
    };
    let is_there = |controller: &str| cgroups.read(controller, name, "cgroup.procs").is_ok();
    if is_there(controller) {
        return Ok(cgroups);
    }
    let shown = shown(name);
    if let Some(other) = CONTROLLERS.iter().find(|other| is_there(other)) {
        let fault = Fault::new(
            Rank::Missing,
            format!("{shown} in the tree for {controller}"),
            format!("{shown} in the tree for {other}"),
        )
        .means(
            "In version 1 each controller has a tree of its own. A cgroup in one of them says nothing in the others.",
        )
        .next(format!("mkdir {controller}/{}", quote(name)));
        return Err(Outcome::fails(
            format!("{shown} is a cgroup for {other}, not for {controller}"),
            bench.about(fault, &[name]),
        ));
    }
    if let Ok(Some(_)) = bench.entry(name) {
        let fault = Fault::new(
            Rank::Wrong,
            format!("{shown} in the file system of cgroups"),
            format!("{shown} in the working directory"),
        )
        .means("A cgroup is a directory within the mounted cgroup file system. Elsewhere a directory is a directory.")
        .next(format!("rmdir {}, and {}", quote(name), make(cgroups.version, controller, name)));
        return Err(Outcome::fails(
            format!("{shown} is an ordinary directory, not a cgroup"),
            bench.about(fault, &[name]),
        ));
    }
    let others = cgroups.names();
    let found = if others.is_empty() {
        "none".to_string()
    } else {
        others.iter().map(Name::to_string).collect::<Vec<_>>().join(", ")
    };
    let fault = Fault::new(Rank::Missing, format!("a cgroup {shown}"), found)
        .means("A cgroup is made like a directory, by mkdir, within the mounted cgroup file system.")
        .next(make(cgroups.version, controller, name));
    Err(Outcome::fails(format!("there is no cgroup {shown}"), bench.about(fault, &[name])))
}

fn make(version: CgroupVersion, controller: &str, name: &str) -> String {
    match version {
        CgroupVersion::One => format!("mkdir {controller}/{}", quote(name)),
        CgroupVersion::Two => format!("mkdir all/{}", quote(name)),
    }
}

/// Version 2: the cgroup is there, but not its file.
fn not_handed_down(name: &str, controller: &str, file: &str) -> Outcome {
    let (above, shown) = (name.rsplit_once('/').map(|(above, _)| above), shown(name));
    let place = above.map_or("all".to_string(), |above| format!("all/{}", quote(above)));
    let fault = Fault::new(Rank::Missing, format!("{file} in {shown}"), "no such file")
        .means(
            "A cgroup of version 2 has the controllers that the one above hands down, and that one hands down what is \
             written into its cgroup.subtree_control.",
        )
        .next(format!("echo +{controller} > {place}/cgroup.subtree_control"));
    Outcome::fails(format!("{controller} is not handed down to {shown}"), fault)
}

/// As a lesson says it: `4`, `8M`, `50%`.
fn limit(controller: &str, value: &str) -> Limit {
    let number = |text: &str| text.parse().unwrap_or(0);
    match controller {
        "pids" => Limit::Processes(number(value)),
        "memory" => Limit::Bytes(match value.strip_suffix(['M', 'm']) {
            Some(megabytes) => number(megabytes) << 20,
            None => number(value),
        }),
        _ => Limit::Cpu(number(value.trim_end_matches('%')) * 10),
    }
}

fn words(limit: Limit) -> String {
    match limit {
        Limit::Processes(1) => "1 process".to_string(),
        Limit::Processes(most) => format!("{most} processes"),
        Limit::Bytes(bytes) if bytes > 0 && bytes.is_multiple_of(1 << 20) => format!("{}M of memory", bytes >> 20),
        Limit::Bytes(bytes) => format!("{bytes} bytes of memory"),
        Limit::Cpu(share) => format!("{} of one processor", per_cent(share)),
    }
}

/// What one writes into the file.
fn written(limit: Limit, version: CgroupVersion) -> String {
    match (limit, version) {
        (Limit::Processes(most), _) => most.to_string(),
        (Limit::Bytes(bytes), _) => format!("{}M", bytes >> 20),
        (Limit::Cpu(share), CgroupVersion::One) => (share * 100).to_string(),
        (Limit::Cpu(share), CgroupVersion::Two) => format!("{} 100000", share * 100),
    }
}

fn why_other(found: Limit, wanted: Limit) -> &'static str {
    match (found, wanted) {
        // The kernel rounds down to whole pages.
        (Limit::Bytes(found), Limit::Bytes(wanted)) if found < 1 << 20 && wanted >= 1 << 20 => {
            "Without a letter behind it the number is of bytes; M stands for 1048576 of them."
        }
        (Limit::Cpu(_), _) => {
            "A period has 100000 microseconds, a tenth of a second; the limit says how many of them may be used."
        }
        _ => "The last number that was written into the file holds.",
    }
}

#[cfg(test)]
mod tests {
    use super::limit;
    use crate::kernel::proc::Limit;

    #[test]
    fn what_is_asked_for_and_what_the_kernel_tells_are_the_same_limit() {
        for (controller, asked, told) in [
            ("pids", "4", "4"),
            ("memory", "8M", "8388608"),
            ("cpu", "50%", "50000 100000"),
            ("cpu", "5%", "1000 20000"),
        ] {
            assert_eq!(Some(limit(controller, asked)), Limit::parse(controller, told), "{controller}");
        }
    }
}

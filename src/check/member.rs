//! `member CGROUP CONTROLLER…`: a process of the session is in a cgroup, or in one within, for all of these controllers;
//! cgroups(7).

use crate::check::bench::{quote, shown};
use crate::check::limit::found;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::ground::CgroupVersion;
use crate::kernel::proc::Cgroups;
use crate::observe::Running;
use std::path::{Path, PathBuf};

pub(super) const KIND: CheckKind = CheckKind {
    name: "member",
    operands: "CGROUP pids|memory|cpu…",
    arity: (2, 4),
    says: "a process of the session is in the cgroup, or in one within it, for all of these controllers at once",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (name, controllers) = (&operands[0], &operands[1..]);
    for controller in controllers {
        found(bench, name, controller)?;
    }
    let cgroups = found(bench, name, &controllers[0])?;
    let is_in = |running: &Running, controller: &str| {
        place(running, cgroups, controller).is_some_and(|place| place.starts_with(name))
    };
    let count = |running: &Running| controllers.iter().filter(|one| is_in(running, one)).count();
    let nearest = bench.witnesses()?.into_iter().rev().max_by_key(|running| count(running));
    let wanted = shown(name);
    let door = |controller: &str| match cgroups.version {
        CgroupVersion::One => format!("{controller}/{}/cgroup.procs", quote(name)),
        CgroupVersion::Two => format!("all/{}/cgroup.procs", quote(name)),
    };
    let Some(nearest) = nearest.filter(|running| count(running) > 0) else {
        let fault = Fault::new(Rank::Relation, format!("a process in {wanted}"), "none")
            .means(
                "A limit is for those that are in the cgroup. A process is put into it by its number, and its children \
                 begin where it is; who has ended is in it no more.",
            )
            .next(format!(
                "sh -c 'echo 0 > {}; exec sleep 1000' &, where 0 is whoever writes it",
                door(&controllers[0])
            ));
        return Ok(Outcome::fails(format!("no process is in {wanted}"), bench.about(fault, &[name])));
    };
    let missing = controllers.iter().find(|one| !is_in(nearest, one));
    let Some(missing) = missing else {
        return Ok(Outcome::holds(format!("{} is in {wanted}", nearest.name)));
    };
    let there: Vec<&str> = controllers.iter().map(String::as_str).filter(|one| is_in(nearest, one)).collect();
    let elsewhere = place(nearest, cgroups, missing).filter(|place| !place.as_os_str().is_empty());
    let elsewhere = elsewhere.map_or("where it began".to_string(), |place| format!("in {}", place.display()));
    let fault = Fault::new(
        Rank::Relation,
        format!("in {wanted} for {}", controllers.join(" and ")),
        format!("for {missing} it is {elsewhere}"),
    )
    .means("In version 1 a process has a place in the tree of each controller, and each is changed for itself.")
    .next(format!("write the number of the process into {}, too", door(missing)));
    let sentence = format!("{} is in {wanted} for {}, but not for {missing}", nearest.name, there.join(" and "));
    Ok(Outcome::fails(sentence, bench.about(fault, &[name])))
}

/// The cgroup of the exercise that a process is in, as people call it: `team/ann`; empty for their root.
fn place(running: &Running, cgroups: &Cgroups, controller: &str) -> Option<PathBuf> {
    let membership = running.process.membership().ok()?;
    let path = membership.path(cgroups.version, controller)?;
    path.strip_prefix(&cgroups.path).ok().map(Path::to_path_buf)
}

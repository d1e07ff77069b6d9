//! `oom-kill CGROUP`: the kernel has ended a process of a cgroup because its memory was used up; cgroups(7).

use crate::check::bench::shown;
use crate::check::limit::found;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::ground::CgroupVersion;
use crate::kernel::proc::{counted, oom_file};

pub(super) const KIND: CheckKind = CheckKind {
    name: "oom-kill",
    operands: "CGROUP",
    arity: (1, 1),
    says: "the kernel has ended a process of the cgroup because its memory was used up",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let name = &operands[0];
    let cgroups = found(bench, name, "memory")?;
    let file = oom_file(cgroups.version);
    let most = match cgroups.version {
        CgroupVersion::One => "memory.max_usage_in_bytes",
        CgroupVersion::Two => "memory.peak",
    };
    let kills = counted(&cgroups.read("memory", name, file).unwrap_or_default(), "oom_kill").unwrap_or(0);
    let wanted = shown(name);
    if kills > 0 {
        return Ok(Outcome::holds(format!("the kernel has ended a process of {wanted} for want of memory")));
    }
    let used = cgroups.read("memory", name, most).ok().and_then(|text| text.parse::<u64>().ok());
    let found = match used {
        Some(0) => "nobody has used any memory in it".to_string(),
        Some(bytes) => format!("at most {}K were used in it at once", bytes.div_ceil(1024)),
        None => format!("{file} counts none"),
    };
    let fault = Fault::new(Rank::Relation, "a process that was ended in it", found)
        .means(
            "The kernel ends a process when a cgroup is at its limit, and nothing in it can be given back. Who is ended \
             by kill, or outside of the cgroup, does not count.",
        )
        .next(format!("have a process go into {wanted}, and then ask for more than it may have: tail /dev/zero"));
    let sentence = format!("the kernel has ended no process of {wanted} for want of memory");
    Ok(Outcome::fails(sentence, bench.about(fault, &[name])))
}

//! The probes, in the order in which one builds on the other.

use crate::action::{CommandLine, adapt, package};
use crate::event::PathContent;
use crate::ground::{CgroupVersion, Need, Role};
use crate::host::look::foreseen;
use crate::reason::Reason;
use crate::stage::{PROGRAM, Ran, ScratchChoice, Stage, StageError, StageNeeds};
use serde::Serialize;
use std::path::Path;

/// What a probe found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was tried: `namespaces of our own`.
    pub name: String,
    /// How it came out.
    pub verdict: Verdict,
    /// What was seen: the call and what the kernel answered.
    pub evidence: String,
    /// The lessons that need it; without one, every lesson does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<Need>,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// How a probe came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It works.
    Works,
    /// It does not, and the lessons do without.
    Without,
    /// It does not, and lessons need it.
    Missing,
}

/// Tries everything that the lessons need, with `program` as the stage's processes. Each finding is told as soon as it
/// is known.
pub fn probe(program: &Path, tell: &mut dyn FnMut(&Finding)) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut told = |finding: Finding| {
        tell(&finding);
        all.push(finding);
    };
    let scratch = ScratchChoice::from_environment();
    let stage = Stage::start(program, scratch.clone());
    let works = |name: &str, evidence: String| Finding {
        name: name.into(),
        verdict: Verdict::Works,
        evidence,
        need: None,
        fix: None,
    };
    match stage {
        Err(error @ StageError::Scratch(_)) => {
            told(works("namespaces of our own", "unshare(2) gave them; the scratch space comes after them".into()));
            told(missing("scratch space", error));
            return all;
        }
        Err(error) => {
            // Nothing else can be tried then.
            told(missing("namespaces of our own", error));
            return all;
        }
        Ok(mut stage) => {
            let facts = stage.facts().clone();
            let who = match facts.role {
                Role::Root => "as root of the machine: unshare(CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID) = 0",
                Role::User => {
                    "as an ordinary user: unshare(CLONE_NEWUSER) = 0, then CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID"
                }
            };
            told(works("namespaces of our own", format!("{who}, on Linux {}", facts.kernel)));
            told(match facts.scratch.to_str() {
                Some("tmpfs") => works(
                    "scratch space in memory",
                    "a tmpfs of our own carries the attributes of an upper layer".into(),
                ),
                _ => Finding {
                    name: "scratch space in memory".into(),
                    verdict: Verdict::Without,
                    evidence: format!("runs use {} on disk instead", facts.scratch.display()),
                    need: None,
                    fix: scratch
                        .tmpfs
                        .then(|| "nothing to do; a kernel from 6.6 with CONFIG_TMPFS_XATTR would be faster".into()),
                },
            });
            told(programs(&mut stage));
            overlay(&mut stage, &mut told);
            told(network(&mut stage));
            told(user_namespaces(&mut stage));
            pivot_root().map(&mut told);
            drop(stage);
            told(cgroup(program, &scratch));
        }
    }
    told(match Stage::start(program, ScratchChoice { tmpfs: false, ..scratch }) {
        Ok(stage) => {
            works("scratch space on disk", format!("{} can hold an upper layer", stage.facts().scratch.display()))
        }
        Err(StageError::Scratch(failure)) => Finding {
            name: "scratch space on disk".into(),
            verdict: Verdict::Without,
            evidence: failure.evidence(),
            need: None,
            fix: Some(failure.fix),
        },
        Err(error) => missing("scratch space on disk", error),
    });
    all
}

/// What shows that a stage cannot be had, and what to do.
fn told_of(error: StageError) -> (String, Option<String>) {
    let failure = error.into_failure();
    (failure.evidence(), Some(failure.fix))
}

fn missing(name: &str, error: StageError) -> Finding {
    let (evidence, fix) = told_of(error);
    Finding { name: name.into(), verdict: Verdict::Missing, evidence, need: None, fix }
}

/// What the exercises are done with. The programs of the network have a probe of their own.
const PROGRAMS: &[&str] = &[
    "mount",
    "umount",
    "findmnt",
    "unshare",
    "nsenter",
    "pivot_root",
    "chroot",
    "hostname",
    "ps",
    "getfattr",
    "setfattr",
    "ipcmk",
    "ipcs",
    "find",
    "grep",
];

/// Looks for the programs of the exercises as the shell of a session does.
fn programs(stage: &mut Stage) -> Finding {
    let name = "programs for the exercises";
    let script = format!("for name in {}; do command -v $name > /dev/null || echo $name; done", PROGRAMS.join(" "));
    let shown = match stage.script(&script) {
        Ok(ran) => String::from_utf8_lossy(&ran.shown).into_owned(),
        Err(error) => return missing(name, error),
    };
    let lacking: Vec<&str> = shown.split_whitespace().collect();
    let mut packages: Vec<&str> = lacking.iter().map(|program| package(program)).collect();
    packages.sort_unstable();
    packages.dedup();
    let works = lacking.is_empty();
    Finding {
        name: name.into(),
        verdict: if works { Verdict::Works } else { Verdict::Without },
        evidence: match works {
            true => {
                "mount, unshare, nsenter, pivot_root, chroot and the others are found in the PATH of a session".into()
            }
            false => format!("the PATH of a session has no {}", lacking.join(", no ")),
        },
        need: None,
        fix: (!works).then(|| format!("install them; on Debian: sudo apt-get install {}", packages.join(" "))),
    }
}

/// What keeps a lesson with these needs from running here, found by trying; none where all of it works.
pub fn lacking(needs: &[Need]) -> Option<Finding> {
    let (program, scratch) = (Path::new(PROGRAM), ScratchChoice::from_environment());
    let mut found = Vec::new();
    let stage = Stage::start(program, scratch.clone());
    let mut stage = stage.map_err(|error| missing("namespaces of our own", error)).ok()?;
    for need in needs {
        match need {
            Need::Overlay => overlay(&mut stage, &mut |finding| found.push(finding)),
            Need::Network => found.push(network(&mut stage)),
            Need::User => found.push(user_namespaces(&mut stage)),
            Need::Cgroup => found.push(cgroup(program, &scratch)),
            Need::PivotRoot => found.extend(pivot_root()),
        }
    }
    found.into_iter().find(|finding| finding.verdict == Verdict::Missing)
}

/// Why no overlay can be mounted, found by trying.
pub(super) fn try_overlay() -> Option<Reason> {
    let mut stage = Stage::start(Path::new(PROGRAM), ScratchChoice::from_environment()).ok()?;
    let (mounted, _) = mount_overlay(&mut stage).ok()?;
    mounted.failure.map(|failure| Reason { why: failure.why, fix: failure.fix })
}

/// Runs a line as a lesson would.
fn run(stage: &mut Stage, line: &str) -> Result<Ran, StageError> {
    let line = CommandLine::parse(line).expect("the probe's own line is within the grammar");
    let line = adapt(&line, stage.facts().role).unwrap_or(line);
    stage.run(&line)
}

/// Mounts an overlay, and deletes and remakes a directory through it.
fn mount_overlay(stage: &mut Stage) -> Result<(Ran, Vec<Ran>), StageError> {
    run(stage, "mkdir -p probe/lower/dir probe/upper probe/work probe/mnt")?;
    run(stage, "echo x > probe/lower/dir/file")?;
    let mount = "mount -t overlay overlay -o lowerdir=probe/lower,upperdir=probe/upper,workdir=probe/work probe/mnt";
    let mounted = run(stage, mount)?;
    let used = ["rm -r probe/mnt/dir", "mkdir probe/mnt/dir", "rmdir probe/mnt/dir"].map(|line| run(stage, line));
    Ok((mounted, used.into_iter().collect::<Result<_, _>>()?))
}

/// The root that cannot be exchanged for another one, which is seen without a try.
fn pivot_root() -> Option<Finding> {
    let need = Some(Need::PivotRoot);
    let Reason { why, fix } = foreseen(need)?;
    Some(Finding { name: "another root".into(), verdict: Verdict::Missing, evidence: why, need, fix: Some(fix) })
}

/// Makes a user namespace with us as root in it.
fn user_namespaces(stage: &mut Stage) -> Finding {
    const LINE: &str = "unshare --user --map-root-user id -u";
    let (name, need) = ("user namespaces", Some(Need::User));
    let (evidence, fix) = match run(stage, LINE) {
        Ok(ran) if ran.status == 0 => {
            let evidence = "one was made, and we were root in it".into();
            return Finding { name: name.into(), verdict: Verdict::Works, evidence, need, fix: None };
        }
        Ok(ran) => refusal(LINE, ran),
        Err(error) => told_of(error),
    };
    Finding { name: name.into(), verdict: Verdict::Missing, evidence, need, fix }
}

/// What a line said that was refused, and what to do, where it is known.
fn refusal(line: &str, ran: Ran) -> (String, Option<String>) {
    let said = String::from_utf8_lossy(&ran.shown).trim().to_string();
    match ran.failure {
        Some(failure) => (format!("{line}: {}", failure.evidence()), Some(failure.fix)),
        None => (format!("{line}: {said}"), None),
    }
}

/// Mounts an overlay, deletes and remakes a directory through it, and looks for what that leaves.
fn overlay(stage: &mut Stage, told: &mut dyn FnMut(Finding)) {
    let (mounted, used) = match mount_overlay(stage) {
        Ok(done) => done,
        Err(error) => return told(Finding { need: Some(Need::Overlay), ..missing("overlay mounts", error) }),
    };
    if let Some(failure) = mounted.failure {
        let error = StageError::Host(failure);
        return told(Finding { need: Some(Need::Overlay), ..missing("overlay mounts", error) });
    }
    let way = match mounted.calls.iter().any(|call| call.name == "fsconfig") {
        true => "fsopen, fsconfig and move_mount: up to 500 layers, any path",
        false => "mount: the options must fit one page (a kernel from 6.8 has no such limit)",
    };
    told(Finding {
        name: "overlay mounts".into(),
        verdict: Verdict::Works,
        evidence: way.into(),
        need: Some(Need::Overlay),
        fix: None,
    });
    let whiteout = stage.find(vec!["probe/upper/dir".into()]).is_ok_and(|found| found == [PathContent::Whiteout]);
    let failed = used.iter().find(|ran| ran.status != 0);
    told(match (whiteout, failed) {
        (true, None) => Finding {
            name: "whiteouts".into(),
            verdict: Verdict::Works,
            evidence: "a deleted directory left a character device 0, 0 in the upper layer".into(),
            need: Some(Need::Overlay),
            fix: None,
        },
        (_, failed) => Finding {
            name: "whiteouts".into(),
            verdict: Verdict::Missing,
            evidence: failed.map_or("a deleted directory left no whiteout".into(), |ran| {
                String::from_utf8_lossy(&ran.shown).trim().to_string()
            }),
            need: Some(Need::Overlay),
            fix: Some("set LAYERLAB_SCRATCH to a directory on ext4, xfs (ftype=1), btrfs or tmpfs".into()),
        },
    });
}

/// Makes cgroups, mounts them, sets a limit, and sees the kernel hold somebody to it.
fn cgroup(program: &Path, scratch: &ScratchChoice) -> Finding {
    let name = "cgroups of our own";
    let need = Some(Need::Cgroup);
    let stage = Stage::spawn(program, scratch.clone(), StageNeeds { cgroups: true, ..StageNeeds::default() })
        .and_then(|starting| starting.wait());
    let mut stage = match stage {
        Ok(stage) => stage,
        Err(error) => return Finding { need, ..missing(name, error) },
    };
    let version = stage.facts().cgroup_version().unwrap_or(CgroupVersion::Two);
    let lines: &[&str] = match version {
        CgroupVersion::One => &["mkdir all", "mount -t cgroup -o pids cgroup all"],
        CgroupVersion::Two => &[
            "mkdir all",
            "mount -t cgroup2 cgroup2 all",
            "sh -c 'echo +pids +memory +cpu > all/cgroup.subtree_control'",
        ],
    };
    let limit = ["mkdir all/box", "sh -c 'echo 1 > all/box/pids.max'"];
    let unknown = "look at the kernel's log: dmesg";
    let refused = |evidence: String, fix: Option<String>| Finding {
        name: name.into(),
        verdict: Verdict::Missing,
        evidence,
        need,
        fix: Some(fix.unwrap_or_else(|| unknown.to_string())),
    };
    for line in lines.iter().chain(&limit) {
        let (evidence, fix) = match run(&mut stage, line) {
            Ok(ran) if ran.status == 0 => continue,
            Ok(ran) => refusal(line, ran),
            Err(error) => told_of(error),
        };
        return refused(evidence, fix);
    }
    // Whoever is in the box turns into a program that wants a child.
    match run(&mut stage, "sh -c 'echo 0 > all/box/cgroup.procs; exec timeout 5 true'") {
        Ok(ran) if ran.status != 0 => {}
        Ok(_) => return refused("a limit of one process was not kept".into(), None),
        Err(error) => {
            let (evidence, fix) = told_of(error);
            return refused(evidence, fix);
        }
    }
    let trees = match version {
        CgroupVersion::One => "version 1, a tree for each controller",
        CgroupVersion::Two => "version 2, one tree",
    };
    let evidence = format!("{trees}: a limit of one process was set, and fork was refused");
    Finding { name: name.into(), verdict: Verdict::Works, evidence, need, fix: None }
}

/// Makes a network namespace with a cable and a bridge in it, and has somebody in it answer.
fn network(stage: &mut Stage) -> Finding {
    const LINES: &[&str] = &[
        "unshare --net",
        "ip link set lo up",
        "ip link add end0 type veth peer name end1",
        "ip link add br0 type bridge",
        "ip link set end0 master br0",
        "ping -c 1 -W 1 127.0.0.1",
    ];
    let mut found = Finding {
        name: "networks of our own".into(),
        verdict: Verdict::Works,
        evidence: "a network namespace with a cable and a bridge in it, and ping was answered".into(),
        need: Some(Need::Network),
        fix: None,
    };
    for line in LINES {
        let (said, fix) = match run(stage, line) {
            Ok(ran) if ran.status == 0 => continue,
            Ok(ran) => refusal(line, ran),
            Err(error) => told_of(error),
        };
        found.verdict = Verdict::Missing;
        // So ip(8) says that the kernel knows no such kind of interface.
        let unknown_kind = said.contains("Unknown device type") || said.contains("Operation not supported");
        let other = if unknown_kind {
            "let the kernel have these kinds of interfaces: modprobe -a veth bridge"
        } else {
            "look at the kernel's log: dmesg"
        };
        found.evidence = said;
        found.fix = Some(fix.unwrap_or_else(|| other.to_string()));
        break;
    }
    found
}

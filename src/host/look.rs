//! A look at what lessons need, so cheap that `list` can take it: hardly anything is tried, so it finds what is surely
//! missing and promises nothing. `doctor` tries.

use crate::action::package;
use crate::ground::{Failure, Need};
use crate::host::probes::try_overlay;
use crate::isolate::lesson_cgroup_places;
use crate::kernel::proc::{USUAL_PATH, find_program};
use crate::kernel::{Namespaces, kernel_is_before};
use crate::reason::{Before, Reason, Tried, evident, is_machines_user_namespace, refused};

/// What is surely missing for a need, or, without one, for every lesson; none where nothing is seen that would forbid it.
pub fn foreseen(need: Option<Need>) -> Option<Reason> {
    match need {
        None => namespaces(),
        Some(Need::Cgroup) => cgroups(),
        Some(Need::Network) => network(),
        Some(Need::Overlay) => overlay(),
        Some(Need::User) => user(),
        Some(Need::PivotRoot) => evident(Tried::PivotRoot),
    }
}

/// What the processes of a run have of their own; for who is not root a user namespace comes first.
fn namespaces() -> Option<Reason> {
    let own = Namespaces { mount: true, uts: true, ipc: true, pid: true, ..Namespaces::default() };
    let first = if Before::now().has_rights_of_root() { None } else { user() };
    first.or_else(|| evident(Tried::Namespaces(own))).or_else(|| evident(Tried::Spread))
}

fn user() -> Option<Reason> {
    let own = Namespaces { user: true, ..Namespaces::default() };
    evident(Tried::Namespaces(own)).or_else(|| evident(Tried::IdMap))
}

/// Asks the kernel whether we may write where our cgroups would be made (access(2), which knows a read-only mount, too).
fn cgroups() -> Option<Reason> {
    let lack = |failure: Failure| Some(Reason { why: failure.why, fix: failure.fix });
    match lesson_cgroup_places() {
        Err(failure) => lack(failure),
        Ok(places) => places.iter().find_map(|place| {
            let error = crate::kernel::may_write(&place.directory).err()?;
            lack(refused("cannot make cgroups", Tried::Cgroup(&place.directory), error))
        }),
    }
}

fn network() -> Option<Reason> {
    if let Some(reason) = evident(Tried::Namespaces(Namespaces { net: true, ..Namespaces::default() })) {
        return Some(reason);
    }
    ["ip", "ping"].into_iter().find_map(missing)
}

/// The programs that lines of lessons run and this machine does not have, each with what to do.
pub fn missing_programs() -> impl Iterator<Item = (&'static str, Reason)> {
    ["ip", "ps", "ipcs", "ipcmk", "findmnt"].into_iter().filter_map(|program| Some((program, missing(program)?)))
}

fn missing(program: &str) -> Option<Reason> {
    let is_there = find_program(program, USUAL_PATH).is_some();
    let why = format!("there is no program {program}");
    let fix = format!("install it; on Debian: sudo apt-get install {}", package(program));
    (!is_there).then_some(Reason { why, fix })
}

/// Before 5.11 an ordinary user mounts overlays only where a distribution has changed the kernel, and whether it has, only a
/// try tells.
fn overlay() -> Option<Reason> {
    let is_root = || Before::now().has_rights_of_root() && is_machines_user_namespace();
    let doubtful = || kernel_is_before(5, 11) && !is_root();
    evident(Tried::Mount("overlay")).or_else(|| if doubtful() { try_overlay() } else { None })
}

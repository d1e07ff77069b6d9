//! A look at what lessons need, so cheap that `list` can take it: nothing is tried, so it finds what is surely missing and
//! promises nothing. `doctor` tries.

use crate::ground::{Failure, Need};
use crate::isolate::{lesson_cgroup_places, no_cgroup};
use crate::kernel::proc::{USUAL_PATH, find_program, knows_filesystem, sysctl};
use std::path::Path;

/// Something that a lesson needs and this machine surely does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What was seen.
    pub why: String,
    /// What to do.
    pub fix: String,
}

/// What is surely missing for a need; none where nothing is seen that would forbid it.
pub fn look(need: Need) -> Option<Lack> {
    match need {
        Need::Cgroup => cgroups(),
        Need::Network => network(),
        Need::Overlay => overlay(),
    }
}

/// Asks the kernel whether we may write where our cgroups would be made (access(2), which knows a read-only mount, too).
fn cgroups() -> Option<Lack> {
    let lack = |failure: Failure| Some(Lack { why: failure.why, fix: failure.fix });
    match lesson_cgroup_places() {
        Err(failure) => lack(failure),
        Ok(places) => places.iter().find_map(|place| {
            let error = crate::kernel::may_write(&place.directory).err()?;
            lack(no_cgroup("cannot make cgroups", error, &place.directory))
        }),
    }
}

fn network() -> Option<Lack> {
    if let Some(lack) = switched_off("user.max_net_namespaces", "network namespaces") {
        return Some(lack);
    }
    let missing = ["ip", "ping"].into_iter().find(|program| find_program(program, USUAL_PATH).is_none())?;
    let package = if missing == "ip" { "iproute2" } else { "iputils-ping" };
    let why = format!("there is no program {missing}");
    Some(Lack { why, fix: format!("install it; on Debian: sudo apt-get install {package}") })
}

fn overlay() -> Option<Lack> {
    let is_known = knows_filesystem("overlay")?;
    let release = crate::kernel::kernel_release();
    // What is not loaded yet may be a module.
    let modules = Path::new("/lib/modules").join(release);
    if is_known || modules.is_dir() {
        return None;
    }
    let why = "the kernel has no overlay file system, and no modules from which it could load one".to_string();
    Some(Lack { why, fix: "use a kernel with CONFIG_OVERLAY_FS".to_string() })
}

fn switched_off(switch: &str, what: &str) -> Option<Lack> {
    (sysctl(switch)? == "0").then(|| Lack {
        why: format!("this machine allows no {what} ({switch} is 0)"),
        fix: format!("sudo sysctl {switch}=10000"),
    })
}

//! What a container gives up before its command begins, so that it cannot harm the host.

use crate::container::error::{ContainerError, Wanted};
use crate::container::plan::Plan;
use crate::isolate::Steps;
use crate::kernel::{Capabilities, effective_capabilities, system_call_filter};

/// Docker's default set without MKNOD: Docker keeps devices away by a cgroup of its own, we by not letting them be made.
const KEPT: Capabilities = Capabilities::CHOWN
    .union(Capabilities::DAC_OVERRIDE)
    .union(Capabilities::FSETID)
    .union(Capabilities::FOWNER)
    .union(Capabilities::NET_RAW)
    .union(Capabilities::SETGID)
    .union(Capabilities::SETUID)
    .union(Capabilities::SETFCAP)
    .union(Capabilities::SETPCAP)
    .union(Capabilities::NET_BIND_SERVICE)
    .union(Capabilities::SYS_CHROOT)
    .union(Capabilities::KILL)
    .union(Capabilities::AUDIT_WRITE);

/// Becomes the user, and gives up everything else. What comes after this is done with the rights of the command.
pub(super) fn give_up_rights(steps: &mut Steps, plan: &Plan) -> Result<(), ContainerError> {
    let wanted = "cannot give up what a container must not have";
    if !plan.options.unprotected {
        let sys = steps.explain("capabilities: what no program in here can ever have, whatever it is");
        sys.bound_capabilities(KEPT).wanted(wanted)?;
    }
    if !plan.inner.ordinary {
        let sys = steps.explain("user: no groups of whoever started us");
        sys.drop_groups().wanted(wanted)?;
    }
    let (user, group) = plan.options.user.unwrap_or_default();
    if (user, group) != (0, 0) {
        let sys = steps.explain("user: as whom the command runs");
        sys.become_user(user, group).wanted("cannot become the user")?;
        // A process that changes its user forgets about its parent's death.
        let sys = steps.explain("PID namespace: once more, because who becomes another user forgets it");
        sys.die_with_parent().wanted(wanted)?;
    }
    if plan.options.unprotected {
        return Ok(());
    }
    // Root of a container around us may have been given less.
    let kept = if user == 0 { KEPT.intersection(effective_capabilities()) } else { Capabilities::empty() };
    let sys =
        steps.explain("capabilities: root in here may do with the container's own files, but not with the machine");
    sys.set_capabilities(kept).wanted(wanted)
}

/// The last thing before the command: from here on even we can only do what it may.
pub(super) fn filter(steps: &mut Steps, plan: &Plan) -> Result<(), ContainerError> {
    if plan.options.unprotected {
        return Ok(());
    }
    let wanted = "cannot filter the system calls of the container";
    let sys = steps.explain("privileges: no set-user-ID program in the image gives back what was given up");
    sys.forbid_new_privileges().wanted(wanted)?;
    let sys = steps.explain("seccomp: of some 450 system calls, those that no ordinary program needs fail from now on");
    sys.filter_system_calls(&system_call_filter()).wanted(wanted)
}

//! The root file system of a container: an overlay over the image, and what every program expects to find in it.
//!
//! `/dev`, `/proc` and `/sys` are directories of a thin layer of our own on top of the image, so whatever the image has by
//! these names, symbolic links to somewhere else for example, is never looked at.

use crate::container::error::{ContainerError, Wanted};
use crate::container::plan::Plan;
use crate::container::volumes;
use crate::ground::Errno;
use crate::isolate::Steps;
use crate::kernel::proc::mount_of;
use crate::kernel::{Capabilities, MountFlags, OWN_DEVICES, OverlayMount, has_capability};
use crate::reason::{Before, Tried, refused};
use std::path::Path;

/// What no program in a container has business with, because it tells of the host, or changes it: files, and directories.
const HIDDEN_FILES: &[&str] = &[
    "proc/interrupts",
    "proc/kcore",
    "proc/keys",
    "proc/latency_stats",
    "proc/sched_debug",
    "proc/timer_list",
    "proc/timer_stats",
];
/// See [`HIDDEN_FILES`].
const HIDDEN_DIRECTORIES: &[&str] =
    &["proc/acpi", "proc/asound", "proc/scsi", "sys/devices/virtual/powercap", "sys/firmware"];
/// What may be read, but not written: the settings of the machine.
const READ_ONLY: &[&str] = &["bus", "fs", "irq", "sys", "sysrq-trigger"];
/// Beside those that stand for nothing: the terminal of whoever asks. Name, major, minor.
const TERMINAL: (&str, u32, u32) = ("tty", 5, 0);
/// Links that programs expect.
const LINKS: &[(&str, &str)] = &[
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    ("ptmx", "pts/ptmx"),
];

const NOTHING: MountFlags = MountFlags { read_only: false, no_suid: true, no_devices: true, no_exec: true };

/// Builds it, but for what needs the network.
pub(super) fn build(steps: &mut Steps, plan: &Plan) -> Result<(), ContainerError> {
    let root = plan.inner.place.join("root");
    mount_scratch(steps, plan)?;
    mount_image(steps, plan, &root)?;
    mount_proc(steps, plan, &root)?;
    mount_devices(steps, plan, &root)
}

/// Builds the rest, in the container's network.
pub(super) fn finish(steps: &mut Steps, plan: &Plan) -> Result<(), ContainerError> {
    let root = plan.inner.place.join("root");
    mount_sys(steps, plan, &root)?;
    volumes::mount(steps, plan, &root)
}

fn mount_scratch(steps: &mut Steps, plan: &Plan) -> Result<(), ContainerError> {
    let sys = steps.explain("scratch space: in memory, and gone with the container");
    let options = format!("mode=755,size={}", plan.options.size);
    let flags = MountFlags { no_suid: true, ..MountFlags::default() };
    sys.mount_new("tmpfs", &plan.inner.place, flags, &options).map_err(|error| {
        let wanted = "cannot make the scratch space";
        if error.errno == Errno::EINVAL {
            let fix = "give --size as a number with k, m or g behind it: --size 64m";
            return ContainerError::host(wanted, error, "tmpfs does not understand this size", fix);
        }
        ContainerError::Host(refused(wanted, Tried::Mount("tmpfs"), error))
    })
}

fn mount_image(steps: &mut Steps, plan: &Plan, root: &Path) -> Result<(), ContainerError> {
    let place = &plan.inner.place;
    let wanted = "cannot make the scratch space";
    let base = plan.keep.as_ref().unwrap_or(place);
    let (upper, work) = (base.join("upper"), base.join("work"));
    let init = place.join("init");
    let sys =
        steps.explain("overlay: where it will be mounted, and a thin layer with mount points that belong to no image");
    for directory in [root, &init, &init.join("dev"), &init.join("proc"), &init.join("sys")] {
        sys.mkdir(directory, 0o755).wanted(wanted)?;
    }
    if !plan.options.read_only {
        let sys = steps.explain("overlay: the upper layer takes every change, the work directory is overlayfs's own");
        for directory in [&upper, &work] {
            match sys.mkdir(directory, 0o755) {
                // Kept from the last time.
                Err(error) if error.errno == Errno::EEXIST && plan.keep.is_some() => {}
                outcome => outcome.wanted(wanted)?,
            }
        }
    }
    let lowers = std::iter::once(init).chain(plan.lowers.iter().cloned()).collect();
    let overlay = OverlayMount {
        source: "overlay".to_string(),
        lowers,
        upper: (!plan.options.read_only).then_some(upper),
        work: (!plan.options.read_only).then_some(work),
        options: if plan.inner.ordinary { vec!["userxattr".to_string()] } else { Vec::new() },
        read_only: plan.options.read_only,
        no_devices: true,
    };
    let sys = steps.explain("overlay: the image below, changes above; devices of the image are no devices here");
    sys.mount_overlay_by_one_call(&overlay, root).map_err(|(error, said)| {
        let wanted = "cannot mount the overlay of the container";
        let known = Before::now().found(Tried::Mount("overlay"), &error);
        let why = match (said, error.errno, plan.keep.as_ref().and_then(|keep| mount_of(keep))) {
            (Some(said), ..) => format!("the kernel says: {said}"),
            (None, Errno::ENOENT, _) => "a layer is not there any more, or its path is too long".to_string(),
            (None, Errno::EINVAL, Some(mount)) => format!("the directory of --keep lies on {}", mount.kind),
            _ => return ContainerError::Host(refused(wanted, Tried::Mount("overlay"), error)),
        };
        match known {
            Some(reason) => ContainerError::host(wanted, error, reason.why, reason.fix),
            None => {
                let fix = "layerlab doctor; for --keep choose a directory on ext4, xfs, btrfs or tmpfs";
                ContainerError::host(wanted, error, why, fix)
            }
        }
    })
}

fn mount_proc(steps: &mut Steps, plan: &Plan, root: &Path) -> Result<(), ContainerError> {
    let sys = steps.explain("PID namespace: /proc shows the processes of whoever mounts it, so PID 1 does");
    let proc = root.join("proc");
    sys.mount_new("proc", &proc, NOTHING, "").wanted_by("cannot mount /proc", Tried::Mount("proc"))?;
    if plan.options.unprotected {
        return Ok(());
    }
    let wanted = "cannot protect the settings of the machine";
    // Everything bound from a mount that is read-only is read-only too: one remount serves for all.
    let still = plan.inner.place.join("proc");
    let sys = steps.explain("settings: /proc a second time, read-only …");
    sys.mkdir(&still, 0o755).wanted(wanted)?;
    sys.bind_mount(&proc, &still, false).wanted(wanted)?;
    sys.remount_with(&still, MountFlags { read_only: true, ..NOTHING }).wanted(wanted)?;
    let sys = steps.explain("… covers the settings of the machine, which are then read-only");
    for name in READ_ONLY {
        unless_missing(sys.bind_mount(&still.join(name), &proc.join(name), false)).wanted(wanted)?;
    }
    Ok(())
}

/// What this kernel does not have need not be hidden.
fn unless_missing(outcome: Result<(), crate::kernel::CallError>) -> Result<(), crate::kernel::CallError> {
    match outcome {
        Err(error) if error.errno == Errno::ENOENT => Ok(()),
        other => other,
    }
}

fn mount_devices(steps: &mut Steps, plan: &Plan, root: &Path) -> Result<(), ContainerError> {
    let wanted = "cannot make /dev";
    let (dev, made) = (root.join("dev"), plan.inner.place.join("dev"));
    // Devices cannot be made in a user namespace, nor in a lesson; those of the host can be shown.
    let makes = !plan.inner.ordinary && has_capability(Capabilities::MKNOD);
    let sys = steps.explain("/dev: few devices, and none by which the host could be reached");
    sys.mkdir(&made, 0o755).wanted(wanted)?;
    let devices = || OWN_DEVICES.iter().chain([&TERMINAL]);
    for (name, major, minor) in devices() {
        let device = made.join(name);
        match makes {
            true => sys.make_character_device(&device, 0o666, *major, *minor).wanted(wanted)?,
            false => sys.make_file(&device, 0o666).wanted(wanted)?,
        }
    }
    for (name, target) in LINKS {
        sys.symlink(target.as_ref(), &made.join(name)).wanted(wanted)?;
    }
    for (name, mode) in [("pts", 0o755), ("mqueue", 0o755), ("shm", 0o1777)] {
        sys.mkdir(&made.join(name), mode).wanted(wanted)?;
    }
    // Part of the scratch space, as shared memory is: one tmpfs costs less than three.
    sys.bind_mount(&made, &dev, false).wanted(wanted)?;
    sys.remount_with(&dev, MountFlags { no_suid: true, no_exec: true, ..MountFlags::default() }).wanted(wanted)?;
    if !makes {
        for (name, ..) in devices() {
            sys.bind_mount(&Path::new("/dev").join(name), &dev.join(name), false).wanted(wanted)?;
        }
    }
    let sys = steps.explain("/dev: terminals of its own, message queues, and shared memory");
    let options = match plan.inner.ordinary {
        true => "newinstance,ptmxmode=0666,mode=0620",
        false => "newinstance,ptmxmode=0666,mode=0620,gid=5",
    };
    let terminals = MountFlags { no_suid: true, no_exec: true, ..MountFlags::default() };
    sys.mount_new("devpts", &dev.join("pts"), terminals, options).wanted(wanted)?;
    sys.mount_new("mqueue", &dev.join("mqueue"), NOTHING, "").wanted(wanted)?;
    let shm = dev.join("shm");
    sys.bind_mount(&shm, &shm, false).wanted(wanted)?;
    sys.remount_with(&shm, NOTHING).wanted(wanted)
}

fn mount_sys(steps: &mut Steps, plan: &Plan, root: &Path) -> Result<(), ContainerError> {
    let sys =
        steps.explain("network namespace: /sys shows its interfaces; read-only, because the rest is the machine's");
    let flags = MountFlags { read_only: true, ..NOTHING };
    // Where a container around us hides parts of /sys there is none.
    match sys.mount_new("sysfs", &root.join("sys"), flags, "") {
        Err(error) if error.errno != Errno::EPERM => return Err(error).wanted("cannot mount /sys"),
        _ => {}
    }
    if plan.options.unprotected { Ok(()) } else { hide(steps, plan, root) }
}

fn hide(steps: &mut Steps, plan: &Plan, root: &Path) -> Result<(), ContainerError> {
    let wanted = "cannot hide what a container must not see";
    let (null, empty) = (root.join("dev/null"), plan.inner.place.join("empty"));
    let sys = steps.explain("hidden: what tells of the host, or changes it; a file is /dev/null from here on …");
    for name in HIDDEN_FILES {
        unless_missing(sys.bind_mount(&null, &root.join(name), false)).wanted(wanted)?;
    }
    let sys = steps.explain("… and a directory is this one, which is empty and read-only");
    sys.mkdir(&empty, 0o555).wanted(wanted)?;
    sys.bind_mount(&empty, &empty, false).wanted(wanted)?;
    sys.remount_with(&empty, MountFlags { read_only: true, ..NOTHING }).wanted(wanted)?;
    for name in HIDDEN_DIRECTORIES {
        unless_missing(sys.bind_mount(&empty, &root.join(name), false)).wanted(wanted)?;
    }
    Ok(())
}

/// Goes into it: afterwards `/` is the container's, and nothing else can be reached.
pub(super) fn go_into(steps: &mut Steps, plan: &Plan) -> Result<(), ContainerError> {
    let wanted = "cannot go into the container";
    let sys = steps.explain("pivot_root: this directory becomes /, and the old / lies over it …");
    sys.chdir(&plan.inner.place.join("root")).wanted(wanted)?;
    sys.pivot_root_here().wanted_by(wanted, Tried::PivotRoot)?;
    let sys = steps.explain("… until it is taken away: nothing of the host is left to go back to");
    sys.detach_old_root().wanted(wanted)?;
    sys.chdir(Path::new("/")).wanted(wanted)
}

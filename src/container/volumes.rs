//! Directories and files of the host inside the container.

use crate::container::error::ContainerError;
use crate::container::plan::{Plan, Volume};
use crate::ground::Errno;
use crate::isolate::Steps;
use crate::kernel::proc::{Mount, mounts};
use crate::kernel::{CallError, MountFlags, Root, Sys, quoted};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

/// Mounts them; `root` is the container's root, seen from outside.
pub(super) fn mount(steps: &mut Steps, plan: &Plan, root: &Path) -> Result<(), ContainerError> {
    if plan.volumes.is_empty() {
        return Ok(());
    }
    let sys = steps.explain("volumes: every path is looked up as it is inside, so no link of the image leads out");
    let opened = sys.open_root(root).map_err(|error| failed(&plan.volumes[0], error))?;
    for (number, volume) in plan.volumes.iter().enumerate() {
        let aside = plan.inner.place.join(format!("volume-{number}"));
        let forbidden =
            MountFlags { read_only: volume.read_only, no_devices: !plan.options.unprotected, ..MountFlags::default() };
        mount_one(sys, &opened, volume, &aside, forbidden).map_err(|error| failed(volume, error))?;
    }
    Ok(())
}

fn failed(volume: &Volume, error: CallError) -> ContainerError {
    let wanted = format!("cannot mount the volume {} on {}", volume.source.display(), volume.target.display());
    let (why, fix) = match error.errno {
        Errno::EROFS => (
            "the image has nothing of this name, and with --read-only nothing can be made",
            "make it in the image, or leave --read-only away",
        ),
        Errno::ELOOP | Errno::EXDEV => (
            "on the way there is a symbolic link that leads out of the container",
            "choose another place in the container",
        ),
        Errno::ENOTDIR => (
            "one of both is a directory, and the other one is none",
            "mount a directory on a directory, a file on a file",
        ),
        Errno::EACCES => ("you may not read it", "choose a directory of yours"),
        Errno::EEXIST => {
            ("there is a symbolic link by this name that leads nowhere", "choose another place in the container")
        }
        Errno::EAGAIN => ("a directory on the way was exchanged while it was mounted", "try again"),
        _ => ("the kernel refuses it", "choose another directory, or another place in the container"),
    };
    ContainerError::refused(&wanted, error, why, fix)
}

/// Mounts it aside first, where nobody else can put anything in the way; what it forbids is set there, and asked of the
/// kernel again. Only then it is moved to its place, which is held by a descriptor. The processes of the host may exchange
/// directories of another volume meanwhile: at worst the volume comes to lie elsewhere in the container, but never less
/// restricted.
fn mount_one(
    sys: &mut Sys,
    root: &Root,
    volume: &Volume,
    aside: &Path,
    forbidden: MountFlags,
) -> Result<(), CallError> {
    if volume.source.is_dir() {
        sys.mkdir(aside, 0o700)?
    } else {
        sys.make_file(aside, 0o600)?
    }
    sys.bind_mount(&volume.source, aside, true)?;
    for mount in mounts_at(aside)? {
        sys.restrict_mount(&mount.mountpoint, forbidden)?;
    }
    // A path below the volume may have led elsewhere meanwhile; the table tells of every mount by itself.
    if !mounts_at(aside)?.iter().all(|mount| mount.forbids(forbidden)) {
        return Err(CallError::of("mount", format!("NULL, {}, …", quoted(aside)), Errno::EAGAIN));
    }
    let place = place(sys, root, &volume.target, aside.is_dir())?;
    sys.move_mount_to(aside, &place)
}

/// A mount and all that lie below it, as the kernel has them now.
fn mounts_at(place: &Path) -> Result<Vec<Mount>, CallError> {
    let all = mounts().map_err(|error| CallError::of("read", "\"/proc/self/mountinfo\"", &error))?;
    let found: Vec<Mount> = all.into_iter().filter(|mount| mount.is_below(place)).collect();
    match found.is_empty() {
        // It was mounted just now: a table without it is not ours.
        true => Err(CallError::of("read", "\"/proc/self/mountinfo\"", Errno::ENOENT)),
        false => Ok(found),
    }
}

/// What is there to be mounted on; made where it is missing.
fn place(sys: &mut Sys, root: &Root, target: &Path, directory: bool) -> Result<OwnedFd, CallError> {
    match sys.open_within(root, target) {
        Err(error) if error.errno == Errno::ENOENT => {}
        other => return other,
    }
    let names: Vec<&Path> = target
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(Path::new(name)),
            Component::ParentDir => Some(Path::new("..")),
            _ => None,
        })
        .collect();
    let mut path = PathBuf::from("/");
    let mut here = sys.open_within(root, &path)?;
    for (at, name) in names.iter().enumerate() {
        path.push(name);
        here = match sys.open_within(root, &path) {
            Err(error) if error.errno == Errno::ENOENT => {
                sys.make_place_in(&here, name, directory || at + 1 < names.len())?;
                sys.open_within(root, &path)?
            }
            other => other?,
        };
    }
    Ok(here)
}

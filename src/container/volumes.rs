//! Directories and files of the host inside the container.

use crate::container::error::ContainerError;
use crate::container::plan::{Plan, Volume};
use crate::container::steps::Steps;
use crate::ground::Errno;
use crate::kernel::proc::mounts;
use crate::kernel::{CallError, MountFlags, Root, Sys, leads_to, path_of};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

/// Mounts them; `root` is the container's root, seen from outside.
pub(super) fn mount(steps: &mut Steps, plan: &Plan, root: &Path) -> Result<(), ContainerError> {
    if plan.volumes.is_empty() {
        return Ok(());
    }
    let sys = steps.explain("volumes: every path is looked up as it is inside, so no link of the image leads out");
    let opened = sys.open_root(root).map_err(|error| failed(&plan.volumes[0], error))?;
    for volume in &plan.volumes {
        mount_one(sys, &opened, volume, plan.options.unprotected).map_err(|error| failed(volume, error))?;
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
        _ => ("the kernel refuses it", "choose another directory, or another place in the container"),
    };
    ContainerError::refused(&wanted, error, why, fix)
}

fn mount_one(sys: &mut Sys, root: &Root, volume: &Volume, unprotected: bool) -> Result<(), CallError> {
    let place = place(sys, root, &volume.target, volume.source.is_dir())?;
    sys.bind_mount(&volume.source, &path_of(&place), true)?;
    // What was opened lies below the mount; looked up anew, it is the mount itself.
    let mounted = leads_to(&sys.open_within(root, &volume.target)?);
    let mounted = mounted.map_err(|error| CallError::of("readlink", "", &error))?;
    let flags = MountFlags { read_only: volume.read_only, no_devices: !unprotected, ..MountFlags::default() };
    for mount in
        mounts().unwrap_or_default().iter().filter(|mount| mount.mountpoint == mounted || mount.is_below(&mounted))
    {
        sys.restrict_mount(&mount.mountpoint, flags)?;
    }
    Ok(())
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

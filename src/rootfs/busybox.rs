//! Busybox: one program that is many, by the name it is called by.

use crate::rootfs::host_files::HostFiles;
use crate::rootfs::programs::find;
use crate::tree::{Inside, Meta, TreeError};
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Copies it, with a link for each program that it says it is.
pub(super) fn take(host: &mut HostFiles) -> Result<(), TreeError> {
    let Some(path) = find(OsStr::new("busybox")) else {
        let why = "this host has no busybox";
        let fix = "install it (Debian: busybox-static), or leave --busybox away to copy the host's own programs";
        return Err(TreeError::refused("cannot make a root file system of busybox", why, fix));
    };
    host.program(&path)?;
    let listed = Command::new(&path).arg("--list").env_clear().stdin(Stdio::null()).stderr(Stdio::null()).output();
    let listed =
        listed.map_err(|error| TreeError::io("cannot ask busybox which programs it is", "execve", &path, &error))?;
    let (bin, target) = directory(&path);
    for name in String::from_utf8_lossy(&listed.stdout).lines() {
        // What starts a machine is none of a container's.
        let is_name = !name.is_empty() && !name.contains('/') && !name.starts_with('.');
        if is_name && !["busybox", "init", "linuxrc"].contains(&name) {
            host.tree.symlink(&Inside::of(&bin.join(name)), target.as_ref(), &Meta::default())?;
            host.copied.applets.push(name.to_string());
        }
    }
    Ok(())
}

/// Where the links go, and what they hold: beside busybox where /bin is that directory, else into /bin.
fn directory(path: &Path) -> (std::path::PathBuf, String) {
    let bin = Path::new("/bin").canonicalize().unwrap_or_else(|_| "/bin".into());
    let real = path.parent().and_then(|above| above.canonicalize().ok());
    match real == Some(bin.clone()) {
        true => (bin, path.file_name().unwrap_or_default().to_string_lossy().into_owned()),
        false => (bin, path.display().to_string()),
    }
}

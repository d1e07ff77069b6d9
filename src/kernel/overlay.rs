//! Mounting an overlay (kernel: Documentation/filesystems/overlayfs.rst; fsopen(2), fsconfig(2), fsmount(2), move_mount(2)).
//!
//! Where the kernel takes `lowerdir+` (6.8), each layer is given by a call of its own: 500 layers mount, and no path
//! needs escaping. Elsewhere the options go through mount(2) as one string of at most a page, with `\`, `:` and `,`
//! escaped by a backslash.

use crate::kernel::mounts::{MsFlags, mount};
use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags};
use std::ffi::OsString;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// What an overlay is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverlayMount {
    /// The first word of the mount table's line; any text.
    pub source: String,
    /// Lower layers, topmost first.
    pub lowers: Vec<PathBuf>,
    /// Where changes go.
    pub upper: Option<PathBuf>,
    /// Overlayfs's own scratch, on the upper's file system.
    pub work: Option<PathBuf>,
    /// Further options in their order: `userxattr`, `index=on`.
    pub options: Vec<String>,
    /// Nothing may be written through this mount.
    pub read_only: bool,
    /// Device files in it are no devices.
    pub no_devices: bool,
}

/// A path longer than this can't be a value of fsconfig(2).
const LONGEST_VALUE: usize = 255;
/// The options of mount(2), with the zero at their end, have to fit one page.
const PAGE: usize = 4096;

impl OverlayMount {
    /// The options as one string for mount(2), special characters escaped.
    pub fn as_options(&self) -> Vec<u8> {
        let mut data = b"lowerdir=".to_vec();
        for (at, lower) in self.lowers.iter().enumerate() {
            if at > 0 {
                data.push(b':');
            }
            escape(lower, &mut data);
        }
        for (key, value) in [("upperdir", &self.upper), ("workdir", &self.work)] {
            if let Some(value) = value {
                data.extend_from_slice(format!(",{key}=").as_bytes());
                escape(value, &mut data);
            }
        }
        for option in &self.options {
            data.push(b',');
            data.extend_from_slice(option.as_bytes());
        }
        data
    }

    fn paths(&self) -> impl Iterator<Item = (&'static str, &PathBuf)> {
        let lowers = self.lowers.iter().map(|lower| ("lowerdir+", lower));
        lowers
            .chain(self.upper.iter().map(|upper| ("upperdir", upper)))
            .chain(self.work.iter().map(|work| ("workdir", work)))
    }
}

/// Whether overlayfs only gathers what fsconfig(2) gives it, and reads it when the mount is made. So it is before 6.5: it
/// takes even an option that nobody knows, and where it then finds one it writes a line into the log of the machine. Only
/// where the release is that old it is tried, on a context of which nothing is made.
fn gathers_options() -> bool {
    crate::kernel::kernel_is_before(6, 5)
        && rustix::mount::fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)
            .is_ok_and(|context| rustix::mount::fsconfig_set_flag(context, "layerlab").is_ok())
}

/// Gives a file system one option by fsconfig(2). Nothing is made of it. A long value is shown as strace(1) shows it.
pub fn try_option(kind: &str, key: &str, value: &str) -> Result<(), CallError> {
    let context = rustix::mount::fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)
        .map_err(|errno| CallError::of("fsopen", format!("\"{kind}\", FSOPEN_CLOEXEC"), errno))?;
    rustix::mount::fsconfig_set_string(&context, key, value).map_err(|errno| {
        let shown: String = value.chars().take(32).collect();
        let more = if shown == value { "" } else { "..." };
        let value = strace::path(shown.as_ref());
        CallError::of(
            "fsconfig",
            format!("{}, FSCONFIG_SET_STRING, \"{key}\", {value}{more}, 0", context.as_raw_fd()),
            errno,
        )
    })
}

fn escape(path: &Path, data: &mut Vec<u8>) {
    for &byte in path.as_os_str().as_bytes() {
        if matches!(byte, b'\\' | b':' | b',') {
            data.push(b'\\');
        }
        data.push(byte);
    }
}

/// The path with each backslash doubled.
fn with_doubled_backslashes(path: &Path) -> PathBuf {
    let bytes = path.as_os_str().as_bytes().iter();
    let doubled: Vec<u8> = bytes.flat_map(|&byte| if byte == b'\\' { vec![byte, byte] } else { vec![byte] }).collect();
    PathBuf::from(OsString::from_vec(doubled))
}

impl Sys {
    /// Mounts an overlay on `target`. The second part of an error is what the kernel itself had to say, if anything.
    pub fn mount_overlay(
        &mut self,
        overlay: &OverlayMount,
        target: &Path,
    ) -> Result<(), (CallError, Option<Box<str>>)> {
        let short = overlay.paths().all(|(_, path)| path.as_os_str().len() <= LONGEST_VALUE);
        if short
            && !gathers_options()
            && let Ok(context) = rustix::mount::fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)
        {
            let before = self.calls.len();
            let opened = Ok::<_, rustix::io::Errno>(context);
            let args = "\"overlay\", FSOPEN_CLOEXEC".to_string();
            let context =
                self.record("fsopen", args, opened, |fd| fd.as_raw_fd().into()).map_err(|error| (error, None))?;
            match self.configure(&context, overlay).and_then(|()| self.attach(&context, overlay, target)) {
                Ok(()) => return Ok(()),
                Err(error) => {
                    let said = kernel_log(&context);
                    // A kernel before 6.8 knows no `lowerdir+`: begin again, the old way.
                    if !said.as_deref().unwrap_or_default().contains("Unknown parameter 'lowerdir+'") {
                        return Err((error, said));
                    }
                    self.calls.truncate(before);
                }
            }
        }
        self.mount_overlay_by_string(overlay, target).map_err(|error| (error, None))
    }

    fn configure(&mut self, context: &OwnedFd, overlay: &OverlayMount) -> Result<(), CallError> {
        let fd = context.as_raw_fd();
        let outcome = rustix::mount::fsconfig_set_string(context, "source", overlay.source.as_str());
        let source = strace::path(overlay.source.as_ref());
        self.zero("fsconfig", format!("{fd}, FSCONFIG_SET_STRING, \"source\", {source}, 0"), outcome)?;
        for (key, path) in overlay.paths() {
            // Of these two the kernel takes backslash escapes away even here; of `lowerdir+` it does not.
            let escaped = match key {
                "lowerdir+" => path.clone(),
                _ => with_doubled_backslashes(path),
            };
            let outcome = rustix::mount::fsconfig_set_string(context, key, escaped.as_path());
            let shown = strace::path(&escaped);
            self.zero("fsconfig", format!("{fd}, FSCONFIG_SET_STRING, \"{key}\", {shown}, 0"), outcome)?;
        }
        for option in &overlay.options {
            match option.split_once('=') {
                Some((key, value)) => {
                    let outcome = rustix::mount::fsconfig_set_string(context, key, value);
                    self.zero("fsconfig", format!("{fd}, FSCONFIG_SET_STRING, \"{key}\", \"{value}\", 0"), outcome)?;
                }
                None => {
                    let outcome = rustix::mount::fsconfig_set_flag(context, option.as_str());
                    self.zero("fsconfig", format!("{fd}, FSCONFIG_SET_FLAG, \"{option}\", NULL, 0"), outcome)?;
                }
            }
        }
        if overlay.read_only {
            let outcome = rustix::mount::fsconfig_set_flag(context, "ro");
            self.zero("fsconfig", format!("{fd}, FSCONFIG_SET_FLAG, \"ro\", NULL, 0"), outcome)?;
        }
        let outcome = rustix::mount::fsconfig_create(context);
        self.zero("fsconfig", format!("{fd}, FSCONFIG_CMD_CREATE, NULL, NULL, 0"), outcome)
    }

    fn attach(&mut self, context: &OwnedFd, overlay: &OverlayMount, target: &Path) -> Result<(), CallError> {
        let (flags, shown) = match (overlay.read_only, overlay.no_devices) {
            (true, true) => (
                MountAttrFlags::MOUNT_ATTR_RDONLY | MountAttrFlags::MOUNT_ATTR_NODEV,
                "MOUNT_ATTR_RDONLY|MOUNT_ATTR_NODEV",
            ),
            (true, false) => (MountAttrFlags::MOUNT_ATTR_RDONLY, "MOUNT_ATTR_RDONLY"),
            (false, true) => (MountAttrFlags::MOUNT_ATTR_NODEV, "MOUNT_ATTR_NODEV"),
            (false, false) => (MountAttrFlags::empty(), "0"),
        };
        let outcome = rustix::mount::fsmount(context, FsMountFlags::FSMOUNT_CLOEXEC, flags);
        let args = format!("{}, FSMOUNT_CLOEXEC, {shown}", context.as_raw_fd());
        let mount = self.record("fsmount", args, outcome, |fd| fd.as_raw_fd().into())?;
        let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
        let outcome = rustix::mount::move_mount(&mount, "", rustix::fs::CWD, target, flags);
        let args = format!("{}, \"\", AT_FDCWD, {}, MOVE_MOUNT_F_EMPTY_PATH", mount.as_raw_fd(), strace::path(target));
        self.zero("move_mount", args, outcome)
    }

    /// Mounts an overlay by a single call, where its options fit a page; else as [`Sys::mount_overlay`] does.
    pub fn mount_overlay_by_one_call(
        &mut self,
        overlay: &OverlayMount,
        target: &Path,
    ) -> Result<(), (CallError, Option<Box<str>>)> {
        match overlay.as_options().len() < PAGE {
            true => self.mount_overlay_by_string(overlay, target).map_err(|error| (error, None)),
            false => self.mount_overlay(overlay, target),
        }
    }

    fn mount_overlay_by_string(&mut self, overlay: &OverlayMount, target: &Path) -> Result<(), CallError> {
        let data = overlay.as_options();
        let (flags, shown) = match (overlay.read_only, overlay.no_devices) {
            (true, true) => (MsFlags::MS_RDONLY | MsFlags::MS_NODEV, "MS_RDONLY|MS_NODEV"),
            (true, false) => (MsFlags::MS_RDONLY, "MS_RDONLY"),
            (false, true) => (MsFlags::MS_NODEV, "MS_NODEV"),
            (false, false) => (MsFlags::empty(), "0"),
        };
        let source = overlay.source.as_str();
        let outcome = mount(Some(source.as_ref()), target, Some("overlay"), flags, Some(&data));
        let args = || {
            let data = strace::path(Path::new(std::ffi::OsStr::from_bytes(&data)));
            format!("\"{source}\", {}, \"overlay\", {shown}, {data}", strace::path(target))
        };
        self.note_zero("mount", args, outcome)
    }
}

/// What the kernel wrote into the file system context (`e overlay: …`), one message a read(2).
fn kernel_log(context: &OwnedFd) -> Option<Box<str>> {
    let mut said = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(length) = rustix::io::read(context, &mut buffer) {
        let message = String::from_utf8_lossy(&buffer[..length]);
        said.push(message.trim().trim_start_matches(['e', 'w', 'i']).trim().to_string());
        if length == 0 {
            break;
        }
    }
    (!said.is_empty()).then(|| said.join("; ").into())
}

#[cfg(test)]
mod tests {
    use super::OverlayMount;

    #[test]
    fn special_characters_are_escaped_in_one_string() {
        let overlay = OverlayMount {
            lowers: vec!["a:b".into(), "c,d".into()],
            upper: Some("e\\f".into()),
            work: Some("w w".into()),
            options: vec!["userxattr".into()],
            ..OverlayMount::default()
        };
        assert_eq!(overlay.as_options(), br"lowerdir=a\:b:c\,d,upperdir=e\\f,workdir=w w,userxattr");
    }
}

//! Why the kernel would not mount an overlay: errno → the causes it may have, in the order in which they are looked for.
//!
//! They lie in what was typed; what lies in the machine, the table in `reason` knows. The kernel answers most of them with one EINVAL. Each cause here has a probe that looks for it on this machine, so
//! that what we say is what was found; `tests/all/overlay_why.rs` provokes every one on the real kernel. What the kernel
//! itself wrote into the file system context (5.2 and later) is passed on as it is.

use crate::ground::{Errno, Failure};
use crate::kernel::proc::{Mount, mount_of, mounts};
use crate::kernel::{CallError, FileSystem, OverlayMount, filesystem};
use crate::reason::{Before, Tried};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A mount that was refused.
pub(super) struct Refused<'a> {
    pub(super) overlay: &'a OverlayMount,
    pub(super) target: &'a Path,
    pub(super) error: &'a CallError,
    /// The kernel's own words.
    pub(super) said: Option<&'a str>,
}

/// The most lower layers that the kernel takes (fs/overlayfs/params.h: OVL_MAX_STACK).
const MOST_LOWERS: usize = 500;

/// What was found, and what to do about it.
type Cause = (String, String);

/// Finds one cause, or says that it is not this one.
type Probe = fn(&Refused) -> Option<Cause>;

/// Which errno may mean what. The order matters: what is plainly wrong comes before what is subtly wrong.
const CAUSES: &[(&[Errno], Probe)] = &[
    (&[Errno::ENOENT], mount_point_missing),
    (&[Errno::ENOENT], layer_missing),
    (&[Errno::ENOTDIR, Errno::EINVAL], mount_point_not_a_directory),
    (&[Errno::ENOTDIR, Errno::EINVAL], layer_not_a_directory),
    (&[Errno::EINVAL], too_many_lowers),
    (&[Errno::EINVAL, Errno::ENOENT, Errno::E2BIG], options_longer_than_a_page),
    (&[Errno::EINVAL], option_conflict),
    (&[Errno::EINVAL], option_unknown),
    (&[Errno::EINVAL], no_lower),
    (&[Errno::EINVAL], upper_without_work),
    (&[Errno::EINVAL], single_lower_without_upper),
    (&[Errno::EINVAL, Errno::ELOOP], work_and_upper_overlap),
    (&[Errno::EINVAL], work_on_another_file_system),
    (&[Errno::EINVAL], upper_on_overlay),
    (&[Errno::EINVAL, Errno::EROFS], upper_read_only),
    (&[Errno::ELOOP], layer_used_twice),
    (&[Errno::ELOOP], layer_inside_another),
    (&[Errno::EBUSY], upper_in_use),
    (&[Errno::ESTALE], upper_of_other_lowers),
    (&[Errno::EINVAL], volatile_left_behind),
    (&[Errno::EACCES], layer_out_of_reach),
    (&[Errno::EINVAL], upper_not_supported),
];

/// The cause that was found, or what the kernel said.
pub(super) fn explain(refused: &Refused) -> Failure {
    let found = CAUSES.iter().filter(|(errnos, _)| errnos.contains(&refused.error.errno)).find_map(|(_, probe)| probe(refused));
    let of_machine = || {
        let reason = Before::now().found(Tried::Mount("overlay"), refused.error)?;
        Some((reason.why, reason.fix))
    };
    let (mut why, fix) = found.or_else(of_machine).unwrap_or_else(|| unexplained(refused));
    if let Some(said) = refused.said {
        why.push_str(&format!("; the kernel says: {said}"));
    }
    let wanted = format!("cannot mount the overlay on {}", refused.target.display());
    Failure::kernel(wanted, refused.error.call.clone(), why, fix)
}

/// A mount of the table that already writes through this upper or work: what comes of it is undefined, and the kernel
/// only logs it.
pub(super) fn in_use(overlay: &OverlayMount) -> Option<String> {
    let (what, path, other) = other_user(overlay)?;
    Some(format!(
        "{what} {} is already in use by the overlay on {}: two mounts that write through one upper undo each other's \
         work. The kernel allows it, promises nothing, and only notes it in its log (dmesg).",
        path.display(),
        other.mountpoint.display()
    ))
}

/// The mount succeeded, but nothing can be written through it: where overlayfs can't prepare workdir it mounts
/// read-only instead, and only its log says so.
pub(super) fn became_read_only(overlay: &OverlayMount, target: &Path) -> Option<String> {
    let (upper, work) = (overlay.upper.as_ref()?, overlay.work.as_ref()?);
    let point = std::fs::canonicalize(target).ok()?;
    let mount = mounts().unwrap_or_default().into_iter().rfind(|mount| mount.mountpoint == point)?;
    if overlay.read_only || !mount.is_read_only() {
        return None;
    }
    let us = crate::kernel::effective_ids().0;
    let foreign = [upper, work].into_iter().find_map(|path| {
        let owner = std::fs::metadata(path).ok()?.uid();
        (owner != us).then(|| format!("{} belongs to user {owner}, and we are {us}", path.display()))
    });
    let place = mount_of(work).map_or(String::new(), |mount| mount.mountpoint.display().to_string());
    let why = foreign.unwrap_or_else(|| format!("is there room on {place}? df {place} and df -i {place} tell"));
    Some(format!(
        "The overlay on {} is read-only: overlayfs could not make what it needs in workdir {} ({why}).",
        target.display(),
        work.display()
    ))
}

fn mount_point_missing(refused: &Refused) -> Option<Cause> {
    let target = refused.target.display();
    (!refused.target.exists()).then(|| (format!("the mount point {target} does not exist"), format!("mkdir {target}")))
}

fn layer_missing(refused: &Refused) -> Option<Cause> {
    let (role, path) = refused.layers().find(|(_, path)| !path.exists())?;
    let path = path.display();
    let why = format!("{role} {path} does not exist");
    let inside = |outer: &Option<PathBuf>| {
        outer.as_ref().is_some_and(|outer| refused.overlay.work.as_ref().is_some_and(|work| work.starts_with(outer)))
    };
    if role == "workdir" && inside(&refused.overlay.upper) {
        let why = format!("{why}, and if it did, it would lie inside upperdir, which is refused too");
        return Some((why, "make workdir a sibling of upperdir: mkdir work".into()));
    }
    Some((why, format!("mkdir {path}")))
}

fn mount_point_not_a_directory(refused: &Refused) -> Option<Cause> {
    let target = refused.target.display();
    // A call of fsconfig(2) knows nothing of the mount point yet.
    (refused.error.call.name != "fsconfig" && !refused.target.is_dir())
        .then(|| (format!("the mount point {target} is not a directory"), "mount on a directory: mkdir mnt".into()))
}

fn layer_not_a_directory(refused: &Refused) -> Option<Cause> {
    let (role, path) = refused.layers().find(|(_, path)| path.exists() && !path.is_dir())?;
    let path = path.display();
    Some((format!("{role} {path} is not a directory; only directories can be layers"), format!("look at it: ls -ld {path}")))
}

fn too_many_lowers(refused: &Refused) -> Option<Cause> {
    let given = refused.overlay.lowers.len();
    (given > MOST_LOWERS).then(|| {
        (
            format!("{given} lower layers are too many: the kernel takes {MOST_LOWERS} (and Docker stops at 128)"),
            format!("leave out {}, or join some layers into one", given - MOST_LOWERS),
        )
    })
}

fn options_longer_than_a_page(refused: &Refused) -> Option<Cause> {
    // Only mount(2) has this limit; fsconfig(2) takes each layer by itself.
    let length = refused.overlay.as_options().len();
    (refused.error.call.name == "mount" && length >= 4096).then(|| {
        (
            format!("the options are {length} bytes long, and mount(2) takes one page (4096)"),
            "cd to where the layers are and use short relative paths".into(),
        )
    })
}

fn option_conflict(refused: &Refused) -> Option<Cause> {
    let options = &refused.overlay.options;
    let has = |wanted: &str| options.iter().any(|option| option == wanted);
    let other = ["redirect_dir=on", "redirect_dir=follow", "metacopy=on"].into_iter().find(|option| has(option))?;
    has("userxattr").then(|| {
        (
            format!("userxattr and {other} exclude each other: an attribute that any user may write must not redirect"),
            format!("leave out {other}"),
        )
    })
}

fn option_unknown(refused: &Refused) -> Option<Cause> {
    let said = refused.said.unwrap_or_default();
    let call = &refused.error.call;
    let option = refused.overlay.options.iter().find(|option| {
        let key = option.split('=').next().unwrap_or(option);
        said.contains(&format!("Unknown parameter '{key}'"))
            || said.contains(&format!("Bad value for '{key}'"))
            || call.name == "fsconfig" && call.args.contains(&format!("\"{key}\""))
    })?;
    match said.contains("Bad value") || option.contains('=') && !said.contains("Unknown parameter") {
        true => Some((format!("overlayfs does not know this value: {option}"), "values are mostly on and off".into())),
        false => Some((
            format!("overlayfs has no option {option}"),
            "check its spelling; among others there are index=on, redirect_dir=on, metacopy=on, userxattr, volatile".into(),
        )),
    }
}

fn no_lower(refused: &Refused) -> Option<Cause> {
    let empty = refused.overlay.lowers.iter().all(|lower| lower.as_os_str().is_empty());
    let why = "no lowerdir is given: an overlay is an upper on top of at least one lower";
    empty.then(|| (why.into(), "name the lower layers, the topmost first: lowerdir=layer2:layer1".into()))
}

fn upper_without_work(refused: &Refused) -> Option<Cause> {
    let OverlayMount { upper, work, .. } = refused.overlay;
    match (upper, work) {
        (Some(_), None) => Some((
            "upperdir is given without workdir: overlayfs prepares each copy-up in workdir and renames it into place".into(),
            "make an empty directory beside upperdir and name it: mkdir work, then workdir=work".into(),
        )),
        (None, Some(work)) => Some((
            format!("workdir {} is given without upperdir: without an upper nothing is ever written", work.display()),
            "name an upperdir too, or leave workdir out and give two lowers or more".into(),
        )),
        _ => None,
    }
}

fn single_lower_without_upper(refused: &Refused) -> Option<Cause> {
    let alone = refused.overlay.lowers.len() == 1 && refused.overlay.upper.is_none();
    alone.then(|| {
        (
            "one lower and no upper is no union: a read-only overlay needs two lowers at least".into(),
            "add a lower, or an upperdir with a workdir; to see one directory twice: mount --bind".into(),
        )
    })
}

fn work_and_upper_overlap(refused: &Refused) -> Option<Cause> {
    let upper = std::fs::canonicalize(refused.overlay.upper.as_ref()?).ok()?;
    let work = std::fs::canonicalize(refused.overlay.work.as_ref()?).ok()?;
    let why = if upper == work {
        "workdir and upperdir are the same directory"
    } else if work.starts_with(&upper) {
        "workdir lies inside upperdir"
    } else if upper.starts_with(&work) {
        "upperdir lies inside workdir"
    } else {
        return None;
    };
    Some((why.into(), "make workdir a sibling of upperdir: mkdir work".into()))
}

fn work_on_another_file_system(refused: &Refused) -> Option<Cause> {
    let (upper, work) = (refused.overlay.upper.as_ref()?, refused.overlay.work.as_ref()?);
    let (upper_mount, work_mount) = (mount_of(upper)?, mount_of(work)?);
    let device = |path: &Path| std::fs::metadata(path).map(|found| found.dev()).ok();
    let same_device = device(upper) == device(work);
    if same_device && upper_mount.mountpoint == work_mount.mountpoint {
        return None;
    }
    let what = if same_device { "mounts" } else { "file systems" };
    let place = |mount: &Mount| format!("the {} on {}", mount.kind, mount.mountpoint.display());
    Some((
        format!(
            "workdir {} and upperdir {} lie on different {what} ({} and {}); overlayfs moves files from one to the other \
             by rename, which can't cross that border",
            work.display(),
            upper.display(),
            place(&work_mount),
            place(&upper_mount)
        ),
        "make workdir a sibling of upperdir: mkdir work".into(),
    ))
}

fn upper_on_overlay(refused: &Refused) -> Option<Cause> {
    let upper = refused.overlay.upper.as_ref()?;
    (filesystem(upper).ok()? == FileSystem::Overlay).then(|| {
        (
            format!("upperdir {} lies on an overlay itself, and an overlay can be a lower but never an upper", upper.display()),
            "take a directory on ext4, xfs, btrfs or tmpfs; inside a container that is a volume or a tmpfs".into(),
        )
    })
}

fn upper_read_only(refused: &Refused) -> Option<Cause> {
    let upper = refused.overlay.upper.as_ref()?;
    let mount = mount_of(upper).filter(Mount::is_read_only)?;
    Some((
        format!("upperdir {} lies on {}, which is mounted read-only", upper.display(), mount.mountpoint.display()),
        "take a directory that can be written; or leave upperdir out and give two lowers or more".into(),
    ))
}

fn layer_used_twice(refused: &Refused) -> Option<Cause> {
    let mut seen: Vec<(&str, &PathBuf, (u64, u64))> = Vec::new();
    for (role, path) in refused.layers() {
        let Ok(found) = std::fs::metadata(path) else { continue };
        let id = (found.dev(), found.ino());
        if let Some((other, first, _)) = seen.iter().find(|(_, _, known)| *known == id) {
            let why = match *other == role {
                true => format!("{role} names {} twice", path.display()),
                false => format!("{role} {} and {other} {} are one directory", path.display(), first.display()),
            };
            return Some((why, "give each directory one part: lower, upper or work".into()));
        }
        seen.push((role, path, id));
    }
    None
}

fn layer_inside_another(refused: &Refused) -> Option<Cause> {
    let real: Vec<_> = refused.layers().filter_map(|(role, path)| Some((role, path, path.canonicalize().ok()?))).collect();
    let (role, path, other_role, other) = real.iter().filter(|(role, ..)| *role == "lowerdir").find_map(|(role, path, inner)| {
        let outer = real.iter().find(|(_, _, outer)| inner != outer && inner.starts_with(outer))?;
        Some((role, path, outer.0, outer.1))
    })?;
    Some((
        format!("{role} {} lies inside {other_role} {}: the layers overlap", path.display(), other.display()),
        "make the layers siblings, none inside another".into(),
    ))
}

fn upper_in_use(refused: &Refused) -> Option<Cause> {
    let (what, path, other) = other_user(refused.overlay)?;
    Some((
        format!(
            "{what} {} is already in use by the overlay on {}, and with index=on the kernel insists on one user",
            path.display(),
            other.mountpoint.display()
        ),
        format!("give this overlay an upperdir and a workdir of its own, or umount {}", other.mountpoint.display()),
    ))
}

fn upper_of_other_lowers(refused: &Refused) -> Option<Cause> {
    let upper = refused.overlay.upper.as_ref()?.display();
    Some((
        format!("upperdir {upper} remembers (index=on) that it was made over other lowers, or the workdir belongs to another upper"),
        "mount it over the lowers it was made over, or begin with an empty upperdir and workdir".into(),
    ))
}

fn volatile_left_behind(refused: &Refused) -> Option<Cause> {
    let mark = refused.overlay.work.as_ref()?.join("work/incompat/volatile");
    mark.exists().then(|| {
        let mark = mark.display();
        (
            format!("{mark} exists: this upper was mounted with volatile, so nobody knows whether all of it reached the disk"),
            format!("throw upper and work away; or, if you trust them, rm -r {mark}"),
        )
    })
}

fn layer_out_of_reach(refused: &Refused) -> Option<Cause> {
    let denied = |path: &Path| std::fs::metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied);
    let (role, path) = refused.layers().find(|(_, path)| denied(path))?;
    Some((
        format!("a directory on the way to {role} {} may not be entered by us", path.display()),
        "take directories of your own for the layers".into(),
    ))
}

/// File systems that can't hold an upper: without attributes, without whiteouts, or changed from elsewhere at any time.
const NEVER_UPPER: &[&str] = &[
    "proc", "sysfs", "cgroup", "cgroup2", "devpts", "nfs", "nfs4", "9p", "fuse", "fuseblk", "vfat", "exfat", "ntfs3",
];

fn upper_not_supported(refused: &Refused) -> Option<Cause> {
    let upper = refused.overlay.upper.as_ref()?;
    let mount = mount_of(upper)?;
    let kind = mount.kind.split('.').next().unwrap_or_default();
    NEVER_UPPER.contains(&kind).then(|| {
        (
            format!("upperdir {} lies on {} ({}), which can't hold an upper", upper.display(), mount.mountpoint.display(), mount.kind),
            "take a directory on ext4, xfs, btrfs or tmpfs".into(),
        )
    })
}

fn unexplained(refused: &Refused) -> Cause {
    let mut why = format!("unknown: nothing on this machine shows why it is {}", refused.error.errno.name());
    if let Some((upper, mount)) = refused.overlay.upper.as_ref().and_then(|upper| Some((upper, mount_of(upper)?))) {
        why.push_str(&format!("; upperdir {} lies on {} ({})", upper.display(), mount.mountpoint.display(), mount.kind));
    }
    (why, "look for overlayfs in the kernel's log: dmesg".into())
}

impl Refused<'_> {
    /// Every directory of the mount with the option that names it, in the order in which the kernel resolves them.
    fn layers(&self) -> impl Iterator<Item = (&'static str, &PathBuf)> {
        let lowers = self.overlay.lowers.iter().map(|lower| ("lowerdir", lower));
        let upper = self.overlay.upper.iter().map(|upper| ("upperdir", upper));
        lowers.chain(upper).chain(self.overlay.work.iter().map(|work| ("workdir", work)))
    }
}

/// The overlay of the mount table that has this upper or work already.
///
/// The table has paths as they were given. A relative one is taken as relative to our working directory, and only of a
/// mount that lies below it: elsewhere it was most likely meant from elsewhere.
fn other_user(overlay: &OverlayMount) -> Option<(&'static str, &PathBuf, Mount)> {
    let id = |path: &Path| std::fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    let ours = [("upperdir", &overlay.upper), ("workdir", &overlay.work)];
    let mounts = mounts().unwrap_or_default();
    let overlays: Vec<_> = mounts.iter().filter_map(|mount| Some((mount, mount.overlay()?))).collect();
    let here = std::env::current_dir().unwrap_or_default();
    for (what, path) in ours.into_iter().filter_map(|(what, path)| Some((what, path.as_ref()?))) {
        let Some(wanted) = id(path) else { continue };
        let other = overlays.iter().find(|(mount, options)| {
            let holds = |path: &PathBuf| (path.is_absolute() || mount.is_below(&here)) && id(path) == Some(wanted);
            options.upper.iter().chain(&options.work).any(holds)
        });
        if let Some((other, _)) = other {
            return Some((what, path, (*other).clone()));
        }
    }
    None
}

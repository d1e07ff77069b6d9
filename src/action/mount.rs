//! `mount`: an overlay, a tmpfs, proc, a tree of cgroups, a bind mount, or a bind mount made read-only (mount(2),
//! fsopen(2)).
//!
//! What goes wrong is said twice: in the words of mount(8), as anybody will meet them, and in ours, with the cause as
//! far as it can be found on this machine (`why`).

pub(super) mod why;

use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::ground::{Errno, Failure};
use crate::kernel::proc::{mount_of, mounts};
use crate::kernel::{CallError, MountFlags, OverlayMount, Spread, effective_ids, supports_attribute};
use crate::reason::{Before, Tried, is_machines_user_namespace};
use std::path::{Path, PathBuf};

/// What to mount, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    what: What,
    target: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Overlay(OverlayMount),
    /// A file system that needs no disk.
    Plain { kind: &'static str, source: String, flags: MountFlags, options: String },
    Bind { source: String, recursive: bool, read_only: bool },
    RemountReadOnly,
    Spread { spread: Spread, recursive: bool },
}

/// The file systems that need no disk.
const PLAIN: &[&str] = &["tmpfs", "proc", "cgroup", "cgroup2"];

/// The flags that change propagation, without `make-` and the `r` of the recursive ones.
const SPREADS: &[(&str, Spread)] = &[
    ("shared", Spread::Shared),
    ("private", Spread::Private),
    ("slave", Spread::Slave),
    ("unbindable", Spread::Unbindable),
];

impl Verb for Mount {
    const NAME: &'static str = "mount";
    const SYNOPSIS: &'static str =
        "mount -t overlay|tmpfs|proc|cgroup|cgroup2 [-o OPTIONS] SOURCE TARGET, mount --bind [-o ro] SOURCE TARGET, mount -o remount,bind,ro TARGET, mount --make-[r]shared|private|slave|unbindable TARGET";
    const FLAGS: &'static [Flag] = &[
        Flag::both('t', "types").value(),
        Flag::both('o', "options").value(),
        Flag::both('B', "bind"),
        Flag::both('R', "rbind"),
        Flag::long("make-shared"),
        Flag::long("make-rshared"),
        Flag::long("make-private"),
        Flag::long("make-rprivate"),
        Flag::long("make-slave"),
        Flag::long("make-rslave"),
        Flag::long("make-unbindable"),
        Flag::long("make-runbindable"),
    ];

    fn parse(words: &[String]) -> Result<Mount, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?;
        let options: Vec<String> =
            arguments.values("o").flat_map(|value| split_unescaped(value, ',')).filter(|o| !o.is_empty()).collect();
        let named = |name: &str| options.iter().any(|option| option == name);
        let remount = named("remount");
        let makes = |(name, spread): &(&str, Spread)| {
            let flag = |r: &str| arguments.has(&format!("make-{r}{name}"));
            (flag("") || flag("r")).then(|| (*spread, flag("r")))
        };
        let spreads: Vec<(Spread, bool)> = SPREADS.iter().filter_map(makes).collect();
        let least = if remount || !spreads.is_empty() { 1 } else { 2 };
        let kind = arguments.value("t").map(String::from);
        let recursive = arguments.has("R") || named("rbind");
        let bind = arguments.has("B") || named("bind") || recursive;
        let mut operands = arguments.between(least, least, words, Self::SYNOPSIS)?.operands;
        let target = operands.pop().unwrap_or_default();
        let source = operands.pop().unwrap_or_default();
        let what = match (remount, bind, kind.as_deref()) {
            (false, false, None) if let [(spread, recursive)] = spreads[..] => {
                known(&options, &["defaults"])?;
                What::Spread { spread, recursive }
            }
            _ if !spreads.is_empty() => {
                return Err(wrong("mount changes the propagation of a mount alone, once a line, here".into()));
            }
            (true, true, None) if named("ro") => {
                known(&options, &["remount", "bind", "ro"])?;
                What::RemountReadOnly
            }
            (true, ..) => return Err(wrong("mount only knows remount as remount,bind,ro here".into())),
            (false, true, None) => {
                known(&options, &["bind", "rbind", "ro", "rw", "defaults"])?;
                What::Bind { source, recursive, read_only: named("ro") }
            }
            (false, false, Some("overlay")) => What::Overlay(overlay(source, &options)?),
            (false, false, Some(kind)) if let Some(kind) = PLAIN.iter().find(|plain| **plain == kind) => {
                plain(kind, source, &options)
            }
            (false, true, Some(_)) => return Err(wrong("a bind mount has no type".into())),
            (false, false, Some(other)) => return Err(wrong(format!("mount does not know the type {other} here"))),
            (false, false, None) => return Err(wrong("mount needs a type (-t) or --bind here".into())),
        };
        Ok(Mount { what, target })
    }

    fn run(&self, context: &mut Context) -> Status {
        let target = Path::new(&self.target);
        let done = match &self.what {
            What::Overlay(overlay) => return self.mount_overlay(context, overlay),
            What::Plain { kind, source, flags, options } => {
                context.sys.mount_plain(kind, source, target, *flags, options)
            }
            What::Bind { source, recursive, read_only } => {
                let bound = context.sys.bind_mount(source.as_ref(), target, *recursive);
                // The kernel ignores "read-only" in the call that binds, so a second call says it again.
                bound.and_then(|()| if *read_only { context.sys.remount_read_only(target) } else { Ok(()) })
            }
            What::RemountReadOnly => context.sys.remount_read_only(target),
            What::Spread { spread, recursive } => context.sys.make_spread(target, *spread, *recursive),
        };
        match done {
            Ok(()) => 0,
            Err(error) => {
                context.failure = self.simple_failure(&error);
                self.refuse(context, &error)
            }
        }
    }
}

impl Mount {
    /// The other overlay that writes through the same upper or work already. Asked before the mount, which would be found, too.
    pub fn upper_in_use(&self) -> Option<String> {
        why::in_use(self.overlay()?)
    }

    /// What will not work through the overlay, although it was mounted.
    pub fn weakness(&self) -> Option<String> {
        let overlay = self.overlay()?;
        why::became_read_only(overlay, self.target.as_ref()).or_else(|| without_attributes(overlay)).or_else(|| without_userxattr(overlay))
    }

    fn overlay(&self) -> Option<&OverlayMount> {
        match &self.what {
            What::Overlay(overlay) => Some(overlay),
            _ => None,
        }
    }

    fn mount_overlay(&self, context: &mut Context, overlay: &OverlayMount) -> Status {
        let in_use = why::in_use(overlay);
        match context.sys.mount_overlay(overlay, self.target.as_ref()) {
            Ok(()) => {
                context.warning = why::became_read_only(overlay, self.target.as_ref())
.or(in_use)
.or_else(|| without_attributes(overlay));
                0
            }
            Err((error, said)) => {
                let refused = why::Refused {
                    overlay,
                    target: self.target.as_ref(),
                    error: &error,
                    said: said.as_deref(),
                };
                context.failure = Some(why::explain(&refused));
                self.refuse(context, &error)
            }
        }
    }

    /// The words of mount(8) 2.38 for an errno (util-linux: libmount/src/context_mount.c).
    fn refuse(&self, context: &mut Context, error: &CallError) -> Status {
        let source = match &self.what {
            What::Overlay(overlay) => overlay.source.as_str(),
            What::Plain { source, .. } | What::Bind { source, .. } => source,
            What::RemountReadOnly | What::Spread { .. } => "none",
        };
        let target = Path::new(&self.target);
        let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        let absolute = whole(target);
        let remount = self.what == What::RemountReadOnly;
        let said = match error.errno {
            Errno::ENOENT | Errno::ENOTDIR if !target.exists() => "mount point does not exist".to_string(),
            // The call that attaches says EINVAL where mount(2) says ENOTDIR.
            Errno::EINVAL if !target.is_dir() && error.call.name == "move_mount" => "mount point is not a directory".into(),
            Errno::ENOTDIR if !target.is_dir() => "mount point is not a directory".to_string(),
            Errno::ENOENT => format!("special device {source} does not exist"),
            Errno::EPERM if effective_ids().0 == 0 => "permission denied".to_string(),
            Errno::EPERM => "must be superuser to use mount".to_string(),
            Errno::EBUSY if remount => "mount point is busy".to_string(),
            Errno::EBUSY => match mounts().unwrap_or_default().iter().find(|mount| mount.source == source) {
                Some(mount) => format!("{source} already mounted on {}", mount.mountpoint.display()),
                None => format!("{source} already mounted or mount point busy"),
            },
            Errno::EINVAL if matches!(self.what, What::Spread { .. }) => "not mount point or bad option".to_string(),
            Errno::EINVAL if remount => "mount point not mounted or bad option".to_string(),
            Errno::EINVAL if matches!(self.what, What::Bind { .. }) => format!(
                "wrong fs type, bad option, bad superblock on {}, missing codepage or helper program, or other error",
                whole(Path::new(source)).display()
            ),
            Errno::EINVAL => format!(
                "wrong fs type, bad option, bad superblock on {source}, missing codepage or helper program, or other error"
            ),
            Errno::ENODEV => format!("unknown filesystem type '{}'", self.kind()),
            _ => format!("mount(2) system call failed: {}", error.text()),
        };
        context.complain(format!("mount: {}: {said}.", absolute.display()));
        context.complain("       dmesg(1) may have more information after failed mount system call.");
        32
    }

    fn kind(&self) -> &'static str {
        match self.what {
            What::Overlay(_) => "overlay",
            What::Plain { kind, .. } => kind,
            What::Bind { .. } | What::RemountReadOnly | What::Spread { .. } => "none",
        }
    }

    /// Why something simpler than an overlay could not be mounted, where that is plain to see.
    fn simple_failure(&self, error: &CallError) -> Option<Failure> {
        let target = &self.target;
        let failure = |why: String, fix: String| {
            let wanted = match &self.what {
                What::Bind { source, .. } => format!("cannot bind {source} on {target}"),
                What::RemountReadOnly => format!("cannot make the mount on {target} read-only"),
                What::Spread { .. } => format!("cannot change the propagation of {target}"),
                _ => format!("cannot mount a {} on {target}", self.kind()),
            };
            Some(Failure::kernel(wanted, error.call.clone(), why, fix))
        };
        let source = match &self.what {
            What::Bind { source, .. } => Some(Path::new(source)),
            _ => None,
        };
        match error.errno {
            Errno::ENOENT if !Path::new(target).exists() => {
                failure(format!("the mount point {target} does not exist"), format!("mkdir {target}"))
            }
            Errno::ENOENT if source.is_some_and(|source| !source.exists()) => {
                let source = source.unwrap_or(Path::new("")).display();
                failure(format!("{source} does not exist"), format!("make {source} first, or name what is to be bound"))
            }
            Errno::ENOTDIR => failure(
                "a directory can only be mounted on a directory, and a file only on a file".into(),
                format!("look at both: ls -ld {target}"),
            ),
            Errno::EINVAL if matches!(self.what, What::RemountReadOnly | What::Spread { .. }) => failure(
                format!("nothing is mounted on {target} itself"),
                format!("bind it on itself first: mount --bind {target} {target}"),
            ),
            _ => {
                let tried = match self.what {
                    What::Spread { .. } => Tried::Spread,
                    _ => Tried::Mount(self.kind()),
                };
                let reason = Before::now().found(tried, error)?;
                failure(reason.why, reason.fix)
            }
        }
    }
}

/// The mount works, but deleting directories through it will not.
fn without_attributes(overlay: &OverlayMount) -> Option<String> {
    let upper = overlay.upper.as_ref()?;
    let user = overlay.options.iter().any(|option| option == "userxattr");
    let name = if user { "user.overlay.opaque" } else { "trusted.overlay.opaque" };
    if supports_attribute(upper, name) {
        return None;
    }
    let kind = mount_of(upper).map_or("its file system".to_string(), |mount| mount.kind);
    let (family, _) = name.split_once('.')?;
    Some(format!(
        "{} lies on {kind}, which has no {family}.* attributes here, so overlayfs can't mark a directory as opaque: \
         making a directory where a lower one was deleted will fail.",
        upper.display()
    ))
}

/// The kernel mounts it all the same, and only its log says that it falls back: trusted.* attributes are for root of the
/// machine alone (xattr(7)). A lesson's own line never lacks the option.
fn without_userxattr(overlay: &OverlayMount) -> Option<String> {
    let upper = overlay.upper.as_ref()?;
    let lacks = !overlay.options.iter().any(|option| option == "userxattr") && !is_machines_user_namespace();
    (lacks && supports_attribute(upper, "user.overlay.opaque")).then(|| {
        format!(
            "The option userxattr is left out, and only root of the machine may write trusted.* attributes, so overlayfs \
             can mark nothing in {}: what is copied up is not marked as such, and making a directory where a lower one was \
             deleted will fail. umount it, and mount it with userxattr among the options.",
            upper.display()
        )
    })
}

fn overlay(source: String, options: &[String]) -> Result<OverlayMount, UsageError> {
    let mut overlay = OverlayMount { source, ..OverlayMount::default() };
    for option in options {
        match option.split_once('=').unwrap_or((option, "")) {
            ("lowerdir", value) => {
                let lowers = split_unescaped(value, ':');
                overlay.lowers = lowers.iter().map(|lower| unescaped(lower).into()).collect();
                overlay.lowers.retain(|_| !value.is_empty());
                if overlay.lowers.iter().any(|lower| lower.as_os_str().is_empty()) {
                    return Err(wrong("mount does not know lowers without a name or for data alone (::) here".into()));
                }
            }
            ("upperdir", value) => overlay.upper = Some(unescaped(value).into()),
            ("workdir", value) => overlay.work = Some(unescaped(value).into()),
            ("ro", "") => overlay.read_only = true,
            ("rw", "") => overlay.read_only = false,
            ("defaults", "") => {}
            (other @ ("nosuid" | "nodev" | "noexec" | "noatime" | "relatime" | "suid" | "dev" | "exec"), "") => {
                return Err(wrong(format!("mount does not know the option {other} of an overlay here")));
            }
            _ => overlay.options.push(option.clone()),
        }
    }
    Ok(overlay)
}

fn plain(kind: &'static str, source: String, options: &[String]) -> What {
    let mut flags = MountFlags::default();
    let mut rest = Vec::new();
    for option in options {
        match option.as_str() {
            "ro" => flags.read_only = true,
            "rw" => flags.read_only = false,
            "nosuid" => flags.no_suid = true,
            "nodev" => flags.no_devices = true,
            "noexec" => flags.no_exec = true,
            "defaults" => {}
            other => rest.push(other),
        }
    }
    What::Plain { kind, source, flags, options: rest.join(",") }
}

fn known(options: &[String], known: &[&str]) -> Result<(), UsageError> {
    match options.iter().find(|option| !known.contains(&option.as_str())) {
        Some(other) => Err(UsageError {
            what: format!("mount does not know the option {other} of a bind mount here"),
            allowed: format!("it knows {}", known.join(", ")),
        }),
        None => Ok(()),
    }
}

fn wrong(what: String) -> UsageError {
    UsageError { what, allowed: format!("write it so: {}", Mount::SYNOPSIS) }
}

/// The parts between separators that no backslash stands before; backslashes stay.
fn split_unescaped(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for letter in text.chars() {
        if letter == separator && !escaped {
            parts.push(String::new());
            continue;
        }
        escaped = letter == '\\' && !escaped;
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.extend(letters.next()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Mount, What};
    use crate::action::{CommandLine, Verb};

    fn parse(line: &str) -> Result<Mount, String> {
        Mount::parse(&CommandLine::parse(line).unwrap().words).map_err(|error| error.what)
    }

    #[test]
    fn the_options_of_an_overlay_are_read_with_their_escapes() {
        let line = r"mount -t overlay overlay -o 'lowerdir=a\:b:c\,d:e f,upperdir=g\\h' -o workdir=work,userxattr,ro mnt";
        let mount = parse(line).unwrap();
        let What::Overlay(overlay) = mount.what else { panic!("{mount:?}") };
        assert_eq!(overlay.lowers, ["a:b", "c,d", "e f"].map(std::path::PathBuf::from));
        assert_eq!(overlay.upper, Some("g\\h".into()));
        assert_eq!(overlay.work, Some("work".into()));
        assert_eq!((overlay.options, overlay.read_only), (vec!["userxattr".to_string()], true));
        assert_eq!(mount.target, "mnt");
    }

    #[test]
    fn whatever_else_mount_can_do_is_refused_by_name() {
        for (line, what) in [
            ("mount -t ext4 a b", "mount does not know the type ext4 here"),
            ("mount a b", "mount needs a type (-t) or --bind here"),
            ("mount --bind -o nosuid a b", "mount does not know the option nosuid of a bind mount here"),
            ("mount -o remount,ro b", "mount only knows remount as remount,bind,ro here"),
            (
                "mount --make-shared --make-slave b",
                "mount changes the propagation of a mount alone, once a line, here",
            ),
            ("mount --bind --make-slave a b", "too many operands for mount"),
            ("mount -t overlay o", "too few operands for mount"),
            ("mount -t overlay -o lowerdir=a,nosuid o b", "mount does not know the option nosuid of an overlay here"),
        ] {
            assert_eq!(parse(line).unwrap_err(), what, "{line}");
        }
    }
}

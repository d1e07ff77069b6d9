//! Where an ordinary user's line must differ from root's.

use crate::action::CommandLine;
use crate::ground::Role;
use crate::kernel::proc::Membership;

/// What a student should know about it; told once in a run.
pub const WHY_USERXATTR: &str = "Overlayfs writes notes of its own beside the files of a layer. Those that it writes by itself only root of \
     the whole machine may write; with userxattr it writes another kind, which you may, so that you need no root. \
     Without it the mount would work, and some changes would fail later: deleting a directory, for example, with \
     \"Input/output error\".";

/// The same of controllers that share a hierarchy.
const WHY_TOGETHER: &str = "On this machine that controller shares its hierarchy with another one, and the kernel mounts \
     only both together.";

/// Why a line that [`adapt`] returned differs.
pub fn why_adapted(line: &CommandLine) -> &'static str {
    if line.words.iter().any(|word| word.contains("userxattr")) { WHY_USERXATTR } else { WHY_TOGETHER }
}

/// The line that is run in place of `line`, or `None` where nothing differs.
///
/// An overlay that an ordinary user mounts gets `userxattr` (kernel 5.11) behind its last option. A hierarchy of cgroups of
/// version 1 is mounted by the names of all controllers that it has here.
pub fn adapt(line: &CommandLine, role: Role) -> Option<CommandLine> {
    if line.words.first().is_some_and(|verb| verb == "mount") && line.words.iter().any(|word| word == "cgroup") {
        return together(line, &Membership::own());
    }
    if role == Role::Root || line.words.first().is_none_or(|verb| verb != "mount") {
        return None;
    }
    let (mut overlay, mut adapted, mut last) = (false, line.clone(), None);
    let mut at = 1;
    while at < line.words.len() && line.words[at] != "--" {
        let word = line.words[at].as_str();
        let value = line.words.get(at + 1).map(String::as_str);
        match word {
            "-t" | "--types" => {
                overlay |= value == Some("overlay");
                at += 1;
            }
            "-o" | "--options" => {
                last = value.map(|_| at + 1);
                at += 1;
            }
            _ if word.starts_with("-t") => overlay |= word == "-toverlay",
            _ if word.starts_with("--types=") => overlay |= word == "--types=overlay",
            _ if word.starts_with("-o") || word.starts_with("--options=") => last = Some(at),
            _ => {}
        }
        at += 1;
    }
    let given = line.words.iter().any(|word| word.split([',', '=', ' ']).any(|option| option == "userxattr"));
    if !overlay || given {
        return None;
    }
    adapted.words[last?].push_str(",userxattr");
    Some(adapted)
}

/// `-o cpu` of a cgroup mount, where `/proc/self/cgroup` says `cpu,cpuacct`.
fn together(line: &CommandLine, own: &Membership) -> Option<CommandLine> {
    let at = line.words.iter().position(|word| word == "-o")? + 1;
    let asked = line.words.get(at)?;
    let shared = own.together(asked).filter(|names| names != asked)?;
    let mut adapted = line.clone();
    adapted.words[at] = shared.to_string();
    Some(adapted)
}

#[cfg(test)]
mod tests {
    use super::{adapt, together};
    use crate::action::CommandLine;
    use crate::ground::Role;
    use crate::kernel::proc::Membership;

    #[test]
    fn controllers_that_share_a_hierarchy_are_mounted_together() {
        let own = Membership::parse("9:name=systemd:/\n4:cpu,cpuacct:/\n3:pids:/\n0::/\n");
        for (line, adapted) in [
            ("mount -t cgroup -o cpu cgroup cpu", Some("mount -t cgroup -o cpu,cpuacct cgroup cpu")),
            ("mount -t cgroup -o pids cgroup pids", None),
            ("mount -t cgroup2 cgroup2 all", None),
        ] {
            let parsed = CommandLine::parse(line).unwrap();
            assert_eq!(together(&parsed, &own).map(|line| line.words.join(" ")).as_deref(), adapted, "{line}");
        }
    }

    #[test]
    fn only_the_overlay_of_an_ordinary_user_differs() {
        for (line, adapted) in [
            (
                "mount -t overlay o -o lowerdir=a,upperdir=b,workdir=c mnt",
                Some("mount -t overlay o -o lowerdir=a,upperdir=b,workdir=c,userxattr mnt"),
            ),
            (
                "mount -toverlay o -o lowerdir=a:b -o ro mnt",
                Some("mount -toverlay o -o lowerdir=a:b -o ro,userxattr mnt"),
            ),
            ("mount -t overlay o -olowerdir=a:b mnt", Some("mount -t overlay o -olowerdir=a:b,userxattr mnt")),
            ("mount -t overlay o -o lowerdir=a:b,userxattr mnt", None),
            ("mount -t tmpfs t mnt", None),
            ("mount -t tmpfs t -o size=1m mnt", None),
            ("mount --bind a b", None),
            ("echo mount -t overlay -o x", None),
        ] {
            let parsed = CommandLine::parse(line).unwrap();
            let found = adapt(&parsed, Role::User).map(|line| line.words.join(" "));
            assert_eq!(found.as_deref(), adapted, "{line}");
            assert_eq!(adapt(&parsed, Role::Root), None, "{line}");
        }
    }
}

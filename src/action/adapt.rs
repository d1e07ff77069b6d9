//! Where an ordinary user's line must differ from root's.

use crate::action::CommandLine;
use crate::event::Role;

/// What a student should know about it; told once in a run.
pub const WHY_USERXATTR: &str = "Overlayfs keeps its notes (\"this directory hides what is below it\") in attributes \
     named trusted.overlay.*, which only root of the whole machine may write; userxattr lets it use user.overlay.* \
     instead, so that you need no root at all. Without it the mount would work, but the first rmdir of a directory \
     that holds whiteouts would fail with an Input/output error (EIO).";

/// The line that is run in place of `line`, or `None` where nothing differs.
///
/// An overlay that an ordinary user mounts gets `userxattr` (kernel 5.11) behind its last option.
pub fn adapt(line: &CommandLine, role: Role) -> Option<CommandLine> {
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

#[cfg(test)]
mod tests {
    use super::adapt;
    use crate::action::CommandLine;
    use crate::event::Role;

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

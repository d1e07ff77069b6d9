//! Options of the host's programs that our verbs do not know, and that never are the reason of a refusal which is explained: they
//! are left out of what is tried, or stand for another one that is.

/// What mount(8) sets on the mount itself, not on the file system (mount(8), "filesystem-independent mount options").
const OF_THE_MOUNT: &[&str] = &[
    "nosuid",
    "suid",
    "nodev",
    "dev",
    "noexec",
    "exec",
    "noatime",
    "atime",
    "relatime",
    "norelatime",
    "strictatime",
    "nostrictatime",
    "nodiratime",
    "diratime",
];

/// The words of mount(8) without them, and without what only says how much it prints.
pub(super) fn of_mount(words: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let list = match word.as_str() {
            "-v" | "--verbose" | "-n" | "--no-mtab" => continue,
            "-o" | "--options" => rest.next().map(String::as_str),
            _ if word.starts_with("--options=") => word.split_once('=').map(|(_, list)| list),
            _ => word.strip_prefix("-o"),
        };
        let Some(list) = list else {
            kept.push(word.clone());
            continue;
        };
        let list: Vec<&str> = list.split(',').filter(|option| !OF_THE_MOUNT.contains(option)).collect();
        if !list.is_empty() {
            kept.extend(["-o".to_string(), list.join(",")]);
        }
    }
    kept
}

/// The words of unshare(1) without what happens after the namespaces were made, up to the program.
pub(super) fn of_unshare(words: &[String]) -> Vec<String> {
    const WITH_A_WORD: &[&str] = &["-S", "--setuid", "-G", "--setgid", "--setgroups", "--monotonic", "--boottime"];
    const KEPT_WITH_A_WORD: &[&str] = &["--map-user", "--map-group", "--propagation", "-R", "--root", "-w", "--wd"];
    let mut kept: Vec<String> = words.first().cloned().into_iter().collect();
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        let (name, has_value) = match word.split_once('=') {
            Some((name, _)) => (name, true),
            None => (word.as_str(), false),
        };
        match name {
            "--kill-child" => kept.push("--fork".into()),
            "--mount-proc" if has_value => kept.push("--mount".into()),
            "-c" | "--map-current-user" | "--map-auto" | "--map-subids" => kept.push("--user".into()),
            "--map-users" | "--map-groups" => {
                kept.push("--user".into());
                let _ = (!has_value).then(|| rest.next());
            }
            "--keep-caps" | "--forward-signals" => {}
            _ if WITH_A_WORD.contains(&name) => {
                let _ = (!has_value).then(|| rest.next());
            }
            _ if word.starts_with('-') && word != "--" => {
                kept.push(word.clone());
                if KEPT_WITH_A_WORD.contains(&name) && !has_value {
                    kept.extend(rest.next().cloned());
                }
            }
            // From here on it is the program's.
            _ => {
                kept.push(word.clone());
                kept.extend(rest.by_ref().cloned());
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{of_mount, of_unshare};

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(String::from).collect()
    }

    #[test]
    fn what_has_no_part_in_a_refusal_is_left_out() {
        for (given, tried) in [
            ("mount -t overlay o -o nosuid,lowerdir=a,nodev m", "mount -t overlay o -o lowerdir=a m"),
            ("mount -v -onosuid --bind a b", "mount --bind a b"),
            ("mount --bind --options=noexec,ro a b", "mount --bind -o ro a b"),
            ("mount -t tmpfs -o size=1m t m", "mount -t tmpfs -o size=1m t m"),
        ] {
            assert_eq!(of_mount(&words(given)), words(tried), "{given}");
        }
        for (given, tried) in [
            ("unshare --pid --kill-child sleep 9", "unshare --pid --fork sleep 9"),
            ("unshare -p --kill-child=TERM -S 0 -G 0 sh -S", "unshare -p --fork sh -S"),
            ("unshare --mount-proc=/p --mount-proc", "unshare --mount --mount-proc"),
            ("unshare --map-user 5 -c -- -c", "unshare --map-user 5 --user -- -c"),
            ("unshare --setgroups=deny --map-auto -m", "unshare --user -m"),
            ("unshare --map-users 0,1,1 -m true", "unshare --user -m true"),
        ] {
            assert_eq!(of_unshare(&words(given)), words(tried), "{given}");
        }
    }
}

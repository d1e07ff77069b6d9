//! The directories of /etc/ld.so.conf and of what it includes (ldconfig(8)).

use std::path::{Path, PathBuf};

/// Files that include each other end here.
const DEEPEST: usize = 8;

/// The directories that a configuration names, in its order.
pub(super) fn directories(file: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    read(file, 0, &mut found);
    found
}

fn read(file: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    // A pipe of that name is not waited for, nor is a huge file read.
    let plain = std::fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() < 1 << 20);
    let Some(text) = plain.then(|| std::fs::read_to_string(file).ok()).flatten() else { return };
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        match line.split_once(char::is_whitespace) {
            Some(("include", patterns)) if depth < DEEPEST => {
                let above = file.parent().unwrap_or(Path::new("/"));
                for included in patterns.split_whitespace().flat_map(|pattern| matching(&above.join(pattern))) {
                    read(&included, depth + 1, found);
                }
            }
            Some(("include" | "hwcap", _)) => {}
            _ => {
                let names = line.split([' ', '\t', ':', ',']).map(|name| name.split('=').next().unwrap_or_default());
                for path in
                    names.filter(|name| name.starts_with('/')).map(|name| PathBuf::from(name.trim_end_matches('/')))
                {
                    if !found.contains(&path) {
                        found.push(path);
                    }
                }
            }
        }
    }
}

/// The files that a pattern means: its last part may hold `*` and `?`.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(last)) = (pattern.parent(), pattern.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut found: Vec<PathBuf> =
        names.filter(|name| matches(last.as_bytes(), name.as_bytes())).map(|name| folder.join(name)).collect();
    found.sort();
    found
}

fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=name.len()).any(|at| matches(rest, &name[at..])),
        (Some((b'?', rest)), Some((_, name))) => matches(rest, name),
        (Some((wanted, rest)), Some((is, name))) => wanted == is && matches(rest, name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::directories;
    use std::path::PathBuf;

    #[test]
    fn includes_comments_and_circles_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ld.so.conf");
        std::fs::create_dir(folder.path().join("conf.d")).unwrap();
        std::fs::write(&file, "# all\ninclude conf.d/*.conf\n/last/ /more:/still # end\ninclude ld.so.conf\n").unwrap();
        std::fs::write(folder.path().join("conf.d/b.conf"), "/second=libc6\nhwcap 0 nosegneg\n").unwrap();
        std::fs::write(folder.path().join("conf.d/a.conf"), "/first\n").unwrap();
        std::fs::write(folder.path().join("conf.d/c.off"), "/never\n").unwrap();
        assert_eq!(directories(&file), ["/first", "/second", "/last", "/more", "/still"].map(PathBuf::from));
        assert!(directories(&folder.path().join("missing")).is_empty());
    }
}

//! Programs in the directories of PATH, as execvp(3) and the shells look for them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The directories in which programs are where nobody has said otherwise.
pub const USUAL_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A PATH, and behind it the usual directories that it leaves out: Debian gives an ordinary user none in which chroot(8) and
/// pivot_root(8) lie. An empty entry would be the directory that one happens to be in, so an empty PATH counts as none.
pub fn with_usual_path(path: Option<OsString>) -> OsString {
    let path = path.filter(|path| !path.is_empty()).unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    let known: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let usual = std::env::split_paths(USUAL_PATH).filter(|directory| !known.contains(directory));
    usual.fold(path.clone(), |mut all, directory| {
        all.push(":");
        all.push(directory);
        all
    })
}

/// The program that a name means: with a `/` in it, that very file; else the first in the directories of `path` that can be
/// started. Where none can, it is the first file of this name: execve(2) will say what it lacks.
pub fn find_program(name: impl AsRef<OsStr>, path: impl AsRef<OsStr>) -> Option<PathBuf> {
    let name = name.as_ref();
    if name.as_bytes().contains(&b'/') {
        return Some(PathBuf::from(name));
    }
    let files = || std::env::split_paths(&path).map(|directory| directory.join(name)).filter(|path| path.is_file());
    files().find(|path| is_program(path)).or_else(|| files().next())
}

/// Whether a path leads to a file that can be started.
pub fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::{find_program, with_usual_path};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_usual_directories_come_last_and_once() {
        let of = |path: &str| with_usual_path(Some(path.into())).into_string().unwrap();
        assert_eq!(of("/a:/usr/bin:/bin"), "/a:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin");
        assert_eq!(of("/x:"), "/x::/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        for none in [None, Some("".into())] {
            assert_eq!(with_usual_path(none), "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin");
        }
    }

    #[test]
    fn the_first_that_can_be_started_is_meant() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &[u8]| folder.path().join(OsStr::from_bytes(name));
        let (first, second) = (place(b"a \xff"), place(b"b"));
        for (directory, name, mode) in
            [(&first, "x", 0o644), (&second, "x", 0o755), (&first, "y", 0o600), (&second, "z", 0o755)]
        {
            std::fs::create_dir_all(directory).unwrap();
            std::fs::write(directory.join(name), "").unwrap();
            std::fs::set_permissions(directory.join(name), PermissionsExt::from_mode(mode)).unwrap();
        }
        std::fs::create_dir(first.join("z")).unwrap();
        let path = std::env::join_paths([&first, &second]).unwrap();
        let found = |name: &str| find_program(name, &path);
        assert_eq!(found("x"), Some(second.join("x")));
        assert_eq!(found("y"), Some(first.join("y")));
        assert_eq!(found("z"), Some(second.join("z")));
        assert_eq!(found("none"), None);
        assert_eq!(found("./none"), Some("./none".into()));
        assert_eq!(find_program("x", ""), None);
    }
}

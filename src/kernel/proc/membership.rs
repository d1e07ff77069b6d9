//! In which cgroups a process is: /proc/PID/cgroup, cgroups(7).

use crate::ground::CgroupVersion;
use std::ffi::OsStr;
use std::io::Result;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The cgroups of one process: in version 1 one for each hierarchy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership(Vec<u8>);

impl Membership {
    /// That of the calling process; in none where there is no /proc.
    pub fn own() -> Membership {
        Membership::of(Path::new("/proc/self")).unwrap_or_default()
    }

    /// That of a process, by its directory in /proc.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn of(process: &Path) -> Result<Membership> {
        std::fs::read(process.join("cgroup")).map(Membership)
    }

    /// The same from the text of the file: `4:cpu,cpuacct:/a/b` and in version 2 `0::/a/b`, one a line.
    pub fn parse(text: impl Into<Vec<u8>>) -> Membership {
        Membership(text.into())
    }

    /// The path of the cgroup in the tree of version 2, or in that of a controller in version 1.
    pub fn path(&self, version: CgroupVersion, controller: &str) -> Option<&Path> {
        let is_it = |names: &[u8]| match version {
            CgroupVersion::Two => names.is_empty(),
            CgroupVersion::One => names.split(|byte| *byte == b',').any(|name| name == controller.as_bytes()),
        };
        self.lines().find(|(names, _)| is_it(names)).map(|(_, path)| Path::new(OsStr::from_bytes(path)))
    }

    /// All controllers of the hierarchy of version 1 that has this one, as they are mounted together: `cpu,cpuacct`.
    pub fn together(&self, controller: &str) -> Option<&str> {
        let names = self.lines().filter_map(|(names, _)| std::str::from_utf8(names).ok());
        names.into_iter().find(|names| names.split(',').any(|name| name == controller))
    }

    fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.split(|byte| *byte == b'\n').filter_map(|line| {
            let mut parts = line.splitn(3, |byte| *byte == b':').skip(1);
            Some((parts.next()?, parts.next()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Membership;
    use crate::ground::CgroupVersion::{One, Two};
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn each_tree_has_its_path_byte_for_byte() {
        let own = Membership::parse(b"9:name=systemd:/\n4:cpu,cpuacct:/a:b \xff\n3:pids:/\n0::/c,d\n");
        let path = |version, controller| own.path(version, controller).map(|path| path.as_os_str().as_bytes());
        assert_eq!(path(One, "cpu"), Some(&b"/a:b \xff"[..]));
        assert_eq!(path(One, "memory"), None);
        assert_eq!(path(Two, "memory"), Some(&b"/c,d"[..]));
        assert_eq!((own.together("cpu"), own.together("memory")), (Some("cpu,cpuacct"), None));
    }
}

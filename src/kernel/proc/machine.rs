//! What the machine is set to: /proc/sys (proc_sys(5)), /proc/filesystems; and who has a number in our user namespace.

/// A setting, by the name that sysctl(8) has for it: `user.max_user_namespaces`. None where this kernel has no such one.
pub fn sysctl(name: &str) -> Option<String> {
    let value = std::fs::read_to_string(format!("/proc/sys/{}", name.replace('.', "/"))).ok()?;
    Some(value.trim().to_string())
}

/// Whether the kernel can mount file systems of this kind without loading a module. None where it does not tell.
pub fn knows_filesystem(kind: &str) -> Option<bool> {
    let known = std::fs::read_to_string("/proc/filesystems").ok()?;
    Some(known.lines().any(|line| line.rsplit('\t').next() == Some(kind)))
}

/// Who has a number in a user namespace (user_namespaces(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdMap {
    /// Everybody of the machine, and the same as there: it is the machine's own user namespace.
    Everybody,
    /// Some.
    Some,
    /// Nobody yet.
    Nobody,
}

/// Who has a number in our user namespace. None where /proc does not tell, or this kernel has no user namespaces.
pub fn id_map() -> Option<IdMap> {
    let map = std::fs::read_to_string("/proc/self/uid_map").ok()?;
    Some(match map.split_whitespace().collect::<Vec<_>>()[..] {
        ["0", "0", "4294967295"] => IdMap::Everybody,
        [] => IdMap::Nobody,
        _ => IdMap::Some,
    })
}

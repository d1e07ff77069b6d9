//! What the machine is set to: /proc/sys (proc_sys(5)), /proc/filesystems.

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

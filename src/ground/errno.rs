//! The numbers by which the kernel says why it refused: errno(3). Their names are nix's, their words the GNU C library's.

pub use nix::errno::Errno;

/// The name and the words of an errno: `("ENOSPC", "No space left on device")`.
pub fn errno_of(error: &std::io::Error) -> (String, &'static str) {
    let errno = Errno::from_raw(error.raw_os_error().unwrap_or(0));
    (format!("{errno:?}"), errno_words(errno))
}

/// What an errno means in the GNU C library's words, which are nix's own for all but these.
pub fn errno_words(errno: Errno) -> &'static str {
    match errno {
        Errno::EOPNOTSUPP => "Operation not supported",
        Errno::EIO => "Input/output error",
        Errno::EBADF => "Bad file descriptor",
        Errno::EAGAIN => "Resource temporarily unavailable",
        Errno::ENOMEM => "Cannot allocate memory",
        Errno::EXDEV => "Invalid cross-device link",
        Errno::ENFILE => "Too many open files in system",
        Errno::ENOTTY => "Inappropriate ioctl for device",
        Errno::EDOM => "Numerical argument out of domain",
        Errno::ERANGE => "Numerical result out of range",
        Errno::EDEADLK => "Resource deadlock avoided",
        Errno::ENOLCK => "No locks available",
        Errno::ELOOP => "Too many levels of symbolic links",
        Errno::EBADMSG => "Bad message",
        Errno::EILSEQ => "Invalid or incomplete multibyte or wide character",
        Errno::ENETRESET => "Network dropped connection on reset",
        Errno::EDQUOT => "Disk quota exceeded",
        other => other.desc(),
    }
}

#[cfg(test)]
mod tests {
    use super::errno_words;
    use crate::ground::Errno;

    #[test]
    #[cfg(target_env = "gnu")]
    fn the_words_for_each_errno_are_those_of_the_c_library() {
        let mut wrong = Vec::new();
        for number in 1..=133 {
            let errno = Errno::from_raw(number);
            let known = std::io::Error::from_raw_os_error(number).to_string();
            let known = known.trim_end_matches(&format!(" (os error {number})"));
            if errno != Errno::UnknownErrno && errno_words(errno) != known {
                wrong.push(format!("Errno::{errno:?} => {known:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

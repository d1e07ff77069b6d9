//! The numbers by which the kernel says why it refused: errno(3).
//!
//! Their names are nix's, and those that the kernel keeps to itself; their words are the GNU C library's.

use nix::errno::Errno as Known;
use std::io::{Error, ErrorKind};

/// Why the kernel refused a call; errno(3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(i32);

/// The numbers that this program tells apart, by their names.
macro_rules! names {
    ($($name:ident)*) => {
        #[allow(missing_docs, reason = "errno(3) says what each means")]
        impl Errno {
            $(pub const $name: Errno = Errno(Known::$name as i32);)*
        }
    };
}

names! {
    E2BIG EACCES EAGAIN EBUSY EDQUOT EEXIST EINVAL EIO EISDIR ELOOP EMFILE ENAMETOOLONG ENFILE ENODATA
    ENODEV ENOENT ENOMEM ENOSPC ENOSYS ENOTCONN ENOTDIR ENOTEMPTY EPERM ERANGE EROFS ESRCH ESTALE EXDEV
}

macro_rules! own {
    ($($number:literal $name:ident)*) => { &[$(($number, stringify!($name), concat!("Unknown error ", $number))),*] };
}

/// Numbers of the kernel's own (include/linux/errno.h), which a file system lets out now and then. strace has names for
/// them, and the C library has no words.
const KERNELS_OWN: &[(i32, &str, &str)] = own! {
    512 ERESTARTSYS 513 ERESTARTNOINTR 514 ERESTARTNOHAND 515 ENOIOCTLCMD 516 ERESTART_RESTARTBLOCK 517 EPROBE_DEFER
    518 EOPENSTALE 519 ENOPARAM 521 EBADHANDLE 522 ENOTSYNC 523 EBADCOOKIE 524 ENOTSUPP 525 ETOOSMALL 526 ESERVERFAULT
    527 EBADTYPE 528 EJUKEBOX 529 EIOCBQUEUED 530 ERECALLCONFLICT 531 ENOGRACE
};

impl Errno {
    /// `ENOENT`; where nobody has a name for it, `errno 1000`.
    pub fn name(self) -> String {
        match Known::from_raw(self.0) {
            Known::UnknownErrno => {
                self.kernels_own().map_or_else(|| format!("errno {}", self.0), |(name, _)| name.to_string())
            }
            known => format!("{known:?}"),
        }
    }

    /// What it means, in the GNU C library's words: `No such file or directory`. They are nix's own for all but these.
    pub fn words(self) -> &'static str {
        match Known::from_raw(self.0) {
            Known::UnknownErrno => self.kernels_own().map_or("Unknown error", |(_, words)| words),
            Known::EOPNOTSUPP => "Operation not supported",
            Known::EIO => "Input/output error",
            Known::EBADF => "Bad file descriptor",
            Known::EAGAIN => "Resource temporarily unavailable",
            Known::ENOMEM => "Cannot allocate memory",
            Known::EXDEV => "Invalid cross-device link",
            Known::ENFILE => "Too many open files in system",
            Known::ENOTTY => "Inappropriate ioctl for device",
            Known::EDOM => "Numerical argument out of domain",
            Known::ERANGE => "Numerical result out of range",
            Known::EDEADLK => "Resource deadlock avoided",
            Known::ENOLCK => "No locks available",
            Known::ELOOP => "Too many levels of symbolic links",
            Known::EBADMSG => "Bad message",
            Known::EILSEQ => "Invalid or incomplete multibyte or wide character",
            Known::ENETRESET => "Network dropped connection on reset",
            Known::EDQUOT => "Disk quota exceeded",
            other => other.desc(),
        }
    }

    /// What this machine has too little of, and what to do; nothing where it is no matter of that.
    pub fn lacks(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Errno::ENOSPC => ("there is no room left on that file system", "make room there, and try again"),
            Errno::EDQUOT => ("you have as much on that file system as you may have", "make room there: quota -s"),
            Errno::EMFILE => ("this process has as many files open as it may have", "raise the limit: ulimit -n 1024"),
            Errno::ENFILE => ("this machine has as many files open as it can", "end some programs, and try again"),
            Errno::ENOMEM => (
                "there is not enough memory, or no more may be used",
                "end some programs, or raise the limit: ulimit -v",
            ),
            _ => return None,
        })
    }

    fn kernels_own(self) -> Option<(&'static str, &'static str)> {
        KERNELS_OWN.iter().find(|(number, ..)| *number == self.0).map(|(_, name, words)| (*name, *words))
    }
}

impl From<Known> for Errno {
    fn from(errno: Known) -> Errno {
        match errno {
            // nix has no name for it, but the number is still there.
            Known::UnknownErrno => Errno(Known::last_raw()),
            known => Errno(known as i32),
        }
    }
}

impl Errno {
    /// The one with this number.
    pub fn from_raw(number: i32) -> Errno {
        Errno(number)
    }
}

/// Some libraries wrap what the kernel said, and leave no more than its kind.
impl From<&Error> for Errno {
    fn from(error: &Error) -> Errno {
        if let Some(number) = error.raw_os_error() {
            return Errno(number);
        }
        let known = match error.kind() {
            ErrorKind::NotFound => Known::ENOENT,
            ErrorKind::PermissionDenied => Known::EACCES,
            ErrorKind::AlreadyExists => Known::EEXIST,
            ErrorKind::NotADirectory => Known::ENOTDIR,
            ErrorKind::IsADirectory => Known::EISDIR,
            ErrorKind::DirectoryNotEmpty => Known::ENOTEMPTY,
            ErrorKind::ReadOnlyFilesystem => Known::EROFS,
            ErrorKind::StorageFull => Known::ENOSPC,
            ErrorKind::QuotaExceeded => Known::EDQUOT,
            ErrorKind::OutOfMemory => Known::ENOMEM,
            ErrorKind::BrokenPipe => Known::EPIPE,
            ErrorKind::InvalidData => Known::EILSEQ,
            ErrorKind::InvalidInput => Known::EINVAL,
            _ => Known::EIO,
        };
        known.into()
    }
}

impl From<Error> for Errno {
    fn from(error: Error) -> Errno {
        Errno::from(&error)
    }
}

impl From<Errno> for Error {
    fn from(errno: Errno) -> Error {
        Error::from_raw_os_error(errno.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Errno, KERNELS_OWN};
    use std::io::{Error, ErrorKind};

    #[test]
    #[cfg(target_env = "gnu")]
    fn the_words_for_each_errno_are_those_of_the_c_library() {
        let mut wrong = Vec::new();
        for number in (1..=133).chain(KERNELS_OWN.iter().map(|(number, ..)| *number)) {
            let known = Error::from_raw_os_error(number).to_string();
            let known = known.trim_end_matches(&format!(" (os error {number})"));
            let has_none = (41..=58).contains(&number) && known.starts_with("Unknown error");
            if !has_none && Errno(number).words() != known {
                wrong.push(format!("{} => {known:?}", Errno(number).name()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_number_has_a_name() {
        for (number, name) in
            [(2, "ENOENT"), (95, "EOPNOTSUPP"), (524, "ENOTSUPP"), (520, "errno 520"), (1000, "errno 1000")]
        {
            assert_eq!(Errno(number).name(), name);
        }
        assert_eq!(Errno(524).words(), "Unknown error 524");
    }

    #[test]
    fn an_error_without_a_number_has_that_of_its_kind() {
        assert_eq!(Errno::from(Error::from_raw_os_error(524)).name(), "ENOTSUPP");
        assert_eq!(Errno::from(&Error::from(ErrorKind::NotFound)), Errno::ENOENT);
        let wrapped = tempfile::tempdir_in("/nowhere").unwrap_err();
        assert_eq!((wrapped.raw_os_error(), Errno::from(wrapped)), (None, Errno::ENOENT));
    }
}

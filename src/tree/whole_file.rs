//! Small files that are there whole or not at all: written beside, under another name, and renamed (rename(2)).

use crate::ground::Errno;
use crate::kernel::{CallError, Within, quoted};
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

/// Puts these bytes in the place of a file; whoever reads it meanwhile sees the old one or the new one. A link of that name
/// is not followed: it gives way. The caller keeps other writers out.
///
/// # Errors
/// When it cannot be written; the old one is still there then.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CallError> {
    write_whole_by(path, |file| write_bytes(file, path, bytes))
}

/// The same of what `write` writes.
fn write_whole_by<E: From<CallError>>(path: &Path, write: impl FnOnce(&mut File) -> Result<(), E>) -> Result<(), E> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (directory, name) = (Within::open(above)?, path.file_name().unwrap_or_default());
    // Of the same name each time: what a killed process left is taken away.
    let mut new = OsString::from(name);
    new.push(".new");
    let mut file = match directory.make_file(&new, 0o666) {
        Err(error) if error.errno == Errno::EEXIST => {
            directory.remove(&new, false)?;
            directory.make_file(&new, 0o666)?
        }
        made => made?,
    };
    write(&mut file).and_then(|()| Ok(directory.rename(&new, name)?)).inspect_err(|_| {
        let _ = directory.remove(&new, false);
    })
}

fn write_bytes(file: &mut File, path: &Path, bytes: &[u8]) -> Result<(), CallError> {
    file.write_all(bytes).map_err(|error| CallError::of("write", quoted(path), &error))
}

/// Where the descriptors are that a shell hands on.
const HANDED_ON: &[&str] = &["/dev/fd", "/dev/stdout", "/dev/stderr", "/proc"];

/// Writes to a file that a person named. A pipe, a terminal and what a shell hands on are written to as they are.
///
/// # Errors
/// When it cannot be written.
pub fn write_named(path: &Path, bytes: &[u8]) -> Result<(), CallError> {
    write_named_by(path, |file| write_bytes(file, path, bytes))
}

/// The same of what `write` writes, which need not be in memory.
///
/// # Errors
/// When the file cannot be written, and those of `write`.
pub fn write_named_by<E: From<CallError>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    let is_stream = |kind: std::fs::FileType| kind.is_fifo() || kind.is_char_device();
    let handed_on = HANDED_ON.iter().any(|place| path.starts_with(place));
    if !handed_on && !std::fs::symlink_metadata(path).is_ok_and(|data| is_stream(data.file_type())) {
        return write_whole_by(path, write);
    }
    let opened = File::options().write(true).open(path);
    let mut file =
        opened.map_err(|error| CallError::of("openat", format!("AT_FDCWD, {}, O_WRONLY", quoted(path)), &error))?;
    write(&mut file)
}

#[cfg(test)]
mod tests {
    use super::{write_named, write_whole};
    use crate::ground::Errno;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn planted_links_are_not_followed_and_leftovers_give_way() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("others"), "theirs").unwrap();
        for planted in ["file", "file.new"] {
            symlink(at("others"), at(planted)).unwrap();
            write_whole(&at("file"), b"ours").unwrap();
            assert_eq!(fs::read(at("file")).unwrap(), b"ours", "{planted}");
            assert!(!at("file.new").exists());
            fs::remove_file(at("file")).unwrap();
        }
        fs::hard_link(at("others"), at("file.new")).unwrap();
        write_whole(&at("file"), b"ours").unwrap();
        assert_eq!(fs::read(at("others")).unwrap(), b"theirs");
        fs::create_dir(at("file.new")).unwrap();
        assert!(write_whole(&at("file"), b"new").unwrap_err().errno == Errno::EISDIR);
        assert_eq!(fs::read(at("file")).unwrap(), b"ours");
        assert!(write_whole(&at("none/file"), b"").unwrap_err().errno == Errno::ENOENT);
    }

    #[test]
    fn what_is_no_file_is_written_to() {
        write_named("/dev/null".as_ref(), b"x").unwrap();
        let (mut reader, writer) = std::io::pipe().unwrap();
        let number = std::os::fd::AsRawFd::as_raw_fd(&writer);
        write_named(format!("/dev/fd/{number}").as_ref(), b"x").unwrap();
        drop(writer);
        let mut read = String::new();
        std::io::Read::read_to_string(&mut reader, &mut read).unwrap();
        assert_eq!(read, "x");
    }
}

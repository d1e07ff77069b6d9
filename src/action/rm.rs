//! `rm [-r] [-f] FILE…`: unlinkat(2) for each name.
//!
//! With `-r`, directories are emptied depth first. Each is opened without following a symbolic link, and what is in
//! it is removed relative to that descriptor, so that nothing can be swapped under us. Unlike GNU's rm, we never
//! enter a directory that something is mounted on: what a mount holds may belong to somebody else.

use crate::action::quote::quoted;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::kernel::{is_directory_in, is_mount_root, names_in};
use crate::ground::Errno;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Files to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rm {
    files: Vec<String>,
    recursive: bool,
    force: bool,
}

impl Verb for Rm {
    const NAME: &'static str = "rm";
    const SYNOPSIS: &'static str = "rm [-r] [-f] FILE…";
    const FLAGS: &'static [Flag] = &[Flag::both('r', "recursive"), Flag::short('R'), Flag::both('f', "force")];

    fn parse(words: &[String]) -> Result<Rm, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?;
        let (recursive, force) = (arguments.has("r") || arguments.has("R"), arguments.has("f"));
        // With -f nothing to remove is nothing to complain about.
        let arguments = arguments.at_least(usize::from(!force), words, Self::SYNOPSIS)?;
        Ok(Rm { files: arguments.operands, recursive, force })
    }

    fn run(&self, context: &mut Context) -> Status {
        let mut status = 0;
        for file in &self.files {
            if !self.remove(context, file) {
                status = 1;
            }
        }
        status
    }
}

impl Rm {
    fn remove(&self, context: &mut Context, file: &str) -> bool {
        let path = Path::new(file);
        let Ok(found) = std::fs::symlink_metadata(path) else {
            // Let the kernel say what is wrong: also whatever stat(2) and unlink(2) disagree about.
            return match context.sys.unlink(path) {
                Err(error) if self.force && (error.errno == Errno::ENOENT || error.errno == Errno::ENOTDIR) => true,
                Err(error) => complain(context, "rm", file, error.text()),
                Ok(()) => true,
            };
        };
        if !found.is_dir() {
            return match context.sys.unlink(path) {
                Ok(()) => true,
                Err(error) => complain(context, "rm", file, error.text()),
            };
        }
        if !self.recursive {
            return complain(context, "rm", file, "Is a directory");
        }
        if last_is_dots(file) {
            let name = quoted(file);
            context.complain(format!("rm: refusing to remove '.' or '..' directory: skipping {name}"));
            return false;
        }
        if std::fs::symlink_metadata("/").is_ok_and(|root| (root.dev(), root.ino()) == (found.dev(), found.ino())) {
            context.complain("rm: it is dangerous to operate recursively on '/'");
            context.complain("rm: use --no-preserve-root to override this failsafe");
            return false;
        }
        remove_tree(context, "rm", file)
    }
}

/// Removes a directory and all that is in it; also the end of a `mv` to another file system, so messages begin with
/// `program`. True when nothing is left.
pub(super) fn remove_tree(context: &mut Context, program: &str, directory: &str) -> bool {
    let path = Path::new(directory);
    if !empty(context, program, None, path, directory) {
        return false;
    }
    match context.sys.rmdir(path) {
        Ok(()) => true,
        Err(error) => complain(context, program, directory, error.text()),
    }
}

/// Removes what is in a directory: `name` below `parent`, shown to people as `shown`.
fn empty(context: &mut Context, program: &str, parent: Option<&OwnedFd>, name: &Path, shown: &str) -> bool {
    let directory = match context.sys.open_directory(parent, name) {
        Ok(directory) => directory,
        Err(error) => return complain(context, program, shown, error.text()),
    };
    let names = match names_in(&directory) {
        Ok(names) => names,
        Err(error) => return complain(context, program, shown, Errno::from(&error).words()),
    };
    // The operand itself may be a mount point: it was named. What is mounted below it was not.
    if parent.is_some() && is_mount_root(&directory) && !names.is_empty() {
        context.complain(format!("{program}: skipping {}, since something is mounted on it", quoted(shown)));
        context.warning.get_or_insert_with(|| {
            format!("Something is mounted on {shown}, and what it holds was left alone; umount it first.")
        });
        return false;
    }
    let mut all = true;
    for name in names {
        let name = Path::new(&name);
        let shown = format!("{}/{}", shown.trim_end_matches('/'), name.display());
        let is_directory = is_directory_in(&directory, name);
        if is_directory && !empty(context, program, Some(&directory), name, &shown) {
            all = false;
            continue;
        }
        if let Err(error) = context.sys.unlink_in(&directory, name, is_directory) {
            all = complain(context, program, &shown, error.text());
        }
    }
    all
}

fn complain(context: &mut Context, program: &str, file: &str, text: &str) -> bool {
    context.complain(format!("{program}: cannot remove {}: {text}", quoted(file)));
    false
}

fn last_is_dots(file: &str) -> bool {
    let last = file.trim_end_matches('/').rsplit('/').next();
    matches!(last, Some("." | ".."))
}

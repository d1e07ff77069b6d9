//! Copying files and trees: what `cp` does, and `mv` to another file system.
//!
//! What GNU's cp can and this can't: sparse files (holes become zeros), access control lists, backups, updates.

use crate::action::Context;
use crate::action::quote::quoted;
use crate::ground::Errno;
use crate::kernel::{Access, CallError, get_attribute, list_attributes, umask};
use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// What a copy has in common with its source besides the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keep {
    /// Mode, owner and times.
    pub(super) metadata: bool,
    /// Names of one file stay names of one file.
    pub(super) links: bool,
    /// Extended attributes, as far as they can be written.
    pub(super) attributes: bool,
}

impl Keep {
    /// As `cp -a` and `mv` do.
    pub(super) const EVERYTHING: Keep = Keep { metadata: true, links: true, attributes: true };
}

/// One `cp` or `mv` under way.
pub(super) struct Copying {
    program: &'static str,
    recursive: bool,
    keep: Keep,
    umask: u32,
    /// Where each file with several names was copied to.
    copied: HashMap<(u64, u64), String>,
    /// The directory that was made for the operand, and how both were called: it must not be copied into itself.
    root: Option<((u64, u64), String, String)>,
}

impl Copying {
    pub(super) fn new(program: &'static str, recursive: bool, keep: Keep) -> Copying {
        Copying { program, recursive, keep, umask: umask(), copied: HashMap::new(), root: None }
    }

    /// Copies one operand. False when something was left out; the messages are out then.
    pub(super) fn copy(&mut self, context: &mut Context, from: &str, to: &str) -> bool {
        self.root = None;
        self.entry(context, from, to)
    }

    fn entry(&mut self, context: &mut Context, from: &str, to: &str) -> bool {
        let source = match if self.recursive { std::fs::symlink_metadata(from) } else { std::fs::metadata(from) } {
            Ok(source) => source,
            Err(error) => {
                return self
                    .complain(context, format!("cannot stat {}: {}", quoted(from), Errno::from(&error).words()));
            }
        };
        if source.is_dir() && !self.recursive {
            return self.complain(context, format!("-r not specified; omitting directory {}", quoted(from)));
        }
        // A regular file is written through a link at its destination; anything else takes the link's place.
        let existing = if source.is_file() { std::fs::metadata(to) } else { std::fs::symlink_metadata(to) };
        let mut existing = match existing {
            Ok(existing) => Some(existing),
            Err(error) if Errno::from(&error) == Errno::ENOENT => None,
            Err(error) => {
                return self.complain(context, format!("cannot stat {}: {}", quoted(to), Errno::from(&error).words()));
            }
        };
        if let Some(existing) = &existing {
            // A link that leads to its destination: putting it there would leave it leading nowhere.
            let leads_there = source.is_symlink() && !existing.is_symlink();
            let origin = if leads_there { std::fs::metadata(from).ok() } else { Some(source.clone()) };
            if origin.is_some_and(|origin| (origin.dev(), origin.ino()) == (existing.dev(), existing.ino())) {
                return self.complain(context, format!("{} and {} are the same file", quoted(from), quoted(to)));
            }
            if existing.is_dir() && !source.is_dir() {
                return self.complain(context, format!("cannot overwrite directory {} with non-directory", quoted(to)));
            }
            if source.is_dir() && !existing.is_dir() {
                let (to, from) = (quoted(to), quoted(from));
                return self.complain(context, format!("cannot overwrite non-directory {to} with directory {from}"));
            }
        }
        let in_the_way = existing.as_ref().is_some_and(|found| !found.is_dir());
        if in_the_way && self.recursive && (!source.is_file() || (self.keep.links && existing_links(&existing) > 1)) {
            if let Err(error) = context.sys.unlink(to.as_ref()) {
                return self.complain(context, format!("cannot remove {}: {}", quoted(to), error.text()));
            }
            existing = None;
        }
        if self.keep.links && !source.is_dir() && source.nlink() > 1 {
            if let Some(first) = self.copied.get(&(source.dev(), source.ino())).cloned() {
                return self.hard_link(context, &first, to, existing.is_some());
            }
            self.copied.insert((source.dev(), source.ino()), to.to_string());
        }
        let kind = source.file_type();
        let done = if kind.is_dir() {
            self.directory(context, from, to, &source, existing.is_some())
        } else if kind.is_symlink() {
            self.symlink(context, from, to)
        } else if self.recursive && !kind.is_file() {
            self.node(context, to, &source)
        } else {
            self.file(context, from, to, &source, existing.is_some())
        };
        // A directory is given its times and its mode even when some of its entries could not be copied.
        if !done && !kind.is_dir() {
            return false;
        }
        self.finish(context, from, to, &source, existing.is_some()) && done
    }

    fn directory(&mut self, context: &mut Context, from: &str, to: &str, source: &Metadata, exists: bool) -> bool {
        if let Some((id, top_from, top_to)) = &self.root
            && *id == (source.dev(), source.ino())
        {
            let message = format!("cannot copy a directory, {}, into itself, {}", quoted(top_from), quoted(top_to));
            return self.complain(context, message);
        }
        if !exists && let Err(error) = context.sys.mkdir(to.as_ref(), source.mode() & 0o777 | 0o700) {
            return self.complain(context, format!("cannot create directory {}: {}", quoted(to), error.text()));
        }
        if self.root.is_none()
            && let Ok(made) = std::fs::symlink_metadata(to)
        {
            self.root = Some(((made.dev(), made.ino()), from.to_string(), to.to_string()));
        }
        let mut names = match std::fs::read_dir(from).and_then(|entries| entries.collect::<Result<Vec<_>, _>>()) {
            Ok(entries) => entries.into_iter().map(|entry| entry.file_name()).collect::<Vec<_>>(),
            Err(error) => {
                return self
                    .complain(context, format!("cannot access {}: {}", quoted(from), Errno::from(&error).words()));
            }
        };
        names.sort();
        let mut all = true;
        for name in names {
            let Some(name) = name.to_str() else {
                // Words of a console line are text, so no lesson can make such a name; a learner's shell can.
                all = self.complain(context, format!("cannot copy a name that is not UTF-8 in {}", quoted(from)));
                continue;
            };
            let below = |directory: &str| format!("{}/{name}", directory.trim_end_matches('/'));
            all &= self.entry(context, &below(from), &below(to));
        }
        all
    }

    fn file(&mut self, context: &mut Context, from: &str, to: &str, source: &Metadata, exists: bool) -> bool {
        let input = match context.sys.open(from.as_ref(), Access::Read) {
            Ok(input) => input,
            Err(error) => {
                return self.complain(context, format!("cannot open {} for reading: {}", quoted(from), error.text()));
            }
        };
        let opened = match exists {
            true => context.sys.open_emptied(to.as_ref()),
            false => context.sys.open_new(to.as_ref(), source.mode() & 0o777),
        };
        let output = match opened {
            Ok(output) => output,
            Err(error) if !exists && error.errno == Errno::EEXIST => {
                return self.complain(context, format!("not writing through dangling symlink {}", quoted(to)));
            }
            Err(error) => {
                // With a slash behind it, the name of a missing directory.
                let text =
                    if error.errno == Errno::EISDIR && to.ends_with('/') { "Not a directory" } else { error.text() };
                return self.complain(context, format!("cannot create regular file {}: {text}", quoted(to)));
            }
        };
        match context.sys.copy_data(&input, &output) {
            Ok(()) => true,
            Err(error) => {
                let message = match error.call.name.as_str() {
                    "read" => format!("error reading {}: {}", quoted(from), error.text()),
                    _ => format!("error writing {}: {}", quoted(to), error.text()),
                };
                self.complain(context, message)
            }
        }
    }

    fn symlink(&mut self, context: &mut Context, from: &str, to: &str) -> bool {
        let target = match std::fs::read_link(from) {
            Ok(target) => target,
            Err(error) => {
                let text = Errno::from(&error).words();
                return self.complain(context, format!("cannot read symbolic link {}: {text}", quoted(from)));
            }
        };
        match context.sys.symlink(&target, to.as_ref()) {
            Ok(()) => true,
            Err(error) => {
                self.complain(context, format!("cannot create symbolic link {}: {}", quoted(to), error.text()))
            }
        }
    }

    fn node(&mut self, context: &mut Context, to: &str, source: &Metadata) -> bool {
        let what = if source.file_type().is_fifo() { "fifo" } else { "special file" };
        match context.sys.make_node(to.as_ref(), source.mode(), source.rdev()) {
            Ok(()) => true,
            Err(error) => self.complain(context, format!("cannot create {what} {}: {}", quoted(to), error.text())),
        }
    }

    fn hard_link(&mut self, context: &mut Context, first: &str, to: &str, exists: bool) -> bool {
        if exists && context.sys.unlink(to.as_ref()).is_err() {
            return self.complain(context, format!("cannot remove {}", quoted(to)));
        }
        match context.sys.link(first.as_ref(), to.as_ref()) {
            Ok(()) => true,
            Err(error) => {
                let (to, first, text) = (quoted(to), quoted(first), error.text());
                self.complain(context, format!("cannot create hard link {to} to {first}: {text}"))
            }
        }
    }

    /// Times, owner, attributes, mode: in this order, since a change of owner takes the set-user-id bit away.
    fn finish(&mut self, context: &mut Context, from: &str, to: &str, source: &Metadata, existed: bool) -> bool {
        let path = Path::new(to);
        let Ok(made) = std::fs::symlink_metadata(path) else { return true };
        if !self.keep.metadata {
            // What mkdir(2) was given more than the source has, so that it could be filled.
            let wanted = source.mode() & 0o777 & !self.umask;
            if source.is_dir() && !existed && made.mode() & 0o777 != wanted {
                return self.kept(context, "permissions", to, |context| context.sys.chmod(path, wanted));
            }
            return true;
        }
        let mut all = true;
        let (accessed, modified) = ((source.atime(), source.atime_nsec()), (source.mtime(), source.mtime_nsec()));
        all &= self.kept(context, "times", to, |context| context.sys.set_own_times(path, accessed, modified));
        let mut mode = source.mode() & 0o7777;
        if (made.uid(), made.gid()) != (source.uid(), source.gid()) {
            let changed = context.sys.change_owner(path, source.uid(), source.gid());
            if let Err(error) = changed {
                // Nobody else's file can be given its owner back by an ordinary user: then no set-id bits either.
                mode &= 0o777;
                let root = crate::kernel::effective_ids().0 == 0;
                if root || !(error.errno == Errno::EPERM || error.errno == Errno::EINVAL) {
                    let text = error.text();
                    all = self.complain(context, format!("failed to preserve ownership for {}: {text}", quoted(to)));
                }
            }
        }
        if self.keep.attributes {
            for name in list_attributes(from.as_ref()) {
                if let Some(value) = get_attribute(from.as_ref(), &name) {
                    // As `cp -a`: what this file system has no place for is left out without a word.
                    let _ = context.sys.set_attribute(path, &name, &value);
                }
            }
        }
        if !made.is_symlink() {
            all &= self.kept(context, "permissions", to, |context| context.sys.chmod(path, mode));
        }
        all
    }

    fn kept(
        &self,
        context: &mut Context,
        what: &str,
        to: &str,
        keep: impl FnOnce(&mut Context) -> Result<(), CallError>,
    ) -> bool {
        match keep(context) {
            Ok(()) => true,
            Err(error) => {
                let verb = if what == "times" { "preserving" } else { "setting" };
                self.complain(context, format!("{verb} {what} for {}: {}", quoted(to), error.text()))
            }
        }
    }

    fn complain(&self, context: &mut Context, message: String) -> bool {
        context.complain(format!("{}: {message}", self.program));
        false
    }
}

fn existing_links(existing: &Option<Metadata>) -> u64 {
    existing.as_ref().map_or(0, MetadataExt::nlink)
}

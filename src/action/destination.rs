//! Where `mv`, `cp` and `ln` put things: `VERB SOURCE DEST`, or `VERB SOURCE… DIRECTORY`.

use crate::action::Context;
use crate::action::quote::quoted;
use crate::ground::Errno;
use std::path::Path;

/// Pairs of source and destination, or `None` when the last operand can't hold them (the message is out then).
pub(super) fn pairs(context: &mut Context, program: &str, operands: &[String]) -> Option<Vec<(String, String)>> {
    let (last, sources) = operands.split_last()?;
    let found = std::fs::metadata(last);
    if found.as_ref().is_ok_and(|found| found.is_dir()) {
        return Some(sources.iter().map(|source| (source.clone(), inside(last, source))).collect());
    }
    if let [source] = sources {
        return Some(vec![(source.clone(), last.clone())]);
    }
    let text = match found {
        Err(error) => Errno::from(&error).words(),
        Ok(_) => "Not a directory",
    };
    context.complain(format!("{program}: target {}: {text}", quoted(last)));
    None
}

/// The name that `source` gets in `directory`.
pub(super) fn inside(directory: &str, source: &str) -> String {
    let trimmed = source.trim_end_matches('/');
    let name = if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) };
    match directory.ends_with('/') {
        true => format!("{directory}{name}"),
        false => format!("{directory}/{name}"),
    }
}

/// Whether two paths name one file (the links themselves, where they are symbolic).
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| std::fs::symlink_metadata(path).ok().map(|found| (found.dev(), found.ino()));
    id(one).is_some() && id(one) == id(other)
}

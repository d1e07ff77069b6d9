//! Files that are written whole or not at all, and read without trust.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// A larger file is none of ours.
const MOST: u64 = 256 << 20;

/// What every file of ours begins with, whatever else is in it.
#[derive(Deserialize)]
pub struct Form {
    pub version: u32,
}

/// Puts a value as JSON in the place of a file; whoever reads it meanwhile sees the old one or the new one (rename(2)).
/// The caller keeps other writers out.
pub fn replace(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    // Of the same name each time: what a killed process left is written over.
    let mut new = path.as_os_str().to_os_string();
    new.push(".new");
    std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&new);
    })
}

/// Reads a value; `None` where there is no file. What is no such value is [`ErrorKind::InvalidData`].
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(Error::new(ErrorKind::InvalidData, "it is no regular file"));
    }
    let mut text = Vec::new();
    file.take(MOST).read_to_end(&mut text)?;
    serde_json::from_slice(&text).map(Some).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

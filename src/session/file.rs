//! Files that are written whole or not at all, and read without trust.

use crate::kernel::{CallError, open_at_once, quoted};
use crate::tree::write_whole;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// No file of ours is larger, in bytes.
pub const MOST: u64 = 256 << 20;

/// What every file of ours begins with, whatever else is in it.
#[derive(Deserialize)]
pub struct Form {
    pub version: u32,
}

/// Puts a value as JSON in the place of a file; a reader sees the old file or the new one, never a part. The caller keeps other
/// writers out.
pub fn replace(path: &Path, value: &impl Serialize) -> std::result::Result<(), CallError> {
    let text = serde_json::to_vec_pretty(value).map_err(Error::from);
    let mut text = text.map_err(|error| CallError::of("write", quoted(path), &error))?;
    text.push(b'\n');
    write_whole(path, &text)
}

/// Reads a value from a file of at most `most` bytes; `None` if there is no file. If it holds no such value, or is larger, the
/// error is [`ErrorKind::InvalidData`].
pub fn read<T: DeserializeOwned>(path: &Path, most: u64) -> Result<Option<T>> {
    let file = match open_at_once(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(Error::new(ErrorKind::InvalidData, "it is no regular file"));
    }
    let mut text = Vec::new();
    file.take(most + 1).read_to_end(&mut text)?;
    if text.len() as u64 > most {
        return Err(Error::new(ErrorKind::InvalidData, format!("it has more than {most} bytes")));
    }
    serde_json::from_slice(&text).map(Some).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

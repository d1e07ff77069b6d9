//! Files that are written whole or not at all, and read without trust.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::Path;

/// A larger file is none of ours.
const MOST: u64 = 256 << 20;

/// Puts a value as JSON in the place of a file; whoever reads it meanwhile sees the old one or the new one (rename(2)).
pub fn replace(path: &Path, value: &impl Serialize) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    serde_json::to_writer_pretty(&mut temporary, value)?;
    temporary.write_all(b"\n")?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
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

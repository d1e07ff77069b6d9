//! A recording that somebody names: opened, and refused in one place.

use crate::cli::{CliError, Exit};
use crate::event::{LONGEST_RECORDING, Refused};
use crate::ground::{Call, Failure, Name};
use crate::kernel::{open_to_read, quoted};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Opens the file of a recording. `named` is what else could have been named in its place: `a file`, `a lesson, or a file`.
pub fn open(file: &Path, named: &str) -> Result<File, CliError> {
    let wanted = format!("cannot read the recording {}", Name::of(file));
    let refused = match open_to_read(file) {
        Ok(Some(open)) => return Ok(open),
        Ok(None) => Failure::ours(
            wanted,
            "it is a named pipe, and nobody may ever write to it",
            "have it read from the standard input: layerlab replay - < PIPE",
        ),
        Err(error) => Failure::kernel(
            wanted,
            Call::failed("openat", format!("AT_FDCWD, {}, O_RDONLY", quoted(file)), error),
            "there is no file of this name that can be read",
            format!("name {named} that `layerlab run LESSON --record FILE` made"),
        ),
    };
    Err(CliError::usage(refused))
}

/// All of it as it stands in its file, and a little more than a recording may have, so that a longer one is found out.
pub fn text(file: &Path, named: &str) -> Result<Vec<u8>, CliError> {
    let mut text = Vec::new();
    let read = open(file, named)?.take(LONGEST_RECORDING as u64 + 1).read_to_end(&mut text);
    read.map_err(|error| {
        let call = Call::failed("read", quoted(file), error);
        let wanted = format!("cannot read the recording {}", Name::of(file));
        let fix = format!("name {named} that `layerlab run LESSON --record FILE` made");
        CliError::usage(Failure::kernel(wanted, call, "it is no file with text in it", fix))
    })?;
    Ok(text)
}

/// What was read is no recording; `name` is what people call it.
pub fn is_none(name: &str, refused: &Refused) -> CliError {
    let why = format!("line {}: {}", refused.line, refused.what);
    let fix = "record the run again: layerlab run LESSON --record FILE";
    CliError::Failed(Exit::Lesson, Failure::ours(format!("{name} is not a recording"), why, fix))
}

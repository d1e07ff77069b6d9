//! `layerlab image save [-o FILE] IMAGE…`

use crate::cli::CliError;
use crate::cli::image::place;
use crate::ground::{Failure, Stream, pass_through};
use crate::image::{Store, save};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Write images into an archive that Docker, podman and skopeo read, too
#[derive(Debug, clap::Args)]
pub struct Save {
    /// Names, or beginnings of IDs
    #[arg(required = true)]
    images: Vec<String>,
    /// The archive (else the standard output)
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Save {
    /// Writes them.
    pub fn run(&self) -> Result<(), CliError> {
        let store = Store::read(&place()?)?;
        let images = self.images.iter().map(|name| store.find(name)).collect::<Result<Vec<_>, _>>()?;
        let Some(file) = &self.output else {
            if Stream::Output.is_terminal() {
                let fix = "layerlab image save -o FILE …, or … | gzip > FILE";
                return Err(CliError::usage(Failure::plain("an archive is nothing for a terminal", fix)));
            }
            let mut out = BufWriter::with_capacity(256 * 1024, Through);
            save(store.layout(), &images, &mut out)?;
            return Ok(out.flush()?);
        };
        // It appears whole or not at all.
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let unwritable = |error: std::io::Error| {
            let call = crate::kernel::CallError::of("openat", crate::kernel::quoted(file), &error);
            CliError::file("cannot write the images to", file, call)
        };
        let temporary = tempfile::Builder::new().prefix(".layerlab-save-").tempfile_in(folder).map_err(unwritable)?;
        let mut out = BufWriter::with_capacity(256 * 1024, temporary);
        save(store.layout(), &images, &mut out)?;
        let temporary = out.into_inner().map_err(|error| unwritable(error.into_error()))?;
        use std::os::unix::fs::PermissionsExt;
        temporary.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).map_err(unwritable)?;
        temporary.persist(file).map_err(|error| unwritable(error.error))?;
        Ok(())
    }
}

/// The standard output, which is no terminal.
struct Through;

impl Write for Through {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        pass_through(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

//! `layerlab image save [-o FILE] IMAGE…`

use crate::cli::CliError;
use crate::cli::image::busy::{Busy, Counting};
use crate::cli::image::place;
use crate::cli::output::{unwritten, write_file_by};
use crate::ground::{Failure, Stream, pass_through};
use crate::image::{Store, save};
use crate::kernel::{CallError, quoted};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

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
        let counted = Arc::default();
        let _busy = Busy::begin("saving", &counted);
        let Some(file) = &self.output else {
            if Stream::Output.is_terminal() {
                let fix = "layerlab image save -o FILE …, or … | gzip > FILE";
                return Err(CliError::usage(Failure::plain("an archive is nothing for a terminal", fix)));
            }
            let mut out = BufWriter::with_capacity(256 * 1024, Counting(Through, counted));
            save(store.layout(), &images, &mut out)?;
            return Ok(out.flush()?);
        };
        write_file_by("the images", file, |open| {
            let mut out = BufWriter::with_capacity(256 * 1024, Counting(open, counted.clone()));
            save(store.layout(), &images, &mut out)?;
            let flushed = out.flush();
            flushed.map_err(|error| unwritten("the images", file, CallError::of("write", quoted(file), &error)))
        })
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

//! `layerlab replay FILE`

use crate::cli::output::{Look, Output};
use crate::cli::{CliError, Common};
use crate::event::{Event, FORMAT};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Show a recorded run again; no kernel needed
#[derive(Debug, clap::Args)]
pub struct Replay {
    /// A recording, made with `run --record`; `-` is the standard input
    file: PathBuf,
    /// Every event as JSON, one a line
    #[arg(long)]
    json: bool,
    /// Shorten no line
    #[arg(long)]
    full: bool,
    /// With the instructor's notes
    #[arg(long)]
    notes: bool,
}

impl Replay {
    /// Replays it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let file = self.file.display();
        let lines: Box<dyn BufRead> = match self.file.as_os_str() == "-" {
            true => Box::new(std::io::stdin().lock()),
            false => {
                let opened = std::fs::File::open(&self.file).map_err(|error| {
                    let (errno, text) = crate::kernel::errno_of(&error);
                    CliError::Usage(format!(
                        "cannot read the recording {file}\n  call  openat(AT_FDCWD, \"{file}\", O_RDONLY) = -1 {errno} ({text})\n  fix   name a file that `layerlab run LESSON --record FILE` made"
                    ))
                })?;
                Box::new(BufReader::new(opened))
            }
        };
        let mut output = Output::new(common, Look { json: self.json, full: self.full, notes: self.notes, asks: false });
        let wrong = |line: usize, what: String| {
            CliError::Content(format!(
                "{file} is not a recording\n  line  {line}: {what}\n  fix   record the run again: layerlab run LESSON --record FILE"
            ))
        };
        let mut begun = false;
        for (at, line) in lines.lines().enumerate() {
            let line = line.map_err(|error| wrong(at + 1, error.to_string()))?;
            let event: Event = serde_json::from_str(&line).map_err(|error| wrong(at + 1, error.to_string()))?;
            match &event {
                Event::Begin(begin) if begin.format != FORMAT => {
                    let what = format!("its format is {}, and this program reads format {FORMAT}", begin.format);
                    return Err(wrong(at + 1, what));
                }
                Event::Begin(_) => begun = true,
                _ if !begun => return Err(wrong(at + 1, "it does not begin with the event `begin`".into())),
                _ => {}
            }
            output.tell(&event)?;
        }
        if !begun {
            return Err(wrong(1, "it is empty".into()));
        }
        Ok(output.finish()?)
    }
}

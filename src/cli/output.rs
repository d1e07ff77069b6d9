//! Where results go: which renderer, how wide, with colours or without, and into which recording.

use crate::cli::{CliError, Common};
use crate::event::Timed;
use crate::render::{Json, Paint, Plain, PlainOptions, Renderer, Terminal, TerminalOptions};
use crate::tree::write_named;
use std::io::{BufWriter, IsTerminal, Stdout, Write};
use std::path::{Path, PathBuf};

/// How results look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Events as JSON, one a line.
    pub json: bool,
    /// Nothing is shortened.
    pub full: bool,
    /// With the instructor's notes.
    pub notes: bool,
    /// Predictions are asked, so they need not be listed.
    pub asks: bool,
}

/// The standard output, rendered, and a recording beside it where one is wanted.
pub struct Output {
    out: BufWriter<Stdout>,
    renderer: Box<dyn Renderer>,
    recording: Option<Recording>,
}

impl Output {
    /// An output that looks as the flags say.
    pub fn new(common: &Common, look: Look) -> Output {
        let renderer: Box<dyn Renderer> = if look.json {
            Box::new(Json)
        } else if common.plain {
            Box::new(Plain::new(PlainOptions { full: look.full, notes: look.notes }))
        } else {
            Box::new(Terminal::new(TerminalOptions {
                width: width(),
                colour: colour(),
                full: look.full,
                notes: look.notes,
                asks: look.asks,
            }))
        };
        Output { out: BufWriter::with_capacity(64 * 1024, std::io::stdout()), renderer, recording: None }
    }

    /// Records every event in `file` too; it appears there when the run is over, whole or not at all.
    pub fn recording(mut self, file: Option<&Path>) -> std::io::Result<Output> {
        self.recording = file.map(Recording::begin).transpose()?;
        Ok(self)
    }

    /// Shows an event. What a person waits for is shown at once.
    pub fn tell(&mut self, told: &Timed) -> std::io::Result<()> {
        if let Some(recording) = &mut self.recording {
            told.write(&mut recording.temporary)?;
        }
        self.renderer.event(told, &mut self.out)
    }

    /// The renderer alone, and the writer behind it.
    pub fn parts(&mut self) -> (&mut dyn Renderer, &mut dyn Write) {
        (self.renderer.as_mut(), &mut self.out)
    }

    /// Makes everything visible that was told.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }

    /// Ends the output; the recording appears.
    pub fn finish(mut self) -> std::io::Result<()> {
        self.out.flush()?;
        self.recording.take().map_or(Ok(()), Recording::finish)
    }
}

struct Recording {
    file: PathBuf,
    temporary: BufWriter<tempfile::NamedTempFile>,
}

impl Recording {
    fn begin(file: &Path) -> std::io::Result<Recording> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new().prefix(".recording-").tempfile_in(folder)?;
        Ok(Recording { file: file.to_path_buf(), temporary: BufWriter::new(temporary) })
    }

    fn finish(self) -> std::io::Result<()> {
        let temporary = self.temporary.into_inner().map_err(|error| error.into_error())?;
        // A temporary file is private; a recording is to be read by others.
        use std::os::unix::fs::PermissionsExt;
        temporary.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        temporary.persist(&self.file).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Columns of the terminal; 80 where there is none and COLUMNS says nothing.
pub fn width() -> usize {
    let said = || std::env::var("COLUMNS").ok()?.parse::<usize>().ok().filter(|columns| *columns > 0);
    match terminal_size::terminal_size() {
        Some((terminal_size::Width(columns), _)) if columns > 0 => columns.into(),
        _ => said().unwrap_or(80),
    }
}

/// A sentence of ours, as wide as the terminal at most; words that are longer, paths for example, stay whole.
pub fn wrapped(text: &str) -> String {
    let options =
        textwrap::Options::new(width()).break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}

/// Paint for the standard output.
pub fn paint(common: &Common) -> Paint {
    Paint::new(colour() && !common.plain)
}

/// Colours: on a terminal, unless NO_COLOR says otherwise; where CLICOLOR_FORCE asks, always.
fn colour() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    !set("NO_COLOR") && (set("CLICOLOR_FORCE") || std::io::stdout().is_terminal())
}

/// Writes a file that somebody named: all of it or nothing.
pub fn write_file(what: &str, file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    write_named(file, bytes).map_err(|error| {
        let fix = "name a file in a directory that exists and is yours";
        CliError::Usage(format!("cannot write {what} to {}\n  call  {}\n  fix   {fix}", file.display(), error.call))
    })
}

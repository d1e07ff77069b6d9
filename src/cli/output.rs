//! Where results go: which painter, how wide, with colours or without, and into which recording.

use crate::cli::{CliError, Common};
use crate::event::Timed;
use crate::ground::{Shown, Stream, escaped_lines};
use crate::kernel::{CallError, window_size};
use crate::paint::{PAINTERS, Painter, Palette};
use crate::scene::{self, Look};
use crate::tree::{write_named, write_named_by};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// So many bytes are shown at once.
const AT_ONCE: usize = 64 * 1024;

/// The standard output, painted, and a recording beside it where one is wanted.
pub struct Output {
    /// What was told and is not shown yet.
    out: Shown,
    painter: Box<dyn Painter>,
    new_painter: fn(Look) -> Box<dyn Painter>,
    look: Look,
    recording: Option<Recording>,
}

impl Output {
    /// An output by the painter of this name, see [`PAINTERS`].
    pub fn new(painter: &str, look: Look) -> Output {
        let named = PAINTERS.iter().find(|(name, _)| *name == painter);
        let (_, new_painter) = *named.unwrap_or(&PAINTERS[0]);
        Output { out: Shown::new(), painter: new_painter(look), new_painter, look, recording: None }
    }

    /// Records every event in `file` too; it appears there when the run is over, whole or not at all.
    pub fn recording(mut self, file: Option<&Path>) -> std::io::Result<Output> {
        self.recording = file.map(Recording::begin).transpose()?;
        Ok(self)
    }

    /// Shows an event. What a person waits for is shown at once.
    pub fn tell(&mut self, told: &Timed) -> std::io::Result<()> {
        self.record(told)?;
        self.out.append(&self.painter.paint(told)?);
        if self.out.len() < AT_ONCE { Ok(()) } else { self.flush() }
    }

    /// What would be shown of an event; it is recorded too, and showing it is the caller's.
    pub fn painted(&mut self, told: &Timed) -> std::io::Result<Shown> {
        self.record(told)?;
        self.painter.paint(told)
    }

    /// The same of an event whose trees and tables are drawn whole, changed or not; it is not recorded.
    pub fn whole(&self, told: &Timed) -> std::io::Result<Shown> {
        (self.new_painter)(Look { changed: false, ..self.look }).paint(told)
    }

    fn record(&mut self, told: &Timed) -> std::io::Result<()> {
        let recording = self.recording.as_mut();
        recording.map_or(Ok(()), |recording| told.write(&mut recording.temporary))
    }

    /// Makes everything visible that was told.
    pub fn flush(&mut self) -> std::io::Result<()> {
        Stream::Output.show(std::mem::take(&mut self.out))
    }

    /// Ends the output; the recording appears.
    pub fn finish(mut self) -> std::io::Result<()> {
        self.flush()?;
        self.recording.take().map_or(Ok(()), Recording::finish)
    }
}

/// What was told before something went wrong is shown all the same.
impl Drop for Output {
    fn drop(&mut self) {
        let _ = self.flush();
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
    window_size().map(|(columns, _)| columns).unwrap_or_else(|| said().unwrap_or(80).min(Look::WIDEST))
}

/// Rows of the terminal; 24 where there is none.
pub fn rows() -> usize {
    window_size().map_or(24, |(_, rows)| rows)
}

/// A sentence of ours, as wide as the terminal at most; words that are longer, paths for example, stay whole.
pub fn wrapped(text: &str) -> String {
    let options =
        textwrap::Options::new(width()).break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(&escaped_lines(text), options)
}

/// The look of the standard output.
pub fn look(common: &Common) -> Look {
    Look { width: width(), styled: colour() && !common.plain, ..Look::default() }
}

/// The colours of the standard output.
pub fn palette(common: &Common) -> Palette {
    Palette::new(colour() && !common.plain)
}

/// What an exercise asks for.
pub fn exercise(common: &Common, name: &str, title: &str, text: &str) -> Shown {
    palette(common).lines(&match common.plain {
        true => scene::exercise_spoken(name, title, text),
        false => scene::exercise(name, title, text, look(common)),
    })
}

/// The painter that the flags ask for.
pub fn painter(common: &Common, json: bool) -> &'static str {
    match (json, common.plain) {
        (true, _) => "json",
        (false, true) => "plain",
        (false, false) => "terminal",
    }
}

/// Colours: on a terminal, unless NO_COLOR says otherwise; where CLICOLOR_FORCE asks, always.
fn colour() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    !set("NO_COLOR") && (set("CLICOLOR_FORCE") || Stream::Output.is_terminal())
}

/// Writes a file that somebody named: all of it or nothing.
pub fn write_file(what: &str, file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    write_named(file, bytes).map_err(|error| unwritten(what, file, error))
}

/// The same of what `write` writes, which need not be in memory.
pub fn write_file_by(
    what: &str,
    file: &Path,
    write: impl FnOnce(&mut std::fs::File) -> Result<(), CliError>,
) -> Result<(), CliError> {
    enum Failed {
        File(CallError),
        Content(CliError),
    }
    impl From<CallError> for Failed {
        fn from(error: CallError) -> Failed {
            Failed::File(error)
        }
    }
    write_named_by(file, |open| write(open).map_err(Failed::Content)).map_err(|failed| match failed {
        Failed::File(error) => unwritten(what, file, error),
        Failed::Content(error) => error,
    })
}

/// A file that somebody named could not be written.
pub fn unwritten(what: &str, file: &Path, error: CallError) -> CliError {
    CliError::file(&format!("cannot write {what} to"), file, error)
}

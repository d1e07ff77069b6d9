//! A terminal of which all is ours: entering, drawing, waiting, leaving.
//!
//! A resize and the signals that end a program are bytes on a socket pair (signal-hook), so one poll(2) waits for the keys,
//! for them, and for whatever else the caller has open. Where the terminal is gone, waiting is an error, never a loop.

use crate::ground::Stream;
use crate::kernel::{RawTerminal, TerminalState, Typed, typed_or_ready, window_size};
use crate::paint::{ENTER_SCREEN, Grid, LEAVE_SCREEN, Palette};
use crate::scene::Line;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Where there is no telling, a terminal is as large as terminals once were.
const USUAL: (usize, usize) = (80, 24);

/// The whole terminal. When it is dropped, the terminal is as it was.
#[derive(Debug)]
pub struct FullScreen {
    _raw: RawTerminal,
    palette: Palette,
    shown: Option<Grid>,
    signals: UnixStream,
    /// The signal that asked for the end, 0 where none did.
    ends: Arc<AtomicUsize>,
}

/// What happened while somebody waited.
#[derive(Debug, Default)]
pub struct Happened {
    /// What was typed.
    pub typed: Vec<u8>,
    /// Which of the caller's descriptors has something to read, or was closed at its other end.
    pub ready: Vec<bool>,
    /// The signal that asks for the end.
    pub ends: Option<u8>,
}

impl FullScreen {
    /// Takes the terminal of the standard input and output.
    ///
    /// # Errors
    /// Where there is none.
    pub fn enter(palette: Palette) -> Result<FullScreen> {
        let terminal = TerminalState::of_input().ok_or_else(|| Error::from(ErrorKind::NotConnected))?;
        let ends = Arc::new(AtomicUsize::new(0));
        let (signals, wake) = UnixStream::pair()?;
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            signal_hook::flag::register_usize(signal, ends.clone(), signal as usize)?;
        }
        for signal in [SIGHUP, SIGINT, SIGTERM, SIGWINCH] {
            signal_hook::low_level::pipe::register(signal, wake.try_clone()?)?;
        }
        signals.set_nonblocking(true)?;
        let raw = terminal.make_raw(ENTER_SCREEN, LEAVE_SCREEN)?;
        Ok(FullScreen { _raw: raw, palette, shown: None, signals, ends })
    }

    /// Columns and lines, as they are now.
    pub fn size(&self) -> (usize, usize) {
        window_size().unwrap_or(USUAL)
    }

    /// The colours from now on; everything is drawn anew.
    pub fn use_palette(&mut self, palette: Palette) {
        self.palette = palette;
        self.shown = None;
    }

    /// Forgets what the terminal shows: the next picture is sent whole.
    pub fn draw_anew(&mut self) {
        self.shown = None;
    }

    /// Shows these lines, the first at the top; the cursor, column and row from 0, where it is wanted.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn draw(&mut self, lines: &[Line], cursor: Option<(usize, usize)>) -> Result<()> {
        let (width, height) = self.size();
        let grid = Grid::new(lines, width, height, cursor);
        let sent = grid.since(self.shown.as_ref(), self.palette);
        self.shown = Some(grid);
        if sent.is_empty() {
            return Ok(());
        }
        Stream::Output.show(sent)
    }

    /// Waits for keys, a resize, a signal, or something to read on another descriptor; for ever, where no time is given.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn wait(&mut self, others: &[BorrowedFd<'_>], time: Option<Duration>) -> Result<Happened> {
        let ends = || u8::try_from(self.ends.load(Ordering::SeqCst)).ok().filter(|signal| *signal > 0);
        if let Some(signal) = ends() {
            return Ok(Happened { ends: Some(signal), ready: vec![false; others.len()], ..Happened::default() });
        }
        let all = [&[self.signals.as_fd()], others].concat();
        let Typed { bytes, mut ready } = typed_or_ready(&all, time)?;
        if ready.remove(0) {
            let mut told = [0; 64];
            while matches!((&self.signals).read(&mut told), Ok(1..)) {}
        }
        Ok(Happened { typed: bytes, ready, ends: ends() })
    }
}

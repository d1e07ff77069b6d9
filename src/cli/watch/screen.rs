//! The whole terminal: drawn anew only where something is different, scrolled by keys, and as it was afterwards.

use super::{NAP, Sight, Watching, pause};
use crate::cli::CliError;
use crate::kernel::{TerminalState, keep_terminal, typed_within};
use crate::paint::Palette;
use crate::scene::waiting;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

// Control sequences that every terminal of today knows (ECMA-48, and xterm's own with a `?`).
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// Between these two nothing is shown, where the terminal knows them: the picture changes at once.
const HOLD: &str = "\x1b[?2026h\x1b[H";
const SHOW: &str = "\x1b[?2026l";
const CLEAR_LINE: &str = "\x1b[2K";

/// The terminal while it is ours.
struct Screen(TerminalState);

impl Screen {
    fn begin() -> std::io::Result<Screen> {
        let terminal = keep_terminal().ok_or(std::io::ErrorKind::NotConnected)?;
        terminal.make_raw()?;
        let screen = Screen(terminal);
        write(ENTER)?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = write(LEAVE);
        self.0.restore();
    }
}

fn write(text: &str) -> std::io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Shows what there is to see until a key, a signal or the end of the terminal ends it.
pub(super) fn run(mut watching: Watching<'_>, palette: Palette, ends: &AtomicBool) -> Result<(), CliError> {
    let _screen = Screen::begin()?;
    let mut view = View { palette, size: (0, 0), scroll: 0, furthest: 0 };
    let mut last = None;
    loop {
        let begun = Instant::now();
        let sight = watching.look();
        let until = begun + begun.elapsed() + pause(begun.elapsed());
        let changed = last.as_ref() != Some(&sight);
        let sight = last.insert(sight);
        if changed {
            view.draw(sight)?;
        }
        loop {
            view.draw_if_resized(sight)?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let Ok(key) = typed_within(left.min(NAP)) else { return Ok(()) };
            if ends.load(Ordering::Relaxed) || view.ends_at(&key) {
                return Ok(());
            }
            if !key.is_empty() {
                view.draw(sight)?;
            }
        }
    }
}

struct View {
    palette: Palette,
    /// Columns and lines that were drawn.
    size: (usize, usize),
    /// So many lines are above the screen.
    scroll: usize,
    furthest: usize,
}

impl View {
    fn draw_if_resized(&mut self, sight: &Sight) -> std::io::Result<()> {
        if size() == self.size { Ok(()) } else { self.draw(sight) }
    }

    fn draw(&mut self, sight: &Sight) -> std::io::Result<()> {
        self.size = size();
        let (width, height) = self.size;
        let lines = match sight {
            Sight::Nothing(why) => waiting(why, width, height),
            Sight::Exercise(picture) => {
                let (lines, furthest) = picture.lines(width, height, self.scroll, self.palette.colour());
                self.furthest = furthest;
                self.scroll = self.scroll.min(furthest);
                lines
            }
        };
        let mut text = String::from(HOLD);
        for (row, line) in lines.iter().enumerate() {
            let end = if row > 0 { "\r\n" } else { "" };
            let _ = write!(text, "{end}{CLEAR_LINE}{}", self.palette.line(line));
        }
        text.push_str(SHOW);
        write(&text)
    }

    /// Heeds a key. Whether it is one that ends.
    fn ends_at(&mut self, key: &[u8]) -> bool {
        const CONTROL_C: &[u8] = b"\x03";
        const CONTROL_D: &[u8] = b"\x04";
        const ESCAPE: &[u8] = b"\x1b";
        let page = (self.size.1 / 2).max(1);
        match key {
            b"q" | b"Q" | CONTROL_C | CONTROL_D | ESCAPE => return true,
            b"j" | b"\x1b[B" | b"\x1bOB" => self.scroll += 1,
            b"k" | b"\x1b[A" | b"\x1bOA" => self.scroll = self.scroll.saturating_sub(1),
            b" " | b"\x1b[6~" => self.scroll += page,
            b"b" | b"\x1b[5~" => self.scroll = self.scroll.saturating_sub(page),
            b"\x1b[H" | b"\x1bOH" | b"\x1b[1~" => self.scroll = 0,
            b"\x1b[F" | b"\x1bOF" | b"\x1b[4~" => self.scroll = self.furthest,
            _ => {}
        }
        self.scroll = self.scroll.min(self.furthest);
        false
    }
}

/// Columns and lines of the terminal.
fn size() -> (usize, usize) {
    match terminal_size::terminal_size() {
        Some((columns, lines)) => (usize::from(columns.0).max(1), usize::from(lines.0).max(1)),
        None => (80, 24),
    }
}

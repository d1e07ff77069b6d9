//! The whole terminal: drawn anew only where something is different, scrolled by keys, and as it was afterwards.

use super::{NAP, Sight, Watching, pause};
use crate::cli::CliError;
use crate::kernel::{TerminalState, typed_within, window_size};
use crate::paint::{ENTER_SCREEN, Key, LEAVE_SCREEN, Palette, frame};
use crate::scene::waiting;
use std::io::{Error, ErrorKind, Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Shows what there is to see until a key, a signal or the end of the terminal ends it.
pub(super) fn run(mut watching: Watching<'_>, palette: Palette, ends: &AtomicBool) -> Result<(), CliError> {
    let terminal = TerminalState::of_input().ok_or_else(|| Error::from(ErrorKind::NotConnected))?;
    let _screen = terminal.make_raw(ENTER_SCREEN, LEAVE_SCREEN)?;
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
        let lines: Vec<String> = lines.iter().map(|line| self.palette.line(line)).collect();
        let mut out = stdout().lock();
        out.write_all(frame(&lines).as_bytes())?;
        out.flush()
    }

    /// Heeds a key. Whether it is one that ends.
    fn ends_at(&mut self, key: &[u8]) -> bool {
        let page = (self.size.1 / 2).max(1);
        match Key::of(key) {
            Some(Key::End) => return true,
            Some(Key::Down) => self.scroll += 1,
            Some(Key::Up) => self.scroll = self.scroll.saturating_sub(1),
            Some(Key::PageDown) => self.scroll += page,
            Some(Key::PageUp) => self.scroll = self.scroll.saturating_sub(page),
            Some(Key::First) => self.scroll = 0,
            Some(Key::Last) => self.scroll = self.furthest,
            None => {}
        }
        self.scroll = self.scroll.min(self.furthest);
        false
    }
}

/// Columns and lines of the terminal.
fn size() -> (usize, usize) {
    window_size().unwrap_or((80, 24))
}

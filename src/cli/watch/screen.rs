//! The whole terminal: drawn anew only where something is different, scrolled by keys, and as it was afterwards.

use super::{Sight, Watching, pause};
use crate::cli::CliError;
use crate::paint::{Key, Palette};
use crate::scene::waiting;
use crate::screen::FullScreen;
use std::time::Instant;

/// Shows what there is to see until a key, a signal or the end of the terminal ends it.
pub(super) fn run(mut watching: Watching<'_>, palette: Palette) -> Result<(), CliError> {
    let screen = FullScreen::enter(palette)?;
    let mut view = View { screen, styled: palette.colour(), size: (0, 0), scroll: 0, furthest: 0 };
    let mut last = None;
    loop {
        let begun = Instant::now();
        let sight = watching.look();
        let until = begun + begun.elapsed() + pause(begun.elapsed());
        let sight = last.insert(sight);
        loop {
            view.draw(sight)?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let Ok(happened) = view.screen.wait(&[], Some(left)) else { return Ok(()) };
            let keys = Key::read(&happened.typed);
            if happened.ends.is_some() || keys.into_iter().any(|key| view.ends_at(key)) {
                return Ok(());
            }
        }
    }
}

struct View {
    screen: FullScreen,
    styled: bool,
    /// Columns and lines that were drawn.
    size: (usize, usize),
    /// So many lines are above the screen.
    scroll: usize,
    furthest: usize,
}

impl View {
    fn draw(&mut self, sight: &Sight) -> std::io::Result<()> {
        self.size = self.screen.size();
        let (width, height) = self.size;
        let lines = match sight {
            Sight::Nothing(why) => waiting(why, width, height),
            Sight::Exercise(picture) => {
                let (lines, furthest) = picture.lines(width, height, self.scroll, self.styled);
                self.furthest = furthest;
                self.scroll = self.scroll.min(furthest);
                lines
            }
        };
        self.screen.draw(&lines, None)
    }

    /// Heeds a key. Whether it is one that ends.
    fn ends_at(&mut self, key: Key) -> bool {
        let page = (self.size.1 / 2).max(1);
        match key {
            Key::Char('q' | 'Q') | Key::Control('c' | 'd') | Key::Escape => return true,
            Key::Char('j') | Key::Down => self.scroll += 1,
            Key::Char('k') | Key::Up => self.scroll = self.scroll.saturating_sub(1),
            Key::Char(' ') | Key::PageDown => self.scroll += page,
            Key::Char('b') | Key::PageUp => self.scroll = self.scroll.saturating_sub(page),
            Key::Home => self.scroll = 0,
            Key::End => self.scroll = self.furthest,
            _ => {}
        }
        self.scroll = self.scroll.min(self.furthest);
        false
    }
}

//! The whole terminal: drawn anew only where something is different, scrolled by keys, and as it was afterwards.

use super::{NAP, Sight, Watching, pause};
use crate::cli::CliError;
use crate::render::{Paint, waiting};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{cursor, execute, queue, terminal};
use std::io::{BufWriter, Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The terminal while it is ours.
struct Screen;

impl Screen {
    fn begin() -> std::io::Result<Screen> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
        terminal::enable_raw_mode()?;
        let screen = Screen;
        execute!(stdout(), EnterAlternateScreen, cursor::Hide)?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn restore() {
    let _ = execute!(stdout(), cursor::Show, LeaveAlternateScreen);
    let _ = terminal::disable_raw_mode();
}

/// Shows what there is to see until a key or a signal ends it.
pub(super) fn run(mut watching: Watching<'_>, paint: Paint, ends: &AtomicBool) -> Result<(), CliError> {
    let _screen = Screen::begin()?;
    let mut view = View { paint, scroll: 0, furthest: 0, page: 1 };
    let mut last = None;
    loop {
        let begun = Instant::now();
        let sight = watching.look();
        let until = begun + begun.elapsed() + pause(begun.elapsed());
        if last.as_ref() != Some(&sight) {
            view.draw(&sight)?;
        }
        let sight = last.insert(sight);
        loop {
            if ends.load(Ordering::Relaxed) {
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            if poll(left.min(NAP))? {
                match read()? {
                    Event::Key(key) if key.kind != KeyEventKind::Release && view.ends_at(key) => return Ok(()),
                    Event::Key(_) | Event::Resize(..) => view.draw(sight)?,
                    _ => {}
                }
            }
        }
    }
}

struct View {
    paint: Paint,
    /// So many lines of the trees are above the screen.
    scroll: usize,
    furthest: usize,
    /// So many a page key goes.
    page: usize,
}

impl View {
    fn draw(&mut self, sight: &Sight) -> std::io::Result<()> {
        let (width, height) = terminal::size()?;
        let (width, height) = (usize::from(width).max(1), usize::from(height).max(1));
        let lines = match sight {
            Sight::Nothing(why) => waiting(why, width, height, self.paint),
            Sight::Exercise(picture) => {
                let (lines, furthest) = picture.lines(width, height, self.scroll, self.paint);
                self.furthest = furthest;
                self.scroll = self.scroll.min(furthest);
                lines
            }
        };
        self.page = (height / 2).max(1);
        let mut out = BufWriter::new(stdout().lock());
        queue!(out, BeginSynchronizedUpdate)?;
        for (row, line) in lines.iter().enumerate() {
            let row = u16::try_from(row).unwrap_or(u16::MAX);
            queue!(out, cursor::MoveTo(0, row), Clear(ClearType::CurrentLine), Print(line))?;
        }
        queue!(out, Clear(ClearType::FromCursorDown), EndSynchronizedUpdate)?;
        out.flush()
    }

    /// Heeds a key. Whether it is one that ends.
    fn ends_at(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c' | 'd') if control => return true,
            KeyCode::Char('q' | 'Q') | KeyCode::Esc => return true,
            KeyCode::Down | KeyCode::Char('j') => self.scroll += 1,
            KeyCode::Up | KeyCode::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll += self.page,
            KeyCode::PageUp | KeyCode::Char('b') => self.scroll = self.scroll.saturating_sub(self.page),
            KeyCode::Home => self.scroll = 0,
            KeyCode::End => self.scroll = self.furthest,
            _ => {}
        }
        self.scroll = self.scroll.min(self.furthest);
        false
    }
}

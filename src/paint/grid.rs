//! The screen of a terminal as a grid of styled cells, and what a terminal is sent to get from one grid to the next
//! (ECMA-48, and xterm's own sequences with a `?`). Only what is different is sent.

use crate::ground::Shown;
use crate::paint::Palette;
use crate::scene::{Line, Role};
use unicode_width::UnicodeWidthChar;

/// Takes the whole screen, and hides the cursor.
pub const ENTER_SCREEN: &str = "\x1b[?1049h\x1b[?25l\x1b[m";
/// Gives it back as it was.
pub const LEAVE_SCREEN: &str = "\x1b[m\x1b[?25h\x1b[?1049l";
/// Between these two nothing is shown, where the terminal knows them: the picture changes at once.
const HOLD: &str = "\x1b[?2026h";
const SHOW: &str = "\x1b[?2026l";
const CLEAR: &str = "\x1b[m\x1b[2J";
/// Shows the cursor, where something has hidden it.
pub const SHOW_CURSOR: &str = "\x1b[?25h";
const HIDE_CURSOR: &str = "\x1b[?25l";

/// Writes signs of which terminals think differently how wide they are, a line of a box, a mark, a wide character, and asks
/// after each where the cursor is.
pub const ASK_WIDTHS: &str = "\r\u{2502}\x1b[6n\r\u{2713}\x1b[6n\r\u{5bb9}\x1b[6n";
/// Takes them away again.
pub const FORGET_WIDTHS: &str = "\r\x1b[K";

/// The columns that a terminal has answered: `ESC [ row ; column R`, counted from 0.
pub fn asked_columns(answer: &[u8]) -> Vec<usize> {
    let text = String::from_utf8_lossy(answer);
    // The last one may not have come whole.
    let (whole, _) = text.rsplit_once('R').unwrap_or_default();
    let answers =
        whole.split('R').filter_map(|part| part.rsplit_once("\x1b[")).filter_map(|(_, at)| at.split_once(';'));
    answers.filter_map(|(_, column)| column.parse::<usize>().ok()?.checked_sub(1)).collect()
}

/// One column of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cell {
    /// What stands there; nothing in the second column of a wide character.
    letter: Option<char>,
    /// What is written over it: combining characters.
    more: String,
    role: Role,
}

const BLANK: Cell = Cell { letter: Some(' '), more: String::new(), role: Role::Text };

/// What a screen shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    width: usize,
    rows: Vec<Vec<Cell>>,
    /// Column and row, counted from 0, where it is to be seen.
    cursor: Option<(usize, usize)>,
}

impl Grid {
    /// A screen of this size that shows these lines, the first at its top; what does not fit is left out.
    pub fn new(lines: &[Line], width: usize, height: usize, cursor: Option<(usize, usize)>) -> Grid {
        let rows = (0..height).map(|at| lines.get(at).map_or_else(|| vec![BLANK; width], |line| row(line, width)));
        let cursor = cursor.filter(|(column, row)| *column < width && *row < height);
        Grid { width, rows: rows.collect(), cursor }
    }

    /// What a terminal is sent that shows `before`, or anything at all, to show this.
    pub fn since(&self, before: Option<&Grid>, palette: Palette) -> Shown {
        let before = before.filter(|before| before.width == self.width && before.rows.len() == self.rows.len());
        let mut sent = Shown::new();
        for (at, row) in self.rows.iter().enumerate() {
            match before {
                Some(before) => self.row_since(at, row, &before.rows[at], palette, &mut sent),
                None => put(at, 0, row, palette, &mut sent),
            }
        }
        if sent.is_empty() && before.is_some_and(|before| before.cursor == self.cursor) {
            return sent;
        }
        let clear = if before.is_none() { Shown::steering(CLEAR) } else { Shown::new() };
        // A cursor that is not seen rests at the top left. So it can be told from outside whether a picture is whole: while
        // one is written the cursor is not seen, and elsewhere.
        let cursor = match self.cursor {
            Some((column, row)) => Shown::cursor_at(row, column).with(Shown::steering(SHOW_CURSOR)),
            None => Shown::cursor_at(0, 0),
        };
        let begin = Shown::steering(HOLD).with(Shown::steering(HIDE_CURSOR));
        begin.with(clear).with(sent).with(cursor).with(Shown::steering(SHOW))
    }

    /// The part of a row from its first to its last different cell.
    fn row_since(&self, at: usize, row: &[Cell], before: &[Cell], palette: Palette, sent: &mut Shown) {
        let differs = |column: &usize| row[*column] != before[*column];
        let Some(mut first) = (0..self.width).find(differs) else { return };
        let mut end = (0..self.width).rev().find(differs).map_or(0, |last| last + 1);
        // A wide character is written whole, and so is one of which a half is written over.
        while first > 0 && (row[first].letter.is_none() || before[first].letter.is_none()) {
            first -= 1;
        }
        while end < self.width && (row[end].letter.is_none() || before[end].letter.is_none()) {
            end += 1;
        }
        put(at, first, &row[first..end], palette, sent);
    }
}

/// Writes cells from a column on.
fn put(at_row: usize, first: usize, cells: &[Cell], palette: Palette, sent: &mut Shown) {
    sent.append(&Shown::cursor_at(at_row, first));
    let (mut role, mut text) = (Role::Text, String::new());
    for (column, cell) in cells.iter().enumerate() {
        let Some(letter) = cell.letter else {
            // Terminals disagree on how wide some characters are: what follows stands where it should all the same.
            sent.append(&palette.cells(role, &std::mem::take(&mut text)));
            sent.append(&Shown::cursor_at(at_row, first + column + 1));
            continue;
        };
        if cell.role != role {
            sent.append(&palette.cells(role, &std::mem::take(&mut text)));
            role = cell.role;
        }
        text.push(letter);
        text.push_str(&cell.more);
    }
    sent.append(&palette.cells(role, &text));
}

/// A line as cells, exactly so many.
fn row(line: &Line, width: usize) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::with_capacity(width);
    for (role, text) in line.pieces() {
        for letter in text.chars() {
            match letter.width().unwrap_or(0) {
                0 => {
                    let last = cells.iter_mut().rev().find(|cell| cell.letter.is_some());
                    last.into_iter().for_each(|cell| cell.more.push(letter));
                }
                wide if cells.len() + wide > width => break,
                wide => {
                    cells.push(Cell { letter: Some(letter), more: String::new(), role });
                    cells.extend((1..wide).map(|_| Cell { letter: None, more: String::new(), role }));
                }
            }
        }
    }
    cells.resize(width, BLANK);
    cells
}

#[cfg(test)]
mod tests {
    use super::Grid;
    use crate::ground::Shown;
    use crate::ground::mutation::each_mutant;
    use crate::paint::{Palette, Theme};
    use crate::scene::{Line, Role};
    use std::cell::RefCell;
    use std::num::NonZero;

    fn grid(lines: &[&str], width: usize) -> Grid {
        let lines: Vec<Line> = lines.iter().map(|line| Line::of(Role::Text, line)).collect();
        Grid::new(&lines, width, lines.len(), None)
    }

    /// A terminal that was sent all this.
    fn terminal(width: usize, height: usize, sent: &[&Shown]) -> vt100::Parser {
        let size = |length: usize| NonZero::new(length as u16).unwrap();
        let mut terminal = vt100::Parser::new(size(height), size(width), 0);
        sent.iter().for_each(|sent| terminal.process(sent.as_str().as_bytes()));
        terminal
    }

    #[test]
    fn only_what_is_different_is_sent() {
        let palette = Palette::new(false);
        let (one, other) = (grid(&["one two three", "four"], 20), grid(&["one TWO three", "four"], 20));
        assert_eq!(one.since(Some(&one), palette).as_str(), "");
        assert_eq!(other.since(Some(&one), palette).as_str(), "\x1b[?2026h\x1b[?25l\x1b[1;5HTWO\x1b[1;1H\x1b[?2026l");
        let shown = terminal(20, 2, &[&one.since(None, palette), &other.since(Some(&one), palette)]);
        assert_eq!(
            shown.screen().rows(0, 20).map(|row| row.trim_end().to_string()).collect::<Vec<_>>(),
            ["one TWO three", "four"]
        );
    }

    #[test]
    fn whatever_a_terminal_answers_columns_are_read() {
        assert_eq!(super::asked_columns(b"\x1b[5;2R\x1b[5;2Rx\x1b[5;3R"), [1, 1, 2]);
        assert!(super::asked_columns(b"\x1b[5;2").is_empty());
        each_mutant(&[b"\x1b[5;2R\x1b[5;2R\x1b[5;3R"], 500, |bytes| {
            assert!(super::asked_columns(bytes).len() <= bytes.len());
        });
    }

    #[test]
    fn a_wide_character_is_written_whole_or_not_at_all() {
        let palette = Palette::new(false);
        let (one, other) = (grid(&["a容b"], 6), grid(&["ax b"], 6));
        let (first, second) = (one.since(None, palette), other.since(Some(&one), palette));
        let third = one.since(Some(&other), palette);
        assert_eq!(terminal(6, 1, &[&first, &second]).screen().contents().trim_end(), "ax b");
        assert_eq!(terminal(6, 1, &[&first, &second, &third]).screen().contents().trim_end(), "a容b");
        assert!(!grid(&["abc容"], 4).since(None, palette).as_str().contains('容'), "half of it would not fit");
    }

    #[test]
    fn whatever_was_shown_the_next_picture_is_what_was_meant() {
        let palette = Palette::themed(Theme::Dark);
        let texts = [&b"one two \xe5\xae\xb9\xe5\x99\xa8 three\n\xe5\xae\xb9four  e\xcc\x81ve\nsix"[..], b"a\n\nb c d"];
        let shown = RefCell::new((None::<Grid>, terminal(12, 3, &[])));
        each_mutant(&texts, 2_000, |bytes| {
            // What is no text, the terminal of this test does not show.
            let text = String::from_utf8_lossy(bytes).replace('\u{fffd}', "?");
            let roles = Role::ALL.iter().cycle().skip(bytes.len());
            let lines: Vec<Line> =
                text.lines().zip(roles).map(|(line, role)| Line::of(Role::Text, "> ").with(*role, line)).collect();
            let next = Grid::new(&lines, 12, 3, None);
            let (before, all) = &mut *shown.borrow_mut();
            all.process(next.since(before.as_ref(), palette).as_str().as_bytes());
            let alone = terminal(12, 3, &[&next.since(None, palette)]);
            let rows = |terminal: &vt100::Parser| terminal.screen().rows_formatted(0, 12).collect::<Vec<_>>();
            assert_eq!(rows(all), rows(&alone), "{text:?}");
            *before = Some(next);
        });
    }
}

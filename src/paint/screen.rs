//! The whole screen of a terminal: control sequences that every terminal of today knows, and the keys that it sends
//! (ECMA-48, and xterm's own with a `?`).

/// Takes the whole screen, and hides the cursor.
pub const ENTER_SCREEN: &str = "\x1b[?1049h\x1b[?25l";
/// Gives it back as it was.
pub const LEAVE_SCREEN: &str = "\x1b[?25h\x1b[?1049l";
/// Between these two nothing is shown, where the terminal knows them: the picture changes at once.
const HOLD: &str = "\x1b[?2026h\x1b[H";
const SHOW: &str = "\x1b[?2026l";
const CLEAR_LINE: &str = "\x1b[2K";

/// What a terminal is sent to show these lines, the first at its top.
pub fn frame(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("{CLEAR_LINE}{line}")).collect();
    format!("{HOLD}{}{SHOW}", lines.join("\r\n"))
}

/// What somebody wants who presses a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// To leave.
    End,
    /// One line down.
    Down,
    /// One line up.
    Up,
    /// Half a screen down.
    PageDown,
    /// Half a screen up.
    PageUp,
    /// To the first line.
    First,
    /// To the last line.
    Last,
}

impl Key {
    /// The key of which a terminal has sent these bytes; none for one that means nothing here.
    pub fn of(bytes: &[u8]) -> Option<Key> {
        const CONTROL_C: &[u8] = b"\x03";
        const CONTROL_D: &[u8] = b"\x04";
        const ESCAPE: &[u8] = b"\x1b";
        Some(match bytes {
            b"q" | b"Q" | CONTROL_C | CONTROL_D | ESCAPE => Key::End,
            b"j" | b"\x1b[B" | b"\x1bOB" => Key::Down,
            b"k" | b"\x1b[A" | b"\x1bOA" => Key::Up,
            b" " | b"\x1b[6~" => Key::PageDown,
            b"b" | b"\x1b[5~" => Key::PageUp,
            b"\x1b[H" | b"\x1bOH" | b"\x1b[1~" => Key::First,
            b"\x1b[F" | b"\x1bOF" | b"\x1b[4~" => Key::Last,
            _ => return None,
        })
    }
}

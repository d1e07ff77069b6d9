//! What the terminal of a detour shows, command after command, as text. Before each prompt the shell sends a mark, which no
//! terminal shows (OSC 133, as terminals know it that jump from prompt to prompt).

use crate::stage::PROMPT_MARK;
use std::num::NonZero;

/// So many lines of a command are kept.
const MOST_LINES: u16 = 120;

/// The transcript.
pub struct Transcript {
    /// A terminal that is high enough for what one command shows.
    terminal: vt100::Parser,
    columns: NonZero<u16>,
    /// The beginning of a mark, perhaps.
    held: Vec<u8>,
    /// There was a prompt: what comes before the first one is no command's.
    prompted: bool,
}

impl Transcript {
    /// An empty one.
    pub fn new(columns: NonZero<u16>) -> Transcript {
        Transcript { terminal: terminal(columns), columns, held: Vec::new(), prompted: false }
    }

    /// Takes what the terminal shows; what the commands showed that have ended.
    pub fn hear(&mut self, bytes: &[u8]) -> Vec<String> {
        let bytes = [std::mem::take(&mut self.held), bytes.to_vec()].concat();
        let mark = PROMPT_MARK.as_bytes();
        let mut rest = &bytes[..];
        let mut ended = Vec::new();
        while let Some(at) = rest.windows(mark.len()).position(|part| part == mark) {
            self.terminal.process(&rest[..at]);
            ended.extend(self.take().filter(|_| self.prompted));
            self.prompted = true;
            rest = &rest[at + mark.len()..];
        }
        // A mark may come in two parts.
        let begun = (1..mark.len()).rev().find(|length| rest.ends_with(&mark[..*length])).unwrap_or(0);
        let (now, later) = rest.split_at(rest.len() - begun);
        self.terminal.process(now);
        self.held = later.to_vec();
        ended
    }

    /// What was shown since the last mark, without the blanks around it; nothing where that is nothing.
    pub fn take(&mut self) -> Option<String> {
        let shown = std::mem::replace(&mut self.terminal, terminal(self.columns));
        let text = shown.screen().contents();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        Some(lines.join("\n").trim_matches('\n').to_string()).filter(|text| !text.is_empty())
    }
}

fn terminal(columns: NonZero<u16>) -> vt100::Parser {
    vt100::Parser::new(NonZero::new(MOST_LINES).unwrap_or(NonZero::<u16>::MIN), columns, 0)
}

#[cfg(test)]
mod tests {
    use super::Transcript;
    use crate::ground::mutation::each_mutant;
    use std::num::NonZero;

    const SHOWN: &[u8] = b"take care\r\n\x1b]133;A\x07detour $ ls\r\na  b\r\n\x1b]133;A\x07detour $ exit\r\n";

    fn transcript() -> Transcript {
        Transcript::new(NonZero::new(40).unwrap())
    }

    #[test]
    fn commands_are_told_apart_wherever_the_bytes_are_cut() {
        for at in 0..SHOWN.len() {
            let mut transcript = transcript();
            let mut ended = transcript.hear(&SHOWN[..at]);
            ended.extend(transcript.hear(&SHOWN[at..]));
            assert_eq!(ended, ["detour $ ls\na  b"], "cut at {at}");
            assert_eq!(transcript.take().as_deref(), Some("detour $ exit"));
        }
    }

    #[test]
    fn whatever_a_terminal_is_sent_the_text_has_nothing_that_steers_one() {
        each_mutant(&[SHOWN], 500, |bytes| {
            let mut transcript = transcript();
            let all = [transcript.hear(bytes), transcript.take().into_iter().collect()].concat().concat();
            assert!(!all.contains('\x1b') && !all.contains('\r'), "{all:?}");
        });
    }
}

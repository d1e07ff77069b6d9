//! What the keys of a presenter do; one table for the keys, for their list, and for what goes from one terminal to another.

use crate::paint::Key;
use serde::{Deserialize, Serialize};

/// What somebody wants who presses a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// On: what will be run, what came of it, the next beat.
    On,
    /// Back, the same way.
    Back,
    /// To the first beat.
    First,
    /// To the last beat.
    Last,
    /// To the beat with this number, counted from 0.
    GoTo(usize),
    /// A line of the text down.
    Down,
    /// A line of the text up.
    Up,
    /// System calls, or none.
    Syscalls,
    /// The tables beside the trees, or none.
    Panels,
    /// Trees whole, or what changed.
    Trees,
    /// More text.
    More,
    /// Less text.
    Less,
    /// Everything of the beat, to be scrolled.
    Whole,
    /// A blank screen.
    Blank,
    /// This hour, or the recording.
    Recording,
    /// Light or dark.
    Colours,
    /// All beats.
    Overview,
    /// Type the number of a beat.
    Number,
    /// Type what to look for.
    Find,
    /// The next beat that has it.
    FindNext,
    /// Type how many hands are up.
    Hands,
    /// A shell in this state.
    Detour,
    /// All keys.
    Help,
    /// Leave.
    Quit,
}

/// A row of the list: the keys as people call them, what they do, and the command with its keys.
type Row = (&'static str, &'static str, Command, &'static [Key]);

/// All keys, in the order of the list.
const KEYS: &[Row] = &[
    (
        "Space → PageDown",
        "on: run the commands, then the next beat",
        Command::On,
        &[Key::Char(' '), Key::Right, Key::PageDown, Key::Enter],
    ),
    ("← PageUp", "back", Command::Back, &[Key::Left, Key::PageUp, Key::Backspace]),
    ("Home End", "first and last beat", Command::First, &[Key::Home]),
    ("", "", Command::Last, &[Key::End]),
    ("g", "go to a beat by its number", Command::Number, &[Key::Char('g')]),
    ("o", "overview of all beats", Command::Overview, &[Key::Char('o')]),
    ("/ n", "find words; the next place that has them", Command::Find, &[Key::Char('/')]),
    ("", "", Command::FindNext, &[Key::Char('n')]),
    ("d", "detour: a shell in the state of this beat", Command::Detour, &[Key::Char('d')]),
    ("h", "hands up: how many say yes", Command::Hands, &[Key::Char('h')]),
    ("s", "system calls", Command::Syscalls, &[Key::Char('s')]),
    ("p", "tables beside the trees", Command::Panels, &[Key::Char('p')]),
    ("t", "trees whole, or what changed", Command::Trees, &[Key::Char('t')]),
    ("f", "everything of this beat, to be scrolled", Command::Whole, &[Key::Char('f')]),
    ("+ -", "more text, less text", Command::More, &[Key::Char('+'), Key::Char('=')]),
    ("", "", Command::Less, &[Key::Char('-')]),
    ("↓ ↑ j k", "scroll the text", Command::Down, &[Key::Down, Key::Char('j')]),
    ("", "", Command::Up, &[Key::Up, Key::Char('k')]),
    ("r", "the recording, or this machine", Command::Recording, &[Key::Char('r')]),
    ("b .", "blank screen", Command::Blank, &[Key::Char('b'), Key::Char('.')]),
    ("c", "light or dark", Command::Colours, &[Key::Char('c')]),
    ("?", "this list", Command::Help, &[Key::Char('?')]),
    ("q", "leave", Command::Quit, &[Key::Char('q'), Key::Control('c'), Key::Control('d')]),
];

impl Command {
    /// What a key does; none where it does nothing.
    pub fn of(key: Key) -> Option<Command> {
        KEYS.iter().find(|(_, _, _, keys)| keys.contains(&key)).map(|(_, _, command, _)| *command)
    }

    /// Whether a second terminal may ask for it. What is typed there, and what ends the hour, stays there.
    pub fn leads(self) -> bool {
        use Command::*;
        !matches!(self, Number | Find | FindNext | Hands | Detour | Help | Overview | Quit | Colours)
    }
}

/// The keys and what they do, a line each.
pub fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
    KEYS.iter().filter(|(name, ..)| !name.is_empty()).map(|(name, does, ..)| (*name, *does))
}

#[cfg(test)]
mod tests {
    use super::{Command, KEYS};

    #[test]
    fn no_key_does_two_things() {
        let keys: Vec<_> =
            KEYS.iter().flat_map(|(_, _, command, keys)| keys.iter().map(move |key| (*key, *command))).collect();
        for (key, command) in &keys {
            assert_eq!(Command::of(*key), Some(*command));
            assert_eq!(keys.iter().filter(|(other, _)| other == key).count(), 1, "{key:?}");
        }
    }
}

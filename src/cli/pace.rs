//! The pace of a person at a terminal: Enter goes on, predictions are asked.

use crate::engine::{Pace, Stop};
use crate::event::Statement;
use crate::render::{Paint, Role, words};
use dialoguer::console::{Key, Term};

/// Waits for keys.
pub struct Keys {
    terminal: Term,
    paint: Paint,
    /// A screen reader is asked one question after the other, in whole sentences.
    plain: bool,
    /// Shows what was told so far; called before every wait.
    pub show: Box<dyn Fn()>,
}

impl Keys {
    /// Keys from the terminal of this process.
    pub fn new(plain: bool, colour: bool, show: Box<dyn Fn()>) -> Keys {
        Keys { terminal: Term::stdout(), paint: Paint::new(colour), plain, show }
    }

    /// Shows a line, waits for Enter (or space), takes the line away again. `q` stops.
    fn wait(&mut self, hint: &str) -> Result<(), Stop> {
        (self.show)();
        let line = format!("  {hint}");
        let _ = self.terminal.write_line("");
        let _ = self.terminal.write_str(&self.paint.paint(Role::Hint, &line));
        let outcome = loop {
            match self.terminal.read_key() {
                Ok(Key::Enter | Key::Char(' ') | Key::ArrowRight | Key::PageDown) => break Ok(()),
                Ok(Key::Char('q' | 'Q') | Key::CtrlC | Key::Escape | Key::Char('\u{4}')) | Err(_) => break Err(Stop),
                Ok(_) => {}
            }
        };
        // Nothing is lost by taking the hint away; a screen reader keeps it as a line of its own.
        match self.plain {
            true => {
                let _ = self.terminal.write_line("");
            }
            false => {
                let _ = self.terminal.clear_line();
                let _ = self.terminal.move_cursor_up(1);
                let _ = self.terminal.clear_line();
            }
        }
        outcome
    }
}

impl Pace for Keys {
    fn before_commands(&mut self, commands: usize) -> Result<(), Stop> {
        match commands {
            1 => self.wait("Enter runs the command, q stops"),
            more => self.wait(&format!("Enter runs the {more} commands, q stops")),
        }
    }

    fn after_step(&mut self, number: u32, of: u32) -> Result<(), Stop> {
        match number < of {
            true => self.wait(&format!("Enter goes on to step {} of {of}, q stops", number + 1)),
            false => Ok(()),
        }
    }

    fn predict(&mut self, statements: &[Statement]) -> Result<Option<Vec<bool>>, Stop> {
        (self.show)();
        if self.plain {
            let mut said = Vec::new();
            for statement in statements {
                let question = dialoguer::Confirm::new().with_prompt(words::question(statement));
                match question.interact_on_opt(&self.terminal) {
                    Ok(Some(answer)) => said.push(answer),
                    Ok(None) => return Ok(None),
                    Err(_) => return Err(Stop),
                }
            }
            return Ok(Some(said));
        }
        let items: Vec<String> = statements.iter().map(words::question).collect();
        let asked = dialoguer::MultiSelect::new()
            .with_prompt("What will hold? Space ticks, Enter answers, Escape skips")
            .items(&items)
            .report(false)
            .interact_on_opt(&self.terminal);
        match asked {
            Ok(None) => Ok(None),
            Ok(Some(ticked)) => Ok(Some((0..statements.len()).map(|at| ticked.contains(&at)).collect())),
            Err(_) => Err(Stop),
        }
    }
}

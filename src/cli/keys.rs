//! A person at a terminal: Enter goes on, predictions are asked.

use crate::engine::{Answer, Question};
use crate::event::Statement;
use crate::paint::Palette;
use crate::scene::{Line, Role, words};
use dialoguer::console::{Key, Term};

/// Waits for keys.
pub struct Keys {
    terminal: Term,
    palette: Palette,
    /// A screen reader is asked one question after the other, in whole sentences.
    plain: bool,
}

/// The learner does not want to go on.
struct Stop;

impl Keys {
    /// Keys from the terminal of this process.
    pub fn new(plain: bool, colour: bool) -> Keys {
        Keys { terminal: Term::stdout(), palette: Palette::new(colour), plain }
    }

    /// Asks, and waits for the answer; nothing where the learner stops.
    pub fn ask(&mut self, question: &Question) -> Option<Answer> {
        let answer = match question {
            Question::Predict(statements) => self.predict(statements),
            Question::Commands(1) => self.wait("Enter runs the command, q stops"),
            Question::Commands(more) => self.wait(&format!("Enter runs the {more} commands, q stops")),
            Question::NextStep { number, of } => {
                self.wait(&format!("Enter goes on to step {} of {of}, q stops", number + 1))
            }
        };
        answer.ok()
    }

    /// Shows a line, waits for Enter (or space), takes the line away again. `q` stops.
    fn wait(&mut self, hint: &str) -> Result<Answer, Stop> {
        let line = Line::of(Role::Hint, format!("  {hint}"));
        let _ = self.terminal.write_line("");
        let _ = self.terminal.write_str(&self.palette.line(&line));
        let outcome = loop {
            match self.terminal.read_key() {
                Ok(Key::Enter | Key::Char(' ') | Key::ArrowRight | Key::PageDown) => break Ok(Answer::GoOn),
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

    fn predict(&mut self, statements: &[Statement]) -> Result<Answer, Stop> {
        if self.plain {
            let mut said = Vec::new();
            for statement in statements {
                let question = dialoguer::Confirm::new().with_prompt(words::question(statement));
                match question.interact_on_opt(&self.terminal) {
                    Ok(Some(answer)) => said.push(answer),
                    Ok(None) => return Ok(Answer::GoOn),
                    Err(_) => return Err(Stop),
                }
            }
            return Ok(Answer::Predictions(said));
        }
        let items: Vec<String> = statements.iter().map(words::question).collect();
        let asked = dialoguer::MultiSelect::new()
            .with_prompt("What will hold? Space ticks, Enter answers, Escape skips")
            .items(&items)
            .report(false)
            .interact_on_opt(&self.terminal);
        match asked {
            Ok(None) => Ok(Answer::GoOn),
            Ok(Some(ticked)) => Ok(Answer::Predictions((0..statements.len()).map(|at| ticked.contains(&at)).collect())),
            Err(_) => Err(Stop),
        }
    }
}

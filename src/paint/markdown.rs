//! A run as one Markdown file: the lesson's text with what was printed and seen in its place.

use crate::event::{Event, Observation, Timed};
use crate::ground::{Role, Shown, escaped_lines};
use crate::paint::Painter;
use crate::scene::{Look, Screen, words};
use std::fmt::{self, Write};
use std::io;

/// Writes the file.
pub(super) struct Markdown {
    look: Look,
    number: u32,
    failure_told: words::FailureTold,
    /// What commands and their output have in common: one block of code.
    console: String,
}

impl Markdown {
    pub(super) fn new(look: Look) -> Markdown {
        Markdown {
            look: Look { styled: false, ..look },
            number: 0,
            failure_told: words::FailureTold::default(),
            console: String::new(),
        }
    }

    /// Ends the block of commands, if one is open.
    fn close(&mut self, out: &mut String) -> fmt::Result {
        match std::mem::take(&mut self.console) {
            console if console.is_empty() => Ok(()),
            console => code("console", &console, out),
        }
    }

    /// The trees and tables as the terminal has them, and the sentences as a list.
    fn observation(&self, observation: &Observation, out: &mut String) -> fmt::Result {
        let still = Observation { changes: Vec::new(), ..observation.clone() };
        let drawn = Screen::new(self.look).lines(&Event::Observation(still));
        let drawn: String = drawn.iter().map(|line| line.text().trim_end().to_string() + "\n").collect();
        if !drawn.trim().is_empty() {
            code("text", drawn.trim_matches('\n'), out)?;
        }
        let told = words::tell(&observation.changes);
        for told in &told {
            writeln!(out, "- `{}` {}", told.sign.mark(), plain(&told.text))?;
        }
        if told.is_empty() { Ok(()) } else { writeln!(out) }
    }
}

impl Painter for Markdown {
    fn paint(&mut self, told: &Timed) -> io::Result<Shown> {
        let mut text = String::new();
        // Nothing refuses text in memory.
        let _ = self.event(&told.event, &mut text);
        Ok(Shown::from(text))
    }
}

impl Markdown {
    fn event(&mut self, event: &Event, out: &mut String) -> fmt::Result {
        self.failure_told.note(event);
        if !matches!(event, Event::Command { meant_to_fail: None, .. } | Event::Call(_) | Event::Output { .. }) {
            self.close(out)?;
        }
        match event {
            Event::Begin(begin) => {
                self.number = begin.number;
                let role = match begin.role {
                    Role::Root => "root",
                    Role::User => "an ordinary user",
                };
                let (minutes, kernel) = (words::plural(begin.minutes.into(), "minute"), plain(&begin.kernel));
                writeln!(out, "# {} {}\n", begin.number, plain(&begin.title))?;
                writeln!(out, "About {minutes}. Recorded as {role} on Linux {kernel}.\n")
            }
            Event::Intro { text } | Event::Prose { text } => writeln!(out, "{}\n", escaped_lines(text.trim())),
            Event::Step { title, .. } => writeln!(out, "## {}\n", plain(title)),
            Event::Notes { text } if self.look.notes => {
                let text = escaped_lines(text.trim()).replace('\n', "\n> ");
                writeln!(out, "> **For the instructor:** {text}\n")
            }
            Event::Notes { .. } | Event::Verified(_) | Event::End { .. } => Ok(()),
            Event::Predict { statements } => {
                writeln!(out, "Before the commands run: what do you think?\n")?;
                for (number, statement) in (1..).zip(statements) {
                    writeln!(out, "{number}. {}", plain(&words::question(statement)))?;
                }
                writeln!(out)
            }
            Event::Marked { marks } => {
                writeln!(out, "What the kernel says:\n")?;
                for (number, marked) in (1..).zip(marks) {
                    let sign = if marked.holds { "yes" } else { "no" };
                    writeln!(out, "{number}. **{sign}**: {}", plain(&words::fact(marked)))?;
                }
                writeln!(out)
            }
            Event::Command { line, meant_to_fail, .. } => {
                if let Some(fails) = self.failure_told.left(meant_to_fail.is_some()) {
                    writeln!(out, "{}\n", plain(fails))?;
                }
                self.console += &format!("$ {}\n", escaped_lines(line));
                Ok(())
            }
            Event::Call(call) => {
                self.console += &format!("# {}\n", escaped_lines(&call.to_string()));
                Ok(())
            }
            Event::Output { text } => {
                self.console += &format!("{}\n", escaped_lines(text.trim_end_matches('\n')));
                Ok(())
            }
            Event::Explained(failure) => code("text", &escaped_lines(&failure.to_string()), out),
            Event::Warned { text } => writeln!(out, "**Take care.** {}\n", plain(text)),
            Event::Mismatch { line, .. } => {
                writeln!(out, "This run did not do what the lesson says: {}\n", plain(line))
            }
            Event::Observation(observation) => self.observation(observation, out),
            Event::Hands(hands) => writeln!(out, "{}\n", plain(&words::hands(hands))),
            Event::Detour(detour) => {
                writeln!(out, "**In the class: {}**\n", plain(&detour.title))?;
                if let Some(said) = words::other_numbers(&detour.others) {
                    writeln!(out, "{}\n", plain(&said))?;
                }
                for tried in &detour.tried {
                    code("console", &format!("{}\n", escaped_lines(tried.shown.trim_end())), out)?;
                    tried.seen.iter().try_for_each(|seen| self.observation(seen, out))?;
                }
                Ok(())
            }
            Event::Exercise { id, title, text } => {
                writeln!(out, "## {} ({}.{})\n", plain(title), self.number, plain(id))?;
                writeln!(out, "{}\n", escaped_lines(text.trim()))
            }
        }
    }
}

/// Words that are no Markdown, whatever stands in them.
fn plain(text: &str) -> String {
    let text = escaped_lines(text);
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&' | '~' => safe.extend(['\\', letter]),
            '\n' => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A block of code whose fence is longer than any within it.
fn code(language: &str, text: &str, out: &mut String) -> fmt::Result {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    writeln!(out, "{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::{code, plain};

    #[test]
    fn no_word_of_a_run_is_markdown() {
        assert_eq!(plain("a*b_<c>`d`\n# e"), "a\\*b\\_\\<c\\>\\`d\\` \\# e");
        let mut out = String::new();
        code("text", "```\n# no heading", &mut out).unwrap();
        assert_eq!(out, "````text\n```\n# no heading\n````\n\n");
    }
}

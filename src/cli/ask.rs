//! Questions that are asked before something is lost or given away.

use crate::cli::{CliError, output};
use crate::ground::{Failure, Stream, complain};
use std::io::{BufRead, IsTerminal};

/// Says how things are, and asks. Yes is a line that says `y` or `yes`; every other line is no, and so is none at all.
/// Without a terminal there is nobody to ask, and `flag` says what to do.
pub fn sure(situation: &str, question: &str, yes: bool, flag: &str) -> Result<bool, CliError> {
    if yes {
        return Ok(true);
    }
    if !(std::io::stdin().is_terminal() && Stream::Errors.is_terminal()) {
        return Err(CliError::usage(Failure::ours(
            format!("nobody is there to be asked: {question}"),
            format!("{situation} This is no terminal."),
            format!("{flag} says yes beforehand"),
        )));
    }
    let is_yes = wants(situation, question);
    if !is_yes {
        complain("Nothing was done.");
    }
    Ok(is_yes)
}

/// Says how things are, and asks somebody at a terminal, where no is as good an answer.
pub fn wants(situation: &str, question: &str) -> bool {
    let _ = Stream::Errors.show(format!("{}\n{question} [y/N] ", output::wrapped(situation)));
    let mut answer = String::new();
    // A whole line, as the terminal hands it over: what somebody typed ahead for the shell is no answer to us.
    let heard = std::io::stdin().lock().read_line(&mut answer);
    if !answer.ends_with('\n') {
        complain("");
    }
    heard.is_ok() && is_yes(&answer)
}

fn is_yes(answer: &str) -> bool {
    let word = answer.strip_suffix('\n').map(str::trim);
    word.is_some_and(|word| ["y", "yes"].iter().any(|yes| word.eq_ignore_ascii_case(yes)))
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_a_whole_line_that_says_so_is_yes() {
        for yes in ["y\n", "Y\n", "yes\n", " Yes \n"] {
            assert!(is_yes(yes), "{yes:?}");
        }
        for no in ["", "\n", "y", "yes", "ls my\n", "yy\n", "yes please\n", "n\n", "y y\n", "\u{1b}[Ay\n"] {
            assert!(!is_yes(no), "{no:?}");
        }
    }
}
